#!/bin/bash
# Plays every client of tests/e2e/clients/clients.mjs, at a pinned version, through everything that can happen to its
# connection, compares the result with the table of docs/clients.md, and runs three checkers of other makers:
# mcp-authlab, mcpcheck and mcp-fuzzer. It installs the clients into .cache/clients (about 1 GB) and takes about 25 minutes.
#
#   tests/run/clients-all.sh [CLIENT]     only one client, without the table and the checkers
set -euo pipefail
. "$(dirname "$0")/../e2e/lib/stage.sh"

begin_stage clients-all
"$ROOT/tests/setup/python.sh"
# Without the fixtures: their tools would make the lists of tools longer than those of a real site.
site_without_fixtures
found=$CACHE/run/clients-all.json
status=0

if [ -n "${1:-}" ]; then
	"$NODE" "$ROOT/tests/e2e/clients/matrix.mjs" --only "$1" --out "$found"
	exit
fi

say "-- clients"
"$NODE" "$ROOT/tests/e2e/clients/matrix.mjs" --out "$found" || status=1
read -r PASSED FAILED < <("$NODE" "$ROOT/tests/e2e/clients/table.mjs" --count "$found")
say "-- table of docs/clients.md"
if "$NODE" "$ROOT/tests/e2e/clients/table.mjs" --check "$found"; then PASSED=$((PASSED + 1)); else FAILED=$((FAILED + 1)) status=1; fi

say "-- checkers"
for checker in authlab mcpcheck fuzzer; do
	if "$NODE" "$ROOT/tests/e2e/clients/$checker.mjs"; then PASSED=$((PASSED + 1)); else FAILED=$((FAILED + 1)) status=1; fi
done
echo "$PASSED $FAILED" >"$RESULTS"
exit "$status"
