// How one entry is shown: what it says, and the line it is.
import { el, facts } from './dom.mjs';
import { OUTCOMES } from './filter.mjs';
import { places, told, words } from './told.mjs';
import { count, moment, printable } from './text.mjs';

const is = (value) => value !== null && value !== undefined;
const shown = (value) => (is(value) ? printable(typeof value === 'string' ? value : JSON.stringify(value)) : null);

/** Returns who acted, in one line. */
export function who({ actor }) {
	if (is(actor?.connection)) return `Connection ${count(actor.connection)}${is(actor.client) ? ` (${printable(actor.client, 100)})` : ''}`;
	if (is(actor?.user)) return `User ${count(actor.user)}`;
	return actor?.kind === 'anonymous' ? 'Not identified' : 'The site';
}

/** Returns how the action ended, in one word, or what kind of entry it is. */
export const ended = (entry) => (is(entry.outcome) ? (OUTCOMES[entry.outcome] ?? printable(entry.outcome, 50)) : entry.kind === 'intent' ? 'Intent' : '');

/** Returns the time of an entry. */
export const when = (entry) => (typeof entry.time === 'number' ? moment(entry.time) : 'no time');

/** Returns all that an entry says. `call` is called with a correlation id if its entries are wanted. */
export function details({ line, text, entry, texts }, call = null) {
	if (!entry) return el('div', {}, el('p', {}, `Line ${count(line)} of the file cannot be read as an entry. It says:`), raw(text));
	const { address, args, fields, others } = places(entry, told(entry, texts));
	const named = (before, values) => [...values].map(([name, value]) => [`${before}${printable(name, 100)}`, printable(words(value))]);
	return el('div', {},
		facts([
			['Entry', is(entry.seq) ? shown(entry.seq) : null],
			['Line of the file', count(line)],
			['Time', when(entry)],
			['Event', shown(entry.kind)],
			['Action', shown(entry.action)],
			['Who', who(entry)],
			['User', is(entry.actor?.user) ? shown(entry.actor.user) : null],
			['IP address', shown(address)],
			['Target', shown(entry.target)],
			['Outcome', ended(entry)],
			['Reason', shown(entry.reason)],
			['Approval', shown(entry.approval)],
			...named('Sent: ', args),
			...named('Changed: ', fields),
			...named('', others),
			['Records', is(entry.records) ? shown(entry.records) : null],
			['Refers to entry', is(entry.ref) ? shown(entry.ref) : null],
			['Entries of this call', is(entry.correlation) && (call ? el('button', { type: 'button', class: 'link', click: () => call(entry.correlation) }, shown(entry.correlation)) : shown(entry.correlation))],
		]),
		el('details', {}, el('summary', {}, is(texts) ? 'The lines as they are in the file' : 'The line as it is in the file'), raw(text), is(texts) && raw(texts)),
	);
}

// A region that scrolls must be reachable with the keyboard.
const raw = (text) => el('pre', { tabindex: '0', role: 'group', 'aria-label': 'Line of the file' }, printable(text, 20_000));
