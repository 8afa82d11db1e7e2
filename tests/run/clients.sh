#!/bin/bash
# Runs real MCP clients with the complete OAuth flow, four conversations of agents (tests/e2e/conversations), the attacks
# (tests/e2e/attacks), and the tests of what a site must refuse and withstand (tests/e2e/security).
#
#   tests/run/clients.sh [PATTERN]     only the test files whose path contains PATTERN
set -euo pipefail
. "$(dirname "$0")/../e2e/lib/stage.sh"

pattern=${1:-}
begin_stage clients
"$ROOT/tests/setup/python.sh"
site_with_fixtures
# Some tests start a site of their own. Remove it too if the run is interrupted.
SITES+=("$SITE-bare" "$SITE-restored")
status=0

matches() { [ -z "$pattern" ] || [[ $1 == *$pattern* ]]; }

for test in "$ROOT"/tests/e2e/clients/*.test.mjs; do
	if matches "$test"; then node_tests "$(basename "$test" .test.mjs)" "$test" || status=1; fi
done

if matches clients/python; then
	say "-- python"
	log=$CACHE/run/logs/$STAGE-python
	"$CACHE/venv/bin/python" -B "$ROOT/tests/e2e/clients/python_client.py" 2>&1 | tee "$log" || status=1
	read -r ran bad < <(awk '/^Ran /{ n = $2 } /^FAILED/{ gsub(/[^0-9 ]/, " "); for (i = 1; i <= NF; i++) f += $i } END { print n + 0, f + 0 }' "$log")
	PASSED=$((PASSED + ran - bad))
	FAILED=$((FAILED + bad))
	[ "$ran" -gt 0 ] || { FAILED=$((FAILED + 1)) status=1; }
fi

# Conversations of four kinds of agents, on a site with a shop and an SEO plugin, and without the test tools.
if matches conversations; then
	main=$SITE
	stage_site "$main-talks"
	cp "$ROOT"/tests/e2e/conversations/{meter,shop}.php "$ROOT/tests/plugin/fixtures/countersign-test-seo.php" "$CACHE/run/$main-talks/www/wp-content/mu-plugins/"
	"$SITE_COMMAND" php "$main-talks" -r 'update_option( "fixture_seo", "yoast" );'
	SITE=$main-talks node_tests conversations "$ROOT"/tests/e2e/conversations/*.test.mjs || status=1
fi

shopt -s nullglob
for test in "$ROOT"/tests/e2e/attacks/*.test.mjs; do
	if matches "$test"; then node_tests "$(basename "$test" .test.mjs)" "$test" || status=1; fi
done

# In the order of their names: the last file searches the logs for the secrets that the others used.
for test in "$ROOT"/tests/e2e/security/*.test.mjs; do
	if matches "$test"; then node_tests "$(basename "$test" .test.mjs)" "$test" || status=1; fi
done

echo "$PASSED $FAILED" >"$RESULTS"
exit "$status"
