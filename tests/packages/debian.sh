#!/bin/bash
# Installs, upgrades, disables, removes and purges Debian packages in a Debian system in a folder.
#
#   tests/packages/debian.sh PACKAGE.deb...
#
# Run it as root, with the package of the extension for one PHP and, optionally, that of the command line.
# debootstrap creates the Debian release that contains this PHP once; it is kept as .cache/debian-php*.tar.
# Programs inside have their own /proc. Nothing outside the folder is changed.
set -euo pipefail
. "$(dirname "$0")/../setup/common.sh"
. "$(dirname "$0")/../setup/private-apt.sh"

[ "$(id -u)" = 0 ] || die "only root can install packages into a folder"
packages=("$@")
series=$(basename -a "$@" | sed -n 's/^php\([0-9.]*\)-countersign_.*/\1/p')
case $series in
8.2) suite=bookworm ;;
8.4) suite=trixie ;;
*) die "none of the files is a package of the extension for a PHP of Debian 12 or 13" ;;
esac
image=$CACHE/debian-php$series.tar
base=$CACHE/run/packages/debian-php$series
root=$base/root
ini=/etc/php/$series/mods-available/countersign.ini
PATH=$PATH:/usr/sbin:/sbin

make_image() {
	local from
	from=$(mirror)
	[ -n "$from" ] || die "no Debian mirror found in apt's configuration (run 'apt-get update' once as root)"
	debootstrap --variant=minbase --include="php$series-cli,php$series-fpm" "$suite" "$root" "$from"
	rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/*
	tar -C "$root" --one-file-system -cf "$image.new" .
	mv "$image.new" "$image"
}

# become command...: replaces this shell by the command, in the folder and in a new namespace, so that its /proc is
# unmounted with it. In the background, the process id is that of `unshare`: when it is killed, the command is too.
become() {
	# shellcheck disable=SC2016
	exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
		unshare --mount --pid --fork --kill-child sh -c 'root=$1; shift; mount -t proc proc "$root/proc" && exec chroot "$root" "$@"' \
		sh "$root" "$@"
}

# inside command...: runs the command there and waits for it.
inside() { (become "$@"); }

# Lists all files except dpkg's database, logs, and the folders in which Debian's PHP records enabled modules.
listing() {
	(
		cd "$root"
		find . \( -path ./proc -o -path ./var/lib/dpkg -o -path ./var/log -o -path ./packages \) -prune -o \
			-path './var/lib/php/modules/*' -type d -o -printf '%p %y %m %l\n' | sort
	)
}

# is_on, is_off: whether the module is loaded in both server interfaces, without a warning.
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
	# Prevents packages from starting services.
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

# as USER command...: runs it inside as a user, who need not exist.
as() {
	local user=$1
	shift
	inside setpriv --reuid="$user" --regid="$user" --clear-groups "$@"
}

# modes: prints owner and mode of the state folder and of each folder of a user.
modes() { inside sh -c 'cd /var/lib/countersign && stat -c "%u %a %n" . user-*' | tr '\n' ';'; }

# Users get a folder of their own, root's diagnosis locks nobody out, and nobody can take the folder of Debian's pools.
use_store() {
	[ "$(modes)" = '0 1733 .;33 700 user-33;' ]
	[ -z "$(ls "$root/var/lib/countersign/user-33")" ]
	! as 20001 mv /var/lib/countersign/user-33 /var/lib/countersign/user-34 2>/dev/null || return 1
	# As an administrator would try it first.
	inside "php$series" -r 'Countersign\Store::open()->status();'
	local user
	for user in 33 20001; do
		as "$user" "php$series" -r 'Countersign\Store::open()->status();'
		[ -e "$root/var/lib/countersign/user-$user/current" ]
	done
	[ "$(modes)" = '0 1733 .;0 700 user-0;20001 700 user-20001;33 700 user-33;' ]
	rm -rf "$root"/var/lib/countersign/user-{0,20001}
}

# Two pools of two users in one php-fpm work with the default settings.
two_pools() {
	local user fpm status=0
	mkdir -p "$root/packages/www" "$root/run/php"
	cp "$ROOT/tests/fpm/www/nonce.php" "$root/packages/www/"
	for user in 20001 20002; do
		printf '%s\n' "[user-$user]" "listen = /run/php/$user.sock" "user = $user" "group = $user" 'pm = static' 'pm.max_children = 2' \
			>"$root/etc/php/$series/fpm/pool.d/$user.conf"
	done
	become "php-fpm$series" -F >"$base/fpm.log" 2>&1 &
	fpm=$!
	PYTHONDONTWRITEBYTECODE=1 python3 "$ROOT/tests/packages/pools.py" "$root/run/php" 20001 20002 || status=$?
	# unshare ignores SIGTERM while its child runs.
	kill -KILL "$fpm"
	wait "$fpm" 2>/dev/null || true
	rm -f "$root/etc/php/$series/fpm/pool.d"/2000?.conf "$root"/run/php/*
	[ "$status" = 0 ] || { cat "$base/fpm.log"; return 1; }
	[ "$(modes)" = '0 1733 .;20001 700 user-20001;20002 700 user-20002;33 700 user-33;' ]
	rm -rf "$root"/var/lib/countersign/user-2000?
}

# An earlier version made the state folder for www-data alone, and root's PHP made it for root.
migrate() {
	local owner state=$root/var/lib/countersign
	for owner in 33 0; do
		rm -rf "$state"
		install -d -m 0700 -o "$owner" "$state" "$state/mine"
		cp "$ROOT/tests/packages/state.php" "$root/packages/"
		as "$owner" "php$series" /packages/state.php make
		[ -n "$(ls "$state"/seal-*)" ] && [ -e "$state/current" ]
		# What the user could have prepared to lead root elsewhere.
		ln -s /etc "$state/user-20001"
		touch "$state/seal-0123456789abcdef"
		chown 20001 "$state/seal-0123456789abcdef"
		upgrade "from a folder of user $owner"
		[ ! -e "$root/etc/seal-0123456789abcdef" ]
		[ -e "$state/seal-0123456789abcdef" ]
		rm "$state/user-20001" "$state/seal-0123456789abcdef"
		[[ $(modes) == "0 1733 .;"*"$owner 700 user-$owner;"* && $(modes) == *"33 700 user-33;"* ]]
		[ "$(cd "$state" && echo *)" = "mine $(cd "$state" && echo user-*)" ]
		as "$owner" "php$series" /packages/state.php check
		# Once more: nothing changes.
		find "$state" -printf '%P %i %m %u\n' | sort >"$base/state"
		upgrade "from a migrated folder"
		find "$state" -printf '%P %i %m %u\n' | sort | diff "$base/state" -
	done
	rm -rf "$state/mine" "$state/user-0"
	# The mode that an administrator chose is kept.
	chmod 0711 "$state"
	upgrade "with a mode of the administrator"
	[ "$(stat -c %a "$state")" = 711 ]
	chmod 1733 "$state"
	# systemd makes the folder again, closed to others, and changes nothing that exists.
	if command -v systemd-tmpfiles >/dev/null; then
		rm -rf "$state"
		systemd-tmpfiles --root="$root" --create "php$series-countersign.conf"
		[ "$(modes)" = '0 1733 .;33 700 user-33;' ]
		chmod 0711 "$state"
		systemd-tmpfiles --root="$root" --create "php$series-countersign.conf"
		[ "$(modes)" = '0 711 .;33 700 user-33;' ]
		chmod 1733 "$state"
	fi
}

compare_ini() {
	cp "$(dirname "$0")/ini.php" "$root/packages/"
	inside "php$series" /packages/ini.php "$ini"
}

# upgrade LINE: upgrades to a newer version of the same package, whose INI file has one more line.
upgrade() {
	local deb=$root/packages/next.deb
	rm -rf "$base/next"
	dpkg-deb -R "$(echo "$root/packages/php$series"-countersign_*.deb)" "$base/next"
	sed -i 's/^Version: .*/&+next/' "$base/next/DEBIAN/control"
	echo "; $1" >>"$base/next$ini"
	dpkg-deb --root-owner-group -Znone -b "$base/next" "$deb"
	inside dpkg --force-confold -i /packages/next.deb >"$base/dpkg.log" 2>&1 || { cat "$base/dpkg.log"; return 1; }
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
[ -e "$image" ] || step "create a Debian $suite with PHP $series (once; kept in .cache)" make_image
rm -rf "$root"
mkdir -p "$root"
step "unpack Debian $suite" tar -C "$root" -xf "$image"
step "installing enables it in php$series and php-fpm$series, and its self-test passes" install_packages
step "each user gets a folder of its own, and root locks nobody out" use_store
step "two pools of two users work with the default settings" two_pools
step "an upgrade moves the store and the sealing keys of an earlier version" migrate
step "the INI file lists every entry with its default" compare_ini
step "an upgrade keeps the edited INI file and the state" keep_edits
step "an upgrade leaves a disabled module disabled" keep_off
step "removing disables it, and purging leaves nothing" remove
