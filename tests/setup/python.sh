#!/bin/bash
# Makes .cache/venv with the pinned Python MCP client of the end-to-end tests.
set -euo pipefail
. "$(dirname "$0")/common.sh"

pins=$ROOT/tests/e2e/requirements.txt
venv=$CACHE/venv
stamp=$venv/.countersign-$(hash_of "$pins")

make_venv() {
	rm -rf "$venv"
	python3 -m venv "$venv"
	# --no-deps: the file names every package, so that no unpinned version is installed.
	"$venv/bin/pip" install --quiet --no-deps -r "$pins"
	"$venv/bin/pip" check
	touch "$stamp"
}

exec 9>"$CACHE/venv.lock"
flock 9
[ -e "$stamp" ] && exit
python3 -c 'import ensurepip, venv' 2>/dev/null || "$(dirname "$0")/install.sh" e2e
step "install the Python packages of tests/e2e" make_venv
