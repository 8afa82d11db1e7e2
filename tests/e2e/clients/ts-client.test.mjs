// The second generation of the official TypeScript client (@modelcontextprotocol/client), which negotiates the
// revision: it must choose 2026-07-28 and check the issuer.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client, StreamableHTTPClientTransport, UnauthorizedError } from '@modelcontextprotocol/client';
import { openSite } from '../lib/site.mjs';
import { checkDraft, checkRefusals, checkSiteInfo, checkTools, draftTitle } from './checks.mjs';
import { Provider } from './provider.mjs';

const site = openSite();
const provider = new Provider(site.url, 'TypeScript client 2', { preset: 'standard', user: 'editor' });
let client;

function make() {
	return new Client({ name: 'countersign-ts-client-2', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } });
}

function transport() {
	return new StreamableHTTPClientTransport(new URL(site.endpoint), { authProvider: provider });
}

after(async () => {
	await client?.close();
	site.close();
});

before(async () => {
	const first = make();
	const way = transport();
	await assert.rejects(first.connect(way), UnauthorizedError, 'without a token it starts the authorization');
	await way.finishAuth(provider.callback);
	await first.close();
	client = make();
	await client.connect(transport());
});

test('consent was requested once, and the revision is 2026-07-28', () => {
	assert.equal(provider.asked, 1);
	assert.equal(client.getNegotiatedProtocolVersion(), '2026-07-28');
	assert.equal(client.getServerVersion().name, 'countersign');
});

test('it lists its tools', async () => checkTools((await client.listTools()).tools));

test('it reads the site information', async () => checkSiteInfo(await client.callTool({ name: 'get_site_info', arguments: {} }), site));

test('it creates a draft', async () => {
	const title = draftTitle('TypeScript client 2');
	await checkDraft(await client.callTool({ name: 'create_draft', arguments: { title, content: '<p>Hello.</p>' } }), site, title, 'editor');
});

test('it requests a review and publishes the reviewed post', async () => {
	const title = draftTitle('TypeScript client 2, to publish');
	const id = await checkDraft(await client.callTool({ name: 'create_draft', arguments: { title } }), site, title, 'editor');
	const review = await client.callTool({ name: 'request_review', arguments: { tool: 'publish_post', arguments: { id } } });
	assert.ok(!review.isError, JSON.stringify(review.content));
	const published = await client.callTool({
		name: 'publish_post',
		arguments: { id, confirmation_token: review.structuredContent.confirmation_token },
	});
	assert.ok(!published.isError, JSON.stringify(published.content));
	assert.equal(await site.php('return get_post_status( $args["id"] );', { id }), 'publish');
});

test('its user reads why it is refused while it is paused, stopped and limited', () => checkRefusals(site, () => client.callTool({ name: 'whoami', arguments: {} })));

test('it refreshes its token when the site refuses it', async () => {
	const before = provider.spoilAccessToken();
	await checkSiteInfo(await client.callTool({ name: 'get_site_info', arguments: {} }), site);
	assert.notEqual(provider.saved.refresh_token, before.refresh_token, 'the refresh token was rotated');
	assert.equal(provider.asked, 1, 'consent was not requested again');
});
