// An administrator who uses Countersign's admin pages by following their links and submitting their forms.
import { administrator } from './consent.mjs';
import { decode } from './html.mjs';

export class Administrator {
	#person;

	constructor(site, person) {
		this.site = site;
		this.#person = person;
	}

	/** The administrator's browser session; logs in at first use. */
	async person() {
		return (this.#person ??= await administrator(this.site.url));
	}

	async page(slug = 'countersign', query = '') {
		const page = await (await this.person()).get(`/wp-admin/admin.php?page=${slug}${query}`);
		if (page.status !== 200) throw new Error(`the page ${slug}: HTTP ${page.status}`);
		return page;
	}

	/** Calls the REST API of the site, as the block editor does. */
	async rest(method, path, body) {
		return (await this.person()).rest(method, path, body);
	}

	/** Turns the kill switch on or off with the button above the list. */
	async killSwitch(on) {
		const page = await this.page();
		const form = page.forms.find((candidate) => field(candidate, 'action') === 'countersign_kill_switch');
		if (field(form, 'on') !== (on ? '1' : '0')) throw new Error(`the kill switch is already ${on ? 'on' : 'off'}`);
		return this.#submit(page, form);
	}

	/** Does `pause`, `resume` or `revoke` from the list. */
	async connection(id, action) {
		if (action === 'revoke') {
			const page = await this.page('countersign', `&view=revoke&connection=${id}`);
			return this.#submit(page, withAction(page, 'countersign_revoke'));
		}
		for (let number = 1; number <= 20; number++) {
			const page = await this.page('countersign', `&paged=${number}`);
			const links = [...page.text.matchAll(/href="([^"]*admin-post\.php[^"]*)"/g)].map(([, href]) => new URL(decode(href), page.url));
			const link = links.find(({ searchParams: query }) => query.get('action') === `countersign_${action}` && query.get('connection') === String(id));
			if (link) return this.#person.get(link.href);
			if (!page.text.includes('next-page')) break;
		}
		throw new Error(`the list offers no '${action}' for connection ${id}`);
	}

	/** Saves the permissions of a connection. Returns the page that is shown next. */
	async narrow(id, groups) {
		const page = await this.page('countersign', `&view=edit&connection=${id}`);
		return this.#submit(page, withAction(page, 'countersign_save'), { 'groups[]': groups });
	}

	/** Returns the id of the newest connection, which is first in the list: a number of 63 bits, which JavaScript holds as text. */
	async newestConnection() {
		const page = await this.page();
		const [, id] = /[?&;]connection=(\d+)/.exec(page.text) ?? [];
		if (!id) throw new Error('the list is empty');
		return id;
	}

	/** Presses *Verify now* until the verification is complete; returns the result that the page shows. */
	async verifyAudit() {
		let page = await this.page('countersign-audit');
		for (let step = 0; step < 50; step++) {
			page = await this.#submit(page, withAction(page, 'countersign_verify'));
			if (!page.text.includes('data-countersign-go-on')) break;
		}
		const card = /countersign-switch[\s\S]*?<h2>([\s\S]*?)<\/h2>\s*<p>([\s\S]*?)<\/p>/.exec(page.text);
		return { page, headline: text(card[1]), result: text(card[2]) };
	}

	/** Downloads the log as auditors get it. Returns the file, and the verifier key that the page shows. */
	async exportAudit() {
		const page = await this.page('countersign-audit');
		const form = withAction(page, 'countersign_export');
		const { text: file } = await (await this.person()).submit(page, form, { format: 'ndjson' });
		const key = /<input[^>]*id="countersign-key"[^>]*value="([^"]*)"/.exec(page.text)?.[1];
		return { file, key: decode(key) };
	}

	/** Returns the newest entries of the Audit page, each as a list of the texts of its cells. */
	async auditRows(query = '') {
		const page = await this.page('countersign-audit', query);
		const body = /<tbody id="the-list"[^>]*>([\s\S]*?)<\/tbody>/.exec(page.text)?.[1] ?? '';
		return [...body.matchAll(/<tr\b[^>]*>([\s\S]*?)<\/tr>/g)].map(([, row]) =>
			[...row.matchAll(/<t[dh]\b[^>]*>([\s\S]*?)<\/t[dh]>/g)].map(([, cell]) => text(cell.replace(/<details[\s\S]*?<\/details>|<div class="countersign-phone">[\s\S]*?<\/div>|<div class="row-actions[\s\S]*|<button[\s\S]*?<\/button>/g, ''))),
		);
	}

	async #submit(page, form, choices) {
		const answer = await (await this.person()).submit(page, form, choices);
		if (answer.status >= 400) throw new Error(`HTTP ${answer.status}: ${text(answer.text).slice(0, 300)}`);
		return answer;
	}
}

function withAction(page, action) {
	const form = page.forms.find((candidate) => field(candidate, 'action') === action);
	if (!form) throw new Error(`${page.url} has no form for ${action}: ${text(page.text).slice(0, 300)}`);
	return form;
}

const field = (form, name) => form?.fields.find((candidate) => candidate.name === name)?.value;

const text = (html) => decode(html.replace(/<(script|style)[\s\S]*?<\/\1>/g, '').replace(/<[^>]+>/g, ' ')).replace(/\s+/g, ' ').trim();
