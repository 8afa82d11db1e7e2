// The JavaScript package says about every case of tampering exactly what the command line says.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { askCommandLine, cases, root } from './corpus.mjs';

const folder = process.env.WASM_CORE ?? `${root}/target/wasm-core`;
const { AuditVerifier, initSync } = await import(`${folder}/core.js`);
initSync({ module: readFileSync(`${folder}/core_bg.wasm`) });
const told = askCommandLine();

/** Verifies the file of a case, in chunks of this many bytes. */
function verify({ file, keys, checkpoints, seal_key, taken }, length) {
	const verifier = new AuditVerifier(keys);
	for (const note of checkpoints) verifier.expectCheckpoint(note);
	if (seal_key) verifier.expectSeals(seal_key, taken ?? undefined);
	for (let at = 0; at < file.length; at += length) verifier.push(file.subarray(at, at + length));
	return verifier.finish().json();
}

test('the vectors contain cases of every kind', () => {
	assert.ok(cases.length >= 100);
	assert.ok(new Set(cases.map(({ verdict }) => verdict)).size >= 12);
	assert.ok(cases.some(({ checkpoints }) => checkpoints.length), 'some with a checkpoint that was kept');
});

for (const [at, item] of cases.entries())
	test(`${item.name}: ${item.about}`, () => {
		const { json, exit } = told[at];
		const report = JSON.parse(json);
		assert.deepEqual([report.verdict, report.first_bad, report.line], [item.verdict, item.first_bad, item.line]);
		assert.equal(report.exit, exit);
		for (const length of [1 << 20, 1000, 7]) assert.equal(verify(item, item.insert ? 1 << 16 : length), json);
	});
