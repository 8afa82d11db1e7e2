#!/bin/bash
# Tests the plugin with PHPUnit in a real WordPress, on sites started for this purpose.
#
#   tests/run/plugin.sh [SUITE...] [-- PHPUNIT OPTION...]      (default: all suites)
#
# mariadb: all tests, with nginx, php-fpm (four workers) and MariaDB. sqlite: tables, audit log, attacks, uninstallation
# and the main tests of the tools (group tools-main) on SQLite. oldest-mariadb, oldest-sqlite: the attacks on the oldest
# WordPress that the plugin supports, with MariaDB also all tests of the tools. no-extension: the plugin on a PHP
# without the extension.
#
# KEEP_SITE=1 leaves the sites running for inspection and reuses them in the next run.
# PLUGIN=DIR and EXTENSION=FILE test another plugin folder or another build of the extension.
# TIME_LIMIT=SECONDS for each suite (default: 1500).
set -euo pipefail
. "$(dirname "$0")/../setup/common.sh"
cd "$ROOT"
PLUGIN=${PLUGIN:-$ROOT/php-plugin/countersign}

all=(mariadb sqlite oldest-mariadb oldest-sqlite no-extension)
suites=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do
	[[ " ${all[*]} " == *" $1 "* ]] || die "unknown suite '$1' (${all[*]})"
	suites+=("$1")
	shift
done
[ $# = 0 ] || shift
[ ${#suites[@]} -gt 0 ] || suites=("${all[@]}")

results=$CACHE/run/results/plugin
logs=$CACHE/run/logs
site=$ROOT/tests/site/site
mkdir -p "$(dirname "$results")" "$logs"
rm -f "$results"
[ -f "$EXTENSION" ] || die "$EXTENSION is missing: build the extension (make build)"
[ -f "$PLUGIN/countersign.php" ] || die "$PLUGIN does not contain the plugin: countersign.php is missing"

end() {
	local status=$? suite
	trap - EXIT
	for suite in "${suites[@]}"; do
		[ -z "${running[$suite]:-}" ] || kill "${running[$suite]}" 2>/dev/null || true
	done
	wait
	for suite in "${suites[@]}"; do
		[ -n "${KEEP_SITE:-}" ] || "$site" down "plugin-$suite" --wipe >/dev/null 2>&1 || true
	done
	exit "$status"
}
declare -A running=()
trap end EXIT

# site_for SUITE: starts the site of a suite, with the plugin and the fixtures.
site_for() {
	local name=plugin-$1 options=()
	case $1 in
	mariadb) options=(--engine mariadb --workers 4 --ext "$EXTENSION") ;;
	sqlite) options=(--engine sqlite --workers 2 --ext "$EXTENSION") ;;
	oldest-mariadb) options=(--engine mariadb --workers 4 --ext "$EXTENSION" --wordpress 6.8) ;;
	oldest-sqlite) options=(--engine sqlite --workers 2 --ext "$EXTENSION" --wordpress 6.8) ;;
	no-extension) options=(--engine sqlite --workers 2 --no-ext) ;;
	esac
	[ -n "${KEEP_SITE:-}" ] || options+=(--fresh)
	"$site" up "$name" "${options[@]}" --plugin "$PLUGIN" --activate countersign
	cp tests/plugin/fixtures/countersign-test-*.php "$CACHE/run/$name/www/wp-content/mu-plugins/"
}

# Prints "PASSED FAILED" from JUnit logs of PHPUnit. A skipped test counts as failed, and so does a log that is missing.
count() {
	php8.2 -r '
		$passed = 0;
		$failed = 0;
		foreach ( array_slice( $argv, 1 ) as $log ) {
			$all = is_file( $log ) && filesize( $log ) ? simplexml_load_file( $log ) : false;
			$failed += false === $all ? 1 : 0;
			foreach ( false === $all ? [] : $all->testsuite as $suite ) {
				$bad     = (int) $suite["errors"] + (int) $suite["failures"] + (int) $suite["skipped"] + (int) $suite["warnings"];
				$failed += $bad;
				$passed += max( 0, (int) $suite["tests"] - $bad );
			}
		}
		echo "$passed $failed";
	' "$@"
}

run() {
	local suite=$1
	shift
	step "start a site for the suite $suite" site_for "$suite"
	case $suite in
	sqlite)
		# Before the others, because the last of them uninstalls the plugin.
		local status=0
		phpunit "$suite" tools --group tools-main --exclude-group mysql "$@" || status=$?
		phpunit "$suite" sqlite --exclude-group mysql "$@" || status=$?
		return "$status"
		;;
	oldest-sqlite) phpunit "$suite" oldest --exclude-group mysql "$@" ;;
	oldest-mariadb) phpunit "$suite" oldest,tools "$@" ;;
	*) phpunit "$suite" "$suite" "$@" ;;
	esac
}

# phpunit SUITE NAMES [OPTION...]: runs the test suites NAMES of phpunit.xml on the site of SUITE. If PHPUnit dies, its
# log stays empty.
phpunit() {
	local suite=$1 names=$2
	shift 2
	: >"$logs/plugin-$suite.$names.xml"
	timeout "${TIME_LIMIT:-1500}" "$site" php "plugin-$suite" "$ROOT/tests/plugin/phpunit.php" -c "$ROOT/tests/plugin/phpunit.xml" \
		--do-not-cache-result --testsuite "$names" --log-junit "$logs/plugin-$suite.$names.xml" "$@" </dev/null
}

# The suites run in parallel: each of them mostly waits for its site and its database.
for suite in "${suites[@]}"; do
	rm -f "$logs/plugin-$suite".*.xml
	run "$suite" "$@" >"$logs/plugin-$suite" 2>&1 &
	running[$suite]=$!
done

passed=0
failed=0
for suite in "${suites[@]}"; do
	status=0
	wait "${running[$suite]}" || status=$?
	say "-- $suite"
	sed '/^PHPUnit 9/d; /^$/d' "$logs/plugin-$suite"
	read -r good bad < <(count "$logs/plugin-$suite".*.xml; echo)
	# If PHPUnit dies, its log is missing or does not mention the tests that did not run.
	[ "$status" = 0 ] || [ "$bad" != 0 ] || bad=1
	passed=$((passed + good))
	failed=$((failed + bad))
	echo "$passed $failed" >"$results"
done
[ "$passed" -gt 0 ] && [ "$failed" = 0 ]
