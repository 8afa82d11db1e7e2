// Two checks must both allow a call: the permissions of the connection and the rights of its WordPress user.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { callTool, listTools, send } from '../lib/mcp.mjs';
import { connection, digest, done, draft, failed, postStatus, refused, resume, review, site } from './support.mjs';

let standard;
before(async () => (standard = (await connection()).accessToken));

test('a tool outside the preset is not listed and cannot be called', async () => {
	const { accessToken: reader } = await connection({ preset: 'read_only' });
	const names = (await listTools(site, reader)).map((tool) => tool.name);
	assert.ok(names.includes('get_post'));
	for (const [tool, args] of [['create_draft', { title: 'No' }], ['update_content', { id: 1, title: 'No' }], ['publish_post', { id: 1 }], ['trash_post', { id: 1 }], ['request_review', { tool: 'publish_post', arguments: { id: 1 } }]]) {
		assert.ok(!names.includes(tool), `${tool} is not listed`);
		const { answer } = await refused(() => callTool(site, reader, tool, args), { status: 200, reason: 'tool_unknown', recorded: 'tool_outside_groups', proved: true });
		assert.equal(answer.json.error.code, -32602);
	}
});

test('an unknown tool is refused', async () => {
	for (const name of ['no_such_tool', '', 'GET_SITE_INFO', '../get_site_info', 'wp_delete_user', 'x'.repeat(5000)]) {
		const { answer } = await refused(() => callTool(site, standard, name), { status: 200, reason: 'tool_unknown', proved: true });
		assert.equal(answer.json.error.code, -32602);
	}
});

test('arguments that violate the schema are refused with their place', async () => {
	for (const [tool, args, path] of [
		['create_draft', {}, 'title'],
		['create_draft', { title: 7 }, 'title'],
		['create_draft', { title: 'x', unknown_field: 1 }, 'may have only: categories, content'],
		['get_post', { id: 'one' }, 'id'],
		['get_post', { id: -1 }, 'id'],
		['list_posts', { per_page: 100_000 }, 'per_page'],
		['search_content', { query: ['a'] }, 'query'],
	]) {
		const { answer } = await refused(() => callTool(site, standard, tool, args), { status: 200, reason: 'arguments_invalid', proved: true });
		assert.equal(answer.json.result.isError, true, 'an error that the model can read');
		assert.ok(answer.json.result.content[0].text.includes(path), `${tool} ${JSON.stringify(args)}: ${answer.json.result.content[0].text}`);
	}
});

test('arguments that are not an object are refused', async () => {
	for (const args of [[1], 'x', 7])
		await refused(() => send(site, standard, 'tools/call', { name: 'list_posts', arguments: args }), { status: 400, reason: 'params_invalid', proved: true });
});

test('a Contributor with the preset `standard` cannot publish and gets no review', async () => {
	const { accessToken } = await connection({ user: 'contributor' });
	const id = await draft(accessToken, 'A contributor wants out');
	await failed(() => callTool(site, accessToken, 'request_review', { tool: 'publish_post', arguments: { id } }), { reason: 'capability_denied' });
	assert.equal(await postStatus(id), 'draft');
});

test('a user who has become a Contributor cannot publish with a valid confirmation, neither before nor after the connection is resumed', async () => {
	const { accessToken, id: connected } = await connection({ user: 'author' });
	const role = (name) => site.php('get_user_by( "login", "author" )->set_role( $args["name"] ); return 1;', { name });
	const id = await draft(accessToken, 'An author wants out');
	const confirmation_token = await review(accessToken, 'publish_post', { id });
	await role('contributor');
	try {
		// Lost rights pause the connection. A person may resume it, because the account still exists.
		await refused(() => callTool(site, accessToken, 'publish_post', { id, confirmation_token }), { status: 200, reason: 'account_changed', proved: true });
		await resume(connected);
		await failed(() => callTool(site, accessToken, 'publish_post', { id, confirmation_token }), { reason: 'capability_denied' });
	} finally {
		await role('author');
	}
	assert.equal(await postStatus(id), 'draft');
});

test('a Contributor cannot change another author\'s post', async () => {
	const { accessToken } = await connection({ user: 'contributor' });
	const id = await draft(standard, 'Of an editor');
	const { fingerprint } = await done(standard, 'get_post', { id });
	await failed(() => callTool(site, accessToken, 'update_content', { id, title: 'Mine now', fingerprint }), { reason: ['capability_denied', 'target_not_found'] });
});

test('an agent of an administrator has no administrative capability', async () => {
	const { accessToken } = await connection({ preset: 'full_access', user: 'admin' });
	const rights = await done(accessToken, 'test_capabilities', {});
	assert.equal(rights.user, 'admin');
	assert.equal(rights.capabilities.edit_others_posts, true, 'it has the administrator\'s rights on content');
	for (const right of ['manage_options', 'edit_users', 'create_users', 'promote_users', 'delete_users', 'install_plugins', 'activate_plugins', 'edit_plugins', 'edit_files', 'edit_themes', 'switch_themes', 'unfiltered_html', 'unfiltered_upload', 'import', 'export', 'update_core', 'countersign_manage_connections', 'countersign_read_audit'])
		assert.equal(rights.capabilities[right], false, right);
});

test('an agent cannot write Countersign\'s options and tables, nor those that hold users and rights', async () => {
	const { accessToken } = await connection({ preset: 'full_access', user: 'admin' });
	for (const what of ['own_option', 'own_option_delete', 'kill_switch', 'own_table', 'audit_table', 'roles_option', 'plugins_option', 'registration', 'user_role']) {
		const before = await digest();
		const answer = await callTool(site, accessToken, 'test_forbidden_write', { what });
		assert.equal(answer.status, 200, answer.text);
		assert.equal(await digest(), before, `${what} changed nothing: ${answer.text}`);
	}
});

test('an agent cannot write markup that executes scripts', async () => {
	const { accessToken } = await connection({ preset: 'standard', user: 'admin' });
	const { id } = await done(accessToken, 'create_draft', { title: 'Markup', content: '<p onclick="x()">Hi</p><script>alert(1)</script><iframe src="https://evil.example"></iframe>' });
	const text = await site.php('return get_post( $args["id"] )->post_content;', { id });
	assert.doesNotMatch(text, /<script|onclick|<iframe/i, text);
});

test('a tool that throws, exits or exhausts memory gives the client a valid error and the log an outcome', async () => {
	for (const tool of ['test_throws', 'test_exits', 'test_out_of_memory']) {
		const answer = await failed(() => callTool(site, standard, tool), { reason: 'tool_failed' });
		assert.equal(answer.json.jsonrpc, '2.0');
		assert.doesNotMatch(answer.text, /wp-content|\.php|secret detail/, 'no internal detail is shown');
	}
});
