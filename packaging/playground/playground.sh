#!/bin/bash
# `make playground`: WordPress in PHP.wasm on this machine, with the plugin and the extension as a WebAssembly module.
# Needs neither PHP nor a database, and no network once everything is fetched. Ctrl-C ends it and removes the site.
#
#   packaging/playground/playground.sh [--port P] [--no-ext]
#
#   --port P    default: 9400, or the next free port
#   --no-ext    without the extension: the plugin then says that it is missing
#
# WASM_EXT=FOLDER uses a module that is already built (its manifest.json) instead of target/wasm-ext.
# The site is kept in .cache/run/playground (PLAYGROUND=NAME: .cache/run/NAME) while it runs.
set -euo pipefail
. "$(dirname "$0")/../../tests/setup/common.sh"
cd "$ROOT"

HERE=$ROOT/packaging/playground
NAME=${PLAYGROUND:-playground}
[[ $NAME =~ ^[a-z0-9][a-z0-9-]*$ ]] || die "PLAYGROUND may contain only a-z, 0-9 and '-' (got '$NAME')"
RUN=$CACHE/run/$NAME

port='' extension=yes
while [ $# -gt 0 ]; do
	case $1 in
	--no-ext) extension= ;;
	--port)
		[[ ${2:-} =~ ^[1-9][0-9]{1,4}$ ]] || die "--port needs a number"
		port=$2
		shift
		;;
	*) die "unknown option '$1' (known: --port P, --no-ext)" ;;
	esac
	shift
done

bold='' plain=''
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then bold=$'\e[1m' plain=$'\e[0m'; fi

somebody_listens() { (exec 7<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

free_port() {
	local candidate
	for ((candidate = 9400; candidate < 9500; candidate++)); do
		if ! somebody_listens "$candidate"; then
			echo "$candidate"
			return
		fi
	done
	die "no free port between 9400 and 9499: choose one with --port"
}

# A copy, because Playground writes into it, and agents and people do too.
copy_site() {
	local name salts=
	rm -rf "$RUN"
	mkdir -p "$RUN"/{tmp,site}
	chmod 700 "$RUN"
	cp -r --reflink=auto "$CACHE/wordpress-7.1" "$RUN/www"
	cp -rL "$ROOT/php-plugin/countersign" "$RUN/www/wp-content/plugins/"
	for name in AUTH_KEY SECURE_AUTH_KEY LOGGED_IN_KEY NONCE_KEY AUTH_SALT SECURE_AUTH_SALT LOGGED_IN_SALT NONCE_SALT; do
		salts+="define( '$name', '$(head -c 48 /dev/urandom | base64 -w 0)' );"$'\n'
	done
	printf '%s' "$salts" >"$RUN/salts"
	sed -e "/@SALTS@/{r $RUN/salts" -e 'd}' "$HERE/wp-config.php" >"$RUN/www/wp-config.php"
	rm "$RUN/salts"
}

server=
start_server() {
	# One PHP, because each needs 400 MB, and more help only several agents at once. Playground switches debugging on, with a
	# log in the web root unless it is told another place.
	local options=(server --port "$port" --workers 1 --verbosity quiet --php 8.2
		--wordpress-install-mode install-from-existing-files-if-needed
		--mount-before-install "$RUN/www:/wordpress" --mount-before-install "$RUN/site:/site" --blueprint "$HERE/blueprint.json"
		--no-intl --no-redis --no-memcached --define WP_DEBUG_LOG /site/debug.log)
	[ -z "$extension" ] || options+=(--php-extension "$WASM_EXT/manifest.json")
	TMPDIR=$RUN/tmp "$CACHE/node24" --experimental-wasm-jspi --import "$HERE/loopback.mjs" \
		"$ROOT/tests/wasm/node_modules/@wp-playground/cli/wp-playground.js" "${options[@]}" </dev/null >"$RUN/server.log" 2>&1 &
	server=$!
}

# The first answer of Playground is always a redirect, whatever was asked, so an agent must not be the first to ask.
answers() {
	kill -0 "$server" 2>/dev/null || return 0
	[ "$(curl -sS -m 60 -o /dev/null -w '%{http_code}' "$url/wp-json/")" = 200 ]
}

boot() {
	wait_until 300 "WordPress Playground does not answer" answers || true
	kill -0 "$server" 2>/dev/null && answers || {
		tail -n 40 "$RUN/server.log" >&2
		die "WordPress Playground did not start (its output is above)"
	}
}

stop() {
	local status=$?
	trap - EXIT
	if [ -n "$server" ] && kill -0 "$server" 2>/dev/null; then
		say "Stopping."
		# Playground takes up to a minute to end by itself. Its files are removed anyway.
		kill -KILL "$server" 2>/dev/null || true
		wait "$server" 2>/dev/null || true
	fi
	rm -rf "$RUN"
	exit "$status"
}

tests/setup/install.sh site
tests/setup/node.sh wasm
tests/site/wordpress.sh 7.1
if [ -n "$extension" ] && [ -z "${WASM_EXT:-}" ]; then
	WASM_EXT=$TARGET/wasm-ext
	packaging/wasm/side-module.sh 8.2
fi
[ -z "$extension" ] || [ -s "$WASM_EXT/manifest.json" ] || die "there is no manifest.json in $WASM_EXT: build the module with 'make wasm-ext'"

# Two of the same name would remove each other's files.
mkdir -p "$CACHE/run"
exec 9>"$CACHE/run/.$NAME.lock"
flock -n 9 || die "it is already running (.cache/run/$NAME)"

trap stop EXIT
trap 'exit 0' INT TERM HUP
[ -n "$port" ] || port=$(free_port)
url=http://127.0.0.1:$port
step "copy WordPress and the plugin" copy_site
start_server
step "start WordPress in PHP.wasm" boot
# The form in which tests/e2e reads the address of a site.
printf "SITE_URL='%s'\nSITE_RUN='%s'\nSITE_LOG='%s'\n" "$url" "$RUN" "$RUN/server.log" >"$RUN/env"

cat <<END

${bold}WordPress runs in PHP.wasm${plain}

  WordPress    $url/wp-admin/
  login        admin        password  admin
  Connections  $url/wp-admin/admin.php?page=countersign
  Audit        $url/wp-admin/admin.php?page=countersign-audit

  for agents   $url/wp-json/countersign/v1/mcp
  Claude Code  claude mcp add --transport http 127-0-0-1 $url/wp-json/countersign/v1/mcp
  others       $url/wp-admin/admin.php?page=countersign&view=connect lists the steps of each program

Only this machine can reach it. A request takes about a second. ${bold}Ctrl-C${plain} ends it and removes the site.
END
wait "$server"
die "WordPress Playground has ended: $(tail -n 5 "$RUN/server.log")"
