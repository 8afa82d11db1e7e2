#!/bin/bash
# Makes DIR/countersign-VERSION.zip, the installable WordPress plugin: one folder, countersign/. The verifier page in it is
# built first.
#
#   packaging/plugin-zip.sh DIR
set -euo pipefail
. "$(dirname "$0")/common.sh"
[ $# = 1 ] || die "usage: packaging/plugin-zip.sh DIR"
out=$(realpath -m "$1")
plugin=$ROOT/php-plugin/countersign

header=$(sed -n 's/^ \* Version: *//p' "$plugin/countersign.php")
[ "$header" = "$VERSION" ] || die "the plugin has version '$header', but the extension has $VERSION: change one of them"

"$ROOT/packaging/wasm/verifier.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$out" "$work/countersign"
# The parts of the plugin. Other files in the folder are not packed.
for part in countersign.php readme.txt uninstall.php assets languages src; do
	cp -r "$plugin/$part" "$work/countersign/"
done
find "$work" -name '.*' ! -path "$work" -prune -exec rm -rf {} +
cp "$ROOT/LICENSE" "$work/countersign/license.txt"
zip_folder "$work" "$out/countersign-$VERSION.zip"
say "$out/countersign-$VERSION.zip"
