#!/bin/bash
# The extension under other PHPs than the machine's own: built for each, tested by tests/php and tests/fpm and, where PHP
# is thread-safe, by eight threads of one process; where it is Debian's, its package is installed in the Debian that has
# this PHP. And the shared store on Valkey instead of Redis.
#
#   tests/run/matrix.sh [8.2-nts|8.2-zts|8.4-nts|8.4-zts|valkey]...   (default: all, and docs/matrix.md is written anew)
#
# Not part of `make test`: building PHPs takes minutes, the first time. Root, or sudo, is needed for the packages.
#
# Exit status: 0 all passed, 1 something failed, 3 nothing failed but a PHP could not be had and was not tested.
set -euo pipefail
. "$(dirname "$0")/../setup/common.sh"
cd "$ROOT"

all=(8.2-nts 8.2-zts 8.4-nts 8.4-zts valkey)
variants=("$@")
[ $# -gt 0 ] || variants=("${all[@]}")
tests/setup/install.sh build fpm redis packages matrix

run=$CACHE/run/matrix
results=$CACHE/run/results/matrix
mkdir -p "$CACHE/run"/{logs,results} "$run"
rm -f "$results"
passed_all=0
failed_all=0
rows=()
stores=()
missing=()

# Cargo rebuilds what depends on PHP, the two crates alone, when these variables change.
build() {
	PHP=$php/bin/php PHP_CONFIG=$php/bin/php-config CARGO_TARGET_DIR=$CACHE/php/target \
		nice -n 15 cargo build --release --locked --features php 2>&1 | tee "$work/build.log"
	cp "$CACHE/php/target/release/libcountersign.so" "$extension"
}

ask_threads() {
	printf '%s\n' "extension=$extension" "countersign.state_dir=$work/thread-state" html_errors=0 >"$work/php.ini"
	# shellcheck disable=SC2046
	cc -O1 -Wall -o "$work/threads" tests/matrix/threads.c $("$php/bin/php-config" --includes) \
		-L"$php/lib" -lphp -Wl,-rpath,"$php/lib" -pthread
	timeout 120 "$work/threads" "$work/php.ini" "$ROOT/tests/matrix/request.php" 8 25 >"$work/threads.out"
	php8.2 tests/matrix/judge.php 200 <"$work/threads.out"
}

# The extension's package for this PHP, through its whole life.
live_as_package() {
	packaging/deb.sh extension "$extension" "$php/bin/php" "$work/packages"
	as_root tests/packages/debian.sh "$work"/packages/*.deb
}

# check NAME "what it does" command...: one of the variant's tests that are no stage. Not under 'if' or '||', where bash
# would ignore set -e inside the command.
check() {
	local name=$1 status
	shift
	set +e
	(set -e && step "$@")
	status=$?
	set -e
	if [ "$status" = 0 ]; then passed=$((passed + 1)); else failed=$((failed + 1)) bad+=" $name"; fi
}

# suite STAGE "what it is" NAME=VALUE...: a stage of `make test`, with other programs.
suite() {
	local stage=$1 what=$2 began good=0 wrong=0
	shift 2
	began=$(now_ms)
	rm -f "$CACHE/run/results/matrix-$variant-$stage"
	env STAGE="matrix-$variant-$stage" "$@" "tests/run/$stage.sh" >"$work/$stage.log" 2>&1 || {
		bad+=" $stage"
		cat "$work/$stage.log"
	}
	read -r good wrong <"$CACHE/run/results/matrix-$variant-$stage" || wrong=1
	passed=$((passed + good)) failed=$((failed + wrong))
	say "  $what: $good passed, $wrong failed ($(since "$began"))"
}

variant() {
	local variant=$1 version=${1%-*} safety=${1#*-} began seconds full warnings origin without=
	php=$CACHE/php/$1 work=$run/$1 extension=$run/$1/countersign.so passed=0 failed=0 bad=
	rm -rf "$work"
	mkdir -p "$work"
	mkdir -m 700 "$work/thread-state"
	if ! tests/matrix/php.sh "$version" "$safety"; then
		missing+=("$1")
		rows+=("| $version | ${safety^^} | could not be had | **not tested** | | |")
		return
	fi
	origin=$(<"$php/origin")
	full=$("$php/bin/php" -n -r 'echo PHP_VERSION;')
	began=$(now_ms)
	check build "built for PHP $full" build
	seconds=$((($(now_ms) - began) / 1000))
	warnings=$(grep -c '^warning:' "$work/build.log" || true)
	[ "$failed" = 0 ] || { rows+=("| $full | ${safety^^} | $origin | does not build | $warnings | $seconds |"); return; }
	suite phpt "tests/php" PHP="$php/bin/php" RUN_TESTS="$php/run-tests.php" EXTENSION="$extension"
	if [ -x "$php/bin/php-fpm" ]; then
		suite fpm "php-fpm" PHP_FPM="$php/bin/php-fpm" EXTENSION="$extension" ENGINES=embedded REQUESTS=5000
	else
		without="; no php-fpm to test in"
		say "  php-fpm: not tested, this PHP has none"
	fi
	if [ "$safety" = nts ]; then
		check package "the Debian package installed, upgraded, turned off, removed" live_as_package
	fi
	[ "$safety" = nts ] || check threads "threads: 200 requests, eight threads of one process" ask_threads
	rows+=("| $full | ${safety^^} | $origin | $passed passed, $failed failed${bad:+ (failed:$bad)}$without | $warnings | $seconds |")
}

# The store's promises, and all that can happen to its server.
valkey() {
	local good wrong server=$CACHE/valkey/bin/valkey-server log=$run/valkey.log
	passed=0 failed=0
	if ! tests/matrix/valkey.sh; then
		missing+=(valkey)
		stores+=("| Valkey | could not be had | **not tested** |")
		return
	fi
	REDIS_SERVER=$server cargo test --locked --quiet --features cli,redis \
		--test core -- store::redis store::conformance store::processes 2>&1 | tee "$log" || failed=1
	read -r good wrong < <(awk '/^test result:/ { p += $4; f += $6 } END { print p + 0, f + 0 }' "$log")
	passed=$good
	[ "$wrong" = 0 ] || failed=$wrong
	stores+=("| $("$server" --version | sed -n 's/.*v=\([0-9.]*\).*/Valkey \1/p') | Debian 13's package, on its own C library | $passed passed, $failed failed |")
}

for name in "${variants[@]}"; do
	[[ " ${all[*]} " == *" $name "* ]] || die "unknown variant '$name' (${all[*]})"
done
for name in "${variants[@]}"; do
	if [ "$name" = valkey ]; then
		say "-- Valkey"
		valkey
	else
		say "-- PHP $name"
		variant "$name"
	fi
	passed_all=$((passed_all + passed))
	failed_all=$((failed_all + failed))
	echo "$passed_all $failed_all" >"$results"
done

table() {
	printf '%s\n' '| PHP | thread safety | from | tests | warnings | seconds to build |' '| --- | --- | --- | --- | ---: | ---: |' "${rows[@]}"
}
store_table() { printf '%s\n' '| store | from | tests |' '| --- | --- | --- |' "${stores[@]}"; }
say ""
[ ${#rows[@]} = 0 ] || table
[ ${#stores[@]} = 0 ] || store_table
if [ $# = 0 ]; then
	cat >docs/matrix.md <<-END
		# Tested with which PHP

		Written by \`make test-matrix\`. For each PHP the extension is built from the same source and tested by the same tests:
		the build itself, everything in \`tests/php\`, everything in \`tests/fpm\` on the embedded store; where PHP is
		thread-safe, two hundred requests in eight threads of one process, as thread-safe servers run them; where it is
		not, the Debian package made for it, installed, upgraded, turned off and removed in the Debian that has this PHP.

		$(table)

		Warnings are the Rust compiler's. The seconds are those of one run on whatever else the machine did, the crates that do not
		depend on PHP compiled before or by the first.

		* **NTS** is what Debian ships.
		* **ZTS** is in no Debian: it is built from Debian's source packages, with little but what the tests need.
		* **8.4 ZTS**: mirrors do not always hold that source package. The run then says so, and takes the thread-safe
		  library that an npm package of another project carries: the build and \`tests/php\` are the same (over a
		  small command line, \`tests/matrix/cli.c\`, which lends it libsodium's signatures), and so are the threads; that PHP has
		  no php-fpm.
		* **Not tested** would mean that a PHP could not be had at all: \`tests/run/matrix.sh\` then ends with status 3 and names it,
		  which is neither a success nor a failure of the extension.
		* **8.5** is in no Debian but experimental. The build does not exclude it.

		## With which shared store

		\`make test\` runs on Redis of Debian 12. The same tests of the store on another server:

		$(store_table)
	END
fi
[ "$failed_all" = 0 ] || exit 1
if [ ${#missing[@]} -gt 0 ]; then
	say "not tested, as they could not be had: ${missing[*]}" >&2
	exit 3
fi
[ "$passed_all" -gt 0 ]
