// Actions of an administrator take effect on the next request, without a new token, and on running calls.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { callTool, listTools, send } from '../lib/mcp.mjs';
import { refresh } from '../lib/oauth.mjs';
import { administrator, auditFrom, auditSize, connection, digest, done, reasonOf, refused, site, until } from './support.mjs';

let grant;
before(async () => (grant = await connection()));

const whoami = (token = grant.accessToken) => callTool(site, token, 'whoami');

test('the kill switch refuses every agent; afterwards all work with their old tokens', async () => {
	const other = await connection({ preset: 'read_only' });
	await administrator.killSwitch(true);
	try {
		for (const token of [grant.accessToken, other.accessToken]) {
			const { answer } = await refused(() => whoami(token), { status: 200, reason: 'kill_switch' });
			assert.equal(answer.json.result.isError, true, 'a result that the model reads');
			assert.match(answer.json.result.content[0].text, /stopped all agents .* in the WordPress dashboard, under Countersign\.$/);
			const list = await send(site, token, 'tools/list');
			assert.deepEqual([list.status, reasonOf(list), list.json.error.data.retryAfter], [200, 'kill_switch', 60]);
		}
	} finally {
		await administrator.killSwitch(false);
	}
	for (const token of [grant.accessToken, other.accessToken]) assert.equal(reasonOf(await whoami(token)), undefined);
});

test('the kill switch can be set from PHP', async () => {
	await site.php('return countersign_kill_switch( true );');
	try {
		await refused(() => whoami(), { status: 200, reason: 'kill_switch' });
	} finally {
		await site.php('return countersign_kill_switch( false );');
	}
	assert.equal(reasonOf(await whoami()), undefined);
});

test('a paused connection is refused until it is resumed', async () => {
	await administrator.connection(grant.id, 'pause');
	const { answer } = await refused(() => whoami(), { status: 200, reason: 'connection_paused', proved: true });
	assert.match(answer.json.result.content[0].text, /an administrator resumes it in the WordPress dashboard/);
	assert.equal(answer.json.result.structuredContent, undefined, 'clients compare it with the output schema');
	await administrator.connection(grant.id, 'resume');
	assert.equal(reasonOf(await whoami()), undefined);
});

test('removed permissions take effect on the next request with the same token', async () => {
	const own = await connection({ preset: 'standard' });
	assert.ok((await listTools(site, own.accessToken)).some(({ name }) => name === 'create_draft'));
	await administrator.narrow(own.id, ['read']);
	assert.ok(!(await listTools(site, own.accessToken)).some(({ name }) => name === 'create_draft'));
	await refused(() => callTool(site, own.accessToken, 'create_draft', { title: 'No' }), { status: 200, reason: 'tool_unknown', recorded: 'tool_outside_groups', proved: true });
	assert.equal(reasonOf(await whoami(own.accessToken)), undefined);
});

test('adding permissions is refused', async () => {
	const own = await connection({ preset: 'read_only' });
	const page = await administrator.narrow(own.id, ['read', 'create_edit', 'publish']);
	assert.match(page.text, /revoke it and connect again/i, 'the page explains what to do instead');
	assert.ok(!(await listTools(site, own.accessToken)).some(({ name }) => name === 'create_draft'));
	await refused(() => callTool(site, own.accessToken, 'create_draft', { title: 'No' }), { status: 200, reason: 'tool_unknown', recorded: 'tool_outside_groups', proved: true });
});

test('a revoked connection cannot call or refresh, and its history is kept', async () => {
	const own = await connection();
	await done(own.accessToken, 'whoami', {});
	const size = await auditSize();
	await administrator.connection(own.id, 'revoke');
	assert.ok((await auditFrom(size)).some(({ action }) => /revoke/.test(action)), 'the log names who did it');
	assert.equal((await whoami(own.accessToken)).status, 401);
	const again = await refresh(own);
	assert.equal(again.status, 400, again.text);
	assert.equal(again.json.error, 'invalid_grant');
	assert.equal(await site.php("return $wpdb->get_var( $wpdb->prepare( \"SELECT state FROM {$wpdb->prefix}countersign_connections WHERE id = %d\", $args['id'] ) );", own), 'revoked');
});

// A client whose connection is revoked learns only that its token is invalid.
for (const [how, stop, undo, reason, told = reason] of [
	['revoked', (id) => administrator.connection(id, 'revoke'), async () => {}, 'connection_revoked', 'invalid_token'],
	['paused', (id) => administrator.connection(id, 'pause'), async () => {}, 'connection_paused'],
	['stopped by the kill switch', () => administrator.killSwitch(true), () => administrator.killSwitch(false), 'kill_switch'],
]) {
	test(`a running call ends before it writes when its connection is ${how}`, async () => {
		const own = await connection();
		const name = `wait-${own.id}`;
		const title = `Never to be seen ${own.id}`;
		const size = await auditSize();
		const running = callTool(site, own.accessToken, 'test_wait_then_write', { name, title });
		try {
			await until('the tool to be under way', () => site.php('return is_file( get_temp_dir() . "countersign-fixtures-" . $args["name"] . ".arrived" );', { name }));
			await stop(own.id);
		} finally {
			await site.php('return touch( get_temp_dir() . "countersign-fixtures-" . $args["name"] . ".go" );', { name });
		}
		const answer = await running.finally(undo);
		assert.equal(reasonOf(answer), told, answer.text);
		assert.equal(await site.php('return (int) $wpdb->get_var( $wpdb->prepare( "SELECT COUNT(*) FROM $wpdb->posts WHERE post_title = %s", $args["title"] ) );', { title }), 0);
		const mine = (await auditFrom(size)).filter(({ action }) => action.includes('test_wait_then_write'));
		assert.deepEqual(mine.map(({ reason: recorded }) => recorded), [null, reason], 'an intent, and an outcome with the reason');
	});
}

test('the same tool writes when its connection is not stopped', async () => {
	const name = 'wait-free';
	await site.php('return touch( get_temp_dir() . "countersign-fixtures-" . $args["name"] . ".go" );', { name });
	const before = await digest();
	await done(grant.accessToken, 'test_wait_then_write', { name, title: 'To be seen' });
	assert.notEqual(await digest(), before);
});
