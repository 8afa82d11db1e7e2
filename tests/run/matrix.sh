#!/bin/bash
# Builds and tests the extension with several versions of PHP: tests/php and tests/fpm for each, eight
# threads in one process where PHP is thread-safe (ZTS), and the installation of the Debian package
# otherwise (NTS). It also tests the shared store on Valkey instead of Redis.
#
#   tests/run/matrix.sh [8.2-nts|8.2-zts|8.4-nts|8.4-zts|valkey]...
#
# Without arguments it runs all of them and writes docs/matrix.md.
#
# Not part of `make test`: the first run compiles PHP, which takes minutes. The packages need root or sudo.
#
# Exit status: 0 all passed; 1 a test failed; 3 no test failed, but a PHP build was unavailable.
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

# When these variables change, Cargo rebuilds only the two crates that depend on PHP.
build() {
	PHP=$php/bin/php PHP_CONFIG=$php/bin/php-config CARGO_TARGET_DIR=$CACHE/php/target \
		nice -n 15 cargo build --release --locked --features php 2>&1 | tee "$work/build.log"
	cp "$CACHE/php/target/release/libcountersign.so" "$extension"
}

ask_threads() {
	mkdir -m 0700 "$work/thread-state"
	printf '%s\n' "extension=$extension" "countersign.state_dir=$work/thread-state" html_errors=0 >"$work/php.ini"
	# shellcheck disable=SC2046
	cc -O1 -Wall -o "$work/threads" tests/matrix/threads.c $("$php/bin/php-config" --includes) \
		-L"$php/lib" -lphp -Wl,-rpath,"$php/lib" -pthread
	timeout 120 "$work/threads" "$work/php.ini" "$ROOT/tests/matrix/request.php" 8 25 >"$work/threads.out"
	php8.2 tests/matrix/judge.php 200 <"$work/threads.out"
}

# Installs, upgrades and removes the extension's package for this PHP.
live_as_package() {
	packaging/deb.sh extension "$extension" "$php/bin/php" "$work/packages"
	as_root tests/packages/debian.sh "$work"/packages/*.deb
}

# check NAME "what it does" command...: runs one test that is not a stage of `make test`. The command
# must not run under 'if' or '||', where bash would ignore set -e inside it.
check() {
	local name=$1 status
	shift
	set +e
	(set -e && step "$@")
	status=$?
	set -e
	if [ "$status" = 0 ]; then passed=$((passed + 1)); else failed=$((failed + 1)) bad+=" $name"; fi
}

# suite STAGE "what it is" NAME=VALUE...: runs a stage of `make test` with other programs.
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
		rows+=("| $version | ${safety^^} | unavailable | **not tested** | | |")
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
		without="; not tested in php-fpm, which this build lacks"
		say "  php-fpm: not tested, because this PHP build has no php-fpm"
	fi
	if [ "$safety" = nts ]; then
		check package "the Debian package can be installed, upgraded, disabled and removed" live_as_package
	fi
	[ "$safety" = nts ] || check threads "threads: 200 requests, eight threads of one process" ask_threads
	rows+=("| $full | ${safety^^} | $origin | $passed passed, $failed failed${bad:+ (failed:$bad)}$without | $warnings | $seconds |")
}

# Runs the tests of the shared store, including its failures, on Valkey.
valkey() {
	local good wrong server=$CACHE/valkey/bin/valkey-server log=$run/valkey.log
	passed=0 failed=0
	if ! tests/matrix/valkey.sh; then
		missing+=(valkey)
		stores+=("| Valkey | unavailable | **not tested** |")
		return
	fi
	REDIS_SERVER=$server cargo test --locked --quiet --features cli,redis \
		--test core -- store::redis store::conformance store::processes 2>&1 | tee "$log" || failed=1
	read -r good wrong < <(awk '/^test result:/ { p += $4; f += $6 } END { print p + 0, f + 0 }' "$log")
	passed=$good
	[ "$wrong" = 0 ] || failed=$wrong
	stores+=("| $("$server" --version | sed -n 's/.*v=\([0-9.]*\).*/Valkey \1/p') | package of Debian 13, with its own C library | $passed passed, $failed failed |")
}

for name in "${variants[@]}"; do
	[[ " ${all[*]} " == *" $name "* ]] || die "unknown variant '$name' (known: ${all[*]})"
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
		# Tested PHP versions

		\`make test-matrix\` writes this file. For each PHP, the extension is built from the same source and runs through the same
		tests: the build itself, \`tests/php\`, and \`tests/fpm\` on the embedded store. A thread-safe PHP also
		serves two hundred requests in eight threads of one process, as thread-safe servers do. For the others, the Debian
		package is installed, upgraded, disabled and removed in the Debian release that contains this PHP.

		$(table)

		The warnings are those of the Rust compiler. The seconds are those of a single run on a machine that may have done other
		work. The crates that do not depend on PHP are compiled once, before the first build or during it.

		* **NTS** (not thread-safe) is what Debian ships.
		* **ZTS** (thread-safe) is not packaged by Debian. It is compiled from Debian's source packages with few extensions.
		* **8.4 ZTS**: some mirrors do not hold that source package. The run then reports so and uses the thread-safe
		  library from an npm package of another project. The build, \`tests/php\` and the threads are tested in the same way,
		  through a small command line, \`tests/matrix/cli.c\`, which also provides libsodium's signature functions. This PHP
		  has no php-fpm.
		* **Not tested** means that a PHP build was unavailable. \`tests/run/matrix.sh\` then exits with status 3 and names
		  it, which says nothing about the extension.
		* **8.5** is only in Debian experimental. It is supported, but not tested here.

		## Tested shared stores

		\`make test\` uses Redis from Debian 12. The same tests of the store on another server:

		$(store_table)
	END
fi
[ "$failed_all" = 0 ] || exit 1
if [ ${#missing[@]} -gt 0 ]; then
	say "not tested, because these builds were unavailable: ${missing[*]}" >&2
	exit 3
fi
[ "$passed_all" -gt 0 ]
