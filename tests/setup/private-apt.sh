# Sourced after common.sh: fetches packages from other Debian suites than that of the machine. Lists and
# cache are kept in a folder of the caller ($work). The apt configuration of the system is not changed.
# shellcheck shell=bash

# The Debian mirror that this machine uses, from either format of apt's configuration.
mirror() {
	apt-get indextargets --format '$(SITE)' 'Created-By: Packages' |
		grep -E '/debian/?$' | sort -u | head -1
}

# private_apt PROGRAM ARG...: runs an apt program that uses only $work.
private_apt() {
	local program=$1
	shift
	"$program" -o Dir::Etc::sourcelist="$work/sources.list" -o Dir::Etc::sourceparts=/dev/null \
		-o Dir::State::Lists="$work/lists" -o Dir::Cache="$work/cache" \
		-o Dir::State::status=/dev/null -o APT::Sandbox::User= \
		-o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false "$@"
}

# private_lists KIND SUITE: creates $work and fetches the lists of a suite. KIND is deb or deb-src.
private_lists() {
	local kind=$1 suite=$2 from
	from=$(mirror)
	[ -n "$from" ] || die "no Debian mirror found in apt's configuration (run 'apt-get update' once as root)"
	mkdir -p "$work"/{lists,cache,debs}/partial "$work/cache/archives/partial" "$work/root"
	echo "$kind [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $from $suite main" >"$work/sources.list"
	private_apt apt-get -q update
}

# unpack_programs ROOT [-x PACKAGE] PACKAGE...: downloads packages of the suite and the libraries on which
# they depend, and unpacks them into ROOT. -x names a package that is unpacked without its dependencies.
unpack_programs() {
	local root=$1 needed deb alone=()
	shift
	if [ "$1" = -x ]; then
		alone=("$2")
		shift 2
	fi
	needed=$(private_apt apt-get -y --print-uris --no-install-recommends install "$@" |
		sed -n "s/^'.*' \([a-z0-9.+-]*\)_.*/\1/p" | grep -E "^(lib|php|zlib1g\$|tzdata\$)|^($(IFS='|' && echo "$*"))-?")
	# shellcheck disable=SC2086
	(cd "$work/debs" && private_apt apt-get -q download $needed "${alone[@]}")
	mkdir -p "$root"
	for deb in "$work"/debs/*.deb; do dpkg-deb -x "$deb" "$root"; done
}

# start_by_loader ROOT PROGRAM SCRIPT [ARGUMENT...]: writes a script that starts a program of ROOT with
# the C library of ROOT.
start_by_loader() {
	local root=$1 program=$2 script=$3 arguments=
	shift 3
	[ $# = 0 ] || arguments=$(printf '"%s" ' "$@")
	cat >"$script" <<-END
		#!/bin/sh
		exec "$root/usr/lib64/ld-linux-x86-64.so.2" --argv0 "\$0" \\
			--library-path "$root/usr/lib/x86_64-linux-gnu" \\
			"$root/$program" $arguments"\$@"
	END
	chmod 755 "$script"
}
