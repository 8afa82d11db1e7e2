// Makes elements. Text from files only ever becomes a text node, never markup.

/**
 * Returns a new element.
 *
 * @param {string} name Its tag.
 * @param {Object<string, string|boolean|Function>} attributes A function is a listener, `true` an attribute without a value;
 *                                                             `false` leaves the attribute out.
 * @param {...(Node|string|false|null|undefined)} children
 */
export function el(name, attributes = {}, ...children) {
	const element = document.createElement(name);
	for (const [key, value] of Object.entries(attributes)) {
		if (typeof value === 'function') element.addEventListener(key, value);
		else if (value === true) element.setAttribute(key, '');
		else if (value !== false && value !== undefined) element.setAttribute(key, value);
	}
	element.append(...children.flat().filter((child) => child !== false && child !== null && child !== undefined));
	return element;
}

/** Returns the element of the page with this id. */
export const byId = (id) => document.getElementById(id);

/** Returns a list of terms and descriptions, without those that have no description. */
export function facts(pairs, attributes = {}) {
	const list = el('dl', { class: 'facts', ...attributes });
	for (const [term, description] of pairs) {
		if (description === null || description === undefined || description === '' || description === false) continue;
		list.append(el('div', {}, el('dt', {}, term), el('dd', {}, description)));
	}
	return list;
}

/** Has a screen reader read the text, politely. The same text is read again if it is said again. */
export function announce(text) {
	const status = byId('status');
	status.textContent = '';
	requestAnimationFrame(() => (status.textContent = text));
}

/** Calls `act` when the button is pressed, or Enter in a field of one line beside it. */
export function submits(place, button, act) {
	byId(button).addEventListener('click', act);
	byId(place).addEventListener('keydown', (event) => {
		if (event.key === 'Enter' && event.target.matches('input:not([type="file"])')) act();
	});
}
