// Plays one client through everything that can happen to its connection, and records what its user sees.
import { spawn } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { remember } from '../lib/secrets.mjs';
import { driver, install } from './clients.mjs';
import { saysWhy } from './sentences.mjs';

// The seconds that the first access tokens live.
const LIFETIME = 15;

// More than a driver waits for its client.
const PATIENCE = 60_000;

/** A driver process. */
export class Process {
	#lines = [];
	#waiting;
	complaints = '';

	constructor({ command, args }, env) {
		this.child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
		this.child.stdin.on('error', () => {});
		this.child.stderr.setEncoding('utf8').on('data', (text) => {
			this.complaints = (this.complaints + text).slice(-20_000);
			if (process.env.DEBUG_DRIVER) process.stderr.write(text);
		});
		createInterface({ input: this.child.stdout }).on('line', (line) => {
			if (line.startsWith('driver:')) this.#waiting?.(JSON.parse(line.slice('driver:'.length)));
		});
		this.gone = new Promise((resolve) => this.child.on('close', resolve));
		this.gone.then(() => {
			this.hasEnded = true;
			this.#waiting?.(this.#ended());
		});
	}

	#ended() {
		return { failed: true, threw: true, text: `the program ended: ${this.complaints.slice(-600)}`, opened: 0 };
	}

	/** Sends a command. `person: false`: nobody allows the client again when it opens the consent page. */
	ask(command, more = {}) {
		if (this.hasEnded) return Promise.resolve(this.#ended());
		return new Promise((resolve) => {
			const late = setTimeout(() => this.#waiting({ failed: true, threw: true, text: `nothing in ${PATIENCE / 1000} seconds` }), PATIENCE);
			this.#waiting = (answer) => {
				clearTimeout(late);
				this.#waiting = undefined;
				resolve({ text: '', opened: 0, ...answer });
			};
			this.child.stdin.write(`${JSON.stringify({ command, ...more })}\n`);
		});
	}

	call(tool, args = {}, more = {}) {
		return this.ask('call', { tool, args, ...more });
	}

	async end() {
		this.child.stdin.end();
		const late = setTimeout(() => this.child.kill('SIGKILL'), 5000);
		await this.gone;
		clearTimeout(late);
	}
}

/**
 * @param {object} client One of {@link CLIENTS}.
 * @param {object} world The site, its `front`, the `owner`, who changes connections, and `only: 'talk'` for the conversation alone.
 * @returns {Promise<{id: string, name: string, version: string, cells: object, talk: object}>}
 */
export async function play(client, { site, front, owner, only }) {
	const home = install(client);
	const start = driver(client, home);
	const store = join(site.run, 'clients', client.id);
	rmSync(store, { recursive: true, force: true });
	mkdirSync(store, { recursive: true });
	const env = { ENDPOINT: site.endpoint, CLIENT_HOME: home, CLIENT_STORE: store, SITE: site.name, NODE: process.execPath };
	const cells = {};
	let running;

	const begin = async (more) => {
		running = new Process(start, env);
		return running.ask('connect', more);
	};
	const beginAgain = async (more) => {
		await running.end();
		return begin(more);
	};

	try {
		if (only === 'talk') {
			await begin();
			front.take();
			await beginAgain();
			await converse(running);
			return { id: client.id, talk: measure(front.take()) };
		}
		front.lifetime = LIFETIME;
		const first = await begin();
		const expiry = Date.now() + LIFETIME * 1000;
		let connection = await owner.newest();
		const listed = await running.ask('list');
		cells.connect = cell(!first.failed && !listed.failed && listed.names?.includes('create_draft') && [first, listed].at(-1).opened === 1, first, listed);
		const read = await running.call('get_site_info');
		cells.read = cell(!read.failed && read.text.includes(new URL(site.url).host), read);

		const title = `Draft of ${client.id} ${Date.now()}`;
		const draft = await running.call('create_draft', { title, content: '<p>Text.</p>' });
		const id = await owner.post(title);
		cells.draft = cell(!draft.failed && id?.status === 'draft', draft);
		const review = await running.call('request_review', { tool: 'publish_post', arguments: { id: id?.id } });
		const [confirmation_token] = /cscf_[\w-]+/.exec(JSON.stringify([review.text, review.data])) ?? [];
		remember(confirmation_token);
		const published = await running.call('publish_post', { id: id?.id, confirmation_token });
		cells.publish = cell(!published.failed && (await owner.post(title))?.status === 'publish', review, published);

		await pause(Math.max(0, expiry - Date.now()) + 500);
		front.expire();
		const expired = await running.call('get_site_info');
		cells.expired = renewed(expired, 1);
		if (expired.failed) await beginAgain();
		connection = await owner.newest();

		// From here on, a client may lose its session.
		const whileStopped = async (code, stop, resume) => {
			const said = await stop();
			const call = said ?? (await running.call('whoami', {}, { person: false }));
			// Only one browser can use a profile.
			if (client.exclusive) await running.end();
			const other = new Process(start, env);
			const atStart = await other.ask('connect', { person: false });
			if (!atStart.failed) Object.assign(atStart, await other.ask('list', { person: false }));
			if (!atStart.failed) Object.assign(atStart, await other.call('whoami', {}, { person: false }));
			await other.end();
			await resume();
			if (client.exclusive) await begin({ person: false });
			const later = await running.call('whoami', {}, { person: false });
			cells[code] = { ok: reads(call, code), text: short(call), start: reads(atStart, code), startText: short(atStart), after: !later.failed };
			if (later.failed) {
				cells[code].afterText = short(later);
				await beginAgain();
				connection = await owner.newest();
			}
		};
		await whileStopped('limited', () => owner.exhaust(connection, () => running.call('whoami', {}, { person: false })), () => owner.limit(connection, 256, 1));
		await whileStopped('paused', () => owner.pause(connection), () => owner.resume(connection));
		await whileStopped('stopped', () => owner.killSwitch(true), () => owner.killSwitch(false));

		front.take();
		const again = await beginAgain();
		const talk = await converse(running);
		const failed = [again, ...talk].find((answer) => answer.failed);
		cells.restarted = cell(!failed && talk.at(-1).opened === 0, failed ?? talk.at(-1));
		const exchanges = front.take();

		// A token that expired while the client was not running.
		await running.end();
		front.expire();
		const morning = await begin();
		cells.morning = renewed(morning.failed ? morning : await running.call('whoami'), 0);
		connection = await owner.newest();

		await owner.revoke(connection);
		const revoked = await running.call('whoami', {}, { person: false });
		const anew = await beginAgain();
		const works = anew.failed ? anew : await running.call('whoami');
		// The person is asked again, which is the way on after a connection was revoked, or reads the reason.
		cells.revoked = { ok: revoked.opened > 0 || reads(revoked, 'revoked'), text: revoked.opened > 0 ? 'the consent page opens' : short(revoked), after: !works.failed };
		if (works.failed) cells.revoked.afterText = short(works);
		return { id: client.id, name: client.name, version: start.version, cells, talk: measure(exchanges) };
	} catch (error) {
		error.message += `\n${running?.complaints ?? ''}`;
		throw error;
	} finally {
		await running?.end();
	}
}

/** The five calls of the short conversation, after the client was started with stored tokens and has listed the tools. */
async function converse(running) {
	const answers = [await running.ask('list')];
	for (const [tool, args] of CONVERSATION) answers.push(await running.call(tool, args));
	return answers;
}

const CONVERSATION = [
	['get_site_info', {}],
	['list_posts', { per_page: 5 }],
	['search_content', { query: 'the' }],
	['list_posts', { status: 'draft', per_page: 5 }],
	['whoami', {}],
];

// A client that has to ask for consent again is told apart from one that refreshes its token.
function renewed(answer, opened) {
	if (!answer.failed && answer.opened > opened) return { ok: false, text: 'the consent page opens' };
	return cell(!answer.failed, answer);
}

const reads = ({ text }, state) => saysWhy(text, state);

function cell(ok, ...answers) {
	if (ok) return { ok: true };
	return { ok: false, text: short(answers.find(({ failed }) => failed) ?? answers.at(-1)) };
}

// What changes from run to run is replaced.
function short({ text }) {
	return text
		.replace(/cs[a-z]{2}_[\w-]{20,}/g, 'TOKEN')
		.replace(/http:\/\/(127\.0\.0\.1|localhost):\d+/g, 'http://SITE')
		.replace(/\b\d+ seconds\b/g, 'N seconds')
		.replace(/"?retryAfter"?: ?\d+/g, 'retryAfter: N')
		.replace(/\u001b\[[\d;]*m/g, '')
		.replace(/\s+/g, ' ')
		.trim()
		.slice(0, 400);
}

/** Counts the exchanges with the MCP endpoint. */
export function measure(exchanges) {
	const mcp = exchanges.filter(({ path }) => path.includes('/countersign/v1/mcp'));
	const methods = mcp.map(({ body, method }) => (body ? JSON.parse(body).method : method));
	return {
		requests: mcp.length,
		sent: mcp.reduce((sum, { sent }) => sum + sent, 0),
		received: mcp.reduce((sum, { received }) => sum + received, 0),
		lists: methods.filter((name) => name === 'tools/list').length,
		methods,
	};
}
