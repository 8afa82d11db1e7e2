// A property test: native PHP, PHP.wasm with the side module and the JavaScript package say the same to random inputs of
// every format, to the letter. See parity/formats/ for the formats.
//
//   COUNT=10000 .cache/node24 --test tests/wasm/parity.test.mjs    that many inputs of each format; the default is 1,000
//   SEED=text      other inputs; the default is `1`. A failure shows the seed, the number of the input and both answers.
//   FORMATS='token url'   only these; PARITY_PHP=8.4 the side module for another PHP
//
// What has random parts is compared by exchange: each build reads what the other one has made.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { ROOT, VERSIONS } from './lib/php.mjs';
import { exchange, reads } from './parity/core.mjs';
import { formats, write } from './parity/generate.mjs';
import { native, sideModule } from './parity/builds.mjs';

const COUNT = Number(process.env.COUNT || 1000);
const SEED = process.env.SEED || '1';
const PHP = process.env.PARITY_PHP || '8.2';
const names = process.env.FORMATS?.split(' ') ?? Object.keys(formats);
const folder = path.join(ROOT, `.cache/run/parity-${process.pid}`);
const LIMIT = Math.max(1_800_000, COUNT * 500);

mkdirSync(folder, { recursive: true });
after(() => rmSync(folder, { recursive: true, force: true }));

/** Starts a worker. Returns what it reports on each format and build. */
async function worker(own) {
	const options = { formats: own, seed: SEED, count: COUNT, now: Math.floor(Date.now() / 1000), folder, php: PHP };
	const child = spawn(process.execPath, [path.join(import.meta.dirname, 'parity/worker.mjs'), JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'inherit'] });
	const reports = [];
	for await (const line of createInterface({ input: child.stdout })) reports.push(JSON.parse(line));
	return reports;
}

/** The formats in two parts, in their order. */
const halves = [0, 1].map((half) => names.filter((_, index) => index % 2 === half)).filter((half) => half.length > 0);
const work = Promise.all(halves.map(worker)).then((all) => all.flat());

describe(`${COUNT} random inputs of each format (SEED=${SEED})`, () => {
	for (const format of names) {
		test(format, { timeout: LIMIT }, async () => {
			const reports = (await work).filter((one) => one.format === format);
			assert.ok(reports.some((one) => one.build === 'side module'), 'the builds were not compared: see the messages above');
			for (const { build, count, difference } of reports) {
				assert.ok(difference === null, `native and ${build} differ, SEED=${SEED}, now or at input ${difference?.index}:\n${Object.entries(difference ?? {}).map(([name, value]) => `${name}: ${value}`).join('\n')}`);
				assert.equal(count, COUNT);
			}
		});
	}
});

describe('what one build makes, the other one reads', () => {
	const builds = {
		'native PHP': async (argv, name) => native(argv, path.join(folder, name)),
		...Object.fromEntries(VERSIONS.map((version) => [`PHP.wasm ${version}`, async (argv, name) => assert.equal(await sideModule(argv, path.join(folder, name), version), null)])),
		'the JavaScript package': async (argv, name) => exchange(argv, path.join(folder, name)),
	};
	/** The number of items that a build can read. */
	const readable = (reader, items) => (reader === 'the JavaScript package' ? items.filter((line) => reads(JSON.parse(line)[0])) : items).length;
	const lines = (name) => readFileSync(path.join(folder, name), 'utf8').trim().split('\n');

	for (const [maker, make] of Object.entries(builds)) {
		test(`made by ${maker}`, { timeout: LIMIT }, async () => {
			await work;
			write(folder, [], SEED, 0, 0);
			await make(['make', folder, '20'], `made by ${maker}`);
			for (const [reader, take] of Object.entries(builds)) {
				if (reader !== maker) {
					await take(['take', folder, `made by ${maker}`], `read by ${reader}`);
					const wrong = lines(`read by ${reader}`).filter((line) => !/"ok"|"store_restarted"/.test(line));
					assert.deepEqual(wrong, [], `${reader} reads what ${maker} made`);
					assert.equal(lines(`read by ${reader}`).length, readable(reader, lines(`made by ${maker}`)));
				}
			}
		});
	}
});
