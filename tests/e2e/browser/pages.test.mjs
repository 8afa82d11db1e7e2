// An administrator in a real browser connects an agent, manages it and revokes it. The tests depend on each
// other. After each step, the effect on the agent is checked.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { Client, StreamableHTTPClientTransport, UnauthorizedError } from '@modelcontextprotocol/client';
import { Provider } from '../clients/provider.mjs';
import { listen } from '../lib/callback.mjs';
import { callTool } from '../lib/mcp.mjs';
import { openSite } from '../lib/site.mjs';
import { openBrowser } from './browser.mjs';

const NAME = 'Newsroom agent';
const site = openSite();
let browser, page, provider, client, callback;

before(async () => {
	browser = await openBrowser();
	page = browser.page;
	callback = await listen();
	// Other files have left connections.
	await site.php('$wpdb->query( "DELETE FROM {$wpdb->prefix}countersign_connections" ); return 1;');
	provider = new Provider(site.url, NAME, {}, callback.url);
	// The browser is driven below; the agent only provides the address.
	provider.redirectToAuthorization = (url) => {
		provider.authorizeUrl = url.href;
	};
	// The error messages of the client are not tested here.
	console.warn = () => {};
});

after(async () => {
	await client?.close();
	await browser?.close();
	callback?.close();
	site.close();
});

const admin = (query = 'page=countersign') => page.goto(`${site.url}/wp-admin/admin.php?${query}`);
const row = () => page.locator('#the-list tr', { hasText: NAME });
const whoami = () => callTool(site, provider.saved.access_token, 'whoami');
const reason = async () => {
	const { json } = await whoami();
	return json.error?.data?.reason ?? json.result?._meta?.['countersign/reason'];
};

async function rowAction(name) {
	await row().hover();
	await row().getByRole('link', { name, exact: true }).click();
}

const notice = async (text) => {
	await page.locator('.notice', { hasText: text }).waitFor();
	// The notice is at the top: what is below it can still be on its way.
	await page.waitForLoadState();
};

// Each step continues from the page where the previous one ended.
let broken;
const step = (name, act) => test(name, async (t) => {
	if (broken) return t.skip(`"${broken}" failed`);
	broken = name;
	await act();
	broken = undefined;
});

step('the Connections page explains how to start when there are no connections', async () => {
	await page.goto(`${site.url}/wp-login.php?redirect_to=${encodeURIComponent(`${site.url}/wp-admin/admin.php?page=countersign`)}`);
	await browser.fillLogin('admin');
	await page.getByRole('button', { name: 'Log In' }).click();
	await page.waitForURL(/page=countersign/);
	await page.getByText('No agent is connected yet').waitFor();
	await browser.picture('connections-empty', { phone: true });
	assert.deepEqual(browser.complaints(), []);
	await page.context().clearCookies();
});

step('a client starts, and after the login the browser shows the consent page', async () => {
	const transport = new StreamableHTTPClientTransport(new URL(site.endpoint), { authProvider: provider });
	const first = new Client({ name: 'newsroom-agent', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } });
	await assert.rejects(first.connect(transport), UnauthorizedError);

	await page.goto(provider.authorizeUrl);
	await browser.fillLogin('admin');
	await browser.picture('login');
	await page.getByRole('button', { name: 'Log In' }).click();

	await page.locator('.countersign-name', { hasText: NAME }).waitFor();
	const text = await page.locator('form.countersign-consent').innerText();
	assert.match(text, new RegExp(new URL(callback.url).host), 'the page shows where the browser is redirected afterwards');
	assert.equal(await page.getByRole('radio', { name: /^Standard/ }).isChecked(), true, 'Standard is selected by default');
	await browser.picture('consent', { phone: true });
	await page.locator('summary:visible', { hasText: 'Show its tools' }).click();
	await browser.picture('consent-standard');
	await page.getByRole('radio', { name: /^Custom/ }).check();
	await browser.picture('consent-custom', { phone: true });

	await page.getByRole('radio', { name: /^Standard/ }).check();
	await page.getByLabel('Account that it acts as').selectOption(await page.locator('#countersign-user option', { hasText: /^Editor \(/i }).getAttribute('value'));
	const back = callback.next();
	await page.getByRole('button', { name: 'Allow' }).click();
	const answer = await back;
	assert.equal(answer.get('state'), provider.expectedState);
	await transport.finishAuth(answer);
	await first.close();
	client = new Client({ name: 'newsroom-agent', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } });
	await client.connect(new StreamableHTTPClientTransport(new URL(site.endpoint), { authProvider: provider }));
	assert.deepEqual(browser.complaints(), []);
});

step('a denied client receives access_denied', async () => {
	const other = new Provider(site.url, 'Unwanted agent', {}, callback.url);
	other.redirectToAuthorization = (url) => {
		other.authorizeUrl = url.href;
	};
	const first = new Client({ name: 'unwanted', version: '1.0.0' });
	await assert.rejects(first.connect(new StreamableHTTPClientTransport(new URL(site.endpoint), { authProvider: other })), UnauthorizedError);
	await page.goto(other.authorizeUrl);
	const back = callback.next();
	await page.getByRole('button', { name: 'Cancel' }).click();
	assert.equal((await back).get('error'), 'access_denied');
	await first.close();
});

step('the agent works and appears in the list', async () => {
	await client.callTool({ name: 'get_site_info', arguments: {} });
	const { structuredContent: draft } = await client.callTool({ name: 'create_draft', arguments: { title: 'Autumn market opens on Saturday', content: '<p>Forty growers.</p>' } });
	const { structuredContent: review } = await client.callTool({ name: 'request_review', arguments: { tool: 'publish_post', arguments: { id: draft.id } } });
	await client.callTool({ name: 'publish_post', arguments: { id: draft.id, confirmation_token: review.confirmation_token } });
	await client.callTool({ name: 'publish_post', arguments: { id: draft.id } });

	await admin();
	const text = await row().innerText();
	for (const part of ['Standard', 'Editor (Editor)', 'Active', '127.0.0.1']) assert.ok(text.includes(part), `${part} in: ${text}`);
	assert.equal(await row().count(), 1);
	assert.equal(await page.locator('#the-list tr', { hasText: 'Unwanted' }).count(), 0, 'a denied request makes no connection');
	await row().hover();
	await browser.picture('connections', { phone: true });
	assert.deepEqual(browser.complaints(), []);
});

step('a connection can be paused and resumed', async () => {
	await rowAction('Pause');
	await notice('is paused');
	await browser.picture('connections-paused');
	assert.equal(await reason(), 'connection_paused');
	await rowAction('Resume');
	await notice('is active again');
	assert.equal(await reason(), undefined);
});

step('permissions can be removed', async () => {
	await rowAction('Edit');
	await page.getByRole('heading', { name: NAME }).waitFor();
	assert.equal(await page.getByRole('checkbox', { name: /^Trash/ }).isDisabled(), true, 'permissions cannot be added');
	await browser.picture('edit', { phone: true });
	await page.getByRole('checkbox', { name: /^Publish/ }).uncheck();
	await page.getByRole('button', { name: 'Save' }).click();
	await notice('Changes saved');
	assert.equal(await page.getByRole('checkbox', { name: /^Publish/ }).isChecked(), false);
	const { tools } = await client.listTools({}, { cacheMode: 'bypass' });
	assert.ok(!tools.some(({ name }) => name === 'publish_post'));
	assert.ok(tools.some(({ name }) => name === 'create_draft'));
	assert.deepEqual(browser.complaints(), []);
});

step('the kill switch stops all agents, and they work again afterwards', async () => {
	await admin();
	await page.getByRole('button', { name: 'Stop all agents' }).click();
	await notice('All agents are stopped');
	assert.match(await row().innerText(), /Stopped[\s\S]*All agents are stopped/, 'no row says that the agent can act');
	await page.locator('.countersign-switch', { hasText: 'admin stopped all agents on' }).waitFor();
	assert.equal(await page.locator('#wp-admin-bar-countersign').innerText(), 'All agents are stopped');
	await browser.picture('kill-switch-on', { phone: true });
	assert.equal(await reason(), 'kill_switch');
	// The notice must be visible on every admin page.
	await page.goto(`${site.url}/wp-admin/index.php`);
	await page.locator('.notice', { hasText: /agents/ }).filter({ hasText: /stopped/ }).waitFor();
	await browser.picture('dashboard-stopped');
	await admin();
	await page.getByRole('button', { name: 'Let agents continue' }).click();
	await notice('Agents can act again');
	assert.equal(await page.locator('#wp-admin-bar-countersign').count(), 0);
	assert.equal(await reason(), undefined);
});

step('settings can be saved', async () => {
	await page.locator('summary', { hasText: 'Settings' }).click();
	await page.getByLabel('Requests from one IP address').fill('120');
	await browser.picture('settings');
	await page.getByRole('button', { name: 'Save settings' }).click();
	await notice('Settings saved');
	await page.locator('summary', { hasText: 'Settings' }).click();
	assert.equal(await page.getByLabel('Requests from one IP address').inputValue(), '120');
});

step('a connection can be revoked', async () => {
	await rowAction('Revoke');
	await browser.picture('revoke');
	await page.getByRole('button', { name: 'Revoke permanently' }).click();
	await notice('is permanently revoked');
	assert.equal((await whoami()).status, 401);
	assert.match(await row().innerText(), /Revoked/);
	await browser.picture('connections-revoked');
	assert.deepEqual(browser.complaints(), []);
});

step('the Audit page lists, filters and verifies entries', async () => {
	await admin('page=countersign-audit');
	const list = page.locator('#the-list');
	await browser.picture('audit', { phone: true });
	const text = await list.innerText();
	for (const part of ['connection.revoked', 'kill_switch.on', 'connection.paused', 'publish_post', NAME]) assert.ok(text.includes(part), `${part} in the list`);
	await list.locator('details').first().locator('summary').click();
	await browser.picture('audit-details');

	await page.getByRole('button', { name: 'Verify now' }).click();
	await page.getByRole('heading', { name: 'The log is complete and unchanged' }).waitFor();
	await page.locator('summary', { hasText: 'For auditors' }).click();
	assert.match(await page.getByLabel('The newest checkpoint').inputValue(), /\/audit\n\d+\n[\s\S]*\n— /, 'a signed note to store elsewhere');
	await browser.picture('audit-verified');
	for (const [button, first] of [['Export for auditors', /^\{"countersign/], ['Export as table (CSV)', /^seq,/]]) {
		const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: button }).click()]);
		const file = await readFile(await download.path(), 'utf8');
		assert.match(download.suggestedFilename(), /^audit-.*\.(ndjson|csv)$/);
		assert.match(file, first);
		assert.match(file, /audit\.exported/, 'the export itself is recorded');
	}

	await page.getByLabel('Search entries').fill('publish_post');
	await page.getByRole('button', { name: 'Search entries' }).click();
	await page.waitForURL(/s=publish_post/);
	const outcomes = (await page.locator('#the-list tr').allInnerTexts()).map((entry) => /publish_post[\s\S]*(Done|Refused|Intent)/.exec(entry)?.[1]);
	assert.deepEqual(outcomes, ['Refused', 'Done'], 'outcomes are shown, newest first; intents only with a filter');
	await browser.picture('audit-search');
	assert.deepEqual(browser.complaints(), []);
});

step('an editor sees neither the pages nor the menu and cannot connect a client', async () => {
	await browser.logIn(site.url, 'editor');
	assert.equal(await page.locator('#adminmenu', { hasText: 'Countersign' }).count(), 0);
	assert.equal((await admin()).status(), 403);
	await page.goto(provider.authorizeUrl);
	await page.getByText('may not connect agents').waitFor();
	await browser.picture('consent-not-allowed');
	// Chromium reports a status of 400 as an error too.
	browser.complaints();
});
