#!/bin/bash
# Mutation testing: breaks the code in one place at a time and expects the tests to notice.
#
#   tests/run/mutants.sh [MODULE|FILE]... [-- CARGO-MUTANTS OPTION...]      (default: every module below)
#
# FILE is a source file of one of the modules: tests/run/mutants.sh src/audit/tree.rs.
# COPY=2 works in another copy of the code, beside a run that is at work in the first. Results:
# .cache/mutants/results.
# What no test can notice is left out in .cargo/mutants.toml, each with the reason why.
set -euo pipefail
. "$(dirname "$0")/../setup/common.sh"
cd "$ROOT"

modules=(token action vault replay limit policy audit oauth access)

# tests_of MODULE: the files in tests/ that concern it, beside the unit tests. What starts itself as other
# processes, by the names of its own tests, tests the stores; here it has another name.
tests_of() {
	local name
	for name in "tests/$1.rs" tests/"$1"_*.rs; do
		[ ! -f "$name" ] || grep -q current_exe "$name" || basename "$name" .rs
	done
	case $1 in
	replay | limit) echo store_conformance ;;
	vault) echo wycheproof ;;
	esac
}

# The code is broken in a copy, which keeps its build from run to run. A file is written only when it
# differs, and then with the time of now, so that cargo never takes a broken build for a good one.
tree=$CACHE/mutants/tree${COPY:-}
copy_tree() {
	local name
	mkdir -p "$tree"
	git ls-files -co --exclude-standard -- Cargo.toml Cargo.lock rust-toolchain.toml build.rs build src tests/vectors 'tests/*.rs' 'benches/*.rs' stubs docs |
		sort -u >"$tree.files"
	(cd "$tree" && find . -path ./target -prune -o -type f -printf '%P\n') | sort | comm -13 "$tree.files" - |
		while read -r name; do rm -f "$tree/$name"; done
	while read -r name; do
		[ -f "$name" ] || continue
		cmp -s "$name" "$tree/$name" || { rm -f "$tree/$name"; install -D -m 644 "$name" "$tree/$name"; }
	done <"$tree.files"
}

# needed_by NAME...: these modules, and those that they and the test files say they use, and so on.
needed_by() {
	local needed=" $* " before="" name files
	while [ "$needed" != "$before" ]; do
		before=$needed
		files=("${test_files[@]}")
		for name in $needed; do
			for name in "src/$name.rs" "src/$name"; do [ ! -e "$name" ] || files+=("$name"); done
		done
		for name in $(sed -n 's/^pub mod \(.*\);/\1/p' src/lib.rs); do
			[[ $needed == *" $name "* ]] ||
				! grep -qrE "(crate|countersign)::(\{[^}]*)?\b$name\b" "${files[@]}" || needed+="$name "
		done
	done
	echo "$needed"
}

# One program holds a module's unit tests and its files in tests/, in which the crate goes by its own name,
# and no module that has no part in it: one small compilation and one link for each mutant, instead of a dozen.
gather_tests() {
	local module=$1 needed line name test_files=()
	shift
	for name in "$@"; do test_files+=("tests/$name.rs"); done
	needed=$(needed_by "$module")
	{
		while IFS= read -r line; do
			[[ $line =~ ^pub\ mod\ (.*)\; && $needed != *" ${BASH_REMATCH[1]} "* ]] || printf '%s\n' "$line"
		done <src/lib.rs
		printf '\n#[cfg(test)]\nextern crate self as countersign;\n'
		for name in "$@"; do printf '#[cfg(test)]\n#[path = "../tests/%s.rs"]\nmod %s;\n' "$name" "$name"; done
	} >"$tree/src/lib.rs.new"
	mv "$tree/src/lib.rs.new" "$tree/src/lib.rs"
}

lines() { if [ -f "$1" ]; then wc -l <"$1"; else echo 0; fi; }

# What takes seconds is asked only about the mutants that all other tests let live.
slow_tests_of() {
	case $1 in
	action) echo accepted_in_its_time_once_and_never_again ;;
	limit) echo a_hundred_thousand_schedules_agree_with_a_log ;;
	audit) echo a_long_file_is_verified no_byte_can_be the_longest_line stretches_and_records long_input_is_read_once the_largest_entry everything_agrees_with_the_recursive ;;
	esac
}

# cargo_mutants RESULTS OPTION... -- TEST OPTION...: fails if it could not do its work.
cargo_mutants() {
	local results=$1 status=0
	shift
	# Random tests draw few numbers, the same each time, and need not find the smallest example.
	env -u CARGO_TARGET_DIR PROPTEST_RNG_SEED=1 PROPTEST_CASES=64 PROPTEST_MAX_SHRINK_ITERS=0 \
		nice -n 19 "$CACHE/cargo-tools/bin/cargo-mutants" mutants --dir "$tree" --config "$ROOT/.cargo/mutants.toml" \
		--output "$results" --no-shuffle --colors never --cargo-arg=--lib "$@" >"$results/log" 2>&1 </dev/null || status=$?
	# 2: some survived; 3: some never ended, which the tests did notice.
	case $status in
	0 | 2 | 3) ;;
	*)
		tail -n 60 "$results/log" >&2
		die "cargo-mutants ended with $status"
		;;
	esac
}

lines() { if [ -f "$1" ]; then wc -l <"$1"; else echo 0; fi; }

# mutate MODULE PATTERN RESULTS: breaks what PATTERN (a glob of files) holds; fails if a mutant survived.
mutate() {
	local module=$1 pattern=$2 results=$3 began caught unviable name tests how skip=()
	local out=$results/mutants.out
	began=$(now_ms)
	mapfile -t tests < <(tests_of "$module")
	copy_tree
	gather_tests "$module" "${tests[@]}"
	rm -rf "$results"
	mkdir -p "$results"
	how=(--file "$pattern" --in-place "${options[@]}")
	for name in $(slow_tests_of "$module"); do skip+=(--skip "$name"); done
	cargo_mutants "$results" "${how[@]}" -- -- "$module" "${tests[@]}" "${skip[@]}"
	caught=$(lines "$out/caught.txt") unviable=$(lines "$out/unviable.txt")
	if [ ${#skip[@]} -gt 0 ] && [ -s "$out/missed.txt" ]; then
		cargo_mutants "$results" "${how[@]}" --iterate -- -- "$module" "${tests[@]}"
		caught=$((caught + $(lines "$out/caught.txt")))
	fi
	say "  $module: $caught caught, $(lines "$out/timeout.txt") never ended, $unviable do not compile, $(lines "$out/missed.txt") survived ($(since "$began"))"
	[ ! -s "$out/missed.txt" ] || { sed 's/^/    /' "$out/missed.txt"; return 1; }
}

tests/setup/mutants.sh
mkdir -p "$CACHE/mutants/results"
exec 8>"$tree.lock"
flock -n 8 || die "another run is at work"
chosen=() options=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do
	chosen+=("$1")
	shift
done
[ $# = 0 ] || shift
options=("$@")
[ ${#chosen[@]} -gt 0 ] || chosen=("${modules[@]}")
failed=0
for what in "${chosen[@]}"; do
	module=${what#src/}
	module=${module%%/*}
	module=${module%.rs}
	[[ " ${modules[*]} " == *" $module "* ]] || die "unknown module '$what' (${modules[*]})"
	results=$CACHE/mutants/results/$module
	[[ $what != *.rs || -f $what ]] || die "there is no file '$what'"
	if [ -f "$what" ]; then
		# Named after its place: several files have one name.
		name=${what#"src/$module"} name=${name//\//-}
		pattern=$what results+=${name%.rs}
	elif [ -d "src/$module" ]; then
		pattern="src/$module/**"
	elif [ -f "src/$module.rs" ]; then
		pattern=src/$module.rs
	else
		die "there is no module '$module'"
	fi
	mutate "$module" "$pattern" "$results" || failed=1
done
exit "$failed"
