// Answers the inputs of some formats with every build and compares the answers. A process of its own, so that two run at once:
//
//   node worker.mjs '{"formats": [..], "seed": "1", "count": 100, "now": 1800000000, "folder": "…", "php": "8.2"}'
//
// It prints one line of JSON for each format and build: `{format, build, count, difference}`. `difference` is null, or the first
// input whose answers differ, with both answers.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { native, sideModule } from './builds.mjs';
import { answers as coreAnswers, covers } from './core.mjs';
import { input, write } from './generate.mjs';

const { formats, seed, count, now, folder, php } = JSON.parse(process.argv[2]);

/** Returns format => lines, from what the driver printed. */
function byFormat(file) {
	const found = new Map();
	let lines;
	for (const line of readFileSync(file, 'utf8').split('\n')) {
		if (line.startsWith('# ')) found.set(line.slice(2), (lines = []));
		else lines?.push(line);
	}
	// What follows the last line end is empty.
	for (const list of found.values()) if (list.at(-1) === '') list.pop();
	return found;
}

function report(format, build, wanted, got, failure = null) {
	const at = wanted.findIndex((line, index) => got[index] !== line);
	const difference = at < 0 && wanted.length === count ? null : { index: Math.max(at, 0), input: readFileSync(join(folder, `${format}.ndjson`), 'utf8').split('\n')[Math.max(at, 0)], native: wanted[at] ?? null, [build]: got[at] ?? null, failure };
	console.log(JSON.stringify({ format, build, count: wanted.length, difference }));
}

write(folder, formats, seed, count, now);
const argv = ['answer', folder, ...formats];
const name = formats[0];
const outputs = ['native', 'side module'].map((build) => join(folder, `${name} ${build}`));
const [, failure] = await Promise.all([native(argv, outputs[0]), sideModule(argv, outputs[1], php)]);
const [ours, theirs] = outputs.map(byFormat);
for (const format of formats) {
	report(format, 'side module', ours.get(format) ?? [], theirs.get(format) ?? [], failure);
	if (covers(format)) {
		const wanted = [];
		const got = [];
		for (const [index, line] of (ours.get(format) ?? []).entries()) {
			const pair = coreAnswers(format, input(format, seed, index, now), JSON.parse(line));
			wanted.push(pair.wanted);
			got.push(pair.got);
		}
		report(format, 'JavaScript package', wanted, got);
	}
}
// Timers of PHP.wasm would keep the process running.
process.exit();
