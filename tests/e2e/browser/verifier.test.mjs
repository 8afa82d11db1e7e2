// The page that verifies exported logs, opened from the disk as an auditor does, and in the frame of the Audit page. The tests
// of one page depend on each other.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import { openSite, root } from '../lib/site.mjs';
import { askCommandLine, cases } from '../../wasm/corpus.mjs';
import { openBrowser } from './browser.mjs';

const file = `${root}/target/verifier/countersign-verifier.html`;
const address = pathToFileURL(file).href;
const PHONE = { width: 390, height: 844 };
const DESKTOP = { width: 1280, height: 900 };
const named = (name) => cases.find((item) => item.name === name);
const upload = (name, item = named(name)) => ({ name: `${name}.ndjson`, mimeType: '', buffer: item.file });
const text = (name, content) => ({ name, mimeType: '', buffer: Buffer.from(content) });

const work = mkdtempSync(join(tmpdir(), 'countersign-verifier-'));
const site = openSite();
let browser, page, listener, visits = 0;
/** Every request of the browser, and every address that its policy has refused. */
const requests = [];

before(async () => {
	browser = await openBrowser();
	page = browser.page;
	page.context().on('request', (request) => requests.push(request.url()));
	listener = createServer((_, response) => {
		visits += 1;
		response.setHeader('Access-Control-Allow-Origin', '*').end('x');
	});
	await new Promise((resolve) => listener.listen(0, '127.0.0.1', resolve));
	await open();
});
after(async () => {
	await browser?.close();
	listener?.close();
	site.close();
	rmSync(work, { recursive: true });
});

/** Opens the page anew. */
async function open(place = address) {
	await page.goto('about:blank');
	await page.goto(place);
	await page.locator('html[data-ready]').waitFor();
}

/** Fills in the form, verifies, and returns the report that the page shows. */
async function verify({ upload: file, keys = [], checkpoints = [], sealing, taken }, where = page) {
	await where.locator('#files').setInputFiles(file);
	await where.locator('#taken li[data-kind="export"]', { hasText: file.name ?? '' }).waitFor();
	await where.locator('#keys').fill(keys.join('\n'));
	await where.locator('#checkpoints').fill(checkpoints.join('\n'));
	await where.locator('#sealed').evaluate((details) => (details.open = true));
	await where.locator('#sealing').fill(sealing ?? '');
	await where.locator('#received').fill(taken ? new Date(taken).toISOString().slice(0, 19) : '');
	await where.locator('#json').evaluateAll((old) => old.forEach((element) => element.remove()));
	await where.locator('#verify').click();
	await where.locator('#json').waitFor({ state: 'attached' });
	return where.locator('#json').textContent();
}

/** Returns the serious and critical violations that axe-core finds. The style that other tests add is refused here. */
async function violations() {
	if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source);
	await page.evaluate(() => document.querySelectorAll('details').forEach((details) => (details.open = true)));
	return page.evaluate(async () => {
		const { violations: found } = await window.axe.run(document, { resultTypes: ['violations'] });
		return found.filter(({ impact }) => impact === 'serious' || impact === 'critical').flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`));
	});
}

/** Returns how far the widest element goes beyond the window. */
const excess = () =>
	page.evaluate(() => Math.max(...[...document.body.querySelectorAll('*')].filter((element) => element.getClientRects().length && !element.closest('.unseen, thead')).map((element) => element.getBoundingClientRect().right)) - document.documentElement.clientWidth);

const focused = () => page.evaluate(() => document.activeElement.id);

test('the page says about every case of tampering exactly what the command line says', async () => {
	const told = askCommandLine();
	const differ = [];
	for (const [at, item] of cases.entries()) {
		const shown = await verify({ upload: upload(item.name, item), keys: item.keys, checkpoints: item.checkpoints, sealing: item.seal_key, taken: item.taken });
		if (shown !== told[at].json) differ.push(item.name);
	}
	assert.deepEqual(differ, []);
	assert.deepEqual(browser.complaints(), []);
});

test('nothing but the file itself is loaded, and nothing can be sent', async () => {
	assert.deepEqual([...new Set(requests.map((url) => url.replace(/^blob:.*/, 'blob:')))].sort(), ['blob:', address]);
	const { port } = listener.address();
	const send = async (port) => {
		const url = `http://127.0.0.1:${port}/`;
		const told = [];
		const attempt = async (name, act) => told.push(`${name}: ${await act().then(() => 'sent', () => 'refused')}`);
		await attempt('fetch', () => fetch(url));
		await attempt('fetch without an answer', () => fetch(url, { mode: 'no-cors', method: 'POST', body: 'x' }));
		await attempt('WebSocket', () => new Promise((resolve, reject) => Object.assign(new WebSocket(url.replace('http', 'ws')), { onopen: resolve, onerror: reject })));
		await attempt('EventSource', () => new Promise((resolve, reject) => Object.assign(new EventSource(url), { onopen: resolve, onerror: reject })));
		if (globalThis.document) {
			const load = (tag, properties) => () => new Promise((resolve, reject) => document.body.append(Object.assign(document.createElement(tag), { onload: resolve, onerror: reject, ...properties })));
			await attempt('image', load('img', { src: `${url}?image` }));
			await attempt('script', load('script', { src: `${url}?script` }));
			await attempt('style', load('link', { rel: 'stylesheet', href: `${url}?style` }));
			const form = Object.assign(document.createElement('form'), { action: url, method: 'post' });
			document.body.append(form);
			form.submit();
			navigator.sendBeacon(url, 'x');
		} else {
			await attempt('importScripts', async () => importScripts(url));
		}
		return told;
	};
	// Chromium reports the refused form later than the script goes on.
	const refusedForm = page.waitForEvent('console', (message) => message.text().includes('form-action'));
	for (const place of [page, page.workers()[0]]) {
		const told = await place.evaluate(send, port);
		assert.ok(told.length >= 5 && told.every((line) => line.endsWith(': refused')), told.join('\n'));
	}
	await refusedForm;
	// A server that works, so that silence means that nothing was sent.
	assert.equal(visits, 0);
	await (await fetch(`http://127.0.0.1:${port}/`)).text();
	assert.equal(visits, 1);
	assert.equal(page.url(), address);
	browser.complaints();
});

test('several files are recognised by what they contain', async () => {
	await open();
	const item = named('whole_with_root');
	// As if they were dropped.
	const drop = (files) =>
		page.evaluate((files) => {
			const dataTransfer = new DataTransfer();
			for (const { name, content } of files) dataTransfer.items.add(new File([content], name));
			document.querySelector('#drop').dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
		}, files.map(({ name, buffer }) => ({ name, content: buffer.toString() })));
	await drop([text('a', item.checkpoints[0].replaceAll('\n', '\r\n')), upload('c', item), text('b', `${item.keys[0]}\r\n`), text('d.csv', 'seq,leaf,time,kind\r\n'), text('seal', item.seal_key)]);
	await page.locator('#taken li').nth(4).waitFor();
	assert.equal(await page.locator('#keys').inputValue(), item.keys[0]);
	assert.equal(await page.locator('#checkpoints').inputValue(), item.checkpoints[0]);
	assert.equal(await page.locator('#sealing').inputValue(), item.seal_key);
	assert.match(await page.locator('#taken .warned').innerText(), /d\.csv[^]*table \(CSV\)[^]*Export for auditors/);
	await browser.picture('verifier-recognised', { phone: true });
	await page.locator('#verify').click();
	await page.locator('#verdict').waitFor();
	assert.equal(await page.locator('#verdict').innerText(), 'Verified: no entry was changed, removed, moved or added.');
	assert.equal(await focused(), 'verdict');
	const said = await page.locator('#result').innerText();
	for (const part of ['SOUND', 'shop.example/5a5a5a5a5a5a5a5a/audit', '20 checked, of 20', '2027-01-15 08:00:00 UTC', '2027-01-15 08:02:13 UTC', 'of the first 17 entries', item.keys[0], 'The first 17 entries cannot have been rewritten', 'does not prove that this is true'])
		assert.ok(said.includes(part), `${part} in: ${said}`);
	await browser.picture('verifier-verified', { phone: true });
});

test('the first bad entry is shown with what it says', async () => {
	const item = named('edited');
	await verify({ upload: upload('edited'), keys: item.keys });
	assert.equal(await page.locator('#verdict').innerText(), 'Altered: an entry was changed.');
	const bad = await page.locator('#first-bad').innerText();
	for (const part of ['entry_modified', 'entry 7 (line 11 of the file)', '2027-01-15 08:00:49 UTC', 'intent', 'update_post', 'post:8']) assert.ok(bad.includes(part), `${part} in: ${bad}`);
	// The list is filled after the result is shown.
	await page.locator('#rows tr', { hasText: 'entry_modified' }).first().waitFor();
	assert.equal(await page.locator('#rows tr', { hasText: 'entry_modified' }).count(), 1);
	await browser.picture('verifier-altered', { phone: true });

	await verify({ upload: upload('removed'), keys: item.keys });
	assert.equal(await page.locator('#verdict').innerText(), 'Incomplete: entries are missing.');
	const missing = await page.locator('#first-bad').innerText();
	assert.match(missing, /Entry 7 is not in the file[^]*entry before it[^]*08:00:42 UTC[^]*entry after it[^]*08:00:56 UTC/);
});

test('mistakes are explained with what to do', async () => {
	const key = named('whole').keys[0];
	const said = async (given) => {
		await verify(given);
		return page.locator('#result').innerText();
	};
	assert.match(await said({ upload: text('log.ndjson', ''), keys: [key] }), /The file is empty[^]*export the log again/);
	assert.match(await said({ upload: text('x.txt', 'hello\n'), keys: [key] }), /does not look like an export[^]*Export for auditors/);
	const other = 'other.example/0202020202020202/audit';
	assert.match(await said({ upload: upload('whole'), keys: [named('checkpoint_other_site').keys.find((each) => each.startsWith(other.split('/')[0]))] }), /The key is of the log “other\.example[^]*this file is of the log “shop\.example/);
	assert.match(await said({ upload: upload('whole_unknown') }), /Not proved: the file is consistent, but nothing else confirms it[^]*Give the verifier key/);
	assert.match(await said({ upload: upload('cut_log'), keys: [key], checkpoints: named('cut_log').checkpoints }), /If the checkpoint that you gave is newer than this export/);
	// Refusals of the form keep the focus where the mistake is.
	for (const [field, value, message] of [
		['keys', 'hello', /not a verifier key/],
		['checkpoints', 'hello', /not a checkpoint that the given verifier key has signed/],
		['sealing', 'hello', /not a first sealing key/],
	]) {
		await open();
		await page.locator('#files').setInputFiles(upload('whole'));
		await page.locator('#taken li').waitFor();
		await page.locator('#keys').fill(key);
		await page.locator('#sealed').evaluate((details) => (details.open = true));
		await page.locator(`#${field}`).fill(value);
		await page.locator('#verify').click();
		await page.locator(`#${field}-error`, { hasText: message }).waitFor();
		assert.equal(await focused(), field);
		assert.equal(await page.locator(`#${field}`).getAttribute('aria-invalid'), 'true');
		assert.ok(await page.locator('#result').isHidden());
	}
	assert.deepEqual(browser.complaints(), []);
});

test('text of the file cannot become markup, and hidden characters are shown', async () => {
	const evil = '<img src=x onerror=alert(1)>\\u202e\\u0000';
	const lines = named('whole').file.toString().split('\n');
	lines[1] = lines[1].replace('update_post', evil);
	await verify({ upload: text('evil.ndjson', lines.join('\n')), keys: named('whole').keys });
	assert.equal(await page.locator('#result img, #rows img').count(), 0);
	assert.match(await page.locator('#first-bad').innerText(), /<img src=x onerror=alert\(1\)>\\u\{202e\}\\u\{0\}/);
	assert.deepEqual(browser.complaints(), []);
});

test('the keyboard is enough, and no part of the page is inaccessible', async () => {
	await open();
	const { keyboard } = page;
	const to = async (id) => {
		for (let presses = 0; presses < 40 && (await focused()) !== id; presses += 1) await keyboard.press('Tab');
		assert.equal(await focused(), id);
	};
	await to('files');
	const chooser = page.waitForEvent('filechooser');
	await keyboard.press('Enter');
	await (await chooser).setFiles(upload('edited'));
	await page.locator('#taken li').waitFor();
	await to('keys');
	await keyboard.insertText(named('edited').keys[0]);
	await to('verify');
	await keyboard.press('Enter');
	await page.locator('#verdict').waitFor();
	assert.equal(await focused(), 'verdict');
	await to('text');
	await keyboard.type('post:1');
	await keyboard.press('Enter');
	await page.locator('#found', { hasText: /^11 entries found/ }).waitFor();
	await page.locator('#status', { hasText: '11 entries found' }).waitFor({ state: 'attached' });
	for (const size of [DESKTOP, PHONE])
		for (const colorScheme of ['light', 'dark']) {
			await page.setViewportSize(size);
			await page.emulateMedia({ colorScheme });
			assert.deepEqual(await violations(), [], `${size.width} ${colorScheme}`);
			assert.ok((await excess()) <= 1, `at ${size.width} pixels, the page is not wider than the window`);
			if (size === DESKTOP && colorScheme === 'dark') await browser.picture('verifier-dark');
		}
	await page.emulateMedia({ colorScheme: 'light' });
	await page.setViewportSize(DESKTOP);
	assert.deepEqual(browser.complaints(), []);
});

/** A file of many entries, which nobody has signed. What verification says about it does not matter. */
function large(entries) {
	const lines = [named('whole').file.toString().split('\n')[0]];
	for (let n = 0; n < entries; n += 1)
		lines.push(
			`{"v":1,"seq":${n},"time":${1_800_000_000_000 + n * 1000},"site":"5a5a5a5a5a5a5a5a","kind":"${n % 2 ? 'outcome' : 'intent'}","actor":{"kind":"agent","connection":${n % 9},"user":7,"client":"Exâmple \\"agent\\"","ip":"192.0.2.1"},"action":"update_post","target":"post:${n}","change":{"title":"${'x'.repeat(800)}"},"outcome":${n % 2 ? (n % 10 === 9 ? '"denied"' : '"ok"') : 'null'},"reason":null,"approval":null,"correlation":"${String(n >> 1).padStart(8, '0')}","ref":null}`,
		);
	const place = join(work, 'large.ndjson');
	writeFileSync(place, `${lines.join('\n')}\n`);
	return place;
}

test('a large file is verified with progress, can be cancelled, and its entries are found', async () => {
	await open();
	await page.locator('#files').setInputFiles(large(40_000));
	await page.locator('#taken li').waitFor();
	await page.evaluate(() => {
		window.seen = [];
		new MutationObserver(() => window.seen.push([document.querySelector('#progress').value, document.querySelector('#progress-text').textContent])).observe(document.querySelector('#working'), { attributes: true, childList: true, subtree: true, characterData: true });
	});
	// Cancel as soon as there is progress.
	await page.evaluate(() => new MutationObserver((_, observer) => {
		if (document.querySelector('#progress').value > 0) {
			observer.disconnect();
			document.querySelector('#cancel').click();
		}
	}).observe(document.querySelector('#working'), { attributes: true, childList: true, subtree: true }));
	await page.locator('#verify').click();
	await page.locator('#status', { hasText: 'Cancelled' }).waitFor({ state: 'attached' });
	assert.ok(await page.locator('#result').isHidden());
	assert.equal(await focused(), 'verify');

	await page.evaluate(() => (window.seen = []));
	await page.locator('#verify').click();
	await page.locator('#verdict').waitFor();
	const seen = await page.evaluate(() => window.seen);
	assert.ok(seen.some(([value, words]) => value > 0 && value < 1 && /MB of .* MB, [\d,]+ entries/.test(words)), JSON.stringify(seen.slice(0, 5)));

	const find = async (fields, found) => {
		await page.locator('#reset').click();
		for (const [id, value] of Object.entries(fields)) {
			const field = page.locator(`#${id}`);
			(await field.evaluate((element) => element.tagName)) === 'SELECT' ? await field.selectOption(value) : await field.fill(value);
		}
		await page.locator('#find').click();
		await page.locator('#found', { hasText: found }).waitFor();
	};
	await find({}, /^40,000 entries found\. Shown: 1 to 50\./);
	await page.getByRole('button', { name: 'Last', exact: true }).click();
	await page.locator('#rows tr', { hasText: 'post:39999' }).waitFor();
	assert.match(await page.locator('#pages').innerText(), /Page 800 of 800/);
	await find({ text: 'POST:39999' }, /^1 entry found/);
	await find({ text: 'exâmple "agent"', connection: '3', outcome: 'denied' }, /^445 entries found/);
	await browser.picture('verifier-search', { phone: true });
	await find({ kind: 'intent', from: '2027-01-15T08:00:01', until: '2027-01-15T08:00:10' }, /^5 entries found/);
	await find({ user: '8' }, /^No entry matches/);
	await browser.picture('verifier-nothing');
	await find({ outcome: 'none', text: 'post:10' }, /^\d+ entries found/);
	await page.locator('#rows summary').first().click();
	await page.locator('#rows').getByRole('button', { name: '00000005' }).click();
	await page.locator('#found', { hasText: /^2 entries found/ }).waitFor();
	assert.deepEqual(browser.complaints(), []);
});

test('a file that is gone is reported, and the page goes on', async () => {
	await open();
	const place = join(work, 'gone.ndjson');
	writeFileSync(place, named('whole').file);
	await page.locator('#files').setInputFiles(place);
	await page.locator('#taken li').waitFor();
	rmSync(place);
	await page.locator('#verify').click();
	await page.locator('#problem', { hasText: 'could not read the file' }).waitFor();
	await verify({ upload: upload('whole'), keys: named('whole').keys });
	assert.ok(await page.locator('#problem').isHidden());
	browser.complaints();
});

test('the Audit page shows the verifier, which verifies the export of this site', async () => {
	await browser.logIn(site.url);
	await site.php('Countersign\\Plugin\\Plugin::composition()->log()->append( Countersign\\Plugin\\Audit\\EntryDraft::admin( "setting", "settings.changed", "settings" ) ); return 1;');
	await page.goto(`${site.url}/wp-admin/admin.php?page=countersign-audit`);
	await page.locator('summary', { hasText: 'For auditors' }).click();
	const waiting = page.waitForEvent('download');
	await page.getByRole('button', { name: 'Export for auditors' }).click();
	const exported = await (await waiting).path();
	await page.locator('summary', { hasText: 'Verify an export' }).click();
	const frame = page.frameLocator('.countersign-verifier iframe');
	await frame.locator('html[data-ready]').waitFor();
	requests.length = 0;
	const key = await page.locator('#countersign-key').inputValue();
	await frame.getByRole('button', { name: 'Use the key of this site' }).click();
	assert.equal(await frame.locator('#keys').inputValue(), key);
	await frame.locator('#files').setInputFiles(exported);
	await frame.locator('#taken li').waitFor();
	await frame.locator('#verify').click();
	await frame.locator('#verdict').waitFor();
	assert.match(await frame.locator('#verdict').innerText(), /^Verified: /);
	assert.match(await frame.locator('#result').innerText(), /The key came from the site itself/);
	await browser.picture('verifier-admin', { phone: true });
	const forged = readFileSync(exported, 'utf8').replace('settings.changed', 'settings.chanced');
	assert.equal(JSON.parse(await verify({ upload: text('forged.ndjson', forged), keys: [key] }, frame)).verdict, 'entry_modified');
	assert.deepEqual(requests.filter((url) => !url.startsWith('blob:') && !url.includes('admin-ajax.php')), []);
	assert.deepEqual(await browser.violations('.countersign-verifier', { schemes: false }), []);
	// The frame has no rights on the site, and no page of another site can be shown in its place.
	const inner = page.frames().find((each) => each.url().includes('verifier.html'));
	assert.equal(await inner.evaluate(() => globalThis.origin), 'null');
	assert.equal(await inner.evaluate(() => { try { return String(parent.document); } catch (error) { return error.name; } }), 'SecurityError');
	browser.complaints();
});
