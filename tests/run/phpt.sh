#!/bin/bash
# Tests the extension through PHP: runs tests/php/*.phpt with PHP's own test runner.
#
#   tests/run/phpt.sh [FILE...]
#
# EXTENSION=FILE tests another build of the extension. PHP=FILE and RUN_TESTS=FILE use another PHP and
# its test runner. STAGE=NAME keeps the log and the result of such a run under another name.
set -euo pipefail
. "$(dirname "$0")/../setup/common.sh"

php=$(command -v "${PHP:-php8.2}") || die "${PHP:-php8.2} is not installed (run tests/setup/install.sh build)"
runner=${RUN_TESTS:-$("$php" -r 'echo PHP_EXTENSION_DIR;')/build/run-tests.php}
stage=${STAGE:-phpt}
log=$CACHE/run/logs/$stage
results=$CACHE/run/results/$stage
work=$CACHE/run/$stage
rm -rf "$work"
mkdir -p "$(dirname "$log")" "$(dirname "$results")" "$work"/{state,left}
chmod 700 "$work/state"

[ -f "$EXTENSION" ] || die "$EXTENSION is missing: build the extension (make build)"
[ -f "$runner" ] || die "PHP's test runner is missing: $runner (run tests/setup/install.sh build)"
shopt -s nullglob
tests=("$@")
[ $# -gt 0 ] || tests=("$ROOT"/tests/php/*.phpt)
[ ${#tests[@]} -gt 0 ] || die "tests/php contains no tests"

# The runner writes the script of each test into the folder of the test and leaves it there when the test fails.
trap 'for test in "${tests[@]}"; do rm -f "${test%t}"; done' EXIT

# -q asks no questions. All other files of a failed test go to .cache.
status=0
NO_INTERACTION=1 COUNTERSIGN_EXTENSION=$EXTENSION TEST_PHP_EXECUTABLE=$php "$php" "$runner" -q -j2 --no-color --no-progress -g FAIL,XFAIL,BORK,WARN,LEAK,SKIP --show-diff \
	--temp-source "$ROOT/tests/php" --temp-target "$work/left" \
	-d "extension=$EXTENSION" -d "countersign.state_dir=$work/state" "${tests[@]}" 2>&1 |
	tee "$log" | sed -n '/^Running selected tests/,$p' || status=$?

# A skipped test counts as failed: everything that a test needs is installed by tests/setup/install.sh.
count() { awk -v what="$1" '$0 ~ "^Tests " what " *:" { sub(/.*: */, ""); print $1 + 0; found = 1 } END { if (!found) print 0 }' "$log"; }
passed=$(count passed)
failed=$(($(count failed) + $(count warned) + $(count skipped) + $(count borked) + $(count leaked)))
echo "$passed $failed" >"$results"
[ "$passed" -gt 0 ] || die "no test passed"
[ "$failed" = 0 ] || exit 1
exit "$status"
