#!/bin/bash
# `make wasm-core`: builds the npm package @countersign/core into target/wasm-core, ready for `npm pack`.
#
#   packaging/wasm/core.sh
#
# The core is compiled for wasm32-unknown-unknown with Debian's Rust and its standard library. packaging/bindgen writes the
# JavaScript that calls it; the other files of the package are in npm/core. The same sources give the same bytes in every
# folder. A second run with the same sources has nothing to do.
set -euo pipefail
. "$(dirname "$0")/../../tests/setup/common.sh"
cd "$ROOT"

base=$CACHE/wasm-core
out=$ROOT/target/wasm-core
triple=wasm32-unknown-unknown
rustc=/usr/bin/rustc
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -1)

began=$(now_ms)
mapfile -t files < <({
	find src build npm/core packaging/bindgen -type f ! -path "*/target/*"
	printf '%s\n' build.rs Cargo.toml Cargo.lock LICENSE packaging/third-party/javascript.txt packaging/wasm/core.sh
} | LC_ALL=C sort)
key=$(hash_of "${files[@]}" <("$rustc" -vV 2>/dev/null) <(printf '%s\n' "${files[@]}"))
compressed() { gzip -9 <"$1" | wc -c; }
report() {
	local module=$out/core_bg.wasm
	say "$out: the module has $(($(stat -c %s "$module") / 1000)) KB, $(($(compressed "$module") / 1000)) KB compressed ($(since "$began"))"
}

exec 8>"$base.lock"
flock 8
if [ "$(cat "$base/key" 2>/dev/null)" = "$key" ] && [ -f "$out/core_bg.wasm" ]; then
	report
	exit
fi
tests/setup/install.sh build wasm
packaging/wasm/toolchain.sh
linker=$(echo "$CACHE"/wasm-ext/tools/usr/lib/llvm-*/bin/wasm-ld)

# Removes the folders of the build machine from the file names in messages.
remap() {
	local dir
	for dir in "${CARGO_HOME:-$HOME/.cargo}"/registry/src/*; do printf ' --remap-path-prefix=%s=crates' "$dir"; done
	printf ' --remap-path-prefix=%s=countersign' "$ROOT"
	printf ' --remap-path-prefix=%s=rust' "$("$rustc" --print sysroot)/lib/rustlib/src/rust/library"
}

# The standard library is compiled without what only a backtrace needs. wasm-bindgen needs the section that `strip` removes.
compile() {
	# Where the crates are must be known before the first of them is compiled.
	cargo fetch --quiet --locked
	env RUSTC="$rustc" RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR="$base/target" RUSTFLAGS="$(remap)" \
		CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER="$linker" \
		cargo rustc -Zbuild-std=std,panic_abort -Zbuild-std-features=optimize_for_size --profile wasm --locked --features wasm \
		--target "$triple" --lib --crate-type cdylib -- -C strip=none
}

write_glue() {
	cargo build --quiet --locked --manifest-path packaging/bindgen/Cargo.toml --target-dir "$base/bindgen"
	rm -rf "$base/glue"
	"$base/bindgen/debug/bindgen" "$base/target/$triple/wasm/countersign.wasm" "$base/glue"
}

assemble() {
	local made=$base/package dir
	rm -rf "$made"
	mkdir -p "$made"
	cp npm/core/* LICENSE "$base"/glue/core.js "$base"/glue/core.d.ts "$base"/glue/core_bg.wasm "$made"
	cp packaging/third-party/javascript.txt "$made/THIRD-PARTY.txt"
	sed -i "s/\"version\": \"0.0.0\"/\"version\": \"$version\"/" "$made/package.json"
	grep -q "\"version\": \"$version\"" "$made/package.json"
	for dir in "$ROOT" "$HOME" /home/ /usr/; do
		! grep -rqF "$dir" "$made"/core* || die "the module contains the path $dir of this machine"
	done
	chmod -R u=rwX,go=rX "$made"
	mkdir -p "$(dirname "$out")"
	rm -rf "$out"
	cp -r "$made" "$out"
}

rm -f "$base/key"
step "compile the core for WebAssembly" compile
step "write the JavaScript of the binding" write_glue
step "assemble the package @countersign/core" assemble
echo "$key" >"$base/key"
report
