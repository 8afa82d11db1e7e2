#!/bin/bash
# Makes target/verifier/countersign-verifier.html, the page that verifies exported audit logs in a browser: one file, with the
# core as WebAssembly in it, that loads and sends nothing. The test sites and the plugin archive use a copy of it,
# php-plugin/countersign/assets/verifier.html.
#
#   packaging/wasm/verifier.sh
#
# WASM_CORE is the folder of the npm package that packaging/wasm/core.sh makes; without it, that script runs first. The page is
# made again only if a source has changed.
set -euo pipefail
. "$(dirname "$0")/../../tests/setup/common.sh"
cd "$ROOT"

core=${WASM_CORE:-}
if [ -z "$core" ]; then
	packaging/wasm/core.sh
	core=$ROOT/target/wasm-core
fi
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -1)
page=target/verifier/countersign-verifier.html
stamp=target/verifier/.made-from
made_from=$(hash_of packaging/wasm/verifier.sh packaging/wasm/page.mjs packaging/wasm/package-lock.json verifier/* "$core"/core.js "$core"/core_bg.wasm)-$version

if [ ! -e "$page" ] || [ "$(cat "$stamp" 2>/dev/null)" != "$made_from" ]; then
	tests/setup/node.sh bundler
	work=$(mktemp -d)
	trap 'rm -rf "$work"' EXIT
	bundle() {
		packaging/wasm/node_modules/.bin/esbuild "verifier/$1.mjs" --bundle --format=iife --target=chrome109,firefox115,safari16.4 \
			--charset=utf8 --legal-comments=none --log-level=warning --alias:@countersign/core="$core/core.js" --outfile="$work/$1.js"
	}
	bundle page
	bundle worker
	# gzip of Debian: the libraries of other programs make other bytes with every version.
	gzip -9n <"$core/core_bg.wasm" >"$work/core.gz"
	mkdir -p target/verifier
	node packaging/wasm/page.mjs "$work" "$version" >"$work/page.html"
	mv "$work/page.html" "$page"
	echo "$made_from" >"$stamp"
fi
copy=php-plugin/countersign/assets/verifier.html
cmp -s "$page" "$copy" || cp "$page" "$copy"
say "$page: $(stat -c %s "$page") bytes"
