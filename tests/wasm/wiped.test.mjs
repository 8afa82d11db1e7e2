// Freed secrets are wiped: the program around PHP.wasm, which sees all of its memory, finds none of them there.
// tests/php/wiped.phpt is the same test of the native extension, with the memory of another process.
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { __private__dont__use } from '@php-wasm/universal';
import { ROOT, VERSIONS, run, start } from './lib/php.mjs';

const lib = path.join(ROOT, 'tests/php/lib');

for (const php of VERSIONS) {
	test(`PHP ${php}`, async () => {
		const prepare = `require '${lib}/wiped.inc'; $case = wiped_case(); echo json_encode( array( $case['given'], array_map( bin2hex( ... ), $case['needles'] ) ) );`;
		const prepared = await run(['-r', prepare], { php });
		const [given, needles] = JSON.parse(prepared.stdout);
		const instance = await start({ php, stdin: `${given.join('\n')}\n` });
		const seen = {};
		instance.php.onMessage((state) => {
			// A view of the whole linear memory: both the heap of PHP and that of Rust.
			const memory = Buffer.from(instance.php[__private__dont__use].HEAPU8.buffer);
			seen[state] = Object.keys(needles).filter((name) => memory.includes(Buffer.from(needles[name], 'hex')));
			return '';
		});
		const { stdout, status } = await instance.cli([path.join(lib, 'held.php')]);
		instance.end();
		assert.deepEqual([stdout, status], ['', 0]);
		// The key of a slot is needed only while the vault is being opened.
		assert.deepEqual(seen.held, Object.keys(needles).filter((name) => name !== 'slot key'));
		assert.deepEqual(seen.freed, []);
	});
}
