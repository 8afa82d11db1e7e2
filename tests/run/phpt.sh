#!/bin/bash
# The extension through PHP: tests/php/*.phpt, by PHP's own test runner.
#
#   tests/run/phpt.sh [FILE...]
#
# EXTENSION=FILE tests another build of the extension; PHP=FILE and RUN_TESTS=FILE use another PHP and its test
# runner. STAGE=NAME keeps log and results of such a run under another name.
set -euo pipefail
chosen=${EXTENSION:-}
. "$(dirname "$0")/../setup/common.sh"
EXTENSION=${chosen:-$EXTENSION}

php=$(command -v "${PHP:-php8.2}") || die "no ${PHP:-php8.2} (tests/setup/install.sh build)"
runner=${RUN_TESTS:-$("$php" -r 'echo PHP_EXTENSION_DIR;')/build/run-tests.php}
stage=${STAGE:-phpt}
log=$CACHE/run/logs/$stage
results=$CACHE/run/results/$stage
work=$CACHE/run/$stage
rm -rf "$work"
mkdir -p "$(dirname "$log")" "$(dirname "$results")" "$work"/{state,left}
chmod 700 "$work/state"

[ -f "$EXTENSION" ] || die "the extension is not built (make build)"
[ -f "$runner" ] || die "PHP's run-tests.php is not where php8.2-dev puts it: $runner"
shopt -s nullglob
tests=("$@")
[ $# -gt 0 ] || tests=("$ROOT"/tests/php/*.phpt)
[ ${#tests[@]} -gt 0 ] || die "there are no tests in tests/php"

# The runner writes each test's script beside the test, and leaves it there when the test fails.
trap 'for test in "${tests[@]}"; do rm -f "${test%t}"; done' EXIT

# -q: asks nothing. The rest of what it leaves of a failed test goes to .cache.
status=0
NO_INTERACTION=1 COUNTERSIGN_EXTENSION=$EXTENSION TEST_PHP_EXECUTABLE=$php "$php" "$runner" -q -j2 --no-color --no-progress -g FAIL,XFAIL,BORK,WARN,LEAK,SKIP --show-diff \
	--temp-source "$ROOT/tests/php" --temp-target "$work/left" \
	-d "extension=$EXTENSION" -d "countersign.state_dir=$work/state" "${tests[@]}" 2>&1 |
	tee "$log" | sed -n '/^Running selected tests/,$p' || status=$?

# A skipped test counts as failed: on a machine set up for the tests nothing may be missing.
count() { awk -v what="$1" '$0 ~ "^Tests " what " *:" { sub(/.*: */, ""); print $1 + 0; found = 1 } END { if (!found) print 0 }' "$log"; }
passed=$(count passed)
failed=$(($(count failed) + $(count warned) + $(count skipped) + $(count borked) + $(count leaked)))
echo "$passed $failed" >"$results"
[ "$passed" -gt 0 ] || die "no test passed"
[ "$failed" = 0 ] || exit 1
exit "$status"
