# Sourced by tests/run/{conformance,clients,browser}.sh: shared functions of these stages.
# shellcheck shell=bash
. "$(dirname "${BASH_SOURCE[0]}")/../../setup/common.sh"

NODE=$CACHE/node22
SITE_COMMAND=$ROOT/tests/site/site
PLUGIN=$ROOT/php-plugin/countersign
FIXTURES=$ROOT/tests/fixtures/countersign-fixtures
export NODE

# begin_stage NAME: starts a stage. Its sites are removed when the stage ends.
begin_stage() {
	STAGE=$1
	RESULTS=$CACHE/run/results/$STAGE
	SITES=()
	mkdir -p "$CACHE/run/results" "$CACHE/run/logs"
	rm -f "$RESULTS"
	trap end_stage EXIT
	"$ROOT/tests/setup/node.sh" e2e
	[ -f "$EXTENSION" ] || die "$EXTENSION is missing: build the extension (make build)"
}

# KEEP_SITE=1 leaves the sites running for inspection.
end_stage() {
	local status=$? name
	trap - EXIT
	for name in ${SITES[@]+"${SITES[@]}"}; do
		[ -n "${KEEP_SITE:-}" ] || "$SITE_COMMAND" down "$name" --wipe >/dev/null 2>&1 || true
	done
	exit "$status"
}

# stage_site NAME [OPTION...]: starts a new site with the plugin.
stage_site() {
	local name=$1
	shift
	SITES+=("$name")
	"$SITE_COMMAND" up "$name" --fresh --engine mariadb --workers 4 --plugin "$PLUGIN" --activate countersign "$@" >/dev/null
}

# Starts the main site of the stage, with the test tools.
site_with_fixtures() {
	site_without_fixtures --plugin "$FIXTURES" --activate countersign-fixtures "$@"
}

# Starts the main site of the stage. Its limits are high, because the tests make hundreds of calls a minute from one
# address. The tests of limits set their own.
site_without_fixtures() {
	export SITE=$STAGE
	stage_site "$SITE" "$@"
	"$SITE_COMMAND" php "$SITE" -r '$many = array( "max" => 256, "window" => 1 );
		$plugin = Countersign\Plugin\Plugin::composition();
		$plugin->site_records()->store( "countersign_settings",
			array_merge( $plugin->settings()->with(), array( "ip_limit" => $many, "connection_limit" => $many, "registration_limit" => $many ) ),
			Countersign\Plugin\Audit\EntryDraft::admin( "setting", "settings.changed", "settings" ) );'
	# All secrets of the stage are collected here. The last test searches the logs for them.
	export SECRETS=$CACHE/run/$SITE/secrets
	: >"$SECRETS"
	chmod 600 "$SECRETS"
}

# node_tests NAME FILE...: runs the files with Node's test runner, one after the other. Adds to PASSED and FAILED.
# The timeout ends a test that hangs. It applies to a whole file too, which can be one long session in the browser.
PASSED=0
FAILED=0
node_tests() {
	local name=$1 log=$CACHE/run/logs/$STAGE-$1 status=0
	shift
	say "-- $name"
	"$NODE" --test --test-concurrency=1 --test-timeout=900000 --test-reporter=spec "$@" 2>&1 | tee "$log" | grep -v '^ℹ' || status=$?
	count_tests "$log" || status=1
	return "$status"
}

# Reads lines such as "ℹ pass 12". A test that was cancelled or skipped counts as failed.
count_tests() {
	local passed failed
	read -r passed failed < <(awk '
		$2 == "pass" { p = $3 } $2 == "fail" || $2 == "cancelled" || $2 == "skipped" { f += $3 }
		END { print p + 0, f + 0 }' <(grep '^ℹ' "$1"))
	PASSED=$((PASSED + passed))
	FAILED=$((FAILED + failed))
	echo "$PASSED $FAILED" >"$RESULTS"
	[ "$passed" -gt 0 ] && [ "$failed" = 0 ]
}
