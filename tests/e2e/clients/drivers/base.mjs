// What all drivers in JavaScript share. A driver is a process that holds one client. It reads a command per line, has
// the client do it, and answers with a line that says what the client's user sees.
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { consent } from '../../lib/consent.mjs';
import { openSite } from '../../lib/site.mjs';
import { Provider } from '../provider.mjs';

/** The folder in which this client keeps its tokens. A driver that is started again finds them there. */
export const store = process.env.CLIENT_STORE;
export const endpoint = process.env.ENDPOINT;
export const home = process.env.CLIENT_HOME;
export const site = openSite();
mkdirSync(store, { recursive: true });

/** What the client shows when its user does not allow it again. */
export class NobodyAllows extends Error {
	constructor() {
		super('the consent page opens');
	}
}

const nobody = join(store, 'nobody');
const visits = () => (existsSync(join(store, 'visits')) ? readFileSync(join(store, 'visits'), 'utf8').trim().split('\n').length : 0);
const visitsBefore = visits();
let opened = 0;

/** Goes to the consent page as the client's user. Returns where the browser is sent back to. */
export async function visit(url) {
	opened++;
	if (existsSync(nobody)) throw new NobodyAllows();
	return consent(site.url, String(url), { preset: 'standard', user: 'editor' });
}

/** A {@link Provider} that keeps everything in a file. */
export class StoredProvider extends Provider {
	#file = join(store, 'provider.json');

	constructor(name) {
		super(site.url, name);
		if (existsSync(this.#file)) Object.assign(this, JSON.parse(readFileSync(this.#file, 'utf8')));
	}

	#keep() {
		const { client, saved, discovered } = this;
		writeFileSync(this.#file, JSON.stringify({ client, saved, discovered }));
	}

	saveClientInformation(client) {
		super.saveClientInformation(client);
		this.#keep();
	}

	saveTokens(tokens) {
		super.saveTokens(tokens);
		this.#keep();
	}

	saveDiscoveryState(state) {
		super.saveDiscoveryState(state);
		this.#keep();
	}

	async redirectToAuthorization(url) {
		this.callback = (await visit(url)).searchParams;
	}
}

/** A folder for PATH in which the program that opens a browser is browser.mjs. */
export function browserFolder() {
	const folder = join(store, 'bin');
	mkdirSync(folder, { recursive: true });
	for (const name of ['xdg-open', 'browser']) {
		writeFileSync(join(folder, name), `#!/bin/sh\nexec '${process.execPath}' '${fileURLToPath(new URL('browser.mjs', import.meta.url))}' "$1" >>'${store}/browser.log' 2>&1\n`);
		chmodSync(join(folder, name), 0o700);
	}
	return folder;
}

/**
 * Runs a program of the client in a home folder of its own, for at most 25 seconds.
 *
 * @param {(text: string) => void} [watch] Gets what the program writes, as it does so.
 */
export function program(file, args, { env = {}, watch, command = process.execPath } = {}) {
	const child = spawn(command, file ? [file, ...args] : args, {
		cwd: store,
		env: { ...process.env, HOME: store, PATH: `${browserFolder()}:${process.env.PATH}`, BROWSER: join(store, 'bin/browser'), NO_COLOR: '1', ...env },
		stdio: ['ignore', 'pipe', 'pipe'],
		detached: true,
	});
	const said = { out: '', err: '' };
	for (const [name, stream] of [['out', child.stdout], ['err', child.stderr]]) {
		stream.setEncoding('utf8').on('data', (text) => {
			said[name] += text;
			watch?.(text);
		});
	}
	return new Promise((resolve) => {
		const late = setTimeout(() => process.kill(-child.pid, 'SIGKILL'), 25_000);
		child.on('close', (code) => {
			clearTimeout(late);
			resolve({ ...said, code: code ?? 'nothing in 25 seconds' });
		});
	});
}

/** Returns what a program reads of a tool result: its text and whether it says that the call failed. */
export function seen(result) {
	const text = (result.content ?? []).map((block) => block.text ?? JSON.stringify(block)).join('\n');
	return { failed: result.isError === true, text, data: result.structuredContent };
}

/** Returns the messages of an error and of what caused it. */
export function messages(error) {
	const texts = [];
	for (let at = error; at && texts.length < 5; at = at.cause) texts.push(at.message || String(at));
	return [...new Set(texts)].join(': ');
}

/**
 * Serves the commands of the matrix until standard input ends.
 *
 * @param {{connect: () => Promise, list: () => Promise<string[]>, call: (tool: string, args: object) => Promise<{failed: boolean, text: string, data?: object}>}} client
 */
export async function drive(client) {
	for await (const line of createInterface({ input: process.stdin })) {
		const { command, tool, args, person = true } = JSON.parse(line);
		person ? rmSync(nobody, { force: true }) : writeFileSync(nobody, '');
		let answer;
		try {
			if (command === 'connect') answer = { text: '', ...(await client.connect()) };
			else if (command === 'list') answer = { text: '', names: await client.list() };
			else answer = await client.call(tool, args);
		} catch (error) {
			if (process.env.DEBUG_DRIVER) console.error(error);
			answer = { failed: true, threw: true, text: messages(error) };
		}
		process.stdout.write(`driver:${JSON.stringify({ ...answer, opened: opened + visits() - visitsBefore + (client.opened?.() ?? 0) })}\n`);
	}
	process.exit(0);
}
