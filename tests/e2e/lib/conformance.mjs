// Runs the official conformance suite against a site, once for each supported revision. A proxy adds a token
// from the real OAuth flow. Prints a table, and fails if the result differs from the baseline.
//
//   SITE=name node conformance.mjs OUTPUT_DIR RESULTS_FILE
import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { consent } from './consent.mjs';
import { fetchRaw } from './http.mjs';
import { connect, discover, register } from './oauth.mjs';
import { bearerProxy } from './proxy.mjs';
import { openSite } from './site.mjs';

const [, , output, resultsFile] = process.argv;
const suite = fileURLToPath(new URL('../node_modules/@modelcontextprotocol/conformance/dist/index.js', import.meta.url));
const baseline = fileURLToPath(new URL('../conformance-baseline.yml', import.meta.url));

// The newest revision must pass in full. The older ones have exceptions for scenarios that need a session.
const RUNS = [
	{ revision: '2026-07-28', options: ['--requirements', '2026-07-28'] },
	{ revision: '2025-11-25', options: ['--requirements', '2025-11-25', '--expected-failures', baseline] },
	{ revision: '2025-06-18', options: ['--suite', 'all', '--spec-version', '2025-06-18', '--expected-failures', baseline] },
	{ revision: '2025-03-26', options: ['--suite', 'all', '--spec-version', '2025-03-26', '--expected-failures', baseline] },
];

const site = openSite();
const { accessToken } = await connect(site, { preset: 'standard', user: 'editor' }, { clientName: 'Conformance suite' });
const proxy = await bearerProxy(site.url, accessToken);
const endpoint = site.endpoint.replace(site.url, proxy.url);

const rows = [];
for (const { revision, options } of RUNS) {
	const folder = join(output, revision);
	rmSync(folder, { recursive: true, force: true });
	mkdirSync(folder, { recursive: true });
	const exit = await run(['server', '--url', endpoint, ...options, '-o', folder], join(folder, 'log'));
	rows.push({ revision, exit, ...tally(folder, options.includes(baseline)) });
}
await proxy.close();
rows.push(await authorizationServer());
site.close();

console.log('  what                  passed  failed  excused  checks  suite says');
for (const row of rows) {
	const cells = [row.passed, row.failed.length, row.excused.length, row.checks].map((n, i) => String(n).padStart([8, 8, 9, 8][i]));
	console.log(`  ${row.revision.padEnd(19)}${cells.join('')}  ${row.exit === 0 ? 'pass' : `fail (exit ${row.exit})`}`);
}
for (const { revision, failed } of rows) for (const { scenario, check, message } of failed) console.log(`  ${revision} ${scenario}: ${check}: ${message}`);

const passed = rows.reduce((sum, row) => sum + row.passed, 0);
const failed = rows.reduce((sum, row) => sum + Math.max(row.failedScenarios, row.exit === 0 ? 0 : 1), 0);
writeFileSync(resultsFile, `${passed} ${failed}\n`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);

function run(args, log, watch) {
	const file = createWriteStream(log);
	const child = spawn(process.execPath, [suite, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
	if (watch) child.stdout.setEncoding('utf8').on('data', watch);
	child.stdout.pipe(file, { end: false });
	child.stderr.pipe(file, { end: false });
	return new Promise((resolve) => child.on('close', (code) => file.end(() => resolve(code))));
}

// The two scenarios for authorization servers. One of them prints an address and waits for a browser.
async function authorizationServer() {
	const folder = join(output, 'authorization');
	rmSync(folder, { recursive: true, force: true });
	mkdirSync(folder, { recursive: true });
	const port = await freePort();
	const { server, resource } = await discover(site.endpoint);
	const client = await register(server, { client_name: 'Conformance suite, authorization', redirect_uris: [`http://127.0.0.1:${port}/callback`] });
	const args = ['authorization', '--url', server.issuer, '--client-id', client.json.client_id, '--port', String(port), '--resource', resource.resource, '-o', folder];
	let shown = '';
	const exit = await run(args, join(folder, 'log'), (text) => {
		shown += text;
		const url = new RegExp(`${server.authorization_endpoint}\\?\\S+`).exec(shown)?.[0];
		if (!url || !shown.slice(shown.indexOf(url) + url.length)) return;
		shown = '';
		consent(site.url, url, { preset: 'read_only', user: 'editor' }).then((back) => fetchRaw(back.href));
	});
	return { revision: 'authorization', exit, ...tally(folder, false) };
}

async function freePort() {
	const server = createServer().listen(0, '127.0.0.1');
	await new Promise((resolve) => server.once('listening', resolve));
	const { port } = server.address();
	await new Promise((resolve) => server.close(resolve));
	return port;
}

// Counts the checks that the suite recorded for each scenario. Extensions that the server does not support
// (tasks, skills) and scenarios that are never scored do not count as failed.
function tally(folder, hasBaseline) {
	const excused = !hasBaseline ? [] : readFileSync(baseline, 'utf8').match(/^ {2}- \S+$/gm).map((line) => line.slice(4));
	const row = { passed: 0, failed: [], failedScenarios: 0, excused: [], checks: 0 };
	for (const name of readdirSync(folder)) {
		let checks;
		try {
			checks = JSON.parse(readFileSync(join(folder, name, 'checks.json'), 'utf8'));
		} catch {
			continue;
		}
		const scenario = name.replace(/^(server|authorization|client)-(?=.*-\d{4}-)/, '').replace(/-\d{4}-\d\d-\d\dT.*$/, '');
		if (/^(tasks-|sep-2640-)/.test(scenario)) continue;
		row.checks += checks.filter((check) => check.status === 'SUCCESS').length;
		const bad = checks.filter((check) => check.status === 'FAILURE');
		const unexcused = bad.filter((check) => !excused.includes(scenario) && !excused.includes(`${scenario}:${check.id}`));
		if (bad.length === 0) row.passed++;
		else if (unexcused.length === 0) row.excused.push(scenario);
		else {
			row.failedScenarios++;
			row.failed.push(...unexcused.map((check) => ({ scenario, check: check.id, message: check.errorMessage })));
		}
	}
	return row;
}
