// Attacker A: whoever restores the database of the site, or only its tables of connections and grants: an honest host, or
//   somebody who wants back what a person has taken away.
// Has: a dump of the database from before a person revoked, paused or narrowed a connection or stopped all agents.
// Does: restores it, and goes on with the tokens of then.
// Gets: the answer `record_rolled_back` for what was taken away, and why while a person has to answer, and no more than before.
//   Clients that did nothing wrong keep or get access, and none is ended as a thief.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { Administrator } from '../lib/admin.mjs';
import { callTool } from '../lib/mcp.mjs';
import { connect, refresh } from '../lib/oauth.mjs';
import { bringUp, root, takeDown } from '../lib/site.mjs';
import { reasonOf } from '../security/support.mjs';

const name = `${process.env.SITE}-restored`;
const DECISIONS = ['wp_countersign_connections', 'wp_countersign_grants'];
let site, person;

before(() => {
	site = bringUp(name, ['--fresh', '--engine', 'mariadb', '--workers', '2', '--plugin', `${root}/php-plugin/countersign`, '--activate', 'countersign']);
	person = new Administrator(site);
});
after(() => {
	site?.close();
	if (!process.env.KEEP_SITE) takeDown(name);
});

// What mariadb-dump writes. That program is in a package of its own, which nothing else here needs.
const DUMP = `
	$db  = $wpdb->dbh;
	$sql = "SET FOREIGN_KEY_CHECKS = 0;\\n";
	foreach ( $args['tables'] ?: array_column( $db->query( 'SHOW TABLES' )->fetch_all(), 0 ) as $table ) {
		$sql .= "DROP TABLE IF EXISTS $table;\\n" . $db->query( "SHOW CREATE TABLE $table" )->fetch_row()[1] . ";\\n";
		foreach ( $db->query( "SELECT * FROM $table" )->fetch_all() as $row ) {
			$values = array_map( fn( $value ) => null === $value ? 'NULL' : ( preg_match( '/^\\d*$/', $value ) ? "'$value'" : '0x' . bin2hex( $value ) ), $row );
			$sql   .= "INSERT INTO $table VALUES (" . implode( ',', $values ) . ");\\n";
		}
	}
	return $sql;`;

/** Dumps the database, or some tables of it. */
const dump = (tables = []) => site.php(DUMP, { tables });

function restore(backup) {
	const done = spawnSync('mariadb', ['--no-defaults', '-S', site.env.SITE_DB_SOCKET, '-u', 'root', 'wordpress'], { input: backup });
	assert.equal(done.status, 0, String(done.stderr));
}

/** Creates a connection. Returns it with its id, which is too large for a number of JavaScript. */
async function connection(preset = 'standard') {
	const known = await ids();
	const grant = await connect(site, { preset, user: 'editor' });
	grant.id = (await ids()).find((id) => !known.includes(id));
	return grant;
}

const ids = () => site.php('return array_map( "strval", $wpdb->get_col( "SELECT id FROM {$wpdb->prefix}countersign_connections" ) );');
const call = async (grant, tool = 'whoami', args = {}) => {
	const answer = await callTool(site, grant.accessToken, tool, args);
	return [answer.status, reasonOf(answer)];
};
const decide = (id, method, ...more) =>
	site.php(
		`wp_set_current_user( get_user_by( 'login', 'admin' )->ID );
		$plugin = \\Countersign\\Plugin\\Plugin::composition();
		$plugin->manager()->{$args['method']}( $plugin->connections()->find( (int) $args['id'] ), ...$args['more'] );
		return true;`,
		{ id, method, more },
	);
const stateOf = (id) => site.php('$c = \\Countersign\\Plugin\\Plugin::composition()->connections()->find( (int) $args["id"] ); return array( $c->state, $c->fault ?? "" );', { id });
const entries = (reason) => site.php('return (int) $wpdb->get_var( $wpdb->prepare( "SELECT COUNT(*) FROM {$wpdb->prefix}countersign_audit_entry WHERE reason = %s", $args["reason"] ) );', { reason });

/** Presses a button of a page of the dashboard. */
async function answer(slug, action) {
	const admin = await person.person();
	const page = await admin.get(`/wp-admin/admin.php?page=${slug}`);
	const form = page.forms.find((candidate) => candidate.fields.some((field) => field.name === 'action' && field.value === action));
	assert.ok(form, `the page asks: ${page.text.replace(/<[^>]+>|\s+/g, ' ').slice(0, 2000)}`);
	return admin.submit(page, form);
}

/** Opens the page of a restored connection. Returns its text and what presses its button, if there is one. */
async function takeBack(id) {
	const admin = await person.person();
	const page = await admin.get(`/wp-admin/admin.php?page=countersign&view=restored&connection=${id}`);
	const form = page.forms.find((candidate) => candidate.fields.some((field) => field.name === 'action' && field.value === 'countersign_take_back'));
	return { text: page.text.replace(/<[^>]+>|\s+/g, ' '), press: form && (() => admin.submit(page, form, {}, { name: 'state', value: 'active' })) };
}

/** Refreshes like a client that was told that its access token is not valid. */
async function refreshed(grant) {
	const tokens = await refresh(grant);
	if (tokens.status === 200) Object.assign(grant, { accessToken: tokens.json.access_token, refreshToken: tokens.json.refresh_token });
	return tokens.status;
}

for (const [what, method, ...more] of [
	['a revoked connection', 'revoke'],
	['a paused connection', 'pause'],
	['a narrowed connection', 'set_groups', ['read']],
]) {
	test(`the tables of connections and grants, restored: ${what} does not come back`, async () => {
		const [honest, gone] = [await connection(), await connection()];
		assert.deepEqual(await call(gone), [200, undefined]);
		const backup = await dump(DECISIONS);
		await decide(gone.id, method, ...more);
		const before = await entries('record_rolled_back');
		restore(backup);
		assert.deepEqual(await call(gone), [200, 'record_rolled_back']);
		assert.ok((await entries('record_rolled_back')) > before, 'the log names the reason');
		assert.deepEqual((await stateOf(gone.id))[1], 'record_rolled_back');
		assert.notEqual(await refreshed(gone), 200, 'its refresh token gives nothing');
		assert.deepEqual(await call(honest), [200, undefined], 'the other client notices nothing');
		assert.equal(await refreshed(honest), 200);
		await decide(gone.id, 'revoke');
		assert.deepEqual(await call(gone), [401, 'invalid_token'], 'a person ends it for good');
	});
}

test('a client that refreshed after the backup is not ended as a thief', async () => {
	const grant = await connection();
	const backup = await dump(DECISIONS);
	assert.equal(await refreshed(grant), 200);
	assert.equal(await refreshed(grant), 200);
	restore(backup);
	await refreshed(grant);
	assert.notEqual((await stateOf(grant.id))[0], 'revoked');
	assert.equal(await entries('token_reused'), 0);
	await decide(grant.id, 'resume');
	assert.equal(await refreshed(grant), 200, 'after a person let it continue');
	assert.deepEqual(await call(grant), [200, undefined]);
});

test('the kill switch stays on when its row is restored', async () => {
	const grant = await connection();
	const backup = await dump(['wp_options']);
	await person.killSwitch(true);
	assert.deepEqual(await call(grant), [200, 'kill_switch']);
	restore(backup);
	assert.deepEqual(await call(grant), [200, 'kill_switch']);
	await site.php("delete_option( 'countersign_kill_switch' ); return 1;");
	assert.deepEqual(await call(grant), [200, 'kill_switch'], 'a missing row means on');
	await person.killSwitch(false);
	assert.deepEqual(await call(grant), [200, undefined]);
});

test('a restored database stops all agents until a person answers, and revives nobody', async () => {
	const [honest, gone, narrowed] = [await connection(), await connection(), await connection()];
	const backup = await dump();
	await decide(gone.id, 'revoke');
	await decide(narrowed.id, 'set_groups', ['read']);
	restore(backup);
	assert.deepEqual(await call(honest), [200, 'audit_rollback']);
	assert.deepEqual(await call(gone), [200, 'audit_rollback']);
	await answer('countersign-audit', 'countersign_acknowledge');
	assert.equal((await call(honest))[0], 401, 'each acknowledgement begins a new epoch');
	assert.equal(await refreshed(honest), 200, 'the honest client gets new access by itself');
	assert.deepEqual(await call(honest), [200, undefined]);
	assert.ok((await call(gone))[1], 'a reason');
	assert.notEqual(await refreshed(gone), 200);
	assert.ok((await call(gone))[1], 'a reason');
	assert.deepEqual((await stateOf(gone.id))[1], 'record_rolled_back');
	// A person sees what the backup says of the narrowed connection, and resumes it. Its client goes on by itself.
	assert.deepEqual((await stateOf(narrowed.id))[1], 'record_rolled_back');
	const restored = await takeBack(narrowed.id);
	assert.match(restored.text, /permissions can have been narrowed/);
	await restored.press();
	assert.deepEqual(await stateOf(narrowed.id), ['active', '']);
	assert.equal(await refreshed(narrowed), 200);
	assert.deepEqual(await call(narrowed), [200, undefined]);
	// Nobody is offered to resume the revoked one.
	const ended = await takeBack(gone.id);
	assert.match(ended.text, /stays revoked/);
	assert.equal(ended.press, undefined);
});

test('database and state folder restored together: only a checkpoint that left the site shows it', async () => {
	const grant = await connection();
	const state = `${site.run}/state`;
	site.close();
	takeDown(name, { wipe: false });
	cpSync(state, `${state}-copy`, { recursive: true });
	bringUp(name);
	const backup = await dump();
	await decide(grant.id, 'revoke');
	assert.deepEqual(await call(grant), [401, 'invalid_token']);
	const kept = await site.php('return \\Countersign\\Plugin\\Plugin::composition()->extension()->audit_log()->checkpoint( \\Countersign\\Plugin\\Audit\\Log::head()->text );');
	restore(backup);
	site.close();
	takeDown(name, { wipe: false });
	rmSync(state, { recursive: true });
	cpSync(`${state}-copy`, state, { recursive: true });
	bringUp(name);
	assert.equal((await call(grant))[0], 200, 'nothing on the machine contradicts it');
	const verdict = (notes) =>
		site.php(
			`$verifier = \\Countersign\\Plugin\\Plugin::composition()->extension()->audit_log()->verifier( $args['notes'] );
			$head = \\Countersign\\Plugin\\Audit\\Log::head();
			foreach ( \\Countersign\\Plugin\\Audit\\Entries::range( 0, $head->size, 100000 ) as $row ) $verifier->feed( $row );
			return $verifier->finish( $head->text )->verdict();`,
			{ notes },
		);
	assert.equal(await verdict([]), 'ok');
	assert.notEqual(await verdict([kept]), 'ok');
});
