// The examples of the documentation print their stated output in PHP.wasm, too. tests/php/docs.phpt runs them natively, and
// also compares the pages with the extension.
//
// They run as requests, as in a web server: one instance serves the examples without a store, and each of the others has an
// instance of its own, because no other example may have used its store.
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { ROOT, VERSIONS, run, start } from './lib/php.mjs';

/** Examples that cannot run in PHP.wasm, by a part of their code, each with the reason. */
const absent = {
	pcntl_fork: 'needs fork, which PHP.wasm does not have',
	"['engine']": 'needs LMDB: it shows the name of the store',
	'/proc/nowhere': 'needs LMDB: the store in memory has no folder that could be missing',
	'new AuditSeals(': 'needs the files of sealing keys: the state folder is off in WebAssembly',
	'The database is restored from a backup': 'needs the witness, which is off in WebAssembly',
};

const list = `require '${path.join(ROOT, 'tests/php/lib/docs.inc')}';
	foreach ( pages( '${ROOT}' ) as $page ) { $all[] = examples( $page, file_get_contents( "${ROOT}/$page" ) ); }
	echo json_encode( array_merge( ...$all ) );`;

for (const php of VERSIONS) {
	test(`PHP ${php}`, async (t) => {
		const examples = JSON.parse((await run(['-r', list], { php })).stdout).filter((example) => example.run);
		assert.ok(examples.length > 20);
		for (const part of Object.keys(absent)) assert.equal(examples.filter(({ code }) => code.includes(part)).length, 1, part);
		const shared = await start({ php, cwd: '/tmp' });
		t.after(() => shared.end());
		for (const { where, code, output } of examples) {
			const [, reason] = Object.entries(absent).find(([part]) => code.includes(part)) ?? [];
			if (reason) {
				t.diagnostic(`${where} does not run: ${reason}`);
				continue;
			}
			await t.test(where, async () => {
				const instance = code.includes('Store::open(') ? await start({ php, cwd: '/tmp' }) : shared;
				const { text, status } = await instance.request(`<?php\n${code}`);
				if (instance !== shared) instance.end();
				assert.deepEqual([text.trimEnd(), status], [output, 0]);
			});
		}
	});
}
