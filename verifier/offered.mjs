// The key that the page around this one offers, in the fragment of the address. The site's Audit page does this. A fragment
// is never sent to a server.
import { announce, byId, el } from './dom.mjs';
import { printable } from './text.mjs';

/** The key that the site itself shows. */
let key = '';

/** Shows the key in the fragment of the address, if there is one. */
export function offer() {
	key = (new URLSearchParams(location.hash.slice(1)).get('key') ?? '').slice(0, 1024).trim();
	if (key === '') return;
	const use = () => {
		byId('keys').value = key;
		byId('keys').focus();
		announce('The key of this site was filled in.');
	};
	byId('offered').append(
		el('h3', {}, 'The key that this site shows'),
		el('p', {},
			'A key from the site itself proves less: a person who controls the site can show another key, and a log that is signed with it. ',
			'Compare it with the key that you kept, or use that one.'),
		el('p', { class: 'code' }, printable(key, 300)),
		el('p', { class: 'actions' }, el('button', { type: 'button', click: use }, 'Use the key of this site')),
	);
	byId('offered').hidden = false;
}

/** Returns whether one of the keys is the one that the site itself shows. */
export const isOffered = (keys) => key !== '' && keys.includes(key);
