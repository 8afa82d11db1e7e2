# The engine `mariadb`, like a real host: nginx, php-fpm with a fixed number of workers, and a MariaDB
# for this site alone, which listens only on a socket in the folder of the site.
# shellcheck shell=bash

engine_mariadb() {
	NEEDS=("$PHP" "$PHP_FPM" curl mariadbd mariadb-install-db mariadb nginx)
	NEEDS_GROUPS="site mariadb"
}

mariadb_prepare() {
	mkdir -p "$RUN/db"
	# root has no password on the socket: a user who can reach the socket can also write the site's files.
	# Each server has a folder for temporary files of its own: when one starts, it deletes the temporary tables of
	# all servers that share the folder.
	mariadb-install-db --no-defaults --datadir="$RUN/db" --user="$(id -un)" \
		--auth-root-authentication-method=normal --skip-test-db \
		--tmpdir="$RUN/tmp" --innodb-log-file-size=16M
}

mariadb_start_db() {
	# A transaction survives the end of the server, but not that of the machine, which no test ends.
	start_server db mariadbd --no-defaults --datadir="$RUN/db" --user="$(id -un)" \
		--socket="$DB_SOCKET" --skip-networking --pid-file="$RUN/pid/mariadbd" --tmpdir="$RUN/tmp" \
		--innodb-log-file-size=16M --innodb-buffer-pool-size=64M --performance-schema=OFF \
		--innodb-flush-log-at-trx-commit=2 --innodb-doublewrite=0 \
		--character-set-server=utf8mb4 --skip-name-resolve
	wait_for_server db mariadb --no-defaults -S "$DB_SOCKET" -u root -e 'SELECT 1'
	mariadb --no-defaults -S "$DB_SOCKET" -u root -e "
		CREATE DATABASE IF NOT EXISTS wordpress;
		CREATE USER IF NOT EXISTS wordpress@localhost IDENTIFIED BY 'wordpress';
		GRANT ALL ON wordpress.* TO wordpress@localhost"
}

mariadb_start_web() {
	local as_root=()
	# All servers run as the current user. php-fpm refuses root without -R.
	[ "$(id -u)" != 0 ] || as_root=(-R)
	fill php-fpm.conf >"$RUN/php-fpm.conf"
	fill nginx.conf >"$RUN/nginx.conf"
	start_server fpm "$PHP_FPM" "${as_root[@]}" -F -y "$RUN/php-fpm.conf" "${PHP_FLAGS[@]}" "${OPCACHE[@]}"
	wait_for_server fpm test -S "$SOCKETS/fpm"
	start_server web nginx -p "$RUN/" -e "$RUN/log/nginx.log" -c "$RUN/nginx.conf"
}

# fill TEMPLATE: prints a template with its @NAME@ placeholders replaced.
fill() {
	local user=
	[ "$(id -u)" != 0 ] || user="user root;"
	sed -e "s|@RUN@|$RUN|g; s|@WWW@|$WWW|g; s|@SOCKETS@|$SOCKETS|g; s|@PORT@|$PORT|g" \
		-e "s|@WORKERS@|$WORKERS|g; s|@USER@|$(id -un)|g; s|@NGINX_USER@|$user|g" "$SITE/templates/$1"
}
