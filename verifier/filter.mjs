// Which entries of a file a person is looking for.

/** The kinds of entries, as docs/audit.md lists them. */
export const KINDS = [
	'intent', 'outcome', 'refusal', 'grant', 'revoke', 'connection', 'setting', 'kill_switch', 'confirmation', 'oauth',
	'system', 'proposal', 'incident', 'decision', 'approval', 'rollback', 'heartbeat',
];
/** The outcomes of an entry, and what they are called on the Audit page. */
export const OUTCOMES = { ok: 'Done', denied: 'Refused', failed: 'Failed', interrupted: 'Interrupted' };

const decoder = new TextDecoder();

/** Reads an entry. Returns `null` for a line that is not an object in JSON. */
export function parse(line) {
	try {
		const entry = JSON.parse(line);
		return entry !== null && typeof entry === 'object' && !Array.isArray(entry) ? entry : null;
	} catch {
		return null;
	}
}

/** Yields every text and number in a value, at any depth. */
function* values(value) {
	if (value === null || value === undefined) return;
	if (typeof value !== 'object') yield String(value);
	else for (const [key, inner] of Object.entries(value)) {
		if (!Array.isArray(value)) yield key;
		yield* values(inner);
	}
}

/** Yields what a search looks at: the values of an entry, and in what was changed also the names. Times have their own fields. */
function* searched({ v, time, site, change, ...rest }) {
	for (const value of Object.values(rest)) yield* value !== null && typeof value === 'object' ? Object.values(value).map(String) : [String(value)];
	yield* values(change);
}

/**
 * Makes a function that tells whether a line is an entry that is looked for.
 *
 * @param {{text?: string, kind?: string, outcome?: string, connection?: string, user?: string, from?: number, until?: number}}
 *        wanted Empty members do not filter. Times are in milliseconds since 1970; `until` is exclusive. `none` as a
 *        connection or an outcome means that the entry has none.
 *
 * @returns {function(Uint8Array): boolean}
 */
export function filter(wanted) {
	const text = wanted.text?.trim().toLowerCase() ?? '';
	const same = (sought, found) => sought === undefined || sought === '' || (sought === 'none' ? found === null || found === undefined : String(found) === sought);
	return (bytes) => {
		const line = decoder.decode(bytes);
		// Without an escape in it, the line contains every text of the entry as it is.
		if (text !== '' && !line.includes('\\') && !line.toLowerCase().includes(text)) return false;
		const entry = parse(line);
		if (entry === null) return false;
		return (
			same(wanted.kind, entry.kind) &&
			same(wanted.outcome, entry.outcome) &&
			same(wanted.connection, entry.actor?.connection) &&
			same(wanted.user, entry.actor?.user) &&
			!(wanted.from !== undefined && !(entry.time >= wanted.from)) &&
			!(wanted.until !== undefined && !(entry.time < wanted.until)) &&
			(text === '' || [...searched(entry)].some((value) => value.toLowerCase().includes(text)))
		);
	};
}

/** Returns whether nothing is filtered. */
export const isEmpty = (wanted) => Object.values(wanted).every((value) => value === undefined || value === '');
