// A person who knows nothing of Countersign and reads only the screens: from the activation of the plugin to the first request of
// an agent, once with the mouse and once with the keyboard alone, and without the extension to a message for the host. Each act of
// the person is counted. The agent plays what Claude sends.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fetchRaw } from '../lib/http.mjs';
import { authorizeUrl, discover, register, tokenRequest } from '../lib/oauth.mjs';
import { bringUp, openSite } from '../lib/site.mjs';
import { openBrowser } from './browser.mjs';

const MOST = 8;
const CALLBACK = 'https://claude.ai/api/mcp/auth_callback';
const REVISION = '2025-11-25';
const site = openSite();
let browser, page, acts, arrived;

before(async () => {
	browser = await openBrowser();
	page = browser.page;
	// Nothing of these tests leaves the machine. A redirect to another host cannot be answered, so the request before it is.
	const claude = { contentType: 'text/html', body: '<!doctype html><title>Claude</title><p>Claude' };
	await page.context().route(/^https:\/\/claude\.ai\//, (route) => route.fulfill(claude));
	await page.context().route(`${site.url}/wp-login.php*`, async (route) => {
		if (route.request().method() !== 'POST') return route.continue();
		const response = await route.fetch({ maxRedirects: 0 });
		if (!response.headers().location?.startsWith(CALLBACK)) return route.fulfill({ response });
		arrived = new URL(response.headers().location).searchParams;
		await route.fulfill(claude);
			});
});
after(async () => {
	await browser?.close();
	site.close();
	// For the next file.
	bringUp(site.name, ['--ext', process.env.EXTENSION]);
});

// Removes what earlier tests left, so that the site is as it was before the plugin came.
async function begin() {
	await site.php(
		`require_once ABSPATH . "wp-admin/includes/plugin.php"; deactivate_plugins( "countersign/countersign.php" );
		$wpdb->query( "DELETE FROM {$wpdb->prefix}countersign_connections" ); return 1;`,
	);
	acts = [];
	// A test that failed can have left another window.
	page = browser.page;
	await browser.logIn(site.url);
	await page.goto(`${site.url}/wp-admin/plugins.php`);
	browser.complaints();
}

const mouse = async (target, what) => {
	acts.push(what);
	await target.click();
};

// Moves the focus with the Tab key until it is on the target, as a person does who has no mouse.
const keyboard = async (target, what) => {
	acts.push(what);
	await target.waitFor();
	for (let tabs = 0; tabs < 200; tabs++) {
		if (await target.evaluate((element) => element === document.activeElement)) {
			const outline = await target.evaluate((element) => { const style = getComputedStyle(element); return style.outlineStyle !== 'none' || style.boxShadow !== 'none'; });
			assert.ok(outline, `the focus is visible on ${what}`);
			// Not waited for: if the key leads to another page, the browser may never confirm it. The effect is waited for instead.
			page.keyboard.press('Enter').catch(() => {});
			return;
		}
		await page.keyboard.press('Tab');
	}
	assert.fail(`the Tab key does not reach ${what}`);
};

// Claude's side, after its person has entered the address: it discovers the site and registers. Returns the address that it opens.
async function introduce(address) {
	const { server, resource } = await discover(address);
	const { json } = await register(server, { client_name: 'Claude', redirect_uris: [CALLBACK], scope: undefined });
	const { url, verifier, state } = authorizeUrl(server, resource, json.client_id, { redirect_uri: CALLBACK });
	return { url, state, server, form: { grant_type: 'authorization_code', redirect_uri: CALLBACK, client_id: json.client_id, code_verifier: verifier, resource: resource.resource } };
}

// What Claude sends after the person has come back with a code.
async function work(address, claude, answer) {
	assert.equal(answer.get('state'), claude.state);
	const { json: tokens } = await tokenRequest(claude.server, { ...claude.form, code: answer.get('code') });
	const send = async (message, revision) => (await fetchRaw(address, {
		method: 'POST',
		headers: { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream', Authorization: `Bearer ${tokens.access_token}`, 'User-Agent': 'Claude-User', ...(revision ? { 'MCP-Protocol-Version': revision } : {}) },
		body: JSON.stringify({ jsonrpc: '2.0', ...message }),
	}));
	const first = await send({ id: 0, method: 'initialize', params: { protocolVersion: REVISION, capabilities: {}, clientInfo: { name: 'claude-ai', version: '0.1.0' } } });
	assert.equal(first.status, 200, first.text);
	assert.equal((await send({ method: 'notifications/initialized' }, REVISION)).status, 202);
	assert.equal((await send({ id: 1, method: 'tools/list', params: {} }, REVISION)).status, 200);
	assert.equal((await send({ id: 2, method: 'tools/call', params: { name: 'whoami', arguments: {} } }, REVISION)).status, 200);
}

async function connect(act) {
	await begin();
	await act(page.getByRole('link', { name: /^Activate Countersign/ }), 'Activate');
	await page.locator('.notice', { hasText: 'Countersign is ready.' }).waitFor();
	assert.equal(await page.locator('.notice', { hasText: /agent/ }).count(), 1, 'one notice');
	await act(page.locator('.notice').getByRole('link', { name: 'Connect an agent' }), 'Connect an agent');
	await act(page.getByRole('link', { name: 'Claude', exact: true }), 'Claude');
	await page.getByRole('heading', { name: 'Waiting for the agent' }).waitFor();
	if (act === mouse) await browser.picture('connect-claude', { phone: true });

	const link = page.getByRole('link', { name: 'Add this site to Claude' });
	const address = new URL(await link.getAttribute('href')).searchParams.get('connectorUrl');
	const waiting = page;
	[page] = await Promise.all([waiting.context().waitForEvent('page'), act(link, 'Add this site to Claude')]);
	acts.push('Add and Connect, in Claude');
	const claude = await introduce(address);
	await page.goto(claude.url);
	// The browser moves the focus to the heading a moment after the page was loaded.
	await page.locator('.countersign-title:focus').waitFor();
	const back = page.waitForResponse((response) => response.request().method() === 'POST' && /wp-login\.php/.test(response.url()));
	await act(page.getByRole('button', { name: 'Allow' }), 'Allow');
	await back;
	assert.ok(arrived, `consent leads back to Claude, not to ${page.url()}`);
	const answer = arrived;
	arrived = undefined;
	// Not waited for either: a window whose key the browser has not confirmed may never report that it is closed.
	page.close().catch(() => {});
	page = waiting;
	await page.getByRole('heading', { name: 'Waiting for its first request' }).waitFor();
	await work(address, claude, answer);
	await page.getByRole('heading', { name: 'Connected ✓' }).waitFor();
	assert.match(await page.locator('.countersign-waiting').innerText(), /Claude.*Standard/s);
	assert.equal(await page.getByRole('link', { name: 'Look again' }).count(), 0);
	assert.ok(acts.length <= MOST, acts.join(', '));
	assert.deepEqual(browser.complaints(), []);
}

test('a stranger connects an agent with the mouse', { timeout: 300_000 }, async () => {
	await connect(mouse);
	await browser.picture('connected', { phone: true });
	assert.deepEqual(await browser.violations('.countersign'), []);
});

test('a stranger connects an agent with the keyboard alone', { timeout: 300_000 }, () => connect(keyboard));

test('each program has its steps, which can be copied', async () => {
	for (const name of ['ChatGPT', 'Cursor', 'VS Code', 'Claude Code', 'Gemini CLI', 'Another program']) {
		await page.goto(`${site.url}/wp-admin/admin.php?page=countersign&view=connect`);
		await page.getByRole('link', { name, exact: true }).click();
		await page.getByRole('heading', { name: `Connect ${name.replace('Another', 'another')}` }).waitFor();
		await browser.picture(`connect-${name.toLowerCase().replace(' ', '-')}`, { phone: true });
	}
	await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
	await page.getByRole('button', { name: 'Copy' }).first().click();
	await page.getByRole('button', { name: 'Copied' }).waitFor();
	assert.equal(await page.evaluate(() => navigator.clipboard.readText()), site.endpoint);
	assert.deepEqual(browser.complaints(), []);
});

test('without the extension, a stranger ends at a message for the host', async () => {
	bringUp(site.name, ['--no-ext']);
	site.close();
	await begin();
	await mouse(page.getByRole('link', { name: /^Activate Countersign/ }), 'Activate');
	await page.locator('.notice', { hasText: 'needs its PHP extension' }).waitFor();
	assert.equal(await page.locator('.notice', { hasText: /agent/i }).count(), 1, 'one notice');
	await mouse(page.locator('.notice').getByRole('link', { name: 'What to install' }), 'What to install');
	await page.getByRole('heading', { name: 'Install the PHP extension' }).waitFor();
	await browser.picture('install', { phone: true });
	await mouse(page.getByRole('button', { name: 'Copy the message' }), 'Copy the message');
	await page.getByRole('button', { name: 'Copied' }).waitFor();
	const message = await page.evaluate(() => navigator.clipboard.readText());
	for (const part of [/php_countersign-.*\.zip/, /extension=countersign/, /install -d -m 1733/]) assert.match(message, part);
	assert.ok(acts.length <= MOST, acts.join(', '));
	await mouse(page.getByRole('link', { name: 'Check again' }), 'Check again');
	await page.getByText('PHP does not load the extension yet').waitFor();
	assert.equal(await page.locator('.countersign form').count(), 0, 'no form that does not work');
	assert.deepEqual(await browser.violations('.countersign'), []);
	assert.deepEqual(browser.complaints(), []);
});
