// Which entries of a file a person is looking for.

/** The kinds of entries, as docs/audit.md lists them. */
export const KINDS = [
	'intent', 'outcome', 'refusal', 'grant', 'revoke', 'connection', 'setting', 'kill_switch', 'confirmation', 'oauth',
	'system', 'proposal', 'incident', 'decision', 'approval', 'rollback', 'heartbeat',
];
/** The outcomes of an entry, and what they are called on the Audit page. */
export const OUTCOMES = { ok: 'Done', denied: 'Refused', failed: 'Failed', interrupted: 'Interrupted' };

import { told } from './told.mjs';

const decoder = new TextDecoder();
/** Characters that are written as escapes inside a text. */
const ESCAPED = /["\\\u0000-\u001f]/;

/** Reads an entry. Returns `null` for a line that is not an object in JSON. */
export function parse(line) {
	try {
		const entry = JSON.parse(line);
		return entry !== null && typeof entry === 'object' && !Array.isArray(entry) ? entry : null;
	} catch {
		return null;
	}
}

/** Returns whether a value contains the text, at any depth, or one of its names does. */
function contains(value, text) {
	if (value === null || value === undefined) return false;
	if (typeof value !== 'object') return String(value).toLowerCase().includes(text);
	if (Array.isArray(value)) return value.some((inner) => contains(inner, text));
	return Object.entries(value).some(([name, inner]) => name.toLowerCase().includes(text) || contains(inner, text));
}

/** Returns whether an entry contains the text: a value, one of its texts, or the name of what was changed. Times have their own fields. */
function mentions(entry, line, text) {
	const { v, time, site, actor, change, texts, ...rest } = entry;
	return [...Object.values(rest), ...Object.values(actor ?? {}), change, ...told(entry, line).values()].some((value) => contains(value, text));
}

/**
 * Makes a function that tells whether a line is an entry that is looked for. The line after it holds its texts, if it has any.
 *
 * @param {{text?: string, kind?: string, outcome?: string, connection?: string, user?: string, from?: number, until?: number}}
 *        wanted Empty members do not filter. Times are in milliseconds since 1970; `until` is exclusive. `none` as a
 *        connection or an outcome means that the entry has none.
 *
 * @returns {function(Uint8Array, Uint8Array|null): boolean}
 */
export function filter(wanted) {
	const text = wanted.text?.trim().toLowerCase() ?? '';
	const same = (sought, found) => sought === undefined || sought === '' || (sought === 'none' ? found === null || found === undefined : String(found) === sought);
	const has = (line) => line.toLowerCase().includes(text);
	return (bytes, after = null) => {
		const line = decoder.decode(bytes);
		// Without an escape in it, the line contains every text of the entry as it is.
		const elsewhere = after !== null && (ESCAPED.test(text) || has(decoder.decode(after)));
		if (text !== '' && !elsewhere && !line.includes('\\') && !has(line)) return false;
		const entry = parse(line);
		if (entry === null) return false;
		return (
			same(wanted.kind, entry.kind) &&
			same(wanted.outcome, entry.outcome) &&
			same(wanted.connection, entry.actor?.connection) &&
			same(wanted.user, entry.actor?.user) &&
			!(wanted.from !== undefined && !(entry.time >= wanted.from)) &&
			!(wanted.until !== undefined && !(entry.time < wanted.until)) &&
			(text === '' || mentions(entry, after, text))
		);
	};
}

/** Returns whether nothing is filtered. */
export const isEmpty = (wanted) => Object.values(wanted).every((value) => value === undefined || value === '');
