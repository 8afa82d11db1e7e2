// The texts of an entry, which stand in the line after it: what people and agents wrote, and addresses. An entry holds only
// commitments to them, so that they can be erased.

const TEXTS = [...'{"texts":'].map((letter) => letter.charCodeAt(0));
const decoder = new TextDecoder();

/** Returns whether a line holds texts of the entry in the line before. */
export const isTexts = (line) => TEXTS.every((byte, at) => line[at] === byte);

/**
 * Reads the texts of an entry. Whether they are those that the entry was written with is a question for the verdict.
 *
 * @param {object} entry
 * @param {string|Uint8Array|null} line The line after the entry, if it holds texts.
 *
 * @returns {Map<string, *>} Values by their paths, such as `change.arguments.title`. `undefined` for a text that was erased.
 */
export function told(entry, line) {
	const texts = new Map(Object.keys(entry.texts !== null && typeof entry.texts === 'object' ? entry.texts : {}).map((path) => [path, undefined]));
	for (const [path, value] of values(entry.seq, line)) texts.set(path, value);
	return texts;
}

function values(seq, line) {
	if (line === null || line === undefined) return [];
	try {
		const read = JSON.parse(typeof line === 'string' ? line : decoder.decode(line));
		return read.texts === seq ? read.values.map(([path, , value]) => [String(path), parsed(value)]) : [];
	} catch {
		return [];
	}
}

function parsed(value) {
	try {
		return JSON.parse(value);
	} catch {
		return String(value);
	}
}

/** Returns a value in one line: a text, the beginning of a long one, or from what to what something changed. */
export function words(value) {
	if (value === undefined) return '(erased)';
	if (typeof value === 'string') return value;
	if (value === null || typeof value !== 'object') return JSON.stringify(value);
	const names = Object.keys(value).join();
	if (names === 'from,to') return `${words(value.from)} → ${words(value.to)}`;
	if (['length,sha256,text', 'text,length,sha256'].includes(names)) return `${value.text} (${value.length} characters, SHA-256 ${value.sha256})`;
	if (Array.isArray(value) && value.every((item) => item === null || typeof item !== 'object')) return value.map(words).join(', ');
	return JSON.stringify(value);
}

/** Returns what an entry tells: the address of the client, the arguments, the fields that were changed, and the other changes. */
export function places(entry, texts) {
	const change = entry.change !== null && typeof entry.change === 'object' ? entry.change : {};
	const members = (value) => (value !== null && typeof value === 'object' && !Array.isArray(value) ? Object.entries(value) : []);
	const [args, fields] = [new Map(members(change.arguments)), new Map(members(change.fields))];
	const others = new Map(Object.entries(change).filter(([name]) => name !== 'arguments' && name !== 'fields'));
	for (const [path, value] of texts) {
		if (path.startsWith('change.arguments.')) args.set(path.slice('change.arguments.'.length), value);
		else if (path.startsWith('change.fields.')) fields.set(path.slice('change.fields.'.length), value);
		else if (path.startsWith('change.')) others.set(path.slice('change.'.length), value);
	}
	return { address: texts.has('actor.ip') ? words(texts.get('actor.ip')) : entry.actor?.ip, args, fields, others };
}
