#!/bin/bash
# Runs the official MCP conformance suite against a real site (nginx, php-fpm with four workers,
# MariaDB), once for each of the three protocol revisions that the server supports.
# Logs are written to .cache/run/conformance-results.
set -euo pipefail
. "$(dirname "$0")/../e2e/lib/stage.sh"

begin_stage conformance
site_with_fixtures
"$NODE" "$ROOT/tests/e2e/lib/conformance.mjs" "$CACHE/run/conformance-results" "$RESULTS"
