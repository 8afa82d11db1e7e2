// `make playground`, in a network namespace without any interface but loopback: the conversation of `make demo` by the same
// script, and what the site then says about itself.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { buildCommandLine } from './corpus.mjs';

const ROOT = path.resolve(import.meta.dirname, '../..');
const NAME = 'playground-test';
const RUN = path.join(ROOT, '.cache/run', NAME);
const REPORT = path.join(ROOT, '.cache/run/logs/playground');
const PORT = 9400;
const CONNECT = `claude mcp add --transport http 127-0-0-1 http://127.0.0.1:${PORT}/wp-json/countersign/v1/mcp`;
const isRoot = process.getuid() === 0;

/** How a program enters the namespace of the site. Empty where the machine permits no namespaces. */
let inside = [];
let site;
let printed = '';
let ended;

before(async () => {
	const unshare = ['unshare', '--net', ...(isRoot ? [] : ['--map-root-user'])];
	const mayUnshare = spawnSync(unshare[0], [...unshare.slice(1), 'ip', 'link', 'set', 'lo', 'up']).status === 0;
	const script = `${mayUnshare ? 'ip link set lo up && ' : ''}exec packaging/playground/playground.sh --port ${PORT}`;
	const [program, ...rest] = [...(mayUnshare ? unshare : []), 'sh', '-c', script];
	site = spawn(program, rest, {
		cwd: ROOT,
		env: { ...process.env, PLAYGROUND: NAME, WASM_EXT: process.env.WASM_EXT ?? path.join(ROOT, 'target/wasm-ext') },
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	ended = new Promise((resolve) => site.once('exit', resolve));
	for (const stream of [site.stdout, site.stderr]) stream.setEncoding('utf8').on('data', (text) => (printed += text));
	if (mayUnshare) inside = ['nsenter', '--target', String(site.pid), '--net', ...(isRoot ? [] : ['--user', '--preserve-credentials'])];
	const ready = new Promise((resolve) => site.stdout.on('data', () => printed.includes('Ctrl-C') && resolve('ready')));
	assert.equal(await Promise.race([ready, ended]), 'ready', printed);
}, { timeout: 300_000 });

after(async () => {
	site.kill('SIGTERM');
	await ended;
});

/** Runs a program beside the site and returns what it printed. */
function beside(program, argv, env = {}) {
	const [first, ...rest] = [...inside, program, ...argv];
	return spawnSync(first, rest, { cwd: ROOT, encoding: 'utf8', env: { ...process.env, ...env }, timeout: 300_000, maxBuffer: 64 << 20 });
}

test('it listens on loopback only, and has no network', (t) => {
	const listening = ['tcp', 'tcp6'].flatMap((table) => readFileSync(`/proc/${site.pid}/net/${table}`, 'utf8').split('\n').slice(1))
		.map((line) => line.trim().split(/\s+/))
		.filter(([, , , state]) => state === '0A')
		.map(([, local]) => local.split(':'))
		// Without a namespace, these are the servers of the whole machine.
		.filter(([, port]) => inside.length || Number.parseInt(port, 16) === PORT);
	assert.ok(listening.some(([, port]) => Number.parseInt(port, 16) === PORT), 'the tables have the server');
	for (const [address] of listening) assert.equal(address, '0100007F');
	if (!inside.length) return t.diagnostic('this machine permits no network namespace: the site could reach the network');
	const interfaces = readFileSync(`/proc/${site.pid}/net/dev`, 'utf8').split('\n').slice(2).map((line) => line.split(':')[0].trim()).filter(Boolean);
	assert.deepEqual(interfaces, ['lo']);
});

test('it prints the address, the login and how an agent connects', () => {
	for (const text of [`http://127.0.0.1:${PORT}/wp-admin/`, 'password  admin', CONNECT]) assert.ok(printed.includes(text), printed);
});

test('the conversation of `make demo` runs by the same script, with the official MCP client', () => {
	const { status, stdout, stderr } = beside(path.join(ROOT, '.cache/node22'), ['tests/demo/demo.mjs'], { SITE: NAME, NO_COLOR: '1' });
	assert.equal(status, 0, stdout + stderr + serverLog());
	assert.match(stdout, /The log is complete and unchanged[\s\S]*All \d+ steps succeeded/);
});

test('the site says what it is, and the command line verifies its log', () => {
	const { status, stdout, stderr } = beside(path.join(ROOT, '.cache/node22'), ['tests/wasm/lib/playground-visit.mjs', NAME]);
	assert.equal(status, 0, stdout + stderr + serverLog());
	const { plugins, connections, connect, audit, served } = JSON.parse(stdout);
	assert.match(plugins, /Countersign Connections \| Deactivate/);
	assert.match(connections, /This site is for trying Countersign, not for production[\s\S]*The protection against a restored database \(the witness\) is off/);
	assert.ok(connect.includes(CONNECT), 'the page of the plugin gives the same command');
	assert.deepEqual(served.filter((code) => code === 200), [], 'the database and the log are not served');

	mkdirSync(REPORT, { recursive: true });
	const file = path.join(REPORT, 'audit.ndjson');
	writeFileSync(file, audit.file);
	const program = buildCommandLine();
	const verdict = spawnSync(program, ['audit', 'verify', file, '--key', audit.key], { encoding: 'utf8' });
	assert.equal(verdict.status, 0, verdict.stdout + verdict.stderr);
	// It was the file that counted: a changed one is refused.
	writeFileSync(file, audit.file.replace('publish_post', 'publish_page'));
	assert.notEqual(spawnSync(program, ['audit', 'verify', file, '--key', audit.key]).status, 0);
	assert.equal(fatalErrors(), '');
});

test('it ends with its children and leaves nothing behind', async () => {
	const children = readFileSync(`/proc/${site.pid}/task/${site.pid}/children`, 'utf8').trim().split(' ');
	assert.equal(children.length, 1, 'the server is the only child');
	site.kill('SIGINT');
	assert.equal(await ended, 0, printed);
	assert.equal(existsSync(RUN), false);
	assert.equal(existsSync(`/proc/${children[0]}`), false);
});

function serverLog() {
	return `\n-- ${RUN}/server.log:\n${readFileSync(path.join(RUN, 'server.log'), 'utf8').slice(-4000)}`;
}

function fatalErrors() {
	const file = path.join(RUN, 'site/debug.log');
	const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
	return lines.filter((line) => /Fatal|countersign/i.test(line)).join('\n');
}
