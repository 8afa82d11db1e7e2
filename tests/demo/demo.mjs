// Plays a conversation between an agent and a site, with the official MCP client and the pages of the
// site. Everything printed is a real response. A step with another result ends the demo with an error.
import assert from 'node:assert/strict';
import { Client, StreamableHTTPClientTransport, UnauthorizedError } from '../e2e/lib/client.mjs';
import { Administrator } from '../e2e/lib/admin.mjs';
import { administrator, readable } from '../e2e/lib/consent.mjs';
import { fetchRaw } from '../e2e/lib/http.mjs';
import { discover } from '../e2e/lib/oauth.mjs';
import { openSite } from '../e2e/lib/site.mjs';
import { Provider } from '../e2e/clients/provider.mjs';
import { agent, end, note, site as answered, step, why } from './print.mjs';

// The warnings of the client about refused calls would appear between the steps.
console.warn = () => {};

const site = openSite();
const admin = new Administrator(site, await administrator(site.url));
const NAME = 'Newsroom agent';

// The last response of the MCP endpoint, which the client does not expose.
let last = {};
async function watchedFetch(url, options) {
	const response = await fetch(url, options);
	if (String(url) === site.endpoint) last = { status: response.status, headers: response.headers, json: await response.clone().json().catch(() => undefined) };
	return response;
}

// The text of the consent page.
const read = {};
function onPage(page) {
	read.title = readable(/<h1[^>]*countersign[^>]*>([\s\S]*?)<\/h1>/.exec(page.text)[1]);
}

const provider = new Provider(site.url, NAME, { preset: 'standard', user: 'own', onPage });
const transport = () => new StreamableHTTPClientTransport(new URL(site.endpoint), { authProvider: provider, fetch: watchedFetch });
const makeClient = () => new Client({ name: 'newsroom-agent', title: NAME, version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } });
let client = makeClient();

const reason = () => last.json?.error?.data?.reason ?? last.json?.result?._meta?.['countersign/reason'];
const short = (token) => `${token.slice(0, 14)}…`;
const state = async (id) => (await admin.rest('GET', `/wp/v2/posts/${id}?context=edit&_fields=status`)).json.status;
const visible = async (id) => (await fetchRaw(`${site.url}/wp-json/wp/v2/posts/${id}`)).status === 200;

/** Makes a call that must be refused with this reason. The error of the client itself is ignored. */
async function refused(expected, status, call) {
	last = {};
	await call().catch(() => {});
	assert.equal(last.status, status, JSON.stringify(last.json));
	assert.equal(reason(), expected, JSON.stringify(last.json));
	answered(`HTTP ${last.status}, refused: ${expected}`);
}

async function call(name, args) {
	const result = await client.callTool({ name, arguments: args });
	assert.ok(!result.isError, JSON.stringify(result.content));
	return result.structuredContent;
}

await step('An agent knows only the address of the site', async () => {
	agent(`POST ${site.endpoint}`);
	const found = await discover(site.endpoint);
	answered(`HTTP 401, WWW-Authenticate: ${found.challenge}`);
	answered(`authorization server: ${found.server.issuer}, code + PKCE ${found.server.code_challenge_methods_supported}`);
	why('Nothing is configured by hand: a client discovers the authorization server from the address alone.');
});

await step('It registers and asks for access', async () => {
	const way = transport();
	await assert.rejects(client.connect(way), UnauthorizedError);
	agent(`registered as "${NAME}", client id ${provider.client.client_id}`);
	agent(`opens the browser at ${provider.authorizeUrl.slice(0, 76)}…`);
	answered(`the consent page asks: ${read.title}`);
	note('leaves the preset "Standard" and an account of its own selected, and allows the connection');
	await way.finishAuth(provider.callback);
	answered(`the agent holds an access token ${short(provider.saved.access_token)}, valid for ${Math.round(provider.saved.expires_in / 60)} minutes`);
	why('A client can choose any name, so a person decides what it may do. It gets an account of its own, to which nobody can log in.');
	client = makeClient();
	await client.connect(transport());
});

await step('It lists the tools that it may use', async () => {
	const { tools } = await client.listTools();
	const names = tools.map(({ name }) => name);
	agent(`tools/list, revision ${client.getNegotiatedProtocolVersion()}`);
	answered(`${names.length} tools: ${names.join(', ')}`);
	assert.ok(names.includes('publish_post') && !names.includes('trash_post'));
	agent('trash_post {"id": 1}');
	await refused('tool_unknown', 200, () => client.callTool({ name: 'trash_post', arguments: { id: 1 } }));
	why('The preset "Standard" does not include the trash: the tool is not listed, and a call is refused.');
});

let id;
const title = 'Autumn market opens on Saturday';
await step('It writes a draft', async () => {
	agent(`create_draft {"title": "${title}", …}`);
	const made = await call('create_draft', { title, content: '<p>Forty growers, one street, from eight in the morning.</p>' });
	id = made.id;
	assert.equal(await state(id), 'draft');
	const { json: post } = await admin.rest('GET', `/wp/v2/posts/${id}?context=edit&_embed=author`);
	const [author] = post._embedded.author;
	assert.equal(author.name, NAME);
	answered(`post ${id}, ${made.status}, by "${author.name}"`);
	why('A draft is not public, so it needs no confirmation.');
});

await step('It tries to publish without a confirmation', async () => {
	agent(`publish_post {"id": ${id}}`);
	await refused('confirmation_missing', 200, () => client.callTool({ name: 'publish_post', arguments: { id } }));
	assert.equal(await state(id), 'draft');
	assert.equal(await visible(id), false);
	answered(`the post is still a draft and is not public`);
	why('Publishing takes two steps, which hinders an agent that follows instructions hidden in content.');
});

let token;
await step('It asks for a review', async () => {
	// The store of this new site was created by the calls above. It refuses tokens issued before its creation, and tokens
	// count in seconds: wait until that second is over.
	await new Promise((done) => setTimeout(done, 1000 - (Date.now() % 1000)));
	agent(`request_review {"tool": "publish_post", "arguments": {"id": ${id}}}`);
	const review = await call('request_review', { tool: 'publish_post', arguments: { id } });
	token = review.confirmation_token;
	const { target, warnings } = review;
	answered(`"${target.title}" is a ${target.status}, and would become public at ${target.link}`);
	for (const warning of warnings) answered(`it warns: ${warning}`);
	answered(`confirmation token ${short(token)}, valid for ${review.expires_in} seconds`);
	why('The site describes the effect from its own data. The token allows exactly this call, once, for a few minutes.');
});

await step('It publishes what was reviewed', async () => {
	agent(`publish_post {"id": ${id}, "confirmation_token": "${short(token)}"}`);
	const published = await call('publish_post', { id, confirmation_token: token });
	assert.equal(await state(id), 'publish');
	assert.equal(await visible(id), true);
	answered(`published: ${published.link}`);
	why('The audit log records both steps and links them.');
});

await step('It tries to use the same token again', async () => {
	await admin.rest('POST', `/wp/v2/posts/${id}`, { status: 'draft' });
	note('has changed the post back to a draft');
	agent(`publish_post {"id": ${id}, "confirmation_token": "${short(token)}"}`);
	await refused('confirmation_used', 200, () => client.callTool({ name: 'publish_post', arguments: { id, confirmation_token: token } }));
	assert.equal(await state(id), 'draft');
	answered('the post is still a draft');
	why('A confirmation works once, even if several PHP workers receive it at the same moment.');
});

await step('The administrator stops all agents', async () => {
	await admin.killSwitch(true);
	try {
		note('turns the kill switch on');
		agent('get_site_info {}');
		await refused('kill_switch', 200, () => client.callTool({ name: 'get_site_info', arguments: {} }));
		answered(`the model reads: ${last.json.result.content[0].text}`);
	} finally {
		await admin.killSwitch(false);
	}
	note('turns it off again');
	agent('get_site_info {}');
	const info = await call('get_site_info', {});
	answered(`${info.name}: works again, with the same token`);
	why('One click stops all agents in an emergency. Their connections are kept, and their users read why.');
});

await step('The administrator revokes this agent', async () => {
	const { refresh_token: refreshToken } = provider.saved;
	provider.somebodyIsThere = false;
	await admin.connection(await admin.newestConnection(), 'revoke');
	note('presses "Revoke permanently" on the Connections page');
	agent('get_site_info {}');
	await refused('invalid_token', 401, () => client.callTool({ name: 'get_site_info', arguments: {} }));
	const again = await fetchRaw(`${site.url}/wp-json/countersign/v1/oauth/token`, {
		method: 'POST',
		headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
		body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: refreshToken, client_id: provider.client.client_id }).toString(),
	});
	assert.equal(again.status, 400, again.text);
	answered(`its refresh token: ${again.json.error}`);
	why('A revoked connection cannot be used again: all its tokens are refused from this moment on.');
});

await step('The audit log contains all of this', async () => {
	const rows = await admin.auditRows();
	note('opens the Audit page. The newest entries:');
	for (const [time, ...cells] of rows.slice(0, 8).reverse()) answered([time.slice(-8), ...cells].filter(Boolean).join(' · '));
	const { headline, result } = await admin.verifyAudit();
	note('presses "Verify now":');
	answered(`${headline}. ${result}`);
	assert.equal(headline, 'The log is complete and unchanged');
	why('Each entry is a leaf of a Merkle tree: changing, removing or moving one in the database is detected.');
});

await client.close();
site.close();
end();
