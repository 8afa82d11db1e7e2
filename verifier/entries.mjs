// Searching the entries of the file that was verified.
import { announce, byId, el, submits } from './dom.mjs';
import { details, ended, when, who } from './entry.mjs';
import { KINDS, OUTCOMES } from './filter.mjs';
import { timeIn } from './given.mjs';
import { count, counted, printable } from './text.mjs';

const FIELDS = ['text', 'kind', 'outcome', 'connection', 'user'];
/** Asks the worker, and returns its answer. */
let ask;
/** How many found entries cannot be listed. */
let more = 0;
/** What verification found, to mark the entries that it concerns. */
let findings = [];

/** Prepares the form. `worker(name, given, progress)` asks the worker. */
export function prepare(worker) {
	ask = worker;
	byId('kind').append(...KINDS.map((kind) => el('option', { value: kind }, kind.replace('_', ' '))));
	byId('outcome').append(...Object.entries(OUTCOMES).map(([value, label]) => el('option', { value }, label)), el('option', { value: 'none' }, 'Without an outcome'));
	submits('search', 'find', () => search());
	byId('reset').addEventListener('click', () => {
		empty();
		search();
	});
	byId('stop').addEventListener('click', () => ask.cancel());
}

/** Shows all entries of a file that was just verified. */
export function showEntries(report) {
	findings = report.findings;
	empty();
	byId('entries').hidden = false;
	return search({ aloud: false });
}

function empty() {
	for (const id of [...FIELDS, 'from', 'until']) byId(id).value = '';
}

/** Empties the section, because another file is being verified. */
export function hideEntries() {
	byId('entries').hidden = true;
	byId('rows').replaceChildren();
}

function wanted() {
	const filled = Object.fromEntries(FIELDS.map((id) => [id, byId(id).value.trim()]));
	const until = timeIn('until');
	// The second that was chosen is part of the range.
	return { ...filled, from: timeIn('from'), until: until === undefined ? undefined : until + 1000 };
}

async function search({ aloud = true } = {}) {
	byId('searching').hidden = false;
	byId('search-progress').value = 0;
	byId('found').textContent = 'Searching…';
	const answer = await ask('search', wanted(), ({ bytes, total }) => (byId('search-progress').value = bytes / total));
	byId('searching').hidden = true;
	if (answer.failed) return;
	if (answer.cancelled) {
		byId('found').textContent = 'The search was stopped. The entries below are those of the search before.';
		return announce('Search stopped.');
	}
	more = answer.more ?? 0;
	show(answer, aloud);
}

async function turn(number) {
	const answer = await ask('page', { number });
	if (answer.failed || answer.cancelled) return;
	show(answer);
	byId('entries-title').focus();
}

function show({ rows, total, number, pages, first }, aloud = true) {
	const all = total + more;
	const range = pages > 1 ? ` Shown: ${count(first + 1)} to ${count(first + rows.length)}.` : '';
	const found = all === 0 ? 'No entry matches. Remove a filter, or search for a part of a word.' : `${counted(all, 'entry', 'entries')} found.${range}${more ? ` Only the first ${count(total)} can be listed: search for less.` : ''}`;
	byId('found').textContent = found;
	if (aloud) announce(found);
	byId('rows').replaceChildren(...(rows.length ? [table(rows)] : []));
	const pager = byId('pages');
	pager.hidden = pages < 2;
	const button = (label, to, enabled) => el('button', { type: 'button', disabled: !enabled, click: () => turn(to) }, label);
	pager.replaceChildren(
		button('First', 0, number > 0),
		button('Previous', number - 1, number > 0),
		el('span', {}, `Page ${count(number + 1)} of ${count(pages)}`),
		button('Next', number + 1, number + 1 < pages),
		button('Last', pages - 1, number + 1 < pages),
	);
}

/** Searches for the entries of one call. */
function call(correlation) {
	empty();
	byId('text').value = correlation;
	byId('text').focus();
	search();
}

/** Returns the marks of an entry that verification found something about. */
function marks({ seq }) {
	const about = findings.filter(({ first_bad: first, until }) => first !== null && first <= seq && (until === null || seq < until));
	return [...new Set(about.map(({ verdict }) => verdict))].map((verdict) => el('code', { class: 'mark' }, verdict));
}

function table(rows) {
	const cell = (label, ...children) => el('td', { 'data-label': label, role: 'cell' }, children.flat());
	// Roles, because the styles for narrow screens take the table's own away.
	return el('table', { role: 'table', 'aria-label': 'Entries' },
		el('thead', { role: 'rowgroup' }, el('tr', { role: 'row' }, ['Entry', 'Time', 'Who', 'Action', 'Target', 'Outcome'].map((label) => el('th', { scope: 'col', role: 'columnheader' }, label)))),
		el('tbody', { role: 'rowgroup' }, rows.filter(Boolean).map((row) => {
			const { entry, line } = row;
			if (!entry) return el('tr', { role: 'row' }, el('td', { colspan: '6', role: 'cell' }, details(row)));
			return el('tr', { role: 'row' },
				cell('Entry', printable(entry.seq ?? '?', 20), marks(entry)),
				cell('Time', when(entry)),
				cell('Who', who(entry)),
				cell('Action', el('code', {}, printable(entry.action ?? '', 200)), folded(row, line)),
				cell('Target', printable(entry.target ?? '', 300)),
				cell('Outcome', el('span', { class: `outcome ${entry.outcome === 'ok' ? 'good' : entry.outcome ? 'bad' : ''}` }, ended(entry)), entry.reason && el('code', {}, printable(entry.reason, 100))),
			);
		})),
	);
}

/** Returns the details of an entry, which are made when they are opened. */
function folded(row) {
	const box = el('details', {}, el('summary', {}, 'Details', el('span', { class: 'unseen' }, ` of entry ${printable(row.entry.seq ?? '', 20)}`)));
	box.addEventListener('toggle', () => box.open && box.children.length === 1 && box.append(details(row, call)));
	return box;
}
