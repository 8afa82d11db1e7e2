#!/bin/bash
# The crates that are compiled into the extension and into the command line, with their licences and notices, as the
# packages hold them: packaging/third-party/extension.txt and cli.txt.
#
#   packaging/third-party.sh           writes the files with cargo-about; run it after every change of a dependency
#   packaging/third-party.sh check     fails if a file does not list exactly the crates that are compiled in
set -euo pipefail
. "$(dirname "$0")/common.sh"
cd "$ROOT"

# Each file, and the feature with which its program is built.
features=("extension php" "cli cli")

write_files() {
	local name feature
	tests/setup/cargo-tool.sh cargo-about
	for pair in "${features[@]}"; do
		read -r name feature <<<"$pair"
		"$ROOT/.cache/cargo-tools/bin/cargo-about" generate --locked --offline --fail --features "$feature" \
			--output-file "packaging/third-party/$name.txt" about.hbs
	done
}

# compiled FEATURE: the crates that cargo compiles into a release, "name version" a line.
compiled() {
	cargo tree --locked --quiet --edges normal --no-dedupe --prefix none --features "$1" --format '{p}' \
		--target x86_64-unknown-linux-gnu --target aarch64-unknown-linux-gnu |
		sed -n 's/^\([^ ]*\) v\([^ ]*\).*/\1 \2/p' | grep -v '^countersign ' | LC_ALL=C sort -u
}

check_files() {
	local name feature
	for pair in "${features[@]}"; do
		read -r name feature <<<"$pair"
		diff <(compiled "$feature") <(sed -n '/^==/q; s/^  \([^ ]* [^ ]*\) .*/\1/p' "packaging/third-party/$name.txt" | LC_ALL=C sort -u) ||
			die "packaging/third-party/$name.txt is out of date: run packaging/third-party.sh"
	done
}

case ${1:-write} in
write) write_files ;;
check) check_files ;;
*) die "usage: packaging/third-party.sh [check]" ;;
esac
