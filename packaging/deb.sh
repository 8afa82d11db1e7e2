#!/bin/bash
# Makes Debian packages with dpkg-deb:
#
#   packaging/deb.sh extension EXTENSION.so PHP DIR    DIR/phpX.Y-countersign_VERSION_ARCH.deb
#   packaging/deb.sh cli PROGRAM DIR                   DIR/countersign-cli_VERSION_ARCH.deb
#
# PHP is the program that the extension was built for, which must not be thread-safe, like all of Debian's.
# There is one package for each PHP version. MAINTAINER is the name and address in the package.
set -euo pipefail
. "$(dirname "$0")/common.sh"

kind=${1:-} file=${2:-}
parts=$ROOT/packaging/deb
architecture=$(dpkg --print-architecture)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tree=$work/tree
mkdir -p "$tree/DEBIAN"

# libraries FILE: prints the dependencies: the oldest C library that has every symbol that the file uses, and libgcc.
libraries() {
	local glibc
	glibc=$(objdump -T "$1" | sed -n 's/.*(\{0,1\}GLIBC_\([0-9.]*\).*/\1/p' | sort -uV | tail -1)
	[ -n "$glibc" ] || die "$1 is not linked with the GNU C library"
	printf 'libc6 (>= %s)' "$glibc"
	if objdump -p "$1" | grep -q 'NEEDED *libgcc_s'; then printf ', libgcc-s1 (>= 4.2)'; fi
}

# documents PACKAGE PROGRAM: adds licence, notices and changes under /usr/share/doc.
documents() {
	local doc=$tree/usr/share/doc/$1
	mkdir -p "$doc"
	cp "$parts/copyright" "$doc/copyright"
	gzip -9n <"$ROOT/packaging/third-party/$2.txt" >"$doc/THIRD-PARTY.txt.gz"
	gzip -9n <"$ROOT/CHANGELOG.md" >"$doc/changelog.gz"
	gzip -9n >"$doc/changelog.Debian.gz" <<-END
		$1 ($VERSION) stable; urgency=medium

		  * Version $VERSION: see changelog.gz.

		 -- $MAINTAINER  $(date -R -d "@$SOURCE_DATE_EPOCH")
	END
}

# package NAME SECTION DEPENDS "summary" < LONG_DESCRIPTION: builds the package from $tree.
package() {
	local name=$1 section=$2 depends=$3 summary=$4
	settle "$tree"
	(cd "$tree" && find . -type f ! -path './DEBIAN/*' -printf '%P\n' | sort | xargs -d '\n' md5sum) >"$tree/DEBIAN/md5sums"
	{
		printf '%s\n' "Package: $name" "Version: $VERSION" "Architecture: $architecture" "Maintainer: $MAINTAINER" \
			"Installed-Size: $(du -k --apparent-size -s "$tree" | cut -f1)" "Depends: $depends" "Section: $section" \
			"Priority: optional" "Description: $summary"
		sed 's/^/ /; s/^ $/ ./'
	} >"$tree/DEBIAN/control"
	settle "$tree"
	mkdir -p "$out"
	dpkg-deb --root-owner-group -Zxz --build "$tree" "$out/${name}_${VERSION}_$architecture.deb" >/dev/null
	say "$out/${name}_${VERSION}_$architecture.deb"
}

: "${MAINTAINER:=Countersign <countersign@localhost>}"
case $kind in
extension)
	[ $# = 4 ] || die "usage: packaging/deb.sh extension EXTENSION.so PHP DIR"
	php=$3 out=$(realpath -m "$4")
	loaded=$("$php" -n -d "extension=$(realpath "$file")" -r 'echo phpversion( "countersign" );') || die "$php cannot load $file"
	[ "$loaded" = "$VERSION" ] || die "$file is version '$loaded', not $VERSION"
	read -r series api plain <<<"$("$php" -n -i | awk '
		/^PHP Version => / && !v { split( $4, n, "." ); v = n[1] "." n[2] }
		/^PHP Extension => / { a = $4 }
		/^Thread Safety => disabled/ { t = 1 }
		END { print v, a, t + 0 }')"
	[ "$plain" = 1 ] || die "$php is thread-safe: Debian packages support only NTS builds"
	name=php$series-countersign
	mkdir -p "$tree/usr/lib/php/$api" "$tree/usr/lib/tmpfiles.d" "$tree/etc/php/$series/mods-available"
	install -m 644 "$file" "$tree/usr/lib/php/$api/countersign.so"
	cp "$parts/countersign.ini" "$tree/etc/php/$series/mods-available/countersign.ini"
	cp "$parts/tmpfiles.conf" "$tree/usr/lib/tmpfiles.d/$name.conf"
	echo "/etc/php/$series/mods-available/countersign.ini" >"$tree/DEBIAN/conffiles"
	for script in postinst postrm; do
		sed "s/@PHP@/$series/g" "$parts/$script" >"$tree/DEBIAN/$script"
		chmod 755 "$tree/DEBIAN/$script"
	done
	documents "$name" extension
	extension_note "$(realpath "$file")" "$php" >"$tree/usr/share/doc/$name/BUILD"
	package "$name" php "php$series-common, phpapi-$api, $(libraries "$file")" \
		"security decisions for WordPress and PHP, in Rust" <<-END
			Lets AI agents and a remote operations service act on a WordPress site without
			being trusted: tokens, limits, permissions, confirmation, a tamper-evident audit
			log and an MCP server, as a PHP extension.

			Loading the module opens no file and starts no thread. Sites that do not use it
			are not affected.
		END
	;;
cli)
	[ $# = 3 ] || die "usage: packaging/deb.sh cli PROGRAM DIR"
	out=$(realpath -m "$3")
	mkdir -p "$tree/usr/bin"
	cp "$file" "$tree/usr/bin/countersign"
	documents countersign-cli cli
	# "countersign 0.1.0 (commit 0123456789ab, x86_64-unknown-linux-gnu)"
	read -r _ _ _ commit target <<<"$("$file" --version | tr -d '(),')"
	build_note "$VERSION" "$commit" "$target" >"$tree/usr/share/doc/countersign-cli/BUILD"
	package countersign-cli admin "$(libraries "$file")" "Countersign's command line, for operators" <<-END
		Verifies exported audit logs, generates keys, shows the fields of a token and runs
		a self-test. Needs neither PHP nor WordPress, and makes no network connection.
	END
	;;
*) die "usage: packaging/deb.sh extension EXTENSION.so PHP DIR | cli PROGRAM DIR" ;;
esac
