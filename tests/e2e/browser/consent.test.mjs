// The consent page as an administrator sees it, for clients that tell something untrue about themselves, and what follows from a decision.
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { listen } from '../lib/callback.mjs';
import { REDIRECT, authorizeUrl, discover, register, tokenRequest } from '../lib/oauth.mjs';
import { openSite } from '../lib/site.mjs';
import { openBrowser } from './browser.mjs';

const NASTY = 'Claude” (verified ✔)\u202e :ton si siht\n«✅» C\u0337l\u0337a\u0337u\u0337d\u0337e\u0337 ' + '\u0e01' + '\u0e48'.repeat(40) + ' مرحبا "Allow" ' + 'W'.repeat(60);
const site = openSite();
// Replaces the fetching of documents by an option, so no server is needed.
const plugin = `${site.run}/www/wp-content/mu-plugins/documents.php`;
const PLUGIN = `<?php
add_filter( 'pre_wp_mail', static fn() => true );
add_action( 'plugins_loaded', static function (): void {
	$fetch = static fn( string $url ) => new Countersign\\Plugin\\Fetch\\Fetched( 200, [ 'content-type' => 'application/json' ], get_option( 'test_documents', [] )[ $url ] ?? throw new Countersign\\Plugin\\Fetch\\FetchFailed( 'fetch_failed', 'There is no server.' ) );
	( function () use ( $fetch ): void {
		$this->documents = new Countersign\\Plugin\\OAuth\\MetadataDocuments( $fetch, static fn() => ( new Countersign\\Limits( Countersign\\Plugin\\Plugin::composition()->extension()->store() ) )->check( 'documents', 256, 1 ) );
	} )->call( Countersign\\Plugin\\Plugin::composition() );
} );
`;
let browser, page, server, resource, callback;

before(async () => {
	writeFileSync(plugin, PLUGIN);
	callback = await listen();
	browser = await openBrowser();
	page = browser.page;
	({ server, resource } = await discover(site.endpoint));
	await browser.logIn(site.url);
	browser.complaints();
});
after(async () => {
	await browser?.close();
	callback?.close();
	rmSync(plugin, { force: true });
	site.close();
});

const open = (clientId, extra = {}) => page.goto(authorizeUrl(server, resource, clientId, extra).url);

async function described(id, name, redirect) {
	const body = JSON.stringify({ client_id: id, client_name: name, redirect_uris: [redirect] });
	await site.php('update_option( "test_documents", [ $args["id"] => $args["body"] ] );', { id, body });
	return id;
}

async function nameIsApart() {
	assert.ok(!(await page.title()).includes('Claude'), 'the title is the site\'s alone');
	const box = await page.locator('.countersign-name').boundingBox();
	for (const part of await page.locator('.countersign-title, .countersign-claims h2, .countersign-claims .description, .countersign-facts').all()) {
		const other = await part.boundingBox();
		assert.ok(other.y + other.height <= box.y + 1 || other.y >= box.y + box.height - 1, 'nothing else is in the box of the name');
	}
	const clips = await page.locator('.countersign-name').evaluate((element) => getComputedStyle(element).overflow);
	assert.equal(clips, 'hidden');
}

test('a client whose document is elsewhere than its redirect, with a name that pretends to be verified', async () => {
	const id = await described('https://login.xn--clude-4ve.example/client.json', NASTY, 'https://claude.ai/api/mcp/auth_callback');
	await open(id, { redirect_uri: 'https://claude.ai/api/mcp/auth_callback' });
	await nameIsApart();
	const text = await page.locator('form.countersign-consent').innerText();
	assert.match(text, /After your decision, your browser goes to\s+claude\.ai\s+Its identity document is at\s+login\.xn--clude-4ve\.example/);
	assert.match(text, /are on different hosts/);
	assert.doesNotMatch(text, /✔|✅|”|«|\u202e|\u0337/);
	await browser.picture('consent-different-hosts', { phone: true });
	assert.deepEqual(browser.complaints(), []);
});

test('a client with a document on the host of its redirect has no warning', async () => {
	const id = await described('https://claude.ai/oauth/mcp-oauth-client-metadata', 'Claude', 'https://claude.ai/api/mcp/auth_callback');
	await open(id, { redirect_uri: 'https://claude.ai/api/mcp/auth_callback' });
	assert.equal(await page.locator('.countersign-warning').count(), 0);
	await browser.picture('consent-document');
});

test('the page begins with the question, says who decides, and is decided with the keyboard alone', async () => {
	const { json } = await register(server, { client_name: 'Keyboard' });
	await open(json.client_id);
	for (const size of [{ width: 1280, height: 900 }, { width: 390, height: 844 }]) {
		await page.setViewportSize(size);
		await page.reload();
		assert.equal(await page.evaluate(() => document.activeElement.className), 'countersign-title');
		assert.equal(await page.evaluate(() => window.scrollY), 0, 'nothing above the question is scrolled away');
		assert.ok(await page.locator('.countersign-title').evaluate((title) => title.getBoundingClientRect().bottom < innerHeight), 'the question is on the screen');
		assert.ok(await page.locator('.countersign-name').evaluate((name) => name.getBoundingClientRect().bottom < innerHeight), 'and who asks');
	}
	await page.setViewportSize({ width: 1280, height: 900 });
	await page.getByText('You are signed in as').waitFor();

	// From the heading: the link, the presets with their details, the account, the name, Cancel, Allow.
	const seen = [];
	for (let tab = 0; tab < 20 && seen.at(-1) !== 'allow'; tab++) {
		await page.keyboard.press('Tab');
		seen.push(await page.evaluate(() => document.activeElement.value ?? document.activeElement.textContent.trim()));
	}
	assert.deepEqual(seen, ['Use another account', 'standard', 'Show its tools', 'own', 'Keyboard', 'cancel', 'allow']);
	for (let tab = 0; tab < 5; tab++) await page.keyboard.press('Shift+Tab');
	for (let press = 0; press < 2; press++) await page.keyboard.press('ArrowUp');
	assert.equal(await page.getByRole('radio', { name: /^Drafts only/ }).isChecked(), true);
	const lists = await page.locator('.countersign-lists:visible').innerText();
	assert.match(lists, /It can\s+view site information[\s\S]+create drafts[\s\S]+It cannot\s+publish, schedule[\s\S]+move content to the trash[\s\S]+change settings/);
	assert.deepEqual(await page.getByRole('radio').evaluateAll((radios) => radios.map((radio) => radio.value)), ['read_only', 'seo_specialist', 'media_manager', 'draft_only', 'content_manager', 'standard', 'full_access', 'custom'], 'every preset has tools');
	await browser.picture('consent-drafts', { phone: true });
	await page.getByRole('radio', { name: /^Custom/ }).check();
	await browser.picture('consent-custom', { phone: true });
	assert.deepEqual(await browser.violations('body', { schemes: false }), []);
	assert.deepEqual(browser.complaints(), []);
});

test('a client on the own computer', async () => {
	await open((await register(server, { client_name: 'Claude Code (work)' })).json.client_id);
	await page.locator('.countersign-warning', { hasText: new URL(REDIRECT).host }).waitFor();
	await browser.picture('consent-loopback', { phone: true });
});

test('a program that opens links of its own', async () => {
	const redirect = 'cursor://anysphere.cursor-mcp/oauth/callback';
	const { json } = await register(server, { client_name: 'Cursor', redirect_uris: [redirect] });
	await open(json.client_id, { redirect_uri: redirect });
	await page.locator('.countersign-warning', { hasText: 'A program on your computer that opens links with' }).waitFor();
	await browser.picture('consent-program', { phone: true });
	assert.deepEqual(await browser.violations('body', { schemes: false }), []);
});

test('a registered client with a remote redirect and a right-to-left name', async () => {
	const redirect = 'https://a-very-long-name-of-a-host.which-wraps-on-narrow-screens.claude.ai.login.evil.example/back';
	const { json } = await register(server, { client_name: 'مساعد Claude (#1)', redirect_uris: [redirect] });
	await open(json.client_id, { redirect_uri: redirect });
	await nameIsApart();
	await page.getByText('It has none.').waitFor();
	await browser.picture('consent-registered', { phone: true });
	assert.deepEqual(browser.complaints(), []);
});

test('requests that are refused, and a document that cannot be fetched, have an error page', async () => {
	const { json } = await register(server, { redirect_uris: ['https://evil.example/back'] });
	await open(json.client_id, { redirect_uri: 'https://evil.example/back', response_type: 'bogus' });
	await page.getByText('Nothing was connected, and nothing was changed.').waitFor();
	assert.ok(page.url().startsWith(site.url));
	await browser.picture('consent-refused', { phone: true });
	assert.deepEqual(await browser.violations('body', { schemes: false }), []);
	await open('csc_AAAAAAAAAAAAAAAAAAAAAA');
	await page.getByText('client_unknown').waitFor();
	await browser.picture('consent-unknown-client');
	await open('https://client.example/client.json');
	await page.getByText('fetch_failed').waitFor();
	await browser.picture('consent-no-document');
});

test('an agent that is allowed is waited for, announced, and replaced when it connects again', async () => {
	const { json } = await register(server, { client_name: 'Returning agent' });
	const list = () => page.goto(`${site.url}/wp-admin/admin.php?page=countersign`);
	const row = page.locator('#the-list tr', { hasText: 'Returning agent' });
	const { url, verifier } = authorizeUrl(server, resource, json.client_id, { redirect_uri: callback.url });
	const allow = async (address) => {
		await page.goto(address);
		const back = callback.next();
		await page.getByRole('button', { name: 'Allow' }).press('Enter');
		await page.waitForURL(`${callback.url}?*`);
		return (await back).get('code');
	};
	const code = await allow(url);
	await list();
	assert.match(await row.innerText(), /Waiting for the agent/);
	const notice = page.locator('.countersign-new');
	assert.match(await notice.innerText(), /Returning agent: Standard, allowed by admin \(Administrator\) .* ago\. It acts as Returning agent \(Agent\)\./);
	assert.deepEqual(await browser.violations('.countersign-new, .countersign'), []);
	await browser.picture('connections-waiting', { phone: true });
	await notice.getByRole('button', { name: 'I know these connections' }).press('Enter');
	await page.waitForURL(/page=countersign/);
	assert.equal(await notice.count(), 0);

	assert.equal((await tokenRequest(server, { grant_type: 'authorization_code', code, redirect_uri: callback.url, client_id: json.client_id, code_verifier: verifier, resource: resource.resource })).status, 200);
	await list();
	assert.match(await row.innerText(), /Active/);
	await page.goto(authorizeUrl(server, resource, json.client_id, { redirect_uri: callback.url }).url);
	const replace = page.getByRole('checkbox', { name: /^Replace your connection Returning agent, last used: never\./ });
	assert.equal(await replace.isChecked(), true);
	await browser.picture('consent-replace', { phone: true });
	assert.deepEqual(await browser.violations('body', { schemes: false }), []);
	await allow(authorizeUrl(server, resource, json.client_id, { redirect_uri: callback.url }).url);
	await list();
	assert.deepEqual((await row.allInnerTexts()).map((text) => /Waiting for the agent|because its agent was connected again/.exec(text)?.[0]), ['Waiting for the agent', 'because its agent was connected again']);
	await site.php('update_user_option( 1, "countersign_connections_seen", time() ); return 1;');
});

test('an editor asks an administrator with the keyboard alone, and the administrator sees it', async () => {
	await browser.logIn(site.url, 'editor');
	const { json } = await register(server, { client_name: 'Wished agent' });
	await page.goto(authorizeUrl(server, resource, json.client_id, { redirect_uri: callback.url }).url);
	assert.equal(await page.evaluate(() => document.activeElement.className), 'countersign-title');
	await page.getByText('Your account may not connect agents to this site.').waitFor();
	assert.equal(await page.getByRole('radio', { name: /^Drafts only/ }).isChecked(), true);
	assert.equal(await page.getByRole('button', { name: 'Allow' }).count(), 0);
	await browser.picture('consent-ask', { phone: true });
	assert.deepEqual(await browser.violations('body', { schemes: false }), []);
	for (let tab = 0; tab < 12 && (await page.evaluate(() => document.activeElement.value)) !== 'ask'; tab++) await page.keyboard.press('Tab');
	const back = callback.next();
	await page.keyboard.press('Enter');
	await page.waitForURL(`${callback.url}?*`);
	const told = await back;
	assert.equal(told.get('error'), 'access_denied');
	assert.match(told.get('error_description'), /has asked an administrator/);

	await browser.logIn(site.url);
	const notice = page.locator('.countersign-asked');
	assert.match(await notice.innerText(), /Editor \(Editor\) asks you to connect an agent\. It calls itself Wished agent \(not verified\)\. Hosts: 127\.0\.0\.1:\d+\. Wished permissions: Drafts only\./);
	assert.deepEqual(await browser.violations('.countersign-asked'), []);
	await browser.picture('dashboard-asked', { phone: true });
	await notice.getByRole('button', { name: 'Remove this request' }).press('Enter');
	await page.getByText('The request was removed. Nothing was connected.').waitFor();
	assert.equal(await notice.count(), 0);
	browser.complaints();
});
