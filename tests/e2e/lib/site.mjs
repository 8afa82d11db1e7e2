// A test site started by tests/site/site: its address, and PHP inside it.
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '');
const command = `${root}/tests/site/site`;
const probeFile = fileURLToPath(new URL('probe.php', import.meta.url));

/** Reads the environment file of the site, which must be running. */
export function openSite(name = process.env.SITE) {
	if (!name) throw new Error('set SITE to the name of a running site');
	return new Site(name, readEnv(`${root}/.cache/run/${name}/env`));
}

/** Starts a site and returns it. Progress goes to standard error. */
export function bringUp(name, options = []) {
	siteCommand('up', name, ...options);
	return openSite(name);
}

export function takeDown(name, { wipe = true } = {}) {
	siteCommand('down', name, ...(wipe ? ['--wipe'] : []));
}

function siteCommand(...args) {
	const done = spawnSync(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
	if (done.status !== 0) throw new Error(`tests/site/site ${args.join(' ')} failed (exit ${done.status})`);
}

function readEnv(file) {
	const env = {};
	for (const line of readFileSync(file, 'utf8').split('\n')) {
		const match = /^(\w+)='(.*)'$/.exec(line);
		if (match) env[match[1]] = match[2];
	}
	return env;
}

export class Site {
	#probe;

	constructor(name, env) {
		this.name = name;
		this.env = env;
		this.url = env.SITE_URL;
		this.run = env.SITE_RUN;
		this.log = env.SITE_LOG;
	}

	get endpoint() {
		return `${this.url}/wp-json/countersign/v1/mcp`;
	}

	/** Runs PHP code inside the site's WordPress and returns its result. All calls use one PHP process. */
	php(code, args = {}) {
		this.#probe ??= new Probe(this.name);
		return this.#probe.run(code, args);
	}

	/** Ends the PHP process if there is one. */
	close() {
		this.#probe?.close();
		this.#probe = undefined;
	}
}

// A PHP process with WordPress loaded. It answers each line with one line.
class Probe {
	#waiting = [];
	#complaints = '';

	constructor(name) {
		this.child = spawn(command, ['php', name, probeFile], { stdio: ['pipe', 'pipe', 'pipe'] });
		this.child.stderr.setEncoding('utf8').on('data', (text) => (this.#complaints += text));
		this.child.on('exit', (code) => {
			this.gone = true;
			for (const { reject } of this.#waiting.splice(0))
				reject(new Error(`PHP ended (exit ${code}): ${this.#complaints.trim()}`));
		});
		this.child.stdin.on('error', () => {});
		createInterface({ input: this.child.stdout }).on('line', (line) => this.#answer(line));
	}

	run(code, args) {
		if (this.gone) return Promise.reject(new Error(`PHP has ended: ${this.#complaints.trim()}`));
		return new Promise((resolve, reject) => {
			this.#waiting.push({ resolve, reject });
			this.child.stdin.write(JSON.stringify({ code, args }) + '\n');
		});
	}

	// Ignore other output, such as that of a plugin.
	#answer(line) {
		if (!line.startsWith('probe:')) return;
		const { resolve, reject } = this.#waiting.shift();
		const { value, error } = JSON.parse(line.slice('probe:'.length));
		error === undefined ? resolve(value) : reject(new Error(`PHP: ${error}`));
	}

	close() {
		this.child.stdin.end();
	}
}
