// An administrator in a real browser makes an application password for an agent without OAuth, with the keyboard alone, copies
// it, and sees it once. Then the password works.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { rememberValue } from '../lib/secrets.mjs';
import { openSite } from '../lib/site.mjs';
import { openBrowser } from './browser.mjs';

const NAME = 'Night script';
const site = openSite();
let browser, page, header;

before(async () => {
	browser = await openBrowser();
	page = browser.page;
	await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
	await browser.logIn(site.url);
});

after(async () => {
	await browser?.close();
	site.close();
});

test('the form is filled in and sent with the keyboard alone', async () => {
	await page.goto(`${site.url}/wp-admin/admin.php?page=countersign&view=connect`);
	await page.getByRole('link', { name: 'My program has no OAuth' }).focus();
	await page.keyboard.press('Enter');
	await page.getByRole('heading', { name: 'Connect an agent without OAuth' }).waitFor();
	await browser.picture('password-form', { phone: true });
	await page.getByLabel('Name of the connection').focus();
	await page.keyboard.type(NAME);
	await page.getByRole('radio', { name: 'Drafts only' }).focus();
	await page.keyboard.press('Space');
	await page.getByRole('button', { name: 'Make a password' }).focus();
	await page.keyboard.press('Enter');
	await page.getByRole('heading', { name: /^The password for .*Night script/ }).waitFor();
	assert.deepEqual(browser.complaints(), []);
});

test('the password can be copied, and nothing on the page is wrong for assistive technology', async () => {
	// The script of the copy buttons comes last.
	await page.waitForLoadState('load');
	header = await page.getByLabel('Authorization').inputValue();
	const password = await page.getByLabel('Password', { exact: true }).inputValue();
	[header.slice('Basic '.length), password, password.replaceAll(' ', '')].forEach(rememberValue);
	const copy = page.locator('[data-countersign-copy="countersign-password"]');
	await copy.focus();
	await page.keyboard.press('Enter');
	await copy.filter({ hasText: 'Copied' }).waitFor();
	assert.equal(await page.evaluate(() => navigator.clipboard.readText()), password);
	assert.deepEqual(await browser.violations('.countersign'), []);
	// The values are hidden in the picture.
	await page.evaluate(() => document.querySelectorAll('.countersign input, .countersign textarea').forEach((field) => (field.value = field.value.replace(/Basic [\w+/=]+|(\w{4} ){5}\w{4}/g, 'Hidden'))));
	await browser.picture('password-made', { phone: true });
	assert.deepEqual(browser.complaints(), []);
});

test('the password works, and it is not shown again', async () => {
	const answer = await fetch(site.endpoint, {
		method: 'POST',
		headers: { Authorization: header, 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream' },
		body: '{"jsonrpc":"2.0","id":1,"method":"tools/list"}',
	});
	assert.equal(answer.status, 200);
	assert.ok((await answer.text()).includes('create_draft'));
	await page.getByRole('link', { name: 'I have copied it' }).click();
	const row = page.locator('#the-list tr', { hasText: NAME });
	await row.waitFor();
	assert.ok(!(await page.content()).includes(header.slice('Basic '.length)));
	assert.match(await row.innerText(), /Active/);
});
