// A person without an account uploads files by the link of an upload session in a real browser: chosen, dropped and photographed,
// over a connection that is lost, after a reload, with the keyboard, on a phone, in the dark, and without JavaScript.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { crc32, deflateSync } from 'node:zlib';
import { rememberValue } from '../lib/secrets.mjs';
import { openSite } from '../lib/site.mjs';
import { openBrowser } from './browser.mjs';

const site = openSite();
const folder = mkdtempSync(join(tmpdir(), 'upload-'));
let browser, page, connection;

/** Returns a picture of noise. 760 pixels make three parts. */
function png(side) {
	const chunk = (name, data) => {
		const body = Buffer.concat([Buffer.from(name), data]);
		const out = Buffer.alloc(body.length + 8);
		out.writeUInt32BE(data.length, 0);
		body.copy(out, 4);
		out.writeUInt32BE(crc32(body), body.length + 4);
		return out;
	};
	const head = Buffer.alloc(13);
	head.writeUInt32BE(side, 0);
	head.writeUInt32BE(side, 4);
	head.set([8, 2, 0, 0, 0], 8);
	const rows = Buffer.concat(Array.from({ length: side }, () => Buffer.concat([Buffer.from([0]), randomBytes(side * 3)])));
	return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), chunk('IHDR', head), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]);
}

function file(name, bytes) {
	const path = join(folder, name);
	writeFileSync(path, bytes);
	return path;
}

/** Makes a session and returns its link. */
async function invite(terms = {}) {
	const all = { files: 5, bytes: 8 << 20, types: ['image/png', 'image/jpeg'], title: 'Photos of the opening', note: 'The three best ones, please.\nAs large as you have them.', ...terms };
	const link = await site.php(
		`$plugin = Countersign\\Plugin\\Plugin::composition(); return $plugin->upload_sessions()->create( $plugin->connections()->find( ${connection} ), json_decode( $args['terms'], true ), 3600, null )["link"];`,
		{ terms: JSON.stringify(all) },
	);
	rememberValue(new URL(link).searchParams.get('countersign_upload'));
	return link;
}

const item = (name) => page.locator('#list .item', { hasText: name });
const isDone = (name) => item(name).filter({ hasText: 'Uploaded' }).waitFor();
/** Lets requests of the script pass that `pass` does not stop, and returns what was asked. */
async function watch(stop = () => false) {
	const asked = [];
	await page.unroute('**/*do=*');
	await page.route('**/*do=*', (route) => {
		const query = new URL(route.request().url()).searchParams;
		const what = `${query.get('do')}${query.get('part') ?? ''}`;
		asked.push(what);
		return stop(what) ? route.abort('connectionreset') : route.continue();
	});
	return asked;
}

before(async () => {
	browser = await openBrowser();
	page = browser.page;
	connection = await site.php(
		'wp_set_current_user( 1 ); return (string) Countersign\\Plugin\\Plugin::composition()->creation()->create( "Gallery helper", "Claude", 1, "draft_only", array(), array() )["connection"];',
	);
});

after(async () => {
	await browser?.close();
	rmSync(folder, { recursive: true, force: true });
	site.close();
});

test('the page shows who asks for what, and nothing on it is wrong for assistive technology', async () => {
	await page.goto(await invite());
	await page.getByRole('heading', { name: 'Upload files' }).waitFor();
	const said = page.getByRole('region', { name: /agent’s connection/ });
	assert.match(await said.innerText(), /Gallery helper[\s\S]*Photos of the opening[\s\S]*three best ones/);
	assert.match(await page.locator('.warning').innerText(), /never ask for passwords/);
	assert.match(await page.locator('#rules').innerText(), /5 files at most · up to 8 MB each · JPG, PNG/);
	assert.deepEqual(await browser.violations('body', { schemes: false }), []);
	await browser.picture('upload', { phone: true });
	await page.emulateMedia({ colorScheme: 'dark' });
	assert.deepEqual(await browser.violations('body', { schemes: false }), []);
	await browser.picture('upload-dark', { phone: true });
	await page.emulateMedia({ colorScheme: 'light' });
	assert.deepEqual(browser.complaints(), []);
});

test('files are chosen with the keyboard and dropped, and a wrong one is refused before it is sent', async () => {
	const asked = await watch();
	await page.reload();
	await page.locator('#file').focus();
	const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.keyboard.press('Enter')]);
	await chooser.setFiles([file('river.png', png(20)), file('letter.pdf', '%PDF-1.4'), file('empty.png', '')]);
	await isDone('river.png');
	assert.match(await item('letter.pdf').innerText(), /not accepted/);
	assert.match(await item('empty.png').innerText(), /empty or too large/);
	assert.deepEqual(asked, ['begin', 'part1', 'finish']);
	const dropped = await page.evaluateHandle(
		({ bytes }) => {
			const data = new DataTransfer();
			data.items.add(new File([Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0))], 'dropped.png', { type: 'image/png' }));
			return data;
		},
		{ bytes: png(16).toString('base64') },
	);
	await page.dispatchEvent('#drop', 'dragover', { dataTransfer: dropped });
	assert.ok(await page.locator('#drop.over').count());
	await page.dispatchEvent('#drop', 'drop', { dataTransfer: dropped });
	await isDone('dropped.png');
	assert.match(await page.locator('#count').innerText(), /2 of 5 files have arrived/);
	assert.deepEqual(await browser.violations('body', { schemes: false }), []);
	await browser.picture('upload-list', { phone: true });
	await item('letter.pdf').getByRole('button', { name: /Remove/ }).press('Enter');
	assert.equal(await item('letter.pdf').count(), 0);
	assert.deepEqual(browser.complaints(), []);
});

test('an upload goes on by itself after the connection was lost', async () => {
	let losses = 2;
	const asked = await watch((what) => what === 'part2' && losses-- > 0);
	await page.locator('#file').setInputFiles(file('lost.png', png(760)));
	await item('lost.png').filter({ hasText: 'connection was lost' }).waitFor();
	assert.ok(Number(await item('lost.png').locator('progress').getAttribute('value')) > 0.3);
	await browser.picture('upload-lost', { phone: true });
	await isDone('lost.png');
	assert.deepEqual(asked, ['begin', 'part1', 'part2', 'part2', 'part2', 'part3', 'finish']);
	browser.complaints();
});

test('after a reload, the same file goes on where it stopped', async () => {
	const path = file('resumed.png', png(760));
	await watch((what) => what === 'part3');
	await page.locator('#file').setInputFiles(path);
	await item('resumed.png').filter({ hasText: 'connection was lost' }).waitFor();
	page.once('dialog', (dialog) => dialog.accept());
	await page.reload();
	await item('resumed.png').filter({ hasText: 'Not finished' }).waitFor();
	await browser.picture('upload-unfinished', { phone: true });
	const asked = await watch();
	await page.locator('#file').setInputFiles(path);
	await isDone('resumed.png');
	assert.deepEqual(asked, ['begin', 'part3', 'finish']);
	assert.equal(await page.locator('#list .item').count(), 1);
	browser.complaints();
});

test('an upload is cancelled and begun again, and offline it waits', async () => {
	await watch((what) => what === 'part2');
	await page.locator('#file').setInputFiles(file('wavering.png', png(760)));
	await item('wavering.png').filter({ hasText: 'connection was lost' }).waitFor();
	await item('wavering.png').getByRole('button', { name: /Cancel/ }).click();
	await item('wavering.png').filter({ hasText: 'Cancelled' }).waitFor();
	await watch();
	await page.context().setOffline(true);
	await item('wavering.png').getByRole('button', { name: /Try again/ }).click();
	await item('wavering.png').filter({ hasText: 'You are offline' }).waitFor();
	await page.context().setOffline(false);
	await isDone('wavering.png');
	await page.getByText('All files have arrived').waitFor();
	assert.ok(await page.locator('#form').isHidden());
	assert.deepEqual(await browser.violations('body', { schemes: false }), []);
	await browser.picture('upload-full', { phone: true });
	browser.complaints();
});

test('a file whose content is wrong is told so', async () => {
	await page.goto(await invite({ files: 1 }));
	await watch();
	await page.locator('#file').setInputFiles(file('fake.png', 'not a picture at all'));
	await item('fake.png').filter({ hasText: 'not accepted' }).waitFor();
	assert.ok(await page.locator('#form').isVisible(), 'its place is free again');
	browser.complaints();
});

test('a closed session and a wrong link say what to do', async () => {
	const link = await invite();
	await site.php(
		`$plugin = Countersign\\Plugin\\Plugin::composition(); foreach ( $plugin->upload_sessions()->open_of( ${connection} ) as $session ) { $plugin->upload_sessions()->close( $session, Countersign\\Plugin\\Audit\\EntryDraft::admin( "system", "upload_session.closed", $session->target() ) ); } return 1;`,
	);
	for (const [address, heading] of [[link, 'This link is closed'], [`${site.url}/?countersign_upload=csup_x`, 'This link is closed']]) {
		await page.goto(address);
		await page.getByRole('heading', { name: heading }).waitFor();
		assert.deepEqual(await browser.violations('body', { schemes: false }), []);
	}
	await browser.picture('upload-closed', { phone: true });
	browser.complaints();
});

test('without JavaScript, a form sends one file at a time', async () => {
	const context = await page.context().browser().newContext({ javaScriptEnabled: false });
	const plain = await context.newPage();
	await plain.goto(await invite());
	await plain.locator('#file').setInputFiles(file('plain.png', png(18)));
	await plain.getByRole('button', { name: 'Upload' }).click();
	await plain.getByText('plain.png').waitFor();
	assert.match(await plain.locator('#count').innerText(), /1 of 5/);
	await context.close();
});

test('a phone offers its camera, and nothing is wider than its screen', async () => {
	const context = await page.context().browser().newContext({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
	const phone = await context.newPage();
	await phone.goto(await invite({ title: 'A'.repeat(120), note: 'https://example.org/'.repeat(60) }));
	await phone.getByText('Take a photo').waitFor();
	assert.equal(await phone.locator('#camera').getAttribute('capture'), 'environment');
	await phone.locator('#camera').setInputFiles(file('photo.png', png(30)));
	await phone.locator('#list .item', { hasText: 'Uploaded' }).waitFor();
	const [wide, wider] = await phone.evaluate(() => [document.documentElement.clientWidth, document.documentElement.scrollWidth]);
	assert.ok(wider <= wide, `${wider} of ${wide} pixels`);
	await phone.screenshot({ path: join(process.env.SCREENSHOTS ?? folder, 'upload-touch.png'), fullPage: true });
	await context.close();
});
