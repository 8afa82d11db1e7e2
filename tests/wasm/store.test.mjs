// The store of a site in WebAssembly: all instances of PHP that serve the site share it, and it ends with the site.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { proxyFileSystem } from '@php-wasm/universal';
import { start } from './lib/php.mjs';

const folders = [];
const instances = [];

after(() => {
	for (const instance of instances) instance.end();
	for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Returns the folder that the instances of a new site share. */
function site() {
	const folder = mkdtempSync(path.join(tmpdir(), 'countersign-store-'));
	folders.push(folder);
	return folder;
}

async function instance(options) {
	const started = await start(options);
	instances.push(started);
	return started;
}

/** Runs code and returns what it printed. */
async function php(one, code) {
	const { text, errors, status } = await one.request(`<?php use Countersign\\Store; $store = Store::open(); ${code}`);
	assert.equal(status, 0, text + errors);
	return text;
}

/** Uses an item that was issued at this second, and returns the reason of the refusal, or "allowed". */
const use = (one, item, issued) => php(one, `$it = $store->seenOnce('test', '${item}', ${issued}, ${issued} + 600); echo $it->reason() ?? 'allowed';`);

const limited = (one) => php(one, `echo (new Countersign\\Limits($store))->check('test', 2, 3600)->reason() ?? 'allowed';`);

/** Returns a second after the store was started, which the clock has reached. */
async function later(one) {
	return Number(await php(one, `$at = $store->status()['started_at'] + 1; while (time() < $at) usleep(20000); echo $at;`));
}

// In Node the instances share a folder of the machine, in a browser the memory of the first one.
const SHARED = {
	'a folder of the machine': async () => {
		const internal = site();
		return [await instance({ internal }), await instance({ internal })];
	},
	'the memory of the first instance': async () => {
		const [one, two] = [await instance(), await instance()];
		await proxyFileSystem(one.php, two.php, ['/internal/shared']);
		return [one, two];
	},
};

for (const [name, pair] of Object.entries(SHARED)) {
	test(`instances that share ${name} share one store`, async () => {
		const [one, two] = await pair();
		const issued = await later(one);
		assert.equal(await use(one, 'a', issued), 'allowed');
		assert.equal(await use(two, 'a', issued), 'token_used');
		assert.equal(await use(two, 'b', issued), 'allowed');
		assert.equal(await use(one, 'b', issued), 'token_used');
		assert.deepEqual([await limited(one), await limited(two), await limited(one)], ['allowed', 'allowed', 'rate_limited']);
		const status = (it) => php(it, 'echo json_encode($store->status());');
		assert.equal(await status(one), await status(two));
		assert.equal(JSON.parse(await status(one)).engine, 'memory');
	});
}

test('a new instance in the place of an old one knows what was used', async () => {
	for (const one of [await instance(), await instance({ internal: site() })]) {
		const issued = await later(one);
		assert.equal(await use(one, 'a', issued), 'allowed');
		await one.rotate();
		assert.equal(await use(one, 'a', issued), 'token_used');
		assert.equal(await use(one, 'b', issued), 'allowed');
	}
});

test('a site that starts again refuses what was issued before, and nothing is used twice', async () => {
	const before = await instance({ internal: site() });
	const issued = await later(before);
	assert.equal(await use(before, 'a', issued), 'allowed');
	const again = await instance({ internal: site() });
	await later(again);
	for (const item of ['a', 'b']) assert.equal(await use(again, item, issued), 'store_restarted');
	assert.equal(await use(again, 'a', await later(again)), 'allowed');
});

test('an instance that ends in the middle of an operation leaves a store that refuses what was issued before', async () => {
	const internal = site();
	const one = await instance({ internal });
	const issued = await later(one);
	assert.equal(await use(one, 'a', issued), 'allowed');
	// What an instance leaves behind that has taken the image and then ended.
	const root = path.join(internal, 'shared/countersign');
	const [store] = readdirSync(root);
	renameSync(path.join(root, store, 'image'), path.join(internal, 'taken-for-ever'));
	assert.equal(await use(one, 'a', issued), 'store_restarted');
	assert.equal(await use(one, 'b', issued), 'store_restarted');
	assert.equal(await use(one, 'a', await later(one)), 'allowed');
});

test('exactly one of three instances in threads uses each item', async () => {
	const internal = site();
	const issued = await later(await instance({ internal }));
	const items = 40;
	const workers = [1, 2, 3].map(() => new Worker(new URL('lib/store-worker.mjs', import.meta.url), { workerData: { internal, items, issued } }));
	const next = (worker) => new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
	await Promise.all(workers.map(next));
	const used = workers.map(next);
	for (const worker of workers) worker.postMessage('go');
	const all = (await Promise.all(used)).flat().map(Number).sort((a, b) => a - b);
	assert.deepEqual(all, Array.from({ length: items }, (_, at) => at + 1));
	await Promise.all(workers.map((worker) => worker.terminate()));
});

test('without the folder that instances share there is no store', async () => {
	const { text } = await (await instance({ extension: true })).request(`<?php
		rename('/internal/shared', '/internal/elsewhere');
		try { Countersign\\Store::open(); } catch (Countersign\\StoreException $e) { echo $e->reason(), ': ', $e->getMessage(); }
		rename('/internal/elsewhere', '/internal/shared');`);
	assert.match(text, /^store_unavailable: .*\/internal\/shared is missing/);
});

test('phpinfo names what a site in WebAssembly lacks, and the settings are its own', async () => {
	const one = await instance();
	const { text } = await one.request('<?php ini_set("html_errors", "0"); ob_start(); phpinfo(INFO_MODULES); echo strip_tags(ob_get_clean());');
	for (const row of ['memory: it ends with the site, for trying only', '/internal/shared/countersign', 'off in WebAssembly: a restored database is not noticed']) assert.ok(text.includes(row), `${row} in ${text}`);
	const ini = await php(one, `foreach (['store', 'state_dir', 'store_size'] as $name) echo ini_get("countersign.$name"), ';';`);
	assert.equal(ini, 'memory;;8;');
});

test('the witness is off by name, and a record that was put back is not noticed', async () => {
	const text = await php(await instance(), `
		$keyring = Countersign\\Keyring::open('0123456789abcdef', str_repeat('k', 64));
		$records = new Countersign\\Records($keyring, $store, null, 'shop.example/');
		echo json_encode([$records->state()->reason(), $records->witness()]);`);
	assert.deepEqual(JSON.parse(text), ['record_missing', { place: 'off', keeps_data: false, records: 0, failure: null }]);
});

test('stores of different names are different stores', async () => {
	const text = await php(await instance(), `
		$other = Store::open('/no/such/folder');
		$at = time();
		$store->seenOnce('test', 'x', $at, $at + 60);
		echo $store->status()['entries'] - $other->status()['entries'];
		echo Store::open('/no/such/folder')->status()['started_at'] === $other->status()['started_at'] ? ' same' : ' other';`);
	assert.match(text, /^[01] same$/);
});
