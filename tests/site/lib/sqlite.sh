# The engine `sqlite`: PHP's built-in web server with an SQLite file. It is suitable for tests of the
# plugin's behaviour, but not for measurements of its speed.
# shellcheck shell=bash

engine_sqlite() {
	NEEDS=("$PHP" curl)
	NEEDS_GROUPS=site
}

sqlite_prepare() {
	cp -r "$CACHE/sqlite-database-integration" "$WWW/wp-content/plugins/"
	cp "$CACHE/sqlite-database-integration/db.copy" "$WWW/wp-content/db.php"
}

sqlite_start_db() { :; }

sqlite_start_web() {
	PHP_CLI_SERVER_WORKERS=$WORKERS start_server web \
		"$PHP" "${PHP_FLAGS[@]}" "${OPCACHE[@]}" -d opcache.enable_cli=1 \
		-S "127.0.0.1:$PORT" -t "$WWW" "$SITE/php/router.php"
}
