# Sourced after common.sh: packages of Debian suites other than the machine's own, with lists and cache in a
# folder of the caller's ($work). The system's own apt sources, lists and packages are only read.
# shellcheck shell=bash

# The mirror this machine already uses, from either format of apt's configuration.
mirror() {
	apt-get indextargets --format '$(SITE)' 'Created-By: Packages' |
		grep -E '/debian/?$' | sort -u | head -1
}

# private_apt PROGRAM ARG...: an apt program that knows of $work alone.
private_apt() {
	local program=$1
	shift
	"$program" -o Dir::Etc::sourcelist="$work/sources.list" -o Dir::Etc::sourceparts=/dev/null \
		-o Dir::State::Lists="$work/lists" -o Dir::Cache="$work/cache" \
		-o Dir::State::status=/dev/null -o APT::Sandbox::User= \
		-o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false "$@"
}

# private_lists KIND SUITE: makes $work and fetches the lists of a suite. KIND is deb or deb-src.
private_lists() {
	local kind=$1 suite=$2 from
	from=$(mirror)
	[ -n "$from" ] || die "apt knows no Debian mirror on this machine (run 'apt-get update' once as root)"
	mkdir -p "$work"/{lists,cache,debs}/partial "$work/cache/archives/partial" "$work/root"
	echo "$kind [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $from $suite main" >"$work/sources.list"
	private_apt apt-get -q update
}
