#!/bin/bash
# Makes the release asset that PIE downloads. Without it, PIE builds from source.
#
#   packaging/pie-asset.sh EXTENSION.so PHP DIR
#
#   DIR/php_countersign-VERSION_phpX.Y-ARCH-linux-LIBC[-debug][-zts].zip, with countersign.so at its top level
#
# PHP is the program that the extension was built for. It must load the extension and determines the name.
set -euo pipefail
. "$(dirname "$0")/common.sh"
[ $# = 3 ] || die "usage: packaging/pie-asset.sh EXTENSION.so PHP DIR"
extension=$(realpath "$1") php=$2 out=$(realpath -m "$3")

loaded=$("$php" -n -d "extension=$extension" -r 'echo phpversion( "countersign" );') || die "$php cannot load $extension"
[ "$loaded" = "$VERSION" ] || die "$extension is version '$loaded', not $VERSION"
# The names that PIE uses. The plugin's Health\Requirements computes the same ones.
read -r series debug zts <<<"$("$php" -n -r 'echo PHP_MAJOR_VERSION, ".", PHP_MINOR_VERSION, " ", (int) PHP_DEBUG, " ", (int) PHP_ZTS;')"
arch=$(uname -m)
[ "$arch" != aarch64 ] || arch=arm64
libc=glibc
[ -z "$(compgen -G '/lib/ld-musl-*')" ] || libc=musl
name=php_countersign-${VERSION}_php$series-$arch-linux-$libc
[ "$debug" = 0 ] || name+=-debug
[ "$zts" = 0 ] || name+=-zts

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$extension" "$work/countersign.so"
cp "$ROOT/LICENSE" "$work/"
extension_note "$extension" "$php" >"$work/BUILD.txt"
cp "$ROOT/packaging/third-party/extension.txt" "$work/THIRD-PARTY.txt"
mkdir -p "$out"
zip_folder "$work" "$out/$name.zip"
say "$out/$name.zip"
