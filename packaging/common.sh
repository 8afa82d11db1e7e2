# Sourced by the scripts of this folder: version, time, and how they speak.
# shellcheck shell=bash

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
VERSION=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$ROOT/Cargo.toml" | head -1)

say() { printf '%s\n' "$*"; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

# The same source makes the same bytes: every file in a package is as old as the commit.
: "${SOURCE_DATE_EPOCH:=$(git -C "$ROOT" log -1 --format=%ct 2>/dev/null || stat -c %Y "$ROOT/CHANGELOG.md")}"
export SOURCE_DATE_EPOCH TZ=UTC LC_ALL=C
umask 022

# Everything under a folder: that age, and the modes of a package.
settle() {
	chmod -R u=rwX,go=rX "$1"
	find "$1" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
}

# zip_folder FOLDER FILE.zip: what is in the folder, sorted, and nothing of the machine it was made on.
zip_folder() {
	settle "$1"
	rm -f "$2"
	(cd "$1" && find . -mindepth 1 ! -type d | sed 's|^\./||' | sort | zip -q -X -D -9 "$2" -@)
}

# build_note VERSION COMMIT TARGET: what a package says about the build of its binary.
build_note() { printf '%s\n' "Version: $1" "Commit: $2" "Target: $3"; }

# extension_note EXTENSION.so PHP: the same, as the extension itself reports it in phpinfo().
extension_note() {
	local info
	info=$("$2" -n -d "extension=$1" -d html_errors=0 -r 'phpinfo( INFO_MODULES );')
	build_note "$VERSION" "$(sed -n 's/^Commit => //p' <<<"$info")" "$(sed -n 's/^Target => //p' <<<"$info")"
}
