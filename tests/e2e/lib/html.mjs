// A small HTML parser for the forms of a page and their fields.

/**
 * @returns {Array<{id: string, action: string, method: string, fields: Array<Field>, html: string}>}
 */
export function forms(html) {
	return [...html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/gi)].map(([, open, inner]) => {
		const own = attributes(open);
		return {
			id: own.id ?? '',
			action: own.action ?? '',
			method: (own.method ?? 'get').toUpperCase(),
			fields: fields(inner),
			html: inner,
		};
	});
}

function fields(html) {
	const found = [];
	for (const match of html.matchAll(/<(input|button|textarea)\b([^>]*)>|<select\b([^>]*)>([\s\S]*?)<\/select>/gi)) {
		const [, tag, own, selectOwn, options] = match;
		if (tag) {
			const attribute = attributes(own);
			const type = tag.toLowerCase() === 'input' ? (attribute.type ?? 'text') : tag.toLowerCase();
			const unsaid = type === 'checkbox' || type === 'radio' ? 'on' : '';
			found.push({ ...attribute, name: attribute.name, type, value: attribute.value ?? unsaid, checked: 'checked' in attribute });
		} else {
			const list = [...options.matchAll(/<option\b([^>]*)>([\s\S]*?)<\/option>/gi)].map(([, o, label]) => {
				const attribute = attributes(o);
				return { value: attribute.value ?? label.trim(), selected: 'selected' in attribute, label: decode(label.trim()) };
			});
			const chosen = list.find((o) => o.selected) ?? list[0];
			found.push({ ...attributes(selectOwn), type: 'select', value: chosen?.value ?? '', options: list });
		}
	}
	return found;
}

/**
 * Returns what a browser would send for a form: hidden fields and defaults, replaced by `choices` (null removes a
 * field), and the pressed button.
 */
export function submission(form, choices = {}, press) {
	const pairs = [];
	const chosen = { ...choices };
	for (const field of form.fields) {
		if (!field.name || 'disabled' in field) continue;
		if (field.type === 'submit' || field.type === 'button' || field.type === 'image') continue;
		if (field.name in choices) {
			if (field.name in chosen) {
				if (chosen[field.name] !== null) pairs.push(...[chosen[field.name]].flat().map((value) => [field.name, value]));
				delete chosen[field.name];
			}
			continue;
		}
		if ((field.type === 'checkbox' || field.type === 'radio') && !field.checked) continue;
		pairs.push([field.name, field.value]);
	}
	for (const [name, value] of Object.entries(chosen)) if (value !== null) pairs.push(...[value].flat().map((v) => [name, v]));
	if (press) pairs.push([press.name, press.value]);
	return new URLSearchParams(pairs);
}

function attributes(text = '') {
	const found = {};
	for (const [, name, a, b, c] of text.matchAll(/([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/g))
		found[name.toLowerCase()] = decode(a ?? b ?? c ?? '');
	return found;
}

export function decode(text) {
	const named = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0' };
	return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex, dec, name) =>
		hex ? String.fromCodePoint(parseInt(hex, 16)) : dec ? String.fromCodePoint(Number(dec)) : (named[name] ?? whole),
	);
}
