// The side module in the build of PHP.wasm for browsers, in Chromium: vectors, read by the same tests as with
// the native extension, and what phpinfo() says. phpt.test.mjs runs all tests, in Node.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { openChromium } from './lib/browser-site.mjs';
import { serveModules } from './lib/modules.mjs';
import { ROOT, start, VERSIONS, WASM_EXT } from './lib/php.mjs';

const TESTS = ['audit_redaction', 'policy_vectors', 'record_vectors', 'token_vectors', 'vault_vectors'];
const INFO = `<?php
ob_start();
phpinfo( INFO_MODULES );
$text = html_entity_decode( strip_tags( str_replace( '</td><td class="v">', '=>', ob_get_clean() ) ) );
$own  = substr( $text, strpos( $text, "\ncountersign\n" ) );
preg_match_all( '/^(\\w[\\w -]*?) *=> *(.*?) *$/m', substr( $own, 0, strpos( $own, 'Directive' ) ), $lines, PREG_SET_ORDER );
foreach ( $lines as [ , $name, $value ] ) {
	echo "$name: $value\n";
}`;

let server;
let browser;
let sections;
let files;

before(async () => {
	sections = new Map(TESTS.map((name) => [name, sectionsOf(path.join(ROOT, 'tests/php', `${name}.phpt`))]));
	files = ['tests/php/lib', 'tests/vectors'].flatMap(filesBelow).map((file) => [`/project/${file}`, readFileSync(path.join(ROOT, file), 'base64')]);
	server = await serveModules({ page: '<!doctype html><title>PHP.wasm</title><link rel="icon" href="data:,">', extension: WASM_EXT });
	browser = await openChromium();
});

after(async () => {
	await browser?.close();
	server?.close();
});

for (const version of VERSIONS) {
	test(`PHP ${version} in Chromium`, { timeout: 180_000 }, async (t) => {
		const page = await browser.newPage();
		const complaints = [];
		page.on('pageerror', (error) => complaints.push(error.message));
		await page.goto(`${server.url}/page`);
		await page.evaluate(load, [version, files]);

		await t.test('phpinfo() says what it says in Node', async () => {
			const node = await start({ php: version });
			const expected = await node.request(INFO);
			node.end();
			assert.match(expected.text, /Self-test: passed/);
			assert.equal((await page.evaluate(run, ['/project/info.php', INFO])).text, expected.text);
		});
		for (const [name, { FILE, EXPECT }] of sections)
			await t.test(`${name}.phpt`, async () => {
				const { text, errors } = await page.evaluate(run, [`/project/tests/php/${name}.php`, FILE]);
				assert.equal(text.trim(), EXPECT.trim(), errors);
			});
		assert.deepEqual(complaints, []);
		await page.close();
	});
}

/** Starts PHP in the page and gives it the files. */
async function load([version, files]) {
	const { loadWebRuntime } = await import('/npm/@php-wasm/web/index.js');
	const { PHP } = await import('/npm/@php-wasm/web/node_modules/@php-wasm/universal/index.js');
	const manifestUrl = new URL('/extension/manifest.json', location.href).href;
	globalThis.php = new PHP(await loadWebRuntime(version, { extensions: [{ source: { format: 'manifest', manifestUrl } }] }));
	for (const [file, content] of files) {
		php.mkdir(file.slice(0, file.lastIndexOf('/')));
		php.writeFile(file, Uint8Array.from(atob(content), (character) => character.charCodeAt(0)));
	}
}

/** Runs a script in the page. */
async function run([file, code]) {
	php.mkdir(file.slice(0, file.lastIndexOf('/')));
	php.writeFile(file, code);
	const { text, errors } = await php.run({ scriptPath: file }).catch((error) => error.response ?? { text: '', errors: String(error?.stack ?? error) });
	return { text, errors };
}

/** Returns the sections of a phpt file, by name. */
function sectionsOf(file) {
	const parts = readFileSync(file, 'utf8').split(/^--([A-Z]+)--\n/m).slice(1);
	return Object.fromEntries(parts.flatMap((part, at) => (at % 2 ? [] : [[part, parts[at + 1]]])));
}

function filesBelow(folder) {
	return readdirSync(path.join(ROOT, folder), { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) => path.relative(ROOT, path.join(entry.parentPath, entry.name)));
}
