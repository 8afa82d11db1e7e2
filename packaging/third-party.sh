#!/bin/bash
# Prints the crates that are compiled into the extension (or, with the argument cli, into the command line), each with its
# version, licence and notices.
set -euo pipefail
. "$(dirname "$0")/common.sh"
cd "$ROOT"

crates=$(cargo tree --locked --quiet --edges normal --no-dedupe --prefix none --features "${1:-php}" --format '{p}|{l}' |
	sed -n 's/^\([^ ]*\) v\([^ |]*\)[^|]*|\(.*\)$/\1 \2 \3/p' | grep -v '^countersign ' | sort -u)
[ -n "$crates" ] || die "cargo names no crate"
say "Compiled into this file, each under its own licence:"
say ""
sed 's/^/  /' <<<"$crates"
declare -A printed=()
while read -r name version _; do
	for dir in "${CARGO_HOME:-$HOME/.cargo}"/registry/src/*/"$name-$version"; do
		for notice in "$dir"/{LICEN[CS]E*,COPYING*,COPYRIGHT*,NOTICE*}; do
			[ -f "$notice" ] || continue
			# Most share a few texts word for word: each is printed once.
			text=$(sha256sum <"$notice")
			printf '\n== %s %s: %s\n' "$name" "$version" "$(basename "$notice")"
			if [ -n "${printed[$text]:-}" ]; then
				printf '   the same text as that of %s\n' "${printed[$text]}"
			else
				printf '\n'
				cat "$notice"
				printed[$text]=$name
			fi
		done
	done
done <<<"$crates"
