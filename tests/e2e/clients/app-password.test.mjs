// A program without OAuth: the official TypeScript SDK with a fixed header, which holds an application password that an
// administrator made on the page for such agents. Also what becomes of it when it tries other doors, and when it is revoked.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { Administrator } from '../lib/admin.mjs';
import { decode } from '../lib/html.mjs';
import { rememberValue } from '../lib/secrets.mjs';
import { openSite } from '../lib/site.mjs';
import { checkDraft, checkSiteInfo, checkTools, draftTitle } from './checks.mjs';

const site = openSite();
const administrator = new Administrator(site);
let client, header, id;

/** Makes a password as a person does. Returns what the page lets copy. */
async function makePassword(name) {
	const user = await site.php('return get_user_by( "login", "editor" )->ID;');
	const page = await administrator.page('countersign', '&view=password');
	const form = page.forms.find((candidate) => candidate.fields.some((field) => field.name === 'once'));
	const shown = await (await administrator.person()).submit(page, form, { name, user: String(user), preset: 'standard' });
	assert.equal(shown.status, 200);
	const value = (field) => decode(new RegExp(`id="countersign-${field}"[^>]*value="([^"]*)"`).exec(shown.text)?.[1] ?? '');
	// 99-secrets searches the logs for it.
	[value('password'), value('password').replaceAll(' ', ''), value('header').slice('Basic '.length)].forEach(rememberValue);
	return { address: value('address'), username: value('username'), password: value('password'), header: value('header') };
}

const connect = async (authorization) => {
	const transport = new StreamableHTTPClientTransport(new URL(site.endpoint), { requestInit: { headers: { Authorization: authorization } } });
	const one = new Client({ name: 'countersign-without-oauth', version: '1.0.0' });
	await one.connect(transport);
	return one;
};

before(async () => {
	const made = await makePassword('Script without OAuth');
	assert.equal(made.address, site.endpoint);
	assert.equal(made.header, `Basic ${Buffer.from(`${made.username}:${made.password}`).toString('base64')}`);
	header = made.header;
	id = await administrator.newestConnection();
	client = await connect(header);
});

after(async () => {
	await client?.close();
	site.close();
});

test('it lists its tools', async () => checkTools((await client.listTools()).tools));

test('it reads the site information', async () => checkSiteInfo(await client.callTool({ name: 'get_site_info', arguments: {} }), site));

test('it creates a draft', async () => {
	const title = draftTitle('a script without OAuth');
	await checkDraft(await client.callTool({ name: 'create_draft', arguments: { title, content: '<p>Hello.</p>' } }), site, title, 'editor');
});

test('paused, it reads why, and goes on when it is resumed', async () => {
	await administrator.connection(id, 'pause');
	const refused = await client.callTool({ name: 'get_site_info', arguments: {} });
	assert.ok(refused.isError);
	assert.match(refused.content[0].text, /paused this connection/);
	await administrator.connection(id, 'resume');
	await checkSiteInfo(await client.callTool({ name: 'get_site_info', arguments: {} }), site);
});

test('other doors of the site do not open', async () => {
	for (const route of ['wp/v2/users/me?context=edit', 'wp/v2/settings', 'wp/v2/users/me/application-passwords']) {
		const answer = await fetch(`${site.url}/wp-json/${route}`, { headers: { Authorization: header } });
		assert.equal(answer.status, 401, `${route}: ${await answer.text()}`);
	}
});

test('a wrong password is refused with a reason, and no login of OAuth begins', async () => {
	const wrong = `Basic ${Buffer.from('editor:aaaa bbbb cccc dddd eeee ffff').toString('base64')}`;
	await assert.rejects(connect(wrong), /app_password_invalid|application password is wrong/);
});

test('revoked, it is refused, and the password is gone', async () => {
	await administrator.connection(id, 'revoke');
	await assert.rejects(client.callTool({ name: 'get_site_info', arguments: {} }), /app_password_invalid|application password is wrong/);
	const left = await site.php('return array_column( WP_Application_Passwords::get_user_application_passwords( get_user_by( "login", "editor" )->ID ), "name" );');
	assert.ok(!left.some((name) => name.includes('Script without OAuth')), left.join(', '));
});
