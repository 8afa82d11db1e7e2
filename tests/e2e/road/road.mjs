// What the tests of the road share: what a refusal must be, and windows into the site's state.
import assert from 'node:assert/strict';
import { after } from 'node:test';
import { Administrator } from '../lib/admin.mjs';
import { callTool, content } from '../lib/mcp.mjs';
import { connect } from '../lib/oauth.mjs';
import { openSite } from '../lib/site.mjs';

export const site = openSite();
after(() => site.close());

// Everything an agent could change: content, its meta and terms, people, and Countersign's own state.
// "Last used" is meant to change.
const DIGEST = `
	$tables = array(
		$wpdb->posts => '*', $wpdb->postmeta => '*', $wpdb->term_relationships => '*', $wpdb->comments => '*', $wpdb->users => '*',
		$wpdb->prefix . 'countersign_connections' => 'id, name, client, user_id, preset, permissions, state, epoch, limit_max, limit_window',
		$wpdb->prefix . 'countersign_grants' => '*', $wpdb->prefix . 'countersign_oauth_clients' => '*',
	);
	$hash = hash_init( 'sha256' );
	foreach ( $tables as $table => $columns ) {
		$rows = $wpdb->get_results( "SELECT $columns FROM $table ORDER BY 1, 2", ARRAY_N );
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

/** A fingerprint of everything an agent could change. */
export const digest = () => site.php(DIGEST);

/** The number of entries in the audit log. */
export const auditSize = () => site.php("return (int) $wpdb->get_var( \"SELECT size FROM {$wpdb->prefix}countersign_audit_head WHERE id = 1\" );");

/** Entries from the one with this number on. */
export const auditFrom = (seq) => site.php(
	"return array_map( function ( $row ) { unset( $row['leaf'] ); $row['seq'] = (int) $row['seq']; return $row; }, $wpdb->get_results( $wpdb->prepare( \"SELECT * FROM {$wpdb->prefix}countersign_audit_entry WHERE seq >= %d ORDER BY seq\", $args['seq'] ), ARRAY_A ) );",
	{ seq },
);

/** What the product's own verification finds in the whole log. */
export const verifyAudit = () => site.php(`
	$verification = new \\Countersign\\Plugin\\Audit\\Verification( \\Countersign\\Plugin\\Plugin::composition()->extension()->audit_log() );
	while ( ! $verification->run( 30 ) );
	return $verification->last();`);

/** The reason code in an answer, wherever the protocol has it: in an error, or in a tool's result. */
export function reasonOf(answer) {
	const { error, result } = answer.json ?? {};
	return error?.data?.reason ?? result?._meta?.['countersign/reason'] ?? answer.json?.reason;
}

// Refusals of strangers are recorded once a minute for each reason, or they could fill the log.
const QUIET = 60_000;

/**
 * Asserts that what `act` sends is refused as it should be: status and code for the client, the true
 * reason in exactly one audit entry, and nothing changed.
 *
 * @param {() => Promise<object>} act
 * @param {{status: number, reason: string, recorded?: string | string[], proved?: boolean}} expected `recorded`: the reason in
 *     the log, where the client is told less. `proved`: the request had a genuine token, so each refusal is recorded.
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
 * Asserts that a call is refused by WordPress, or fails, after it was let in: intent and outcome are in the
 * log, linked, and nothing changed.
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

/** A tool call that succeeds; returns its structured content. */
export const done = async (token, name, args, options) => content(await callTool(site, token, name, args, options));

/** A new draft's id. */
export const draft = async (token, title = `Draft ${Date.now()}`) => (await done(token, 'create_draft', { title, content: '<p>Text.</p>' })).id;

/** A confirmation token for exactly this act. */
export const review = async (token, tool, args) => (await done(token, 'request_review', { tool, arguments: args })).confirmation_token;

export const postStatus = (id) => site.php('return get_post_status( $args["id"] );', { id });

/** A new connection, with its row's id. */
export async function connection(choices = {}) {
	const grant = await connect(site, { preset: 'standard', user: 'editor', ...choices });
	grant.id = await site.php("return (int) $wpdb->get_var( \"SELECT MAX(id) FROM {$wpdb->prefix}countersign_connections\" );");
	return grant;
}

/** The administrator, at the site's own pages. */
export const administrator = new Administrator(site);

/** Sets limits, runs, and puts back what was there. */
export async function withSettings(settings, run) {
	const before = await site.php("return get_option( 'countersign_settings' );");
	await site.php("update_option( 'countersign_settings', array_merge( get_option( 'countersign_settings' ), $args ) ); return 1;", settings);
	try {
		return await run();
	} finally {
		await site.php("update_option( 'countersign_settings', $args ); return 1;", before);
	}
}

/** Waits for a real condition, never longer than it must. */
export async function until(what, condition, limit = 15_000) {
	const end = Date.now() + limit;
	for (;;) {
		const value = await condition();
		if (value) return value;
		if (Date.now() > end) throw new Error(`waited ${limit} ms in vain for ${what}`);
		await new Promise((resolve) => setTimeout(resolve, 40));
	}
}
