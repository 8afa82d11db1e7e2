// The side module itself: it loads, serves request after request in one instance, survives fatal errors and panics, and
// imports nothing that PHP.wasm lacks.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { __private__dont__use } from '@php-wasm/universal';
import { missing } from '../../packaging/wasm/imports.mjs';
import { ROOT, VERSIONS, WASM_EXT, start } from './lib/php.mjs';

const packages = path.join(ROOT, 'tests/wasm/node_modules/@php-wasm');
const file = (php) => path.join(WASM_EXT, `countersign-php${php}-jspi.so`);
const compiled = (name) => new WebAssembly.Module(readFileSync(name));

/** Returns the main module of PHP.wasm in Node or in browsers. */
function mainModule(php, platform = 'node') {
	const folder = path.join(packages, `${platform}-${php.replace('.', '-')}`, 'jspi');
	const [version] = readdirSync(folder).filter((name) => name.startsWith(php.replace('.', '_')));
	return path.join(folder, version, `php_${php.replace('.', '_')}.wasm`);
}

/** The bytes of the linear memory, in which PHP and the extension lie. */
const bytes = (instance) => instance.php[__private__dont__use].HEAPU8.buffer.byteLength;

/** Starts an instance that ends with the test: it would keep the process running. */
async function begin(t, options) {
	const instance = await start(options);
	t.after(() => instance.end());
	return instance;
}

// What a request of an agent needs: keys, a token that is issued and verified, and the store.
const REQUEST = String.raw`<?php
	$keys   = Countersign\Keyring::open( '0123456789abcdef', str_repeat( 'k', 64 ) );
	$tokens = new Countersign\Tokens( $keys );
	$kind   = Countersign\TokenKind::Access;
	$claims = $tokens->verify( $kind, $tokens->issue( $kind, 7, 60 ) );
	$once   = static fn() => Countersign\Store::open()->seenOnce( 'test', $claims->id(), $claims->issuedAt() + 1, $claims->expiresAt() )->reason();
	echo $claims->subject(), json_encode( array( $once(), $once(), ini_get( 'countersign.store' ), ini_get( 'precision' ) ) );
	ini_set( 'precision', '5' );`;
const ANSWER = '7[null,"token_used","memory","14"]';

for (const php of VERSIONS) {
	test(`PHP ${php} shows the extension, and its self-test passes`, async (t) => {
		const instance = await begin(t, { php });
		const { text } = await instance.request('<?php phpinfo( INFO_MODULES ); echo json_encode( Countersign\\self_test() );');
		const said = text.replace(/<[^>]*>/g, ' ');
		assert.match(said, /Countersign\s+enabled/);
		assert.match(said, /Target\s+wasm32-unknown-emscripten/);
		assert.match(said, /Store\s+memory/);
		assert.match(said, /Self-test\s+passed/);
		assert.doesNotMatch(text, /:false/);
	});

	test(`PHP ${php} serves 200 requests in one instance without growing`, async (t) => {
		const instance = await begin(t, { php });
		let before;
		for (let number = 1; number <= 200; number++) {
			const { text, errors, status } = await instance.request(REQUEST);
			assert.deepEqual([text, errors, status], [ANSWER, '', 0], `request ${number}`);
			if (number === 20) before = bytes(instance);
		}
		assert.equal(bytes(instance), before);
	});

	test(`PHP ${php} serves the next request after a fatal error of a script`, async (t) => {
		const instance = await begin(t, { php });
		for (let round = 1; round <= 3; round++) {
			// Most of the memory is requested by the extension, which PHP leaves in the middle of a function.
			const full = await instance.request('<?php ini_set( "memory_limit", "8M" ); register_shutdown_function( fn() => print( "shut down" ) ); while ( true ) { $all[] = Countersign\\reasons(); }');
			assert.match(full.text, /Allowed memory size of 8388608 bytes exhausted/);
			assert.match(full.text, /shut down$/);
			const called = await instance.request('<?php $keys = Countersign\\Keyring::open( "0123456789abcdef", str_repeat( "k", 64 ) ); missing();');
			assert.match(called.text, /undefined function missing/);
			assert.equal((await instance.request(REQUEST)).text, ANSWER);
		}
	});

	test(`PHP ${php} ends the request after a panic and serves the next one`, async (t) => {
		const instance = await begin(t, { php, manifest: path.join(WASM_EXT, 'broken-clock/manifest.json') });
		let before;
		for (let round = 1; round <= 20; round++) {
			const panic = await instance.request(`<?php register_shutdown_function( fn() => print( "shut down" ) ); putenv( "BROKEN_CLOCK=1" ); ${REQUEST.slice(5)} echo "not reached";`);
			assert.match(panic.text, /countersign: internal error at \S*time\S*\.rs:\d+/);
			assert.match(panic.text, /Fatal error[^]*countersign: internal error: this request has ended[^]*shut down$/);
			assert.doesNotMatch(panic.text, /not reached/);
			assert.equal(panic.status, 255);
			assert.equal((await instance.request(`<?php putenv( "BROKEN_CLOCK" ); ${REQUEST.slice(5)}`)).text, ANSWER);
			if (round === 5) before = bytes(instance);
		}
		assert.equal(bytes(instance), before);
	});

	for (const platform of ['node', 'web']) {
		test(`PHP ${php} of ${platform} provides everything that the module imports`, () => {
			assert.deepEqual(missing(compiled(file(php)), compiled(mainModule(php, platform))), []);
		});
	}
}

test('a module with an import that PHP.wasm lacks is refused', () => {
	const folder = mkdtempSync(path.join(tmpdir(), 'countersign-'));
	try {
		const module = readFileSync(file('8.2'));
		// The name of an import, replaced by one of the same length.
		const at = module.indexOf('zend_throw_exception');
		assert.ok(at > 0);
		module.write('zend_xhrow_exception', at);
		const changed = path.join(folder, 'changed.so');
		writeFileSync(changed, module);
		const script = path.join(ROOT, 'packaging/wasm/imports.mjs');
		const ask = (...argv) => spawnSync(process.execPath, [script, ...argv], { encoding: 'utf8' });
		assert.equal(ask(file('8.2'), mainModule('8.2')).status, 0);
		const refused = ask(changed, mainModule('8.2'));
		assert.equal(refused.status, 1);
		assert.match(refused.stderr, /does not provide:\n {2}function zend_xhrow_exception\w*\n$/);
		assert.equal(ask(path.join(folder, 'absent.so'), mainModule('8.2')).status, 2);
	} finally {
		rmSync(folder, { recursive: true });
	}
});
