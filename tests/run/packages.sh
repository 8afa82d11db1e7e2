#!/bin/bash
# Tests the release packages in the ways in which users install them: built with phpize, unpacked, installed by
# dpkg, and installed by WordPress.
#
#   tests/run/packages.sh
#
# The packages are made from the release build that the other tests use. The test of the Debian
# package needs root or sudo.
set -euo pipefail
. "$(dirname "$0")/../setup/common.sh"
cd "$ROOT"

run=$CACHE/run/packages
out=$run/out
results=$CACHE/run/results/packages
site=$ROOT/tests/site/site
mkdir -p "$(dirname "$results")"
rm -rf "$run" "$results"
mkdir -p "$out"
[ -f "$EXTENSION" ] || die "$EXTENSION is missing: build the extension (make build)"

end() {
	local status=$?
	trap - EXIT
	[ -n "${KEEP_SITE:-}" ] || "$site" down packages-site --wipe >/dev/null 2>&1 || true
	exit "$status"
}
trap end EXIT

checks=0
check() {
	step "$@"
	checks=$((checks + 1))
	echo "$checks 0" >"$results"
}

# loads FILE: PHP loads the extension and its self-test passes.
loads() { php8.2 -n -d "extension=$1" -r 'exit( in_array( false, Countersign\self_test(), true ) ? 1 : 0 );'; }

make_packages() {
	packaging/pie-asset.sh "$EXTENSION" php8.2 "$1"
	packaging/deb.sh extension "$EXTENSION" php8.2 "$1"
	if [ -d src/bin/countersign ]; then packaging/deb.sh cli "$TARGET/release/countersign" "$1"; fi
	packaging/plugin-zip.sh "$1"
}

# Another time zone and another umask must not change a byte.
make_again() {
	(umask 077 && TZ=Pacific/Auckland make_packages "$run/again")
	diff -r "$out" "$run/again"
}

use_asset() {
	local name
	# The name that the plugin tells an administrator to download.
	name=$(php8.2 -r '
		define( "ABSPATH", "/" );
		define( "Countersign\Plugin\MINIMUM_EXTENSION", $argv[2] );
		require $argv[1] . "/php-plugin/countersign/src/Health/Requirements.php";
		echo Countersign\Plugin\Health\Requirements::asset();' "$ROOT" "$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -1)")
	unzip -q "$out/$name" -d "$run/asset"
	loads "$run/asset/countersign.so"
	[[ $(<"$run/asset/BUILD.txt") =~ ^Version:\ [0-9.]+$'\n'Commit:\ [0-9A-Za-z.+_-]+$'\n'Target:\ [a-z0-9_-]+$ ]]
}

# Builds as PIE does, from a copy of the files that a tag contains. The dependencies are compiled already.
build_by_phpize() {
	local source=$run/source
	mkdir -p "$source" "$run/target"
	git ls-files -z --cached --others --exclude-standard -- composer.json Cargo.toml Cargo.lock rust-toolchain.toml build.rs build pie src benches LICENSE 'tests/*.rs' |
		xargs -0 cp --parents -t "$source"
	cp -a --reflink=auto "$TARGET/release" "$run/target/"
	(
		cd "$source/pie"
		phpize8.2
		./configure --with-php-config=php-config8.2
		CARGO_TARGET_DIR=$run/target nice -n 10 make -j2
		# `make install` may run as a user who has no cargo.
		make install CARGO=/nonexistent INSTALL_ROOT="$run/installed"
	)
	loads "$run/installed$(php-config8.2 --extension-dir)/countersign.so"
	[ "$(find "$run/installed" -type f | wc -l)" = 1 ]
	rm -rf "$run/target" "$source"
}

# The archive contains the tracked files of the plugin, the verifier, the licence, and nothing else.
list_plugin() {
	local listed
	listed=$(unzip -Z1 "$out"/countersign-[0-9]*.zip)
	diff <(sort <<<"$listed") <({
		git ls-files --cached --others --exclude-standard -- php-plugin/countersign | sed 's|^php-plugin/||'
		echo countersign/license.txt
		echo countersign/assets/verifier.html
	} | LC_ALL=C sort)
	unzip -p "$out"/countersign-[0-9]*.zip countersign/assets/verifier.html | cmp - target/verifier/countersign-verifier.html
}

answer() { curl -sS -m 20 -o /dev/null -w '%{http_code}' -X POST -H 'Content-Type: application/json' -d '{}' "$URL/?rest_route=/countersign/v1/mcp"; }

use_plugin() {
	[ "$(answer)" = 404 ]
	"$site" php packages-site "$ROOT/tests/packages/plugin.php" install "$(echo "$out"/countersign-[0-9]*.zip)"
	[ "$(answer)" = 401 ]
	"$site" php packages-site "$ROOT/tests/packages/plugin.php" remove
	[ "$(answer)" = 404 ]
}

stand_up() { "$site" up packages-site --fresh --engine sqlite --workers 2 --ext "$EXTENSION" >"$run/url"; }

check "versions agree and composer.json is valid for PIE" php8.2 tests/packages/rules.php "$ROOT"
check "the licences of all compiled crates are listed" packaging/third-party.sh check
check "the translation template is up to date" php8.2 packaging/pot.php --check
if [ -d src/bin/countersign ]; then
	check "build the command line" cargo build --release --locked --features cli --bin countersign
fi
check "build the verifier page" packaging/wasm/verifier.sh
check "make the packages" make_packages "$out"
check "making them again gives the same bytes" make_again
check "the PIE asset has the name that the dashboard shows, and loads" use_asset
check "the plugin archive contains the plugin and nothing else" list_plugin
check "start a site without the plugin" stand_up
URL=$(cat "$run/url")
check "WordPress installs the archive, serves agents and deletes the plugin" use_plugin
check "phpize and make build it, it installs without cargo and loads" build_by_phpize
as_root tests/packages/debian.sh "$out"/*.deb
checks=$((checks + 7))
echo "$checks 0" >"$results"
