#!/bin/bash
# Checks the dependencies against deny.toml: licences, duplicate versions, sources and, if the advisory database can
# be fetched, known vulnerabilities.
set -euo pipefail
. "$(dirname "$0")/../setup/common.sh"
cd "$ROOT"

tests/setup/cargo-tool.sh cargo-deny
deny=("$CACHE/cargo-tools/bin/cargo-deny" --locked)

step "licences, versions and sources of dependencies" "${deny[@]}" check licenses bans sources
log=$CACHE/advisories.log
if "${deny[@]}" fetch db >"$log" 2>&1; then
	step "no known vulnerability in a dependency" "${deny[@]}" check --disable-fetch advisories
else
	say "  known vulnerabilities: not checked, the advisory database could not be fetched:"
	grep -m 1 -E 'fatal|error' "$log" | sed 's/^/    /'
fi
