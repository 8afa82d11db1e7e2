#!/bin/bash
# Prepares what compiles a side module for PHP.wasm, in .cache/wasm-ext. Nothing is installed.
#
#   packaging/wasm/toolchain.sh 8.2|8.4...
#
#   tools/          clang, lld and llvm-ar of the LLVM version of Debian's Rust, wasm-opt, and the headers of Emscripten's
#                   C library
#   headers/8.2     PHP's headers as PHP.wasm is configured
#   fake/8.2        stand-ins for php and php-config, which answer what the build script of ext-php-rs asks
#
# Debian has headers of PHP 8.2 (Debian 12) and 8.4 (Debian 13).
set -euo pipefail
. "$(dirname "$0")/../../tests/setup/common.sh"
. "$ROOT/tests/setup/private-apt.sh"

base=$CACHE/wasm-ext
rustc=/usr/bin/rustc
mkdir -p "$base"
exec 9>"$base/.lock"
flock 9

[ -x "$rustc" ] && [ -d "$("$rustc" --print sysroot)/lib/rustlib/src/rust/library" ] ||
	die "the Debian packages rustc-web and rust-web-src are not installed (run tests/setup/install.sh wasm)"
llvm=$("$rustc" -vV | sed -n 's/^LLVM version: \([0-9]*\).*/\1/p')

# obtain FOLDER PACKAGE...: downloads packages of the machine's own suites, and names the first that cannot be had.
obtain() {
	local folder=$1 package
	shift
	mkdir -p "$folder"
	cd "$folder"
	apt-get -q download "$@" 2>/dev/null && return
	as_root apt-get -q -o DPkg::Lock::Timeout=300 update >/dev/null 2>&1 || true
	for package in "$@"; do
		apt-get -q download "$package" || die "the Debian package $package cannot be downloaded: 'apt-cache policy $package' shows whether a suite of this machine has it"
	done
}

# Emscripten's own compiler is too old. Its C library is the one of PHP.wasm, so the headers are the right ones.
tools() {
	local made=$1 deb
	obtain "$made.debs" "clang-$llvm" "lld-$llvm" "llvm-$llvm" "llvm-$llvm-linker-tools" \
		"libclang-common-$llvm-dev" "libclang-cpp$llvm" "libclang1-$llvm" emscripten binaryen
	mkdir -p "$made"
	for deb in "$made.debs"/*.deb; do
		case ${deb##*/} in
		emscripten_*)
			dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$made" --wildcards \
				'./usr/share/emscripten/system/lib/libc/musl/arch/*' \
				'./usr/share/emscripten/system/lib/libc/musl/include/*' './usr/share/emscripten/system/include/*'
			;;
		*) dpkg-deb -x "$deb" "$made" ;;
		esac
	done
	"$made/usr/lib/llvm-$llvm/bin/clang" --version
	"$made/usr/lib/llvm-$llvm/bin/wasm-ld" --version
	"$made/usr/bin/wasm-opt" --version
}

# unpack_headers VERSION FOLDER: the headers of Debian's own build for x86-64.
unpack_headers() {
	local version=$1 to=$2
	if [ "$version" = 8.2 ]; then
		command -v php-config8.2 >/dev/null || die "the Debian package php8.2-dev is not installed (run tests/setup/install.sh build)"
		cp -r "$(php-config8.2 --include-dir)" "$to"
		return
	fi
	work=$to.work
	private_lists deb trixie
	(cd "$work/debs" && private_apt apt-get -q download "php$version-dev") ||
		die "the Debian package php$version-dev cannot be downloaded from the suite trixie of $(mirror)"
	dpkg-deb -x "$work"/debs/*.deb "$work/root"
	mv "$work"/root/usr/include/php/20* "$to"
	rm -rf "$work"
}

# PHP.wasm is a 32-bit build with integers of 64 bits, without what belongs to x86, glibc and a machine stack. The last
# two of these change the layout of PHP's globals: ZEND_CHECK_STACK_LIMIT and HAVE__FPU_SETCW.
configure() {
	local config=$1/main/php_config.h name
	for name in SIZEOF_LONG SIZEOF_SIZE_T SIZEOF_SSIZE_T SIZEOF_PTRDIFF_T; do
		grep -q "^#define $name 8$" "$config" || die "$config does not define $name as 8"
		sed -i "s/^#define $name 8$/#define $name 4/" "$config"
	done
	for name in HAVE_ASM_GOTO HAVE_CPUID_COUNT HAVE_CPUID_H HAVE_FPU_INLINE_ASM_X86 HAVE_GCC_GLOBAL_REGS \
		HAVE_SCHED_GETCPU PHP_HAVE_BUILTIN_CPU_INIT PHP_HAVE_BUILTIN_CPU_SUPPORTS HAVE_FUNC_ATTRIBUTE_IFUNC \
		HAVE_FUNC_ATTRIBUTE_TARGET HAVE_STRLCAT HAVE_STRLCPY HAVE__FPU_SETCW ZEND_CHECK_STACK_LIMIT; do
		sed -i "s,^#define $name .*,/* #undef $name */," "$config"
	done
	sed -i '1i #define ZEND_ENABLE_ZVAL_LONG64 1' "$config"
}

headers() {
	local version=$1 made=$2
	unpack_headers "$version" "$made"
	configure "$made"
}

# stand_ins VERSION FOLDER: PHP.wasm is not thread-safe and no debug build.
stand_ins() {
	local version=$1 to=$2 headers=$base/headers/$1 api full
	api=$(sed -n 's/^#define PHP_API_VERSION //p' "$headers/main/php.h")
	full=$(sed -n 's/^#define PHP_VERSION "\(.*\)"$/\1/p' "$headers/main/php_version.h")
	mkdir -p "$to"
	cat >"$to/php" <<-END
		#!/bin/sh
		case " \$* " in
		*" -r "*) echo $full ;;
		*) printf '%s\n' "PHP Version => $full" "PHP API => $api" "Debug Build => no" "Thread Safety => disabled" ;;
		esac
	END
	cat >"$to/php-config" <<-END
		#!/bin/sh
		case "\$1" in
		--version) echo $full ;;
		*) echo "-I$headers -I$headers/main -I$headers/TSRM -I$headers/Zend -I$headers/ext" ;;
		esac
	END
	chmod 755 "$to/php" "$to/php-config"
}

# make WHAT "what it does" FOLDER KEY command...: makes a folder again if its key has changed.
make() {
	local what=$1 folder=$2 key=$3
	shift 3
	[ "$(cat "$folder/.key" 2>/dev/null)" = "$key" ] && return
	rm -rf "$folder" "$folder.debs" "$folder.work"
	mkdir -p "$(dirname "$folder")"
	step "$what" "$@" "$folder"
	rm -rf "$folder.debs"
	echo "$key" >"$folder/.key"
}

script=$(hash_of "$0")
make "fetch clang, lld, wasm-opt and the headers of Emscripten" "$base/tools" "$script $("$rustc" -vV | tail -1)" tools
for version in "$@"; do
	case $version in
	8.2 | 8.4) ;;
	*) die "no Debian package has the headers of PHP $version (known: 8.2, 8.4)" ;;
	esac
	of=
	[ "$version" != 8.2 ] || of=$(hash_of "$(php-config8.2 --include-dir)/main/php_version.h")
	make "prepare the headers of PHP $version" "$base/headers/$version" "$script $ROOT $of" headers "$version"
	make "write stand-ins for php $version and php-config" "$base/fake/$version" "$script $ROOT $of" stand_ins "$version"
done
