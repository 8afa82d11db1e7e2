#!/bin/bash
# Makes .cache/venv with the Python MCP client of the end-to-end tests, exactly as pinned.
set -euo pipefail
. "$(dirname "$0")/common.sh"

pins=$ROOT/tests/e2e/requirements.txt
venv=$CACHE/venv
stamp=$venv/.countersign-$(hash_of "$pins")

make_venv() {
	rm -rf "$venv"
	python3 -m venv "$venv"
	# --no-deps: the file names every package, so nothing unpinned can slip in.
	"$venv/bin/pip" install --quiet --no-deps -r "$pins"
	"$venv/bin/pip" check
	touch "$stamp"
}

exec 9>"$CACHE/venv.lock"
flock 9
[ -e "$stamp" ] && exit
python3 -c 'import ensurepip, venv' 2>/dev/null || "$(dirname "$0")/install.sh" e2e
step "Python packages of tests/e2e installed" make_venv
