// The side module in the build of PHP.wasm for browsers, in Chromium: what it answers there is what it answers in Node.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { serveModules } from './lib/modules.mjs';
import { ROOT, start, VERSIONS, WASM_EXT } from './lib/php.mjs';

const { chromium } = createRequire(path.join(ROOT, 'tests/e2e/package.json'))('playwright-core');

/** What PHP runs in both: the classes that need randomness, time, the store and the log. Random values are not printed. */
const CODE = `<?php
use Countersign\\{Claims, Keyring, Limits, Store, TokenKind, Tokens};
ob_start();
phpinfo( INFO_MODULES );
$info = html_entity_decode( strip_tags( str_replace( '</td>', ' ', ob_get_clean() ) ) );
preg_match_all( '/^\\\\s*(self-test|store|witness)\\\\b.*/mi', $info, $lines );
print_r( array_map( 'trim', $lines[0] ) );
$tokens = new Tokens( Keyring::open( '0123456789abcdef', str_repeat( 'k', 64 ) ) );
$store  = Store::open();
foreach ( TokenKind::cases() as $kind ) {
	$token  = $tokens->issue( $kind, subject: 7, lifetime: 60, binding: 'https://example.org/' );
	$claims = $tokens->verify( $kind, $token, 'https://example.org/' );
	$other  = $tokens->verify( $kind, $token, 'https://example.com/' );
	echo $kind->value, ' ', $claims instanceof Claims ? $claims->subject() : $claims->reason(), ' ', $other->reason(), "\\n";
}
foreach ( [ 1, 2 ] as $time ) {
	$seen = $store->seenOnce( 'web', 'id', time() + 1, time() + 60 );
	echo $time, ' ', $seen->isAllowed() ? 'allowed' : $seen->reason(), "\\n";
}
echo $store->status()['engine'], ' ', $store->status()['entries'], "\\n";
try {
	Keyring::open( 'short', '' );
} catch ( Countersign\\Exception $refused ) {
	echo get_class( $refused ), ': ', $refused->getMessage(), "\\n";
}
`;

let server;
let browser;

before(async () => {
	server = await serveModules({ page: '<!doctype html><title>PHP.wasm</title><link rel="icon" href="data:,">', extension: WASM_EXT });
	browser = await chromium.launch({
		executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
		args: process.getuid() === 0 ? ['--no-sandbox'] : [],
	});
});

after(async () => {
	await browser?.close();
	server?.close();
});

for (const version of VERSIONS) {
	test(`PHP ${version} in Chromium answers what it answers in Node`, { timeout: 120_000 }, async () => {
		const node = await start({ php: version });
		const expected = await node.request(CODE);
		node.end();
		assert.equal(expected.status, 0, expected.text + expected.errors);
		assert.match(expected.text, /memory 1/);

		const page = await browser.newPage();
		const complaints = [];
		page.on('pageerror', (error) => complaints.push(error.message));
		await page.goto(`${server.url}/page`);
		const found = await page.evaluate(inPage, [version, CODE]);
		assert.deepEqual(complaints, []);
		assert.equal(found.text, expected.text, found.errors);
		assert.equal(found.exitCode, 0);
		await page.close();
	});
}

/** Runs in the page. */
async function inPage([version, code]) {
	const { loadWebRuntime } = await import('/npm/@php-wasm/web/index.js');
	const { PHP } = await import('/npm/@php-wasm/web/node_modules/@php-wasm/universal/index.js');
	const manifestUrl = new URL('/extension/manifest.json', location.href).href;
	const php = new PHP(await loadWebRuntime(version, { extensions: [{ source: { format: 'manifest', manifestUrl } }] }));
	const { text, errors, exitCode } = await php.run({ code });
	return { text, errors, exitCode };
}
