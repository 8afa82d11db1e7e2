# `site up`: installs a site if necessary, starts it and waits until it answers.
# shellcheck shell=bash

# revalidate_freq=0: otherwise PHP notices a changed file only after two seconds.
OPCACHE=(-d opcache.enable=1 -d opcache.revalidate_freq=0 -d opcache.max_accelerated_files=20000)

site_up() {
	local began fresh=
	began=$(now_ms)
	use_site "${1:-}"
	shift
	# Defaults, then the saved settings of the site, then the options of this call.
	ENGINE= WORKERS=4 PORT= HOST=127.0.0.1 EXT=$EXTENSION TITLE="Alder & Finch" VERSION=7.1 LINK=
	INI=() PLUGINS=() ACTIVATE=()
	[[ " $* " != *" --fresh "* ]] || fresh=1
	if [ -n "$fresh" ] && [ -e "$RUN/settings" ]; then "$SITE/site" down "$NAME" --wipe; fi
	if [ -e "$RUN/settings" ]; then . "$RUN/settings"; fi
	local engine_before=$ENGINE port_before=$PORT
	parse_up "$@"
	: "${ENGINE:=sqlite}"
	if [ -n "$engine_before" ] && [ "$ENGINE" != "$engine_before" ]; then
		die "site '$NAME' uses the engine $engine_before; to change it, add --fresh (this deletes its content) or use another name"
	fi
	"engine_$ENGINE"
	check_needs
	[ "$EXT" = none ] || [ -f "$EXT" ] ||
		die "there is no extension at $EXT: build it ('make build'), choose another (--ext FILE), or use none (--no-ext)"
	lock_site

	local was_running= answers=answers
	if is_running web && [ "$PORT" = "${port_before:-}" ]; then was_running=1; fi
	if [ -z "$was_running" ]; then
		if [ -n "$PORT" ] && [ "$PORT" != "$port_before" ] && somebody_listens "$PORT"; then
			die "port $PORT is in use; omit --port to get a free one"
		fi
		stop_web
		choose_port
	fi
	mkdir -p "$SOCKETS" "$RUN"/{state,log,pid,tmp}
	chmod 700 "$SOCKETS" "$RUN/state"
	URL=http://$HOST:$PORT
	install_site
	copy_extension
	put_plugins
	activate_plugins
	if [ -n "$was_running" ] && [ "$(web_identity)" = "$(cat "$RUN/web-identity" 2>/dev/null)" ]; then
		answers="was already running and is reused"
	else
		[ -z "$was_running" ] || say "  its extension or settings have changed: PHP is restarted"
		start_web
	fi
	write_env
	say "site $NAME $answers ($ENGINE, $(since "$began"))"
}

parse_up() {
	while [ $# -gt 0 ]; do
		case $1 in
		--no-ext) EXT=none ;;
		--link) LINK=1 ;;
		--fresh) ;;
		--engine | --port | --host | --workers | --ext | --ini | --plugin | --activate | --title | --wordpress)
			[ $# -gt 1 ] || die "$1 needs a value"
			option "$1" "$2"
			shift
			;;
		*) die "unknown option '$1' (tests/site/site help)" ;;
		esac
		shift
	done
}

option() {
	case $1 in
	--engine)
		[[ $2 =~ ^(sqlite|mariadb)$ ]] || die "--engine must be sqlite or mariadb, not '$2'"
		ENGINE=$2
		;;
	--port)
		[[ $2 =~ ^[0-9]+$ ]] || die "--port must be a number, not '$2'"
		PORT=$2
		;;
	--host)
		[[ $2 =~ ^(127\.0\.0\.1|localhost)$ ]] || die "--host must be 127.0.0.1 or localhost: sites are reachable from this machine only"
		HOST=$2
		;;
	--workers)
		[[ $2 =~ ^[1-9][0-9]?$ ]] || die "--workers must be a number from 1 to 99, not '$2'"
		WORKERS=$2
		;;
	--ext) EXT=$(realpath -m "$2") ;;
	--ini) add INI "$2" ;;
	--plugin)
		[ -d "$2" ] || die "there is no plugin folder $2"
		add PLUGINS "$(realpath "$2")"
		;;
	--activate) add ACTIVATE "$2" ;;
	--title) TITLE=$2 ;;
	--wordpress) VERSION=$2 ;;
	esac
}

# add ARRAY VALUE: adds a value that is not yet in the array, since a site keeps its options. A PHP
# setting replaces the earlier one of the same name.
add() {
	local -n array=$1
	local -a kept=()
	local value
	for value in ${array[@]+"${array[@]}"}; do
		[ "$value" = "$2" ] || { [ "$1" = INI ] && [ "${value%%=*}" = "${2%%=*}" ]; } || kept+=("$value")
	done
	array=(${kept[@]+"${kept[@]}"} "$2")
}

check_needs() {
	local program missing=()
	# Debian installs servers in folders that are not in the path of an ordinary user.
	PATH=$PATH:/usr/sbin:/sbin
	for program in "${NEEDS[@]}"; do
		command -v "$program" >/dev/null || missing+=("$program")
	done
	[ ${#missing[@]} -eq 0 ] || die "not installed: ${missing[*]} (run tests/setup/install.sh $NEEDS_GROUPS)"
}

# Chooses the previous port of the site if it is free, otherwise the first free port that no other site
# has. The range is below the ports that the kernel uses for outgoing connections. Each checkout begins at
# another port, because a lock in its own folder does not keep two of them from choosing the same one.
choose_port() {
	exec 8>"$CACHE/run/.ports.lock"
	flock 8
	if [ -z "$PORT" ] || somebody_listens "$PORT"; then
		PORT=$((18080 + $(cksum <<<"$ROOT" | cut -d ' ' -f 1) % 45 * 20))
		while somebody_listens "$PORT" || grep -qsx "PORT=$PORT" "$CACHE"/run/*/settings; do
			PORT=$((PORT + 1))
			[ "$PORT" -lt 19080 ] || die "no free port between 18080 and 19079"
		done
	fi
	write_settings
	exec 8>&-
}

somebody_listens() { (exec 7<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# Replaces the file atomically: another site that looks for a free port may read it at any moment.
write_settings() {
	{
		echo "PORT=$PORT"
		declare -p ENGINE WORKERS HOST EXT TITLE VERSION LINK INI PLUGINS ACTIVATE
	} | sed 's/^declare -[-a] //' >"$RUN/settings.new"
	mv "$RUN/settings.new" "$RUN/settings"
}

# An installation that was interrupted is started again from the beginning.
install_site() {
	write_settings
	if [ -e "$RUN/installed" ]; then
		is_running db || "${ENGINE}_start_db"
		follow_address
		return
	fi
	stop_all
	rm -rf "${RUN:?}"/{www,db,state,tmp} && mkdir -p "$RUN"/{db,tmp,state} && chmod 700 "$RUN/state"
	"$SITE/wordpress.sh" "$VERSION"
	step "copy WordPress" cp -r "$CACHE/wordpress-$VERSION" "$WWW"
	step "prepare the database" "${ENGINE}_prepare"
	"${ENGINE}_start_db"
	"$PHP" "$SITE/php/write-config.php" "$SITE/templates/wp-config.php" \
		"localhost:$DB_SOCKET" "$RUN" >"$WWW/wp-config.php"
	mkdir -p "$WWW/wp-content/mu-plugins"
	cp "$SITE/templates/test-site.php" "$WWW/wp-content/mu-plugins/"
	php_flags none
	step "install WordPress with users and content" \
		"$PHP" "${PHP_FLAGS[@]}" "$SITE/php/install.php" "$WWW" "$HOST:$PORT" "$TITLE"
	# Tests expect no mail about the installation.
	rm -f "$RUN/log/mail.ndjson"
	echo "$URL" >"$RUN/address"
	touch "$RUN/installed"
}

# WordPress stores its address in the database: update it when the port has changed.
follow_address() {
	[ "$(cat "$RUN/address")" != "$URL" ] || return 0
	php_flags none
	"$PHP" "${PHP_FLAGS[@]}" "$SITE/php/run.php" "$WWW" "$HOST:$PORT" -r \
		'update_option( "siteurl", $argv[1] ); update_option( "home", $argv[1] )' "$URL"
	echo "$URL" >"$RUN/address"
}

# The site loads a copy, because a build that overwrites a loaded file would crash PHP.
copy_extension() {
	local copy=$RUN/extension.so
	if [ "$EXT" = none ]; then
		rm -f "$copy"
	elif ! cmp -s "$EXT" "$copy"; then
		cp "$EXT" "$copy.new"
		mv "$copy.new" "$copy"
	fi
}

put_plugins() {
	local plugin place
	for plugin in ${PLUGINS[@]+"${PLUGINS[@]}"}; do
		[ -d "$plugin" ] || die "the plugin folder $plugin no longer exists"
		place=$WWW/wp-content/plugins/$(basename "$plugin")
		if [ -n "$LINK" ]; then
			[ -L "$place" ] || rm -rf "$place"
			ln -sfn "$plugin" "$place"
		elif [ -L "$place" ] || ! diff -rq "$plugin" "$place" >/dev/null 2>&1; then
			rm -rf "$RUN/tmp/plugin"
			cp -rL "$plugin" "$RUN/tmp/plugin"
			if [ -e "$place" ]; then mv -T "$place" "$RUN/tmp/plugin.old"; fi
			mv -T "$RUN/tmp/plugin" "$place"
			rm -rf "$RUN/tmp/plugin.old"
		fi
	done
}

activate_plugins() {
	[ ${#ACTIVATE[@]} -gt 0 ] || return 0
	php_flags
	if ! "$PHP" "${PHP_FLAGS[@]}" "$SITE/php/activate.php" "$WWW" "$HOST:$PORT" "${ACTIVATE[@]}"; then
		# Forget a plugin that cannot be activated: otherwise every later `up` would fail too.
		ACTIVATE=()
		write_settings
		die "a plugin could not be activated (reason above; PHP's log: tests/site/site logs $NAME)"
	fi
}

# php_flags [none]: sets PHP_FLAGS, the flags of PHP for this site in the web server and on the command
# line. With "none" the extension is not loaded.
php_flags() {
	local setting
	PHP_FLAGS=(-d "error_log=$RUN/log/php.log" -d log_errors=1 -d display_errors=0 -d "sys_temp_dir=$RUN/tmp")
	if [ "${1:-}" != none ] && [ "$EXT" != none ]; then
		PHP_FLAGS+=(-d "extension=$RUN/extension.so" -d "countersign.state_dir=$RUN/state")
	fi
	for setting in ${INI[@]+"${INI[@]}"}; do PHP_FLAGS+=(-d "$setting"); done
}

# A hash of the settings with which PHP was started. PHP is restarted when it changes.
web_identity() {
	php_flags
	{
		printf '%s\n' "$URL" "$WORKERS" "${PHP_FLAGS[@]}"
		[ "$EXT" = none ] || sha256sum "$RUN/extension.so"
		cat "$SITE/templates/nginx.conf" "$SITE/templates/php-fpm.conf"
	} | sha256sum
}

start_web() {
	stop_web
	php_flags
	"${ENGINE}_start_web"
	wait_for_server web curl -fsS -m 20 -o "$RUN/tmp/answer" "$URL/?rest_route=/"
	web_identity >"$RUN/web-identity"
}

# Writes $RUN/env, which scripts source or read line by line: every value is in single quotes and
# contains none.
write_env() {
	php_flags
	local role pids=
	for role in web fpm db; do
		is_running "$role" && pids+="$(cut -d' ' -f1 "$RUN/pid/$role") "
	done
	cat >"$RUN/env" <<-END
		SITE_NAME='$NAME'
		SITE_URL='$URL'
		SITE_HOST='$HOST'
		SITE_PORT='$PORT'
		SITE_ENGINE='$ENGINE'
		SITE_WORKERS='$WORKERS'
		SITE_RUN='$RUN'
		SITE_WWW='$WWW'
		SITE_STATE='$RUN/state'
		SITE_LOG='$RUN/log'
		SITE_MAIL='$RUN/log/mail.ndjson'
		SITE_DB_SOCKET='$([ "$ENGINE" = mariadb ] && echo "$DB_SOCKET")'
		SITE_PIDS='${pids% }'
		SITE_PHP='$PHP'
		SITE_PHP_FLAGS='${PHP_FLAGS[*]}'
	END
}
