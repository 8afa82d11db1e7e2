#!/bin/bash
# Checks the types of the plugin's PHP with the static analyser mago and the rules of mago.toml: undefined functions, methods
# and constants, missing and wrong arguments, values that can be null or false, returned types, and conditions that are always
# true. It reads WordPress and the stubs of the extension for their types, and executes nothing.
#
# The first run builds mago, which takes several minutes.
set -euo pipefail
. "$(dirname "$0")/../setup/common.sh"
cd "$ROOT"

tests/setup/cargo-tool.sh mago
tests/site/wordpress.sh 7.1
mago=("$CACHE/cargo-tools/bin/mago" analyze --minimum-report-level error)

# The analyser must report a fault, or its silence about the plugin would mean nothing.
reports_a_fault() {
	local found
	# shellcheck disable=SC2016
	found=$(echo '<?php ( new Countersign\Plugin\Site\Settings() )->is_not_a_method();' |
		"${mago[@]}" --reporting-format emacs --stdin-input php-plugin/countersign/fault.php) || true
	grep -q 'error - non-existent-method' <<<"$found" || die "the analyser did not report a call of a method that does not exist"
}

# An ignored finding needs a reason where it stands.
gives_reasons() {
	! grep -rnE '@mago-(ignore|expect) +[^ ]+ *$' php-plugin --include='*.php' ||
		die "these comments ignore a finding without a reason: write one after the name of the finding"
}

files=$(find php-plugin/countersign -name '*.php' | wc -l)
step "the analyser reports a fault" reports_a_fault
step "ignored findings have a reason" gives_reasons
step "types in the $files PHP files of the plugin" "${mago[@]}"
