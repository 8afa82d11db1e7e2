// Shared by the tests of this folder: assertions about refusals, and access to the state of the site.
import assert from 'node:assert/strict';
import { after } from 'node:test';
import { Administrator } from '../lib/admin.mjs';
import { callTool, content } from '../lib/mcp.mjs';
import { connect } from '../lib/oauth.mjs';
import { openSite } from '../lib/site.mjs';

export const site = openSite();
after(() => site.close());

// Everything that an agent could change: content, its meta and terms, users, and Countersign's own state. What changes
// without an agent is excluded: the time of last use with every call, and the marks that WordPress sets at a published
// post and deletes when its cron job has sent the pings.
const DIGEST = `
	$tables = array(
		$wpdb->posts => '*', $wpdb->postmeta => '*', $wpdb->term_relationships => '*', $wpdb->comments => '*', $wpdb->users => '*',
		$wpdb->prefix . 'countersign_connections' => 'id, name, client, user_id, preset, permissions, state, epoch, limit_max, limit_window, version, record',
		$wpdb->prefix . 'countersign_grants' => '*', $wpdb->prefix . 'countersign_oauth_clients' => '*',
	);
	$hash = hash_init( 'sha256' );
	foreach ( $tables as $table => $columns ) {
		$where = $table === $wpdb->postmeta ? "WHERE meta_key NOT IN ( '_pingme', '_encloseme' )" : '';
		$rows = $wpdb->get_results( "SELECT $columns FROM $table $where ORDER BY 1, 2", ARRAY_N );
		if ( '' !== $wpdb->last_error ) throw new Exception( $wpdb->last_error );
		foreach ( $rows as $row ) hash_update( $hash, $table . "\\0" . implode( "\\0", array_map( 'strval', $row ) ) . "\\1" );
	}
	$rights = $wpdb->get_results( "SELECT user_id, meta_key, meta_value FROM $wpdb->usermeta WHERE meta_key LIKE '%capabilities' OR meta_key LIKE '%user_level'
		OR meta_key = '_application_passwords' ORDER BY umeta_id", ARRAY_N );
	hash_update( $hash, serialize( $rights ) );
	foreach ( array( 'countersign_settings', 'countersign_kill_switch', 'countersign_site_id', 'active_plugins', 'siteurl', 'home', 'users_can_register', 'default_role', $wpdb->prefix . 'user_roles' ) as $option ) {
		hash_update( $hash, $option . serialize( get_option( $option ) ) );
	}
	return hash_final( $hash );`;

/** Returns a hash of everything that an agent could change. */
export const digest = () => site.php(DIGEST);

/** Returns the number of entries in the audit log. */
export const auditSize = () => site.php("return (int) $wpdb->get_var( \"SELECT size FROM {$wpdb->prefix}countersign_audit_head WHERE id = 1\" );");

/** Returns the audit entries from this number on. */
export const auditFrom = (seq) => site.php(
	"return array_map( function ( $row ) { unset( $row['leaf'] ); $row['seq'] = (int) $row['seq']; return $row; }, $wpdb->get_results( $wpdb->prepare( \"SELECT * FROM {$wpdb->prefix}countersign_audit_entry WHERE seq >= %d ORDER BY seq\", $args['seq'] ), ARRAY_A ) );",
	{ seq },
);

/** Returns the addresses of the clients of these entries, by the numbers of the entries. */
export const addressesFrom = (seq) => site.php(
	"return array_column( $wpdb->get_results( $wpdb->prepare( \"SELECT seq, value FROM {$wpdb->prefix}countersign_audit_text WHERE path = 'actor.ip' AND seq >= %d\", $args['seq'] ), ARRAY_A ), 'value', 'seq' );",
	{ seq },
);

/** Returns the result of verifying the whole log. */
export const verifyAudit = () => site.php(`
	$verification = new \\Countersign\\Plugin\\Audit\\Verification( \\Countersign\\Plugin\\Plugin::composition()->extension()->audit_log() );
	while ( ! $verification->run( 30 ) );
	return $verification->last();`);

/** Returns the reason code of a response, from its error or from the result of a tool. */
export function reasonOf(answer) {
	const { error, result } = answer.json ?? {};
	return error?.data?.reason ?? result?._meta?.['countersign/reason'] ?? answer.json?.reason;
}

// Refusals without a genuine token are recorded once a minute for each reason, so that they cannot fill the log.
const QUIET = 60_000;

/**
 * Asserts that the request of `act` is refused correctly: status and reason for the client, exactly one audit entry with
 * the true reason, and no change.
 *
 * @param {() => Promise<object>} act
 * @param {{status: number, reason: string, recorded?: string | string[], proved?: boolean}} expected `recorded`: the reason in
 *     the log, if the client receives a less specific one. `proved`: the request has a genuine token, so every refusal is recorded.
 */
export async function refused(act, { status, reason, recorded = reason, proved = false }) {
	const [size, before] = [await auditSize(), await digest()];
	const answer = await act();
	const said = `HTTP ${answer.status} ${answer.text.slice(0, 400)}`;
	assert.equal(answer.status, status, said);
	assert.equal(reasonOf(answer), reason, said);
	const entries = await auditFrom(size);
	if (proved || entries.length > 0) assert.equal(entries.length, 1, `one audit entry: ${JSON.stringify(entries)}`);
	const entry = entries[0] ?? (await auditFrom(0)).findLast((earlier) => [recorded].flat().includes(earlier.reason));
	assert.ok([recorded].flat().includes(entry?.reason), `the log names the reason: ${JSON.stringify(entry)} (${said})`);
	assert.equal(entry.outcome, 'denied', JSON.stringify(entry));
	if (entries.length === 0) assert.ok(Date.now() - Number(entry.time) < QUIET + 1000, 'it was recorded within the last minute');
	assert.equal(await digest(), before, 'nothing changed');
	return { answer, entry };
}

/**
 * Asserts that an admitted call fails or is refused by WordPress: the log has an intent and an outcome with the same
 * correlation, and nothing changed.
 */
export async function failed(act, { status = 200, reason }) {
	const [size, before] = [await auditSize(), await digest()];
	const answer = await act();
	assert.equal(answer.status, status, `HTTP ${answer.status} ${answer.text}`);
	assert.ok([reason].flat().includes(reasonOf(answer)), answer.text);
	const entries = await auditFrom(size);
	assert.deepEqual(entries.map(({ kind, reason: recorded }) => [kind, recorded]), [['intent', null], ['outcome', reasonOf(answer)]]);
	assert.equal(entries[0].correlation, entries[1].correlation, 'linked');
	assert.equal(await digest(), before, 'nothing changed');
	return answer;
}

/** Makes a tool call that must succeed. Returns its structured content. */
export const done = async (token, name, args, options) => content(await callTool(site, token, name, args, options));

/** Creates a draft. Returns its id. */
export const draft = async (token, title = `Draft ${Date.now()}`) => (await done(token, 'create_draft', { title, content: '<p>Text.</p>' })).id;

/** Returns a confirmation token for this call. */
export const review = async (token, tool, args) => (await done(token, 'request_review', { tool, arguments: args })).confirmation_token;

export const postStatus = (id) => site.php('return get_post_status( $args["id"] );', { id });

/** Creates a connection. Returns it with its id. */
export async function connection(choices = {}) {
	const grant = await connect(site, { preset: 'standard', user: 'editor', ...choices });
	// A random number of 63 bits, which JavaScript holds as text.
	grant.id = await site.php("return substr( (string) $wpdb->get_var( \"SELECT target FROM {$wpdb->prefix}countersign_audit_entry WHERE action = 'connection.created' ORDER BY seq DESC LIMIT 1\" ), strlen( 'connection:' ) );");
	return grant;
}

/** Sets the limit of a connection, as an administrator does. */
export const setLimit = (id, max, window) => site.php(`
	$manager = \\Countersign\\Plugin\\Plugin::composition()->manager();
	$manager->set_limit( \\Countersign\\Plugin\\Plugin::composition()->connections()->find( (int) $args['id'] ), array( 'max' => $args['max'], 'window' => $args['window'] ) );
	return 1;`, { id, max, window });

/** Resumes a paused connection, as an administrator does. */
export const resume = (id) => site.php(`
	wp_set_current_user( 1 );
	$plugin = \\Countersign\\Plugin\\Plugin::composition();
	$plugin->manager()->resume( $plugin->connections()->find( (int) $args['id'] ) );
	return 1;`, { id });

/** Returns the administrator at the admin pages of the site. */
export const administrator = new Administrator(site);

const STORE_SETTINGS = `$plugin = Countersign\\Plugin\\Plugin::composition();
	$plugin->site_records()->store( 'countersign_settings', array_merge( $plugin->settings()->with(), $args ), Countersign\\Plugin\\Audit\\EntryDraft::admin( 'setting', 'settings.changed', 'settings' ) );
	return 1;`;

/** Runs `act` with other settings, and restores the old ones. */
export async function withSettings(settings, run) {
	const before = await site.php("return Countersign\\Plugin\\Plugin::composition()->settings()->with();");
	await site.php(STORE_SETTINGS, settings);
	try {
		return await run();
	} finally {
		await site.php(STORE_SETTINGS, before);
	}
}

/** Waits until a condition holds. */
export async function until(what, condition, limit = 15_000) {
	const end = Date.now() + limit;
	for (;;) {
		const value = await condition();
		if (value) return value;
		if (Date.now() > end) throw new Error(`timed out after ${limit} ms: ${what}`);
		await new Promise((resolve) => setTimeout(resolve, 40));
	}
}
