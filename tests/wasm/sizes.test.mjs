// The sizes of what is built stay within packaging/wasm/sizes.json, and docs/wasm.md shows them.
//
// COUNTERSIGN_BLESS=1 writes the measured sizes into that table. A size beyond its limit shows which code to look at: `cargo bloat --release --features php --crates` for the extension and the
// side module, `cargo tree --features wasm` for the core module.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { ROOT, WASM_EXT } from './lib/php.mjs';

const read = (name) => readFileSync(path.join(ROOT, name), 'utf8');
const { files } = JSON.parse(read('packaging/wasm/sizes.json'));
const EXTENSION = 'target/release/libcountersign.so';
const DOCS = 'docs/wasm.md';
/** A row of its table: `| name | KB | KB compressed | … |`. */
const ROW = /^\| ([^|]+?) \| ([\d,]+) KB \| ([\d,]+) KB \|/gm;
/** Returns name => sizes in bytes. */
const documented = () => new Map([...read(DOCS).matchAll(ROW)].map(([, name, ...sizes]) => [name, sizes.map((size) => Number(size.replaceAll(',', '')) * 1000)]));

/** Whether a documented size is the measured one, within five percent or the rounding of a small one. */
const agrees = (told, measured) => Math.abs(told - measured) <= Math.max(measured * 0.05, 1000);
const kilobytes = (bytes) => `${Math.round(bytes / 1000).toLocaleString('en-US')} KB`;

for (const { name, file, bytes, gzip } of files) {
	const found = file.startsWith('target/wasm-ext/') ? path.join(WASM_EXT, path.basename(file)) : path.join(ROOT, file);
	test(`${name} is within its limits, and documented`, (t) => {
		// Where another build of the extension is tested, its size says nothing.
		if (file === EXTENSION && process.env.EXTENSION && path.resolve(process.env.EXTENSION) !== found) return t.skip('another build is tested');
		const content = readFileSync(found);
		const sizes = [content.length, gzipSync(content, { level: 9 }).length];
		t.diagnostic(`${file}: ${sizes.map(kilobytes).join(', compressed ')}`);
		assert.ok(sizes[0] <= bytes, `${file} has ${sizes[0]} bytes, more than ${bytes}`);
		assert.ok(sizes[1] <= gzip, `${file} has ${sizes[1]} bytes compressed, more than ${gzip}`);
		if (process.env.COUNTERSIGN_BLESS) writeFileSync(path.join(ROOT, DOCS), read(DOCS).replace(ROW, (row, own) => (own === name ? `| ${name} | ${sizes.map(kilobytes).join(' | ')} |` : row)));
		const told = documented().get(name);
		assert.ok(told, `docs/wasm.md has no row "| ${name} | ${sizes.map(kilobytes).join(' | ')} | …"`);
		assert.ok(told.every((size, at) => agrees(size, sizes[at])), `docs/wasm.md should say "| ${name} | ${sizes.map(kilobytes).join(' | ')} | …"`);
	});
}

test('every size of the table is checked', () => {
	assert.deepEqual([...documented().keys()].sort(), files.map((one) => one.name).sort());
});
