// Plays every client (clients.mjs) through everything that can happen to its connection (play.mjs), one after the other.
//
//   SITE=name node matrix.mjs [--only ID] [--out FILE]
//   SITE=name node matrix.mjs --talk FILE      only measures the conversations again, and puts them into the results of a run
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { Front } from '../lib/front.mjs';
import { openSite } from '../lib/site.mjs';
import { CLIENTS } from './clients.mjs';
import { owner } from './owner.mjs';
import { play } from './play.mjs';

const { values } = parseArgs({ options: { only: { type: 'string', default: '' }, out: { type: 'string' }, talk: { type: 'string' } } });
const site = openSite();
const front = await Front.before(site);
const results = [];
for (const client of CLIENTS) {
	if (!`${client.id},`.startsWith(values.only)) continue;
	const began = Date.now();
	try {
		if (values.talk) {
			await measureAgain(client);
			continue;
		}
		const result = await play(client, { site, front, owner: owner(site) });
		results.push(result);
		const bad = Object.entries(result.cells).filter(([, { ok, start, after }]) => !ok || start === false || after === false);
		console.log(`${client.id} ${result.version}: ${Math.round((Date.now() - began) / 1000)} s, ${JSON.stringify(result.talk)}`);
		for (const [state, found] of bad) console.log(`  ${state}: ${JSON.stringify(found)}`);
	} catch (error) {
		console.log(`${client.id}: ${error.stack}`);
		process.exitCode = 1;
	}
	if (values.out) {
		mkdirSync(dirname(values.out), { recursive: true });
		writeFileSync(values.out, `${JSON.stringify(results, undefined, '\t')}\n`);
	}
}
await front.close();
site.close();

async function measureAgain(client) {
	const run = JSON.parse(readFileSync(values.talk, 'utf8'));
	const own = run.find(({ id }) => id === client.id);
	if (!own) return;
	own.talk = (await play(client, { site, front, owner: owner(site), only: 'talk' })).talk;
	console.log(`${client.id}: ${JSON.stringify(own.talk)}`);
	writeFileSync(values.talk, `${JSON.stringify(run, undefined, '\t')}\n`);
}
