#!/bin/bash
# Tests the consent page, every admin page and the verifier of audit logs by clicking through them in Chromium.
# Screenshots are written to .cache/run/screenshots.
set -euo pipefail
. "$(dirname "$0")/../e2e/lib/stage.sh"

begin_stage browser
export SITE=browser SCREENSHOTS=$CACHE/run/screenshots
CHROMIUM=$(command -v chromium) || die "chromium is not installed (run tests/setup/install.sh browser)"
export CHROMIUM EXTENSION
rm -rf "$SCREENSHOTS"
mkdir -p "$SCREENSHOTS"
"$ROOT/packaging/wasm/verifier.sh"
# This stage uses SQLite because the other stages use MariaDB.
stage_site "$SITE" --engine sqlite
status=0
node_tests browser ${TESTS:-"$ROOT"/tests/e2e/browser/*.test.mjs} || status=1
exit "$status"
