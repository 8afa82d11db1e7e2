#!/bin/bash
# Checks the plugin's PHP with PHP_CodeSniffer: escaping, nonces, prepared SQL, translations, strict types and the rules of
# tests/lint/phpcs.xml. The rules written for this project are tested first, with the files of tests/lint/cases.
set -euo pipefail
. "$(dirname "$0")/../setup/common.sh"
cd "$ROOT"

results=$CACHE/run/results/lint
report=$CACHE/run/logs/lint.json
mkdir -p "$(dirname "$results")" "$(dirname "$report")"
checks=0
passed() {
	checks=$((checks + 1))
	echo "$checks 0" >"$results"
}

# phpcs exits with 1 or 2 when it reports something, which the cases are made for, and with 3 when it cannot run.
status=0
phpcs -q --standard=tests/lint/phpcs.xml --report=json tests/lint/cases >"$report" || status=$?
[ "$status" -lt 3 ] || die "PHP_CodeSniffer could not check the cases (its output is in $report)"
php8.2 tests/lint/cases.php tests/lint/cases/*.php <"$report"
passed

phpcs -s --standard=tests/lint/phpcs.xml php-plugin/countersign
passed

# A comment that ignores a finding must give the reason.
if grep -rnE 'phpcs:(ignore|disable)' php-plugin --include='*.php' | grep -v -- ' -- '; then
	die "these comments ignore a finding without a reason: write one after ' -- '"
fi
passed
say "$checks checks of the plugin's PHP passed"
