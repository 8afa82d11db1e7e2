# Sourced by the scripts of this folder: version, time stamps and shared functions.
# shellcheck shell=bash

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
VERSION=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$ROOT/Cargo.toml" | head -1)

say() { printf '%s\n' "$*"; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

# Every file in a package has the time of the commit, so that the same source gives the same bytes.
: "${SOURCE_DATE_EPOCH:=$(git -C "$ROOT" log -1 --format=%ct 2>/dev/null || stat -c %Y "$ROOT/CHANGELOG.md")}"
export SOURCE_DATE_EPOCH TZ=UTC LC_ALL=C
umask 022

# settle FOLDER: sets this time and the file modes of a package on everything in the folder.
settle() {
	chmod -R u=rwX,go=rX "$1"
	find "$1" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
}

# zip_folder FOLDER FILE.zip: packs the folder, sorted and without attributes of the build machine.
zip_folder() {
	settle "$1"
	rm -f "$2"
	(cd "$1" && find . -mindepth 1 ! -type d | sed 's|^\./||' | sort | zip -q -X -D -9 "$2" -@)
}

# build_note VERSION COMMIT TARGET: prints the description of a build that packages contain.
build_note() { printf '%s\n' "Version: $1" "Commit: $2" "Target: $3"; }

# extension_note EXTENSION.so PHP: prints the same for an extension, as it reports it in phpinfo().
extension_note() {
	local info
	info=$("$2" -n -d "extension=$1" -d html_errors=0 -r 'phpinfo( INFO_MODULES );')
	build_note "$VERSION" "$(sed -n 's/^Commit => //p' <<<"$info")" "$(sed -n 's/^Target => //p' <<<"$info")"
}
