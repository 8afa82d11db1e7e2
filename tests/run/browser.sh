#!/bin/bash
# A person at a real browser: consent, and every page of the administration, with clicks.
# Screenshots: .cache/run/screenshots.
set -euo pipefail
. "$(dirname "$0")/../e2e/lib/stage.sh"

begin_stage browser
export SITE=browser SCREENSHOTS=$CACHE/run/screenshots
CHROMIUM=$(command -v chromium) || die "no chromium (tests/setup/install.sh browser)"
export CHROMIUM
rm -rf "$SCREENSHOTS"
mkdir -p "$SCREENSHOTS"
stage_site "$SITE"
status=0
node_tests browser "$ROOT"/tests/e2e/browser/*.test.mjs || status=1
exit "$status"
