// The first generation of the official TypeScript SDK (@modelcontextprotocol/sdk): discovery, registration, consent,
// tools, refresh. It uses revision 2025-11-25.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { openSite } from '../lib/site.mjs';
import { checkDraft, checkRefusals, checkSiteInfo, checkTools, draftTitle } from './checks.mjs';
import { Provider } from './provider.mjs';

const site = openSite();
const provider = new Provider(site.url, 'TypeScript SDK 1', { preset: 'standard', user: 'editor' });
let client;

async function connect() {
	const transport = new StreamableHTTPClientTransport(new URL(site.endpoint), { authProvider: provider });
	client = new Client({ name: 'countersign-ts-sdk-1', version: '1.0.0' });
	await client.connect(transport);
	return transport;
}

after(async () => {
	await client?.close();
	site.close();
});

before(async () => {
	const transport = new StreamableHTTPClientTransport(new URL(site.endpoint), { authProvider: provider });
	const first = new Client({ name: 'countersign-ts-sdk-1', version: '1.0.0' });
	await assert.rejects(first.connect(transport), UnauthorizedError, 'without a token it starts the authorization');
	await transport.finishAuth(provider.callback.get('code'));
	await first.close();
	await connect();
});

test('consent was requested once, and the revision is 2025-11-25', () => {
	assert.equal(provider.asked, 1);
	assert.equal(client.getServerVersion().name, 'countersign');
	assert.equal(client.transport.protocolVersion, '2025-11-25');
});

test('it lists its tools', async () => checkTools((await client.listTools()).tools));

test('it reads the site information', async () => checkSiteInfo(await client.callTool({ name: 'get_site_info', arguments: {} }), site));

test('it creates a draft', async () => {
	const title = draftTitle('TypeScript SDK 1');
	await checkDraft(await client.callTool({ name: 'create_draft', arguments: { title, content: '<p>Hello.</p>' } }), site, title, 'editor');
});

test('its user reads why it is refused while it is paused, stopped and limited', () => checkRefusals(site, () => client.callTool({ name: 'whoami', arguments: {} })));

test('it refreshes its token when the site refuses it', async () => {
	const before = provider.spoilAccessToken();
	await checkSiteInfo(await client.callTool({ name: 'get_site_info', arguments: {} }), site);
	assert.notEqual(provider.saved.refresh_token, before.refresh_token, 'the refresh token was rotated');
	assert.equal(provider.asked, 1, 'consent was not requested again');
});

test('after a restart it works without asking for consent', async () => {
	await client.close();
	await connect();
	checkTools((await client.listTools()).tools);
	assert.equal(provider.asked, 1);
});
