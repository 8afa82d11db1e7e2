#!/bin/bash
# `make bench`: measures the performance goals, each relative to comparable code in the same run.
#
#   benches/run.sh [php|core|site|verifier|wasm]...     default: all
#
# php: the extension and comparable PHP code, in one PHP process. core: parts of the Rust core and the bare
# cryptographic primitive that they use. site: the CPU time of an agent's calls on a WordPress site, compared with an
# empty REST call of the same site, in ROUNDS rounds (20) of REQUESTS requests (50) of each kind. verifier: a log of a
# million entries in the verifier page, compared with the command line. wasm: calls of the side module and of builtins
# of PHP.wasm, and a log in each build. The results are written to .cache/bench/*.md; docs/benchmarks.md and docs/wasm.md
# have those of the last release. Benchmarks are not tests: no result makes them fail.
set -euo pipefail
. "$(dirname "$0")/../tests/setup/common.sh"
cd "$ROOT"

parts=("$@")
[ $# -gt 0 ] || parts=(php core site verifier wasm)
out=$CACHE/bench
mkdir -p "$out"
tests/setup/install.sh build mariadb redis bench
work=$(mktemp -d "$CACHE/bench/run.XXXXXX")
chmod 700 "$work"
pids=()
end() {
	local status=$?
	trap - EXIT
	for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
	wait
	rm -rf "$work"
	exit "$status"
}
trap end EXIT

# Starts Redis and MariaDB for the comparisons, on sockets in a folder of this run.
servers() {
	mkdir -p "$work"/{state,files,db,tmp}
	chmod 700 "$work/state"
	redis-server --port 0 --unixsocket "$work/redis" --save '' --appendonly no --dir "$work" >"$work/redis.log" 2>&1 &
	pids+=($!)
	mariadb-install-db --no-defaults --datadir="$work/db" --user="$(id -un)" \
		--auth-root-authentication-method=normal --skip-test-db --tmpdir="$work/tmp" >"$work/db.log" 2>&1
	mariadbd --no-defaults --datadir="$work/db" --user="$(id -un)" --socket="$work/sql" --skip-networking \
		--pid-file="$work/db.pid" --tmpdir="$work/tmp" --performance-schema=OFF >>"$work/db.log" 2>&1 &
	pids+=($!)
	wait_until 20 "Redis does not answer" redis-cli -s "$work/redis" ping
	wait_until 30 "MariaDB does not answer" mariadb --no-defaults -S "$work/sql" -u root -e 'CREATE DATABASE IF NOT EXISTS bench'
}

php_part() {
	cargo build --release --locked --features php
	servers
	for file in benches/php/*.php; do
		say "$(basename "$file" .php)" >&2
		php8.2 -d extension="$EXTENSION" -d opcache.enable_cli=1 -d countersign.state_dir="$work/state" \
			-d include_path=.:/usr/share/php "$file" "$work/files" "$work/redis" "$work/sql" >"$out/$(basename "$file" .php).md"
	done
	{
		printf '| what | Countersign, µs | compared with | its time, µs | ratio | goal | |\n| --- | ---: | --- | ---: | ---: | ---: | --- |\n'
		for file in benches/php/*.php; do cat "$out/$(basename "$file" .php).md"; done
	} >"$out/php.txt"
	cat "$out/php.txt"
}

core_part() {
	cargo bench --locked --quiet | tee "$out/core.txt"
}

# One worker, so that all requests find the same caches.
site_part() {
	local site=$ROOT/tests/site/site
	[ -f "$EXTENSION" ] || cargo build --release --locked --features php
	tests/setup/install.sh site mariadb
	"$site" up bench --fresh --engine mariadb --workers 1 --ext "$EXTENSION" \
		--plugin "${PLUGIN:-php-plugin/countersign}" --activate countersign
	cp benches/site/empty-route.php "$CACHE/run/bench/www/wp-content/mu-plugins/"
	# shellcheck disable=SC2046
	"$site" php bench "$ROOT/benches/site/requests.php" "${ROUNDS:-20}" "${REQUESTS:-50}" \
		$(. "$CACHE/run/bench/env" && echo "$SITE_PIDS") | tee "$out/site.md"
	"$site" down bench --wipe
}

verifier_part() {
	tests/setup/install.sh build e2e browser wasm
	tests/setup/node.sh e2e
	packaging/wasm/verifier.sh
	cargo build --release --locked --features cli --bin countersign
	AUDIT_LOG=$work/log.ndjson cargo bench --locked --quiet --bench audit >"$work/log.vkey"
	"$CACHE/node22" benches/verifier.mjs target/verifier/countersign-verifier.html "$TARGET/release/countersign" \
		"$work/log.ndjson" "$work/log.vkey" | tee "$out/verifier.md"
}

wasm_part() {
	tests/setup/install.sh build e2e wasm
	tests/setup/node.sh wasm
	packaging/wasm/side-module.sh
	packaging/wasm/core.sh
	[ -f "$EXTENSION" ] || cargo build --release --locked --features php
	"$CACHE/node24" benches/wasm/run.mjs | tee "$out/wasm.md"
}

for part in "${parts[@]}"; do
	case $part in
	php) php_part ;;
	core) core_part ;;
	site) site_part ;;
	verifier) verifier_part ;;
	wasm) wasm_part ;;
	*) die "unknown part '$part' (known: php, core, site, verifier, wasm)" ;;
	esac
done
