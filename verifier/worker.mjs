// The worker of the page: verifies the file and finds entries in it, while the page stays usable. It decides nothing: the
// verdict comes from the core, which is the same Rust code as that of the command line.
import { AuditIndex, AuditVerifier, initSync } from '@countersign/core';
import { filter, isEmpty, parse } from './filter.mjs';
import { LONGEST, Lines, pieces } from './lines.mjs';
import { isTexts } from './told.mjs';

/** Entries on a page of results. */
const PER_PAGE = 50;
/** How many found entries are remembered. More are counted. */
const MOST_HITS = 2_000_000;
/** Milliseconds between two reports of progress. */
const PACE = 100;

const ENTRY = [...'{"v":'].map((letter) => letter.charCodeAt(0));
const isEntry = (line) => ENTRY.every((byte, at) => line[at] === byte);

/** The file that was verified last, and where its lines are. */
let file, index;
/** The entries that the last search found, by their place in the file; `null` for all entries. */
let hits;
/** The number of the current task. A task whose number is not current any more ends. */
let current = 0;

/** Tells the page how far a task is. Resolves when messages that arrived meanwhile were handled. */
function pacer(task, total) {
	let last = 0;
	return async (bytes, entries) => {
		const now = performance.now();
		if (now - last >= PACE) {
			last = now;
			postMessage({ task, progress: { bytes, total, entries } });
		}
		// A message to cancel is handled only when this code gives way. Reading the next piece does that.
		return task === current;
	};
}

async function verify(task, { export: chosen, keys, checkpoints, sealing, taken }) {
	let verifier;
	try {
		verifier = new AuditVerifier(keys);
	} catch {
		return { refused: 'keys' };
	}
	for (const [at, note] of checkpoints.entries()) {
		try {
			verifier.expectCheckpoint(note);
		} catch {
			return { refused: 'checkpoint', at };
		}
	}
	if (sealing) {
		try {
			verifier.expectSeals(sealing, taken);
		} catch {
			return { refused: 'sealing' };
		}
	}
	index?.free();
	file = undefined;
	const lines = new AuditIndex();
	const goes = pacer(task, chosen.size);
	let bytes = 0;
	for await (const piece of pieces(chosen)) {
		verifier.push(piece);
		lines.push(piece);
		bytes += piece.length;
		if (!(await goes(bytes, verifier.entries))) {
			verifier.free();
			lines.free();
			index = undefined;
			return { cancelled: true };
		}
	}
	file = chosen;
	index = lines;
	hits = null;
	const report = verifier.finish();
	const json = report.json();
	report.free();
	verifier.free();
	const found = JSON.parse(json);
	return { report: found, json, ends: await ends(), bad: await firstBad(found) };
}

/** Reads a line of the file, from 1. What is not an export can have a line of any length. */
async function line(number) {
	const [from, end] = index.range(number) ?? [];
	if (from === undefined) return null;
	const read = async ([start, stop]) => new Uint8Array(await file.slice(start, Math.min(stop, start + LONGEST)).arrayBuffer());
	const text = new TextDecoder().decode(await read([from, end]));
	const after = index.range(number + 1);
	const texts = after ? await read(after) : [];
	return { line: number, text, entry: parse(text), texts: isTexts(texts) ? new TextDecoder().decode(texts) : null };
}

/** Reads an entry by its place in the file, from 0. */
async function entryAt(place) {
	const number = index.lineOf(place);
	return number === undefined ? null : line(number);
}

/** Returns the times of the first and the last entry in the file. */
async function ends() {
	const both = index.entries ? [await entryAt(0), await entryAt(index.entries - 1)] : [];
	return both.map((each) => each?.entry?.time ?? null);
}

/** Finds the first entry in the file with this number or a later one. Exact if the numbers ascend. */
async function placeOf(seq) {
	let [from, until] = [0, index.entries];
	while (from < until) {
		const middle = (from + until) >> 1;
		const found = await entryAt(middle);
		if (typeof found?.entry?.seq === 'number' && found.entry.seq >= seq) until = middle;
		else from = middle + 1;
	}
	return from;
}

/** Returns what the file says at the place of the gravest finding: its line, and the entries around what is missing. */
async function firstBad(report) {
	if (report.verdict === 'ok') return null;
	const bad = { line: report.line ? await line(report.line) : null, entry: null, before: null };
	if (report.first_bad === null) return bad;
	if (bad.line?.entry?.seq === report.first_bad) return { ...bad, entry: bad.line };
	const place = await placeOf(report.first_bad);
	const found = await entryAt(place);
	if (found?.entry?.seq === report.first_bad) return { ...bad, entry: found };
	return { ...bad, before: place > 0 ? await entryAt(place - 1) : null, after: found };
}

async function search(task, wanted) {
	if (isEmpty(wanted)) {
		hits = null;
		return page(0);
	}
	const matches = filter(wanted);
	const lines = new Lines();
	const goes = pacer(task, file.size);
	let [bytes, place, found] = [0, 0, []];
	let more = 0;
	// An entry waits for the line after it, which can hold its texts.
	let waiting = null;
	const decide = (texts) => {
		if (matches(waiting, texts)) found.length < MOST_HITS ? found.push(place) : (more += 1);
		place += 1;
		waiting = null;
	};
	for await (const piece of pieces(file)) {
		lines.push(piece, (line) => {
			if (waiting !== null) decide(isTexts(line) ? line : null);
			if (isEntry(line)) waiting = line;
		});
		bytes += piece.length;
		if (!(await goes(bytes, place))) return { cancelled: true };
	}
	if (waiting !== null) decide(null);
	hits = found;
	return { ...(await page(0)), more };
}

/** Returns a page of what was found. */
async function page(number) {
	const total = hits ? hits.length : index.entries;
	const rows = [];
	for (let at = number * PER_PAGE; at < Math.min(total, (number + 1) * PER_PAGE); at += 1) rows.push(await entryAt(hits ? hits[at] : at));
	return { rows, total, number, pages: Math.ceil(total / PER_PAGE), first: number * PER_PAGE };
}

const tasks = { verify, search, page: (task, { number }) => page(number) };

async function run(task, name, given) {
	try {
		postMessage({ task, done: await tasks[name](task, given) });
	} catch (error) {
		// The browser says why it cannot read a file, for example because it has changed. Other errors are faults of this page.
		postMessage({ task, failed: error instanceof DOMException ? 'read' : 'fault' });
	}
}

/** The end of the tasks so far. They run one after the other, because they share the index. */
let ended = Promise.resolve();

onmessage = ({ data: { core, task, name, given } }) => {
	if (core) {
		initSync({ module: core });
		return postMessage({ ready: true });
	}
	// The task before ends at its next piece.
	current = task;
	if (name !== 'cancel') ended = ended.then(() => run(task, name, given));
};
