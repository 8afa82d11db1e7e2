#!/bin/bash
# Stops and removes all test sites of this checkout.
set -euo pipefail
. "$(dirname "$0")/../setup/common.sh"
for settings in "$CACHE"/run/*/settings; do
	[ -e "$settings" ] || continue
	"$ROOT/tests/site/site" down "$(basename "$(dirname "$settings")")" --wipe
done
