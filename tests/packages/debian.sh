#!/bin/bash
# A Debian package's whole life in a Debian of its own, in a folder: installed, upgraded, turned off, removed, purged.
#
#   tests/packages/debian.sh PACKAGE.deb...       (as root; the extension's for one PHP, and the command line's if there is one)
#
# The Debian is the one that has this PHP, made once, by debootstrap, and kept as .cache/debian-php*.tar. What runs in it has its own /proc, and
# nothing outside is touched.
set -euo pipefail
. "$(dirname "$0")/../setup/common.sh"
. "$(dirname "$0")/../setup/private-apt.sh"

[ "$(id -u)" = 0 ] || die "only root can install packages into a folder"
packages=("$@")
series=$(basename -a "$@" | sed -n 's/^php\([0-9.]*\)-countersign_.*/\1/p')
case $series in
8.2) suite=bookworm ;;
8.4) suite=trixie ;;
*) die "no package of the extension among these, or for a PHP that is in no known Debian" ;;
esac
image=$CACHE/debian-php$series.tar
base=$CACHE/run/packages/debian-php$series
root=$base/root
ini=/etc/php/$series/mods-available/countersign.ini
PATH=$PATH:/usr/sbin:/sbin

make_image() {
	local from
	from=$(mirror)
	[ -n "$from" ] || die "apt knows no Debian mirror on this machine (run 'apt-get update' once as root)"
	debootstrap --variant=minbase --include="php$series-cli,php$series-fpm" "$suite" "$root" "$from"
	rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/*
	tar -C "$root" --one-file-system -cf "$image.new" .
	mv "$image.new" "$image"
}

# In a namespace of its own, so that its /proc is gone with it.
inside() {
	# shellcheck disable=SC2016
	env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
		unshare --mount --pid --fork --kill-child sh -c 'root=$1; shift; mount -t proc proc "$root/proc" && exec chroot "$root" "$@"' \
		sh "$root" "$@"
}

# Everything there is, but dpkg's own books, its log, and the folders where Debian's PHP notes who turned what on.
listing() {
	(
		cd "$root"
		find . \( -path ./proc -o -path ./var/lib/dpkg -o -path ./var/log -o -path ./packages \) -prune -o \
			-path './var/lib/php/modules/*' -type d -o -printf '%p %y %m %l\n' | sort
	)
}

# is_on, is_off: the same in both server interfaces, and PHP has nothing to complain of.
modules() {
	local said
	said=$(inside "$1" -m 2>&1)
	[[ $said != *[Ww]arning* ]] || { say "$said"; return 1; }
	printf '%s\n' "$said"
}
is_on() {
	[[ $'\n'$(modules "php$series")$'\n' == *$'\ncountersign\n'* ]] || return 1
	[[ $'\n'$(modules "php-fpm$series")$'\n' == *$'\ncountersign\n'* ]]
}
is_off() {
	[[ $(modules "php$series") == *standard* && $(modules "php$series") != *countersign* ]] || return 1
	[[ $(modules "php-fpm$series") == *standard* && $(modules "php-fpm$series") != *countersign* ]]
}

install_packages() {
	# No service is started in there.
	printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
	chmod 755 "$root/usr/sbin/policy-rc.d"
	listing >"$base/before"
	mkdir "$root/packages"
	cp "${packages[@]}" "$root/packages/"
	inside sh -c 'dpkg -i /packages/*.deb'
	is_on
	# shellcheck disable=SC2016
	inside "php$series" -r 'exit( in_array( false, Countersign\self_test(), true ) ? 1 : 0 );'
	if [ -e "$root/usr/bin/countersign" ]; then inside countersign --version; fi
}

# The user of Debian's pools can use the folder, and nobody else can look into it.
use_store() {
	[ "$(inside stat -c '%U %a' /var/lib/countersign)" = 'www-data 700' ]
	inside setpriv --reuid=www-data --regid=www-data --clear-groups "php$series" -r 'Countersign\Store::open()->status();'
	[ -n "$(ls "$root/var/lib/countersign")" ]
}

compare_ini() {
	cp "$(dirname "$0")/ini.php" "$root/packages/"
	inside "php$series" /packages/ini.php "$ini"
}

# upgrade LINE: to the same package as its successor, whose INI file has one more line.
upgrade() {
	local deb=$root/packages/next.deb
	rm -rf "$base/next"
	dpkg-deb -R "$(echo "$root/packages/php$series"-countersign_*.deb)" "$base/next"
	sed -i 's/^Version: .*/&+next/' "$base/next/DEBIAN/control"
	echo "; $1" >>"$base/next$ini"
	dpkg-deb --root-owner-group -Znone -b "$base/next" "$deb"
	inside dpkg --force-confold -i /packages/next.deb
}

keep_edits() {
	sed -i 's|^;countersign.state_dir.*|countersign.state_dir = /var/lib/countersign/|' "$root$ini"
	upgrade "one more line"
	grep -qx 'countersign.state_dir = /var/lib/countersign/' "$root$ini"
	[ "$(inside "php$series" -r 'echo ini_get( "countersign.state_dir" );')" = /var/lib/countersign/ ]
	[ -n "$(ls "$root/var/lib/countersign")" ]
	is_on
}

keep_off() {
	inside phpdismod -v "$series" countersign
	is_off
	upgrade "yet another line"
	is_off
	inside phpenmod -v "$series" countersign
	is_on
}

remove() {
	local names
	names=$(inside dpkg-query -W -f '${Package} ' '*countersign*')
	# shellcheck disable=SC2086
	inside dpkg -r $names
	is_off
	[ -e "$root$ini" ]
	[ -d "$root/var/lib/countersign" ]
	# shellcheck disable=SC2086
	inside dpkg -P $names
	listing >"$base/after"
	diff "$base/before" "$base/after"
}

rm -rf "$base"
mkdir -p "$root"
trap 'rm -rf "$base"' EXIT
[ -e "$image" ] || step "a Debian $suite with PHP $series made (once; kept in .cache)" make_image
rm -rf "$root"
mkdir -p "$root"
step "Debian $suite unpacked" tar -C "$root" -xf "$image"
step "installed: php$series and php-fpm$series have it on, its self-test passes" install_packages
step "its state folder is www-data's alone, and works" use_store
step "the INI file names every entry with its default" compare_ini
step "an upgrade keeps the edited INI file and the state" keep_edits
step "turned off by an administrator, an upgrade leaves it off" keep_off
step "removed, it is off; purged, nothing is left" remove
