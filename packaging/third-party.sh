#!/bin/bash
# The crates that are compiled into the extension, into the command line and into the JavaScript package, with their
# licences and notices, as the packages hold them: packaging/third-party/extension.txt, cli.txt and javascript.txt.
#
#   packaging/third-party.sh           writes the files with cargo-about; run it after every change of a dependency
#   packaging/third-party.sh check     fails if a file does not list exactly the crates that are compiled in
set -euo pipefail
. "$(dirname "$0")/common.sh"
cd "$ROOT"

# Each file, the feature with which its program is built, and the targets.
linux="x86_64-unknown-linux-gnu aarch64-unknown-linux-gnu"
programs=("extension php $linux" "cli cli $linux" "javascript wasm wasm32-unknown-unknown")

write_files() {
	local name feature targets
	tests/setup/cargo-tool.sh cargo-about
	for program in "${programs[@]}"; do
		read -r name feature targets <<<"$program"
		# shellcheck disable=SC2086
		"$ROOT/.cache/cargo-tools/bin/cargo-about" generate --locked --offline --fail --features "$feature" \
			$(printf -- '--target %s ' $targets) --output-file "packaging/third-party/$name.txt" about.hbs
	done
}

# compiled FEATURE TARGET...: the crates that cargo compiles into a release, "name version" a line.
compiled() {
	local feature=$1
	shift
	# shellcheck disable=SC2046
	cargo tree --locked --quiet --edges normal --no-dedupe --prefix none --features "$feature" --format '{p}' \
		$(printf -- '--target %s ' "$@") |
		sed -n 's/^\([^ ]*\) v\([^ ]*\).*/\1 \2/p' | grep -v '^countersign ' | LC_ALL=C sort -u
}

check_files() {
	local name feature targets
	for program in "${programs[@]}"; do
		read -r name feature targets <<<"$program"
		# shellcheck disable=SC2086
		diff <(compiled "$feature" $targets) <(sed -n '/^==/q; s/^  \([^ ]* [^ ]*\) .*/\1/p' "packaging/third-party/$name.txt" | LC_ALL=C sort -u) ||
			die "packaging/third-party/$name.txt is out of date: run packaging/third-party.sh"
	done
}

case ${1:-write} in
write) write_files ;;
check) check_files ;;
*) die "usage: packaging/third-party.sh [check]" ;;
esac
