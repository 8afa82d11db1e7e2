#!/bin/bash
# `make packages`: builds all files of a release for one PHP into target/packages, with SHA256SUMS.
#
#   PHP=php8.2 PHP_CONFIG=php-config8.2 packaging/all.sh
#
# Run it once for each PHP. Files of the same version for other PHPs are kept.
set -euo pipefail
. "$(dirname "$0")/common.sh"
cd "$ROOT"

PHP=$(command -v "${PHP:-php8.2}") || die "PHP is not installed: set PHP to its program, for example PHP=php8.2"
PHP_CONFIG=$(command -v "${PHP_CONFIG:-php-config8.2}") || die "php-config is not installed: set PHP_CONFIG to its program, for example PHP_CONFIG=php-config8.2"
export PHP PHP_CONFIG
target=${CARGO_TARGET_DIR:-$ROOT/target}
out=$target/packages
mkdir -p "$out"
find "$out" -maxdepth 1 -type f ! -name "*[-_]${VERSION}[._]*" -delete

# Removes the folders of the build machine from the file names in panic messages.
for dir in "${CARGO_HOME:-$HOME/.cargo}"/registry/src/*; do
	RUSTFLAGS="${RUSTFLAGS:-} --remap-path-prefix=$dir=crates"
	CFLAGS="${CFLAGS:-} -ffile-prefix-map=$dir=crates"
done
export RUSTFLAGS="$RUSTFLAGS --remap-path-prefix=$ROOT=countersign" CFLAGS

cargo build --profile dist --locked --features php
packaging/pie-asset.sh "$target/dist/libcountersign.so" "$PHP" "$out"
if [ "$("$PHP" -n -r 'echo (int) PHP_ZTS;')" = 0 ]; then
	packaging/deb.sh extension "$target/dist/libcountersign.so" "$PHP" "$out"
fi
if [ -d src/bin/countersign ]; then
	cargo build --profile dist --locked --features cli --bin countersign
	packaging/deb.sh cli "$target/dist/countersign" "$out"
fi
packaging/plugin-zip.sh "$out"
(cd "$out" && sha256sum -- *.zip *.deb >SHA256SUMS)
say "$out/SHA256SUMS"
