// Fills in and submits the real consent page, without a browser.
//
//   SITE=name node consent.mjs AUTHORIZE_URL [PRESET] [USER]      prints where the browser is redirected
import { fileURLToPath } from 'node:url';
import { decode } from './html.mjs';
import { Person } from './person.mjs';
import { openSite } from './site.mjs';

// All consents of a process share one login, as long as it is recent enough for a consent.
const logins = new Map();

export function administrator(siteUrl) {
	if (!((logins.get(siteUrl)?.until ?? 0) > Date.now()))
		logins.set(siteUrl, { until: Date.now() + 600_000, person: Person.login(siteUrl, 'admin') });
	return logins.get(siteUrl).person;
}

/**
 * @param {object} choices
 *   preset: the name of a preset, or `custom`; groups: for `custom`; user: the login that the agent acts as, or `own` for an
 *   account of its own (default: the person who decides);
 *   allow: false to deny; person: who decides (default: admin); onPage: a function that gets the page first;
 *   replace: true to replace the earlier connections that the page offers to replace (default: they stay)
 * @returns {Promise<URL>} Where the browser is redirected, with a code or an error.
 */
export async function consent(siteUrl, authorizeUrl, choices = {}) {
	const person = choices.person ?? (await administrator(siteUrl));
	const page = await person.get(authorizeUrl);
	const form = page.forms.find((candidate) => candidate.fields.some((field) => /preset/.test(field.name ?? '')));
	if (!form) {
		if (page.location) return new URL(page.location);
		throw new Error(`no consent form at ${page.url} (HTTP ${page.status}): ${readable(page.text)}`);
	}
	choices.onPage?.(page);
	const answer = await person.submit(page, form, fill(form, choices), button(form, choices.allow !== false));
	if (!answer.location) throw new Error(`consent did not lead back to the client (HTTP ${answer.status}): ${readable(answer.text)}`);
	return new URL(answer.location);
}

function fill(form, { preset = 'standard', user, groups, replace = false }) {
	const values = { [named(form, /preset/)]: preset };
	if (!replace) values['replace[]'] = null;
	const field = form.fields.find((f) => f.type === 'select' && /user|identity/.test(f.name ?? ''));
	const option = field?.options.find((o) => (user ? o.value === user || new RegExp(`\\b${user}\\b`, 'i').test(o.label) : /^Your account/.test(o.label)));
	// The page on which a person asks somebody else has no such field.
	if (option) values[field.name] = option.value;
	else if (field || user) throw new Error(`the consent page offers no user '${user}': ${JSON.stringify(field?.options)}`);
	if (groups) values[named(form, /groups/)] = groups;
	return values;
}

function named(form, pattern) {
	const field = form.fields.find((candidate) => pattern.test(candidate.name ?? ''));
	if (!field) throw new Error(`the consent form has no field like ${pattern}`);
	return field.name;
}

function button(form, allow) {
	const buttons = form.fields.filter((field) => field.type === 'submit' || field.type === 'button');
	const no = /deny|refuse|cancel|reject|decline/i;
	const found = buttons.find((b) => no.test(`${b.name} ${b.value}`) !== allow);
	if (!found) throw new Error('the consent form has no button to press');
	return found.name ? found : undefined;
}

export function readable(html) {
	return decode(html.replace(/<(script|style)[\s\S]*?<\/\1>/gi, '').replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ').trim()).slice(0, 600);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	const [, , url, preset, user] = process.argv;
	console.log((await consent(openSite().url, url, { preset, user })).href);
}
