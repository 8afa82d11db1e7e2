// A site on a PHP without the extension: agents are refused, and everything else works.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fetchRaw } from '../lib/http.mjs';
import { send } from '../lib/mcp.mjs';
import { Person } from '../lib/person.mjs';
import { bringUp, root, takeDown } from '../lib/site.mjs';

const name = `${process.env.SITE}-bare`;
let site, frontBefore;

before(async () => {
	site = bringUp(name, ['--fresh', '--engine', 'sqlite', '--workers', '2', '--no-ext']);
	frontBefore = await front();
	bringUp(name, ['--plugin', `${root}/php-plugin/countersign`, '--activate', 'countersign']);
});
after(() => {
	site?.close();
	if (!process.env.KEEP_SITE) takeDown(name);
});

// Removes what differs between two views of a page.
async function front() {
	const { status, text } = await fetchRaw(`${site.url}/`);
	return `${status} ${text.replace(/_wpnonce=\w+|"nonce":"\w+"/g, '')}`;
}

test('the MCP endpoint answers 503 with the reason', async () => {
	const answer = await send(site, 'whatever', 'tools/list');
	assert.equal(answer.status, 503, answer.text);
	assert.match(answer.json.reason ?? answer.json.error?.data?.reason ?? '', /extension/);
	assert.match(answer.headers['cache-control'], /no-store/);
});

test('the OAuth endpoints refuse too', async () => {
	for (const path of ['/wp-json/countersign/v1/oauth/register', '/wp-json/countersign/v1/oauth/token']) {
		const answer = await fetchRaw(site.url + path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{}' });
		assert.equal(answer.status, 503, `${path}: ${answer.status} ${answer.text.slice(0, 200)}`);
	}
});

test('a notice leads the administrator to the page that says which file to install for this PHP', async () => {
	const admin = await Person.login(site.url);
	const plugins = await admin.get('/wp-admin/plugins.php');
	assert.match(plugins.text, /class="notice notice-error[^"]*"[\s\S]*?href="[^"]*admin\.php\?page=countersign"/, 'leads to the page');
	const page = await admin.get('/wp-admin/admin.php?page=countersign');
	const shown = page.text.replace(/<[^>]+>/g, ' ');
	assert.match(shown, /php_countersign-[\w.-]+\.zip/, 'names the file');
	const php = await site.php('return PHP_MAJOR_VERSION . "." . PHP_MINOR_VERSION;');
	assert.ok(page.text.includes(php), `names PHP ${php}`);
	assert.match(page.text, /x86_64|aarch64|arm64/, 'names the architecture');
});

test('the front page, REST API, login and editing of posts still work', async () => {
	assert.equal(await front(), frontBefore, 'the front page is identical');
	const posts = await fetchRaw(`${site.url}/wp-json/wp/v2/posts`);
	assert.equal(posts.status, 200);
	assert.ok(posts.json.length > 0);
	const admin = await Person.login(site.url);
	const made = await admin.rest('POST', '/wp/v2/posts', { title: 'By a person', status: 'draft' });
	assert.equal(made.status, 201, made.text.slice(0, 200));
});
