// The verdict in words: what was checked, what that proves and what it does not prove, and what the file says at the first
// place that is wrong. The core has decided all of it.
import { byId, el, facts } from './dom.mjs';
import { details, when } from './entry.mjs';
import { isOffered } from './offered.mjs';
import { advice, HEAD, kind, logOfKey } from './recognise.mjs';
import { count, counted, moment, printable, size } from './text.mjs';

const INCOMPLETE = ['missing_range', 'truncated_tail', 'seal_gap'];
/** Words of the command line, and how grave they look. */
const SOUNDNESS = {
	sound: ['Sound', 'good'],
	sound_in_itself: ['Sound in itself', 'open'],
	not_signed: ['Not signed', 'open'],
	not_compared: ['Not compared', 'open'],
	not_sound: ['Not sound', 'bad'],
};

/** Returns the verdict in one or two plain words. */
function plainly({ soundness, verdict, proved, weight }) {
	if (soundness === 'sound') return proved ? 'Verified' : 'Partly verified';
	if (soundness !== 'not_sound') return 'Not proved';
	if (verdict === 'file_malformed') return 'Damaged, or not an export';
	if (weight < 3) return 'Not trusted';
	return INCOMPLETE.includes(verdict) ? 'Incomplete' : 'Altered';
}

/** Returns what the result proves, one sentence each. */
function proofs({ soundness, vouched, witnessed, size: entries, seals, entries: checked, reach, remarks }) {
	if (soundness === 'not_sound') return [`Proved: ${reach}.`];
	return [
		`Proved: ${reach}.`,
		vouched > 0 && checked > 0 && `Each of these entries that is in the file is exactly as it was written, in its place.`,
		vouched === entries && entries > 0 && !remarks.some(({ remark }) => remark === 'selection') && 'No entry is missing, neither between others nor at the end as it was signed.',
		witnessed > 0 && `The first ${counted(witnessed, 'entry', 'entries')} cannot have been rewritten since you kept the checkpoint, not even with the keys of the site.`,
		seals > 0 && `${counted(seals, 'seal was', 'seals were')} made with the first sealing key that you gave.`,
	];
}

/** Returns what the result does not prove. */
function limits({ soundness, witnessed, size: entries, notes, vouched }, { keys }) {
	return [
		...notes,
		isOffered(keys) && 'The key came from the site itself. A person who controls the site could show another key. Compare it with the key that you kept.',
		soundness !== 'not_sound' && vouched > 0 && witnessed < entries && `A person who has the keys of the site can rewrite ${witnessed > 0 ? 'later entries' : 'the log'} and sign ${witnessed > 0 ? 'them' : 'it'} again. Only a checkpoint that was kept elsewhere shows that.`,
		'An entry states what the site wrote. It does not prove that this is true.',
	];
}

function list(title, items) {
	const shown = items.filter(Boolean);
	return shown.length > 0 && [el('h3', {}, title), el('ul', {}, shown.map((text) => el('li', {}, text)))];
}

const entries = (first, until) => (first === null ? 'no single entry' : until === null ? `from entry ${count(first)}` : until > first + 1 ? `entries ${count(first)} to ${count(until - 1)}` : `entry ${count(first)}`);

/** Returns what was checked against what. */
function checked(report, given, ends) {
	const part = report.range.start > 0 || report.range.end < report.size ? `entries ${count(report.range.start)} to ${count(report.range.end - 1)}` : null;
	return facts([
		['File', `${printable(given.export.name, 200)} (${size(given.export.size)})`],
		['Log', report.origin === '' ? null : el('code', {}, printable(report.origin, 200))],
		['Exported part', report.filter === null ? part : `${part ? `${part}, ` : ''}filtered: ${printable(report.filter, 1024)}`],
		['Entries', `${count(report.entries)} checked, of ${count(report.size)} in the log`],
		['From', typeof ends[0] === 'number' ? moment(ends[0]) : null],
		['To', typeof ends[1] === 'number' ? moment(ends[1]) : null],
		['Verifier key', given.keys.length ? el('ul', { class: 'plain' }, given.keys.map((key) => el('li', {}, el('code', {}, printable(key, 300))))) : 'none was given'],
		['Checkpoint', given.checkpoints.length ? given.checkpoints.map((note) => `of the first ${printable(note.split('\n')[1], 20)} entries`).join(', ') : 'none was given'],
		['First sealing key', given.sealing ? 'was given' : null],
		['Root', el('code', {}, report.root)],
	]);
}

/** Returns the first place that is wrong, with what the file says there. */
function place(report, bad) {
	if (!bad) return null;
	const at = report.line ? ` (line ${count(report.line)} of the file)` : '';
	const about = el('p', {}, 'Check that failed: ', el('code', {}, report.verdict), ` – ${report.meaning}. First concerned: ${report.place}${at}.`);
	const block = el('div', { class: 'bad', id: 'first-bad' }, el('h3', {}, 'The first bad entry'), about);
	if (bad.entry) block.append(el('p', {}, `Entry ${count(report.first_bad)} says in this file:`), details(bad.entry));
	else if (report.first_bad !== null && (bad.before || bad.after)) {
		block.append(
			el('p', {}, `Entry ${count(report.first_bad)} is not in the file.`),
			bad.before && el('details', {}, el('summary', {}, `The entry before it in the file, of ${when(bad.before.entry ?? {})}`), details(bad.before)),
			bad.after && el('details', {}, el('summary', {}, `The entry after it in the file, of ${when(bad.after.entry ?? {})}`), details(bad.after)),
		);
	} else if (bad.line) block.append(details(bad.line));
	block.querySelectorAll(':scope > p:empty').forEach((empty) => empty.remove());
	return block;
}

function others(report) {
	const rest = report.findings.filter((finding, at) => at !== report.findings.findIndex((one) => one.verdict === report.verdict && one.first_bad === report.first_bad));
	if (!rest.length && !report.more) return null;
	return [
		el('h3', {}, `Other findings (${count(rest.length + report.more)})`),
		el('ul', {}, rest.map((finding) => el('li', {}, el('code', {}, finding.verdict), `, ${entries(finding.first_bad, finding.until)} (line ${count(finding.line)})`)),
			report.more > 0 && el('li', {}, `and ${count(report.more)} more, which are not listed`)),
	];
}

/** Returns what to do about a file of another kind, or about the key of another site. */
async function remedy(report, given) {
	const what = kind(new TextDecoder().decode(await given.export.slice(0, HEAD).arrayBuffer()), given.export.size);
	const other = given.keys.length > 0 && report.origin !== '' && !given.keys.some((key) => logOfKey(key) === report.origin);
	if (report.verdict === 'file_malformed' || what === 'empty') return advice(what) ?? 'Ask for the export again, and do not open or save it in another program before you verify it.';
	if (other) return `The key is of the log “${printable(logOfKey(given.keys[0]), 200)}”, but this file is of the log “${printable(report.origin, 200)}”. Choose the file or the key of the same site.`;
	if (report.verdict === 'truncated_tail' && given.checkpoints.length) return 'If the checkpoint that you gave is newer than this export, ask for an export that was made after it. Otherwise the end of the log was cut off: keep this file, and ask the people who run the site why.';
	if (report.soundness === 'not_sound') return 'Keep this file as it is, and compare it with an earlier export. Ask the people who run the site for a new export: if the log on the site is wrong too, an entry was changed there.';
	if (report.soundness === 'not_signed') return 'Every export is signed when it is made. Ask for a new one.';
	if (report.soundness === 'not_compared') return 'Ask for an export with the entries around your checkpoint.';
	if (report.soundness === 'sound_in_itself') return 'Give the verifier key of the site, from where you kept it, and verify again. A log that was rewritten completely would pass without it.';
	return null;
}

/** Shows the result, and moves the focus to it. */
export async function showVerdict({ report, json, ends, bad }, given) {
	const [word, tone] = SOUNDNESS[report.soundness];
	const advised = await remedy(report, given);
	const title = el('h2', { id: 'verdict', tabindex: '-1' }, el('span', { class: 'word' }, `${plainly(report)}: `), `${report.meaning}.`);
	const section = byId('result');
	section.className = `verdict ${tone}`;
	section.replaceChildren(
		el('p', { class: 'badge' }, word),
		title,
		...[
			advised && el('p', { class: 'remedy' }, advised),
			place(report, bad),
			checked(report, given, ends),
			list('What this proves', proofs(report)),
			list('What this does not prove', limits(report, given)),
			others(report),
			el('details', {}, el('summary', {}, 'The report as JSON'),
				el('p', {}, 'It is the same as that of ', el('code', {}, 'countersign audit verify --json'), '.'),
				el('pre', { id: 'json', tabindex: '0', role: 'group', 'aria-label': 'Report as JSON' }, json)),
		].flat(Infinity).filter(Boolean),
	);
	section.hidden = false;
	title.focus();
	section.scrollIntoView();
}
