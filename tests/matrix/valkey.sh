#!/bin/bash
# Makes .cache/valkey with bin/valkey-server. Debian 12 has no Valkey: this is the package of Debian 13,
# unpacked together with its C library.
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
	# valkey-server is a link to this program.
	start_by_loader "$made/root" usr/bin/valkey-check-rdb "$made/bin/valkey-server"
}

step "fetch Valkey of Debian 13" fetch
"$made/bin/valkey-server" --version
touch "$made/$stamp"
