// Writes the results of a run of matrix.mjs into docs/clients.md: what users see, and what conversations cost.
//
//   node table.mjs FILE
//   node table.mjs --check FILE      compares instead. The table must be the same; the sizes depend on the content.
//   node table.mjs --count FILE      prints how many cells of the run are as they should be, and 0
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../lib/site.mjs';

const page = join(root, 'docs/clients.md');
const STATES = ['connect', 'read', 'draft', 'publish', 'limited', 'paused', 'stopped', 'expired', 'revoked', 'restarted', 'morning'];
const TITLES = { morning: 'next morning' };

if (process.argv[2] === '--count') {
	const cells = JSON.parse(readFileSync(process.argv[3], 'utf8')).flatMap((client) => Object.values(client.cells));
	console.log(cells.filter(({ ok }) => ok).length, 0);
	process.exit(0);
}
const isCheck = process.argv[2] === '--check';
const results = JSON.parse(readFileSync(process.argv.at(-1), 'utf8'));
const before = readFileSync(page, 'utf8');
let text = before;
for (const [name, lines] of Object.entries({ matrix: matrix(results), ...(isCheck ? {} : { conversation: conversation(results) }) }))
	text = text.replace(new RegExp(`(<!-- ${name} -->\\n)[\\s\\S]*?(<!-- /${name} -->)`), (_, begin, end) => `${begin}${lines.join('\n')}\n${end}`);
if (!isCheck) writeFileSync(page, text);
else if (text !== before) {
	const [is, expected] = [text, before].map((each) => each.split('\n'));
	for (const [i, line] of is.entries()) if (line !== expected[i]) console.error(`docs/clients.md says:  ${expected[i]}\nthe run shows:         ${line}`);
	process.exit(1);
}

function matrix(clients) {
	const notes = [];
	const rows = clients.map(({ name, version, cells }) => `| ${name} ${version} | ${STATES.map((state) => mark(cells[state], state, name, notes)).join(' | ')} |`);
	return [
		`| client | ${STATES.map((state) => TITLES[state] ?? state).join(' | ')} |`,
		`| --- |${' --- |'.repeat(STATES.length)}`,
		...rows,
		...(notes.length ? ['', ...notes.map((note, i) => `${i + 1}. ${note}`)] : []),
	];
}

// A cell without a fault is a mark; every other one has a note.
function mark(cell, state, name, notes) {
	const faults = [];
	if (!cell) return 'not run';
	if (!cell.ok) faults.push(`its user sees “${plain(cell.text)}”`);
	if (cell.start === false) faults.push(`if it starts then, its user sees “${plain(cell.startText)}”`);
	if (cell.after === false) faults.push(`afterwards it must be restarted (“${plain(cell.afterText)}”)`);
	if (!faults.length) return '✓';
	notes.push(`${name}, ${TITLES[state] ?? state}: ${faults.join('; ')}.`);
	return `${cell.ok ? '✓' : '✗'} (${notes.length})`;
}

function plain(text) {
	return text.replace(/\s+/g, ' ').replaceAll('|', '\\|').replace(/[.\s]+$/, '').slice(0, 160);
}

// Sizes differ a little between runs, with the lengths of numbers and names: kilobytes are exact enough.
function conversation(clients) {
	const kilobytes = (bytes) => `${(bytes / 1000).toFixed(0)} kB`;
	return [
		'| client | requests | of them lists | sent | received |',
		'| --- | --- | --- | --- | --- |',
		...clients.filter(({ talk }) => talk.requests).map(({ name, version, talk }) => `| ${name} ${version} | ${talk.requests} | ${talk.lists} | ${kilobytes(talk.sent)} | ${kilobytes(talk.received)} |`),
	];
}
