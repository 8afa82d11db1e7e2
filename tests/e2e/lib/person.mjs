// A minimal browser session: keeps cookies, logs in, submits forms, and follows redirects inside the site. It
// stops at a redirect to another origin.
import { fetchRaw } from './http.mjs';
import { forms, submission } from './html.mjs';
import { rememberValue } from './secrets.mjs';

export class Person {
	#cookies = new Map();

	constructor(siteUrl) {
		this.siteUrl = siteUrl;
	}

	/** Logs in through the real form. The password of a test user is its name. */
	static async login(siteUrl, user = 'admin', password = user) {
		const person = new Person(siteUrl);
		await person.get('/wp-login.php');
		const done = await person.post('/wp-login.php', new URLSearchParams({
			log: user, pwd: password, 'wp-submit': 'Log In', redirect_to: `${siteUrl}/wp-admin/profile.php`, testcookie: '1',
		}));
		if (![...person.#cookies.keys()].some((name) => name.startsWith('wordpress_logged_in')))
			throw new Error(`${user} could not log in (HTTP ${done.status})`);
		return person;
	}

	get(path, options) {
		return this.#send('GET', path, undefined, options);
	}

	post(path, form, options) {
		return this.#send('POST', path, form, options);
	}

	/** Submits a form of a page that was fetched earlier. */
	submit(page, form, choices, press) {
		const body = submission(form, choices, press);
		for (const [name, value] of body) if (/nonce/i.test(name)) rememberValue(value);
		const action = new URL(form.action || page.url, page.url);
		if (form.method === 'GET') {
			for (const [name, value] of body) action.searchParams.set(name, value);
			return this.get(action.href);
		}
		return this.post(action.href, body);
	}

	/** Calls the REST API of the site with cookie and nonce, as the pages of wp-admin do. */
	async rest(method, path, body) {
		this.restNonce ??= (await this.get('/wp-admin/admin-ajax.php?action=rest-nonce')).text.trim();
		rememberValue(this.restNonce);
		return fetchRaw(new URL(`/wp-json${path}`, this.siteUrl).href, {
			method,
			headers: {
				Cookie: this.#cookieHeader(),
				'X-WP-Nonce': this.restNonce,
				...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
			},
			body: body === undefined ? undefined : JSON.stringify(body),
		});
	}

	async #send(method, path, form, { follow = true } = {}) {
		let url = new URL(path, this.siteUrl).href;
		for (let hop = 0; hop < 10; hop++) {
			const answer = await fetchRaw(url, {
				method,
				headers: {
					Cookie: this.#cookieHeader(),
					Accept: 'text/html,application/xhtml+xml,*/*;q=0.8',
					...(method === 'POST' ? { 'Content-Type': 'application/x-www-form-urlencoded', Origin: this.siteUrl, Referer: url } : {}),
				},
				body: method === 'POST' ? form.toString() : undefined,
			});
			this.#keep(answer.headers['set-cookie']);
			const page = { ...answer, url, forms: forms(answer.text) };
			const location = answer.headers.location;
			if (!location || answer.status < 300 || answer.status > 399) return page;
			page.location = new URL(location, url).href;
			if (!follow || new URL(page.location).origin !== new URL(this.siteUrl).origin) return page;
			url = page.location;
			if (answer.status !== 307 && answer.status !== 308) method = 'GET';
		}
		throw new Error(`too many redirects at ${url}`);
	}

	#keep(lines = []) {
		for (const line of lines) {
			const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
			/expires=Thu, 01.Jan.1970|max-age=0/i.test(line) ? this.#cookies.delete(name) : this.#cookies.set(name, value);
			if (/wordpress_(logged_in|sec)|wordpress_[0-9a-f]{32}/.test(name)) rememberValue(decodeURIComponent(value));
		}
	}

	/** Returns the cookies in the form in which Playwright adds them to a browser. */
	cookies() {
		return [...this.#cookies].map(([name, value]) => ({ name, value, url: this.siteUrl }));
	}

	#cookieHeader() {
		return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
	}
}
