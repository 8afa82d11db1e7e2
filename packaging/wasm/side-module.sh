#!/bin/bash
# `make wasm-ext`: builds the extension as a side module for PHP.wasm (JSPI, Node and browsers) into target/wasm-ext.
#
#   packaging/wasm/side-module.sh [8.2|8.4]...      default: both
#
#   countersign-php8.2-jspi.so     the module
#   broken-clock/                  the same modules for the test of panics
#   manifest.json                  for loadNodeRuntime({ extensions }) and --php-extension of Playground
#
# The crate is compiled as a static library with Debian's Rust and its standard library, and linked with glue.c. A
# module whose imports PHP.wasm does not export is refused. A second run with the same sources has nothing to do.
set -euo pipefail
. "$(dirname "$0")/../../tests/setup/common.sh"
cd "$ROOT"

here=packaging/wasm
base=$CACHE/wasm-ext
out=$TARGET/wasm-ext
triple=wasm32-unknown-emscripten
name=countersign
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -1)

all=(8.2 8.4)
wanted=("$@")
[ $# -gt 0 ] || wanted=("${all[@]}")
for php in "${wanted[@]}"; do
	[[ " ${all[*]} " == *" $php "* ]] || die "unknown PHP version '$php' (known: ${all[*]}): no Debian package has the headers of another"
done

began=$(now_ms)
# What the modules are made from. The command line and the binding for JavaScript are not in them.
mapfile -t files < <(
	find src build -path src/bin -prune -o -path src/wasm -prune -o -type f -print | LC_ALL=C sort
	printf '%s\n' build.rs Cargo.toml Cargo.lock tests/wasm/package-lock.json \
		"$here"/{side-module.sh,toolchain.sh,glue.c,broken-clock.c,imports.mjs}
)
key=$(hash_of "${files[@]}" <(/usr/bin/rustc -vV 2>/dev/null) <(printf '%s\n' "${files[@]}"))
size() { printf '%d KB, %d KB compressed' $(($(stat -c %s "$1") / 1000)) $(($(gzip -9 <"$1" | wc -c) / 1000)); }
is_made() { [ "$(cat "$out/.key-$1" 2>/dev/null)" = "$key" ] && [ -f "$out/$name-php$1-jspi.so" ]; }

missing=()
for php in "${wanted[@]}"; do is_made "$php" || missing+=("$php"); done
if [ ${#missing[@]} = 0 ]; then
	say "side modules for PHP ${wanted[*]} are built ($(since "$began"))"
	exit
fi
mkdir -p "$out/broken-clock"
exec 8>"$base.lock"
flock 8
tests/setup/install.sh build wasm
tests/setup/node.sh wasm
"$here/toolchain.sh" "${wanted[@]}"
# Where the crates are must be known before the first of them is compiled: see remap().
cargo fetch --quiet --locked

tools=$base/tools/usr
llvm=$(echo "$tools"/lib/llvm-*)
musl=$tools/share/emscripten/system/lib/libc/musl
include="-nostdinc -isystem $(echo "$llvm"/lib/clang/*)/include -isystem $musl/arch/emscripten -isystem $musl/arch/generic"
include+=" -isystem $musl/include -isystem $tools/share/emscripten/system/include"
# setjmp is an exception in PHP.wasm, in the older encoding.
cflags="--target=$triple $include -fPIC -fvisibility=default -O2 -mllvm -wasm-enable-sjlj -mllvm -wasm-use-legacy-eh=1"

# Removes the folders of the build machine from the file names in messages.
remap() {
	local dir
	for dir in "${CARGO_HOME:-$HOME/.cargo}"/registry/src/*; do printf ' --remap-path-prefix=%s=crates' "$dir"; done
	printf ' --remap-path-prefix=%s=countersign' "$ROOT"
}

compile() {
	local php=$1
	env PATH="$llvm/bin:$PATH" PHP="$base/fake/$php/php" PHP_CONFIG="$base/fake/$php/php-config" \
		LIBCLANG_PATH="$llvm/lib" BINDGEN_EXTRA_CLANG_ARGS="--target=$triple $include -fvisibility=default" \
		CC_wasm32_unknown_emscripten=clang AR_wasm32_unknown_emscripten=llvm-ar \
		CFLAGS_wasm32_unknown_emscripten="$cflags" \
		RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR="$base/target" \
		RUSTFLAGS="-C relocation-model=pic -C panic=abort$(remap)" \
		cargo rustc -Zbuild-std=std,panic_abort -Zbuild-std-features=optimize_for_size --profile wasm-ext --locked --features php --target "$triple" \
		--lib --crate-type staticlib
}

# link OUT [ARGUMENT...]: links the static library with glue.c.
link() {
	local made=$1
	shift
	"$llvm/bin/wasm-ld" -shared --experimental-pic --unresolved-symbols=import-dynamic --no-entry --gc-sections \
		--strip-all -Bsymbolic --no-export-dynamic -O2 --export=get_module --export-if-defined=__wasm_call_ctors \
		--export-if-defined=__wasm_apply_data_relocs -u get_module \
		"$base/target/$triple/wasm-ext/lib$name.a" "$base/glue.o" "$@" -o "$made"
}

# The module, and one for the tests in which the clock can be broken.
link_both() {
	local module=$1 source
	for source in glue broken-clock; do
		# shellcheck disable=SC2086
		"$llvm/bin/clang" $cflags -Wall -Wextra -Werror -c "$here/$source.c" -o "$base/$source.o"
	done
	mkdir -p "$base/broken-clock"
	link "$base/$module"
	link "$base/broken-clock/$module" --wrap=clock_gettime "$base/broken-clock.o"
}

# Makes the module a fifth smaller. The features are those that LLVM and PHP.wasm use.
shrink() {
	local module=$1
	"$tools/bin/wasm-opt" -Oz --enable-exception-handling --enable-bulk-memory \
		--enable-sign-ext --enable-mutable-globals --enable-nontrapping-float-to-int --enable-reference-types \
		--enable-multivalue "$base/$module" -o "$base/$module.small"
	mv "$base/$module.small" "$base/$module"
}

# Every name that the module imports must be in the PHP.wasm of Node and of browsers, which exports less.
check() {
	local module=$1 php=$2 main=tests/wasm/node_modules/@php-wasm
	"$CACHE/node24" "$here/imports.mjs" "$base/$module" \
		"$main"/{node,web}-"${php/./-}"/jspi/*/php_"${php/./_}".wasm
}

# manifest FOLDER: names the modules in it.
manifest() {
	local php artifacts=
	for php in "${all[@]}"; do
		[ -f "$1/$name-php$php-jspi.so" ] || continue
		artifacts+="${artifacts:+,}
    { \"phpVersion\": \"$php\", \"sourcePath\": \"$name-php$php-jspi.so\" }"
	done
	printf '{\n  "name": "%s",\n  "version": "%s",\n  "artifacts": [%s\n  ]\n}\n' "$name" "$version" "$artifacts" >"$1/manifest.json"
}

for php in "${missing[@]}"; do
	module=$name-php$php-jspi.so
	step "compile the extension for PHP $php" compile "$php"
	step "link it" link_both "$module"
	step "shrink it" shrink "$module"
	step "compare its imports with the exports of PHP.wasm" check "$module" "$php"
	rm -f "$out/.key-$php"
	mv "$base/$module" "$out/"
	mv "$base/broken-clock/$module" "$out/broken-clock/"
	manifest "$out"
	manifest "$out/broken-clock"
	echo "$key" >"$out/.key-$php"
	say "  $out/$module: $(size "$out/$module")"
done
