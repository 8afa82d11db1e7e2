// What the person has: the exported file, keys and checkpoints, as files or as text.
import { announce, byId, el } from './dom.mjs';
import { HEAD, SMALL, advice, checkpoints, kind, lines } from './recognise.mjs';
import { printable, size } from './text.mjs';

const NAMES = { key: 'Verifier key', checkpoint: 'Checkpoint', sealing: 'First sealing key', export: 'Exported log' };

/** The exported log: a file, or nothing yet. */
let chosen = null;

/** Returns the beginning of a file as text. Bytes that are no text become replacement characters. */
const head = async (file) => new TextDecoder().decode(await file.slice(0, HEAD).arrayBuffer());

/** Takes files that were chosen or dropped, each for what it is. */
export async function take(files) {
	const taken = [];
	for (const file of files) {
		const what = kind(await head(file), file.size);
		taken.push({ file, what, text: ['key', 'checkpoint', 'sealing'].includes(what) && file.size <= SMALL ? await file.text() : null });
	}
	// A damaged export may not look like one. A file that was given alone, or without another export, is taken for it.
	const strange = taken.filter(({ what }) => what === 'unknown' || what === 'empty');
	const hasExport = taken.some(({ what }) => what === 'export');
	if (!hasExport && strange.length === 1) strange[0].stands = true;
	for (const item of taken) {
		if (item.what === 'export' || item.stands) useExport(item.file, item.stands ? item.what : null);
		else if (item.text !== null) useText(item.what, item.text, item.file.name);
		else note(item.file, null, advice(item.what));
	}
	announce(taken.map(({ file, what, stands }) => `${printable(file.name, 100)}: ${NAMES[stands ? 'export' : what] ?? 'not used'}`).join('. '));
	return taken.length;
}

function useExport(file, what) {
	chosen = file;
	byId('taken').querySelector('[data-kind="export"]')?.remove();
	showError('export', null);
	note(file, 'export', what && advice(what), () => (chosen = null));
}

function useText(what, text, name) {
	const field = byId({ key: 'keys', checkpoint: 'checkpoints', sealing: 'sealing' }[what]);
	const known = what === 'sealing' ? [] : what === 'key' ? lines(field.value) : checkpoints(field.value);
	const more = what === 'checkpoint' ? checkpoints(text) : lines(text);
	const all = [...new Set([...known, ...more])];
	field.value = what === 'sealing' ? more[0] : all.join('\n');
	if (what === 'sealing') byId('sealed').open = true;
	showError(field.id, null);
	note({ name, size: null }, what, null);
}

/** Shows a file in the list, with a button that takes it back if `remove` is given. */
function note(file, what, problem, remove) {
	const item = el('li', { 'data-kind': what ?? 'unused', class: problem ? 'warned' : '' },
		el('strong', {}, NAMES[what] ?? 'Not used'), ': ', el('span', { class: 'file' }, printable(file.name, 200)),
		file.size === null ? '' : ` (${size(file.size)})`,
		remove && [' ', el('button', {
			type: 'button',
			class: 'link',
			'aria-label': `Remove ${printable(file.name, 100)}`,
			click: () => {
				remove();
				item.remove();
				byId('files').focus();
			},
		}, 'Remove')],
		problem && el('p', {}, problem));
	byId('taken').append(item);
}

/** Shows what is wrong with a field, or that nothing is. */
export function showError(field, message) {
	const place = byId(`${field}-error`);
	place.textContent = message ?? '';
	place.hidden = message === null;
	const input = byId(field);
	if (input) message === null ? input.removeAttribute('aria-invalid') : input.setAttribute('aria-invalid', 'true');
}

/** Returns the time in a field in milliseconds since 1970, or `undefined`. */
export const timeIn = (id) => (byId(id).value === '' ? undefined : Date.parse(`${byId(id).value}Z`));

/** Returns what was given, or `null` if there is no export yet. */
export function given() {
	for (const field of ['keys', 'checkpoints', 'sealing', 'export']) showError(field, null);
	if (!chosen) {
		showError('export', 'Choose the exported log first: the file that “Export for auditors” on the Audit page of the site downloads.');
		byId('files').focus();
		return null;
	}
	return {
		export: chosen,
		keys: lines(byId('keys').value),
		checkpoints: checkpoints(byId('checkpoints').value),
		sealing: byId('sealing').value.trim() || undefined,
		taken: timeIn('received'),
	};
}

/** Shows which of the given texts the core has refused, and moves the focus there. */
export function showRefused({ refused, at }) {
	const [field, message] = {
		keys: ['keys', 'A line is not a verifier key. Copy the whole line from “For auditors” on the Audit page: name, plus sign, eight digits, plus sign, letters.'],
		checkpoint: [
			'checkpoints',
			`${at > 0 ? `Checkpoint ${at + 1}` : 'This'} is not a checkpoint that the given verifier key has signed. Give the key of the same site, and paste the checkpoint completely, from its first line to the signature.`,
		],
		sealing: ['sealing', 'This is not a first sealing key, or it was mistyped. It begins with “cssk_”.'],
	}[refused];
	showError(field, message);
	if (field === 'sealing') byId('sealed').open = true;
	byId(field).focus();
	announce(message);
}
