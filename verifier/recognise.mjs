// What a file or a pasted text is, by its content. The core decides whether it is genuine.

const VERIFIER_KEY = /^[^\s+]+\+[0-9a-f]{8}\+[A-Za-z0-9+/]{20,}={0,2}$/;
const SEALING_KEY = /^cssk_\S+$/;
const SIGNATURE = '— ';

/** The number of bytes at the beginning of a file that are looked at. */
export const HEAD = 4096;
/** Keys and checkpoints are at most this long. A longer file is an export or something else. */
export const SMALL = 128 * 1024;

/** Splits a text of lines into the lines that are not empty. */
export const lines = (text) => text.split(/\r?\n/).map((line) => line.trim()).filter((line) => line !== '');

/** Returns the checkpoints in a text: each ends with its signatures. Copying changes line ends and drops the last one. */
export function checkpoints(text) {
	const found = [];
	let note = [];
	for (const line of text.split(/\r?\n/).map((line) => line.trimEnd())) {
		const signed = note.at(-1)?.startsWith(SIGNATURE);
		if (signed && !line.startsWith(SIGNATURE)) {
			found.push(note);
			note = [];
		}
		// An empty line divides text and signatures, and must not begin a checkpoint.
		if (line !== '' || note.length) note.push(line);
	}
	if (note.length) found.push(note);
	return found.map((each) => `${each.join('\n').trimEnd()}\n`);
}

const isCheckpoint = (text) => {
	const [, size, root, gap, signature] = text.trimStart().split(/\r?\n/);
	return /^\d+\s*$/.test(size ?? '') && /^[A-Za-z0-9+/]{43}=\s*$/.test(root ?? '') && gap?.trim() === '' && !!signature?.startsWith(SIGNATURE);
};

/**
 * Returns what a text is: `export`, `key`, `checkpoint`, `sealing`, `table`, `packed`, `empty` or `unknown`.
 *
 * @param {string} head  The beginning of the text.
 * @param {number} whole The length of the file in bytes.
 */
export function kind(head, whole) {
	if (whole === 0) return 'empty';
	if (head.startsWith('{"countersign_audit":') || head.startsWith('{"v":')) return 'export';
	if (head.startsWith('seq,leaf,time,')) return 'table';
	if (head.startsWith('PK\u0003\u0004') || head.startsWith('\u001f\u{fffd}') || head.startsWith('\u001f\u008b')) return 'packed';
	if (whole > SMALL) return 'unknown';
	const all = lines(head);
	if (all.length && all.every((line) => SEALING_KEY.test(line))) return 'sealing';
	if (all.length && all.every((line) => VERIFIER_KEY.test(line))) return 'key';
	return isCheckpoint(head) ? 'checkpoint' : 'unknown';
}

/** Returns what to tell a person about a file that is not an export, a key or a checkpoint; `null` for those. */
export function advice(what) {
	switch (what) {
		case 'empty':
			return 'The file is empty. The download may have failed: export the log again.';
		case 'table':
			return 'This is the table (CSV). It is for reading only and cannot be verified. On the Audit page of the site, choose “Export for auditors”.';
		case 'packed':
			return 'This is a compressed file. Unpack it first, then choose the file in it.';
		case 'unknown':
			return 'This does not look like an export, a checkpoint or a key. An export is the file that “Export for auditors” on the Audit page of the site downloads; its name ends with “.ndjson”.';
		default:
			return null;
	}
}

/** Returns the name of the log that a verifier key belongs to. */
export const logOfKey = (key) => key.slice(0, key.indexOf('+'));
