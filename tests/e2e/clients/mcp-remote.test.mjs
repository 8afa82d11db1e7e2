// mcp-remote is the stdio bridge that desktop applications run. The official SDK drives it as such an application
// does. It opens a browser and waits for the redirect; here consent.mjs takes the place of the browser.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, before, test } from 'node:test';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { consent } from '../lib/consent.mjs';
import { fetchRaw } from '../lib/http.mjs';
import { remember } from '../lib/secrets.mjs';
import { openSite } from '../lib/site.mjs';
import { checkDraft, checkRefusals, checkSiteInfo, checkTools, draftTitle } from './checks.mjs';

const bridge = fileURLToPath(new URL('../node_modules/mcp-remote/dist/proxy.js', import.meta.url));
const site = openSite();
const home = mkdtempSync(join(site.run, 'tmp', 'mcp-remote-'));
// A PATH without programs, so that the bridge cannot start a browser.
const nothing = join(home, 'bin');
mkdirSync(nothing);
let client;
let asked = 0;

async function freePort() {
	const server = createServer().listen(0, '127.0.0.1');
	await new Promise((resolve) => server.once('listening', resolve));
	const { port } = server.address();
	await new Promise((resolve) => server.close(resolve));
	return port;
}

let port;

async function start() {
	port ??= await freePort();
	const transport = new StdioClientTransport({
		command: process.execPath,
		args: [bridge, site.endpoint, String(port), '--host', '127.0.0.1', '--transport', 'http-only', '--auth-timeout', '60'],
		env: { HOME: home, MCP_REMOTE_CONFIG_DIR: join(home, 'auth'), PATH: nothing },
		stderr: 'pipe',
	});
	let said = '';
	const failure = new Promise((_, reject) => {
		transport.stderr.setEncoding('utf8').on('data', (text) => {
			said += text;
			remember(text);
			const url = /Please authorize this client by visiting:\s*(\S+)/.exec(said)?.[1];
			if (!url) return;
			said = '';
			asked++;
			visit(url).catch(reject);
		});
	});
	client = new Client({ name: 'desktop-application', version: '1.0.0' });
	await Promise.race([client.connect(transport, { timeout: 60_000 }), failure]).catch((error) => {
		throw new Error(`${error.message}\n${said}`);
	});
}

// Allows the connection and follows the redirect to the bridge.
async function visit(url) {
	const back = await consent(site.url, url, { preset: 'standard', user: 'editor' });
	const answer = await fetchRaw(back.href);
	assert.equal(answer.status, 200, `the bridge took the code: ${answer.text.slice(0, 200)}`);
}

function savedTokens() {
	const folder = join(home, 'auth');
	const file = readdirSync(folder, { recursive: true }).find((name) => name.endsWith('_tokens.json'));
	return join(folder, file);
}

before(start);

after(async () => {
	await client?.close();
	if (existsSync(home)) rmSync(home, { recursive: true });
	site.close();
});

test('consent was requested once', () => assert.equal(asked, 1));

test('it lists its tools', async () => checkTools((await client.listTools()).tools));

test('it reads the site information', async () => checkSiteInfo(await client.callTool({ name: 'get_site_info', arguments: {} }), site));

test('it creates a draft', async () => {
	const title = draftTitle('mcp-remote');
	await checkDraft(await client.callTool({ name: 'create_draft', arguments: { title } }), site, title, 'editor');
});

test('its user reads why it is refused while it is paused, stopped and limited', () => checkRefusals(site, () => client.callTool({ name: 'whoami', arguments: {} })));

test('after a restart it uses its saved tokens and refreshes one that is refused', async () => {
	await client.close();
	const file = savedTokens();
	const tokens = JSON.parse(readFileSync(file, 'utf8'));
	remember(JSON.stringify(tokens));
	const spoiled = { ...tokens, access_token: tokens.access_token.replace(/.{10}$/, 'AAAAAAAAAA') };
	writeFileSync(file, JSON.stringify(spoiled));
	await start();
	checkSiteInfo(await client.callTool({ name: 'get_site_info', arguments: {} }), site);
	const now = JSON.parse(readFileSync(savedTokens(), 'utf8'));
	assert.notEqual(now.refresh_token, tokens.refresh_token, 'the refresh token was rotated');
	assert.equal(asked, 1, 'consent was not requested again');
});
