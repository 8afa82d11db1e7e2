#!/bin/bash
# Makes .cache/valkey, with bin/valkey-server: Debian 13's, unpacked beside its own C library, as Debian 12 has none.
set -euo pipefail
. "$(dirname "$0")/../setup/common.sh"
. "$(dirname "$0")/../setup/private-apt.sh"

made=$CACHE/valkey
stamp=.made-$(hash_of "$0" "$(dirname "$0")/../setup/private-apt.sh" <(echo "$made"))
[ -e "$made/$stamp" ] && exit
work=$(mktemp -d "$CACHE/making.XXXXXX")
trap 'rm -rf "$work"' EXIT
rm -rf "$made"
mkdir -p "$made/bin"

fetch() {
	private_lists deb trixie
	unpack_programs "$made/root" valkey-server valkey-tools
	# One program under several names.
	start_by_loader "$made/root" usr/bin/valkey-check-rdb "$made/bin/valkey-server"
}

step "Valkey of Debian 13 fetched" fetch
"$made/bin/valkey-server" --version
touch "$made/$stamp"
