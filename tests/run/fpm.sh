#!/bin/bash
# Tests the extension in php-fpm on both stores: start-up, workers, reload, kills, 100,000 requests.
#
#   tests/run/fpm.sh [TEST...]     for example OnEmbedded.test_workers_share_a_limit
#
# EXTENSION=FILE tests another build of the extension. PHP_FPM=FILE uses another php-fpm. STAGE=NAME
# keeps the log and the result of such a run under another name.
set -euo pipefail
. "$(dirname "$0")/../setup/common.sh"
export EXTENSION ENGINES=${ENGINES:-embedded redis} PYTHONDONTWRITEBYTECODE=1

[ -f "$EXTENSION" ] || die "$EXTENSION is missing: build the extension (make build)"
log=$CACHE/run/logs/${STAGE:-fpm}
results=$CACHE/run/results/${STAGE:-fpm}
mkdir -p "$(dirname "$log")" "$(dirname "$results")"
cd "$ROOT/tests/fpm"
status=0
tests=("${@/#/test_fpm.}")
[ $# -gt 0 ] || tests=(test_fpm)
python3 -m unittest -v "${tests[@]}" 2>&1 | tee "$log" || status=$?
read -r ran bad < <(awk '/^Ran /{ n = $2 } /^FAILED/{ gsub(/[^0-9 ]/, " "); for (i = 1; i <= NF; i++) f += $i } END { print n + 0, f + 0 }' "$log")
echo "$((ran - bad)) $bad" >"$results"
[ "$ran" -gt 0 ] || die "no test ran"
exit "$status"
