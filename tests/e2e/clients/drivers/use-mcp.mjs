// use-mcp: a page of another origin, in Chromium, with the React hook of this package. Its popup shows the real
// consent page, in which the buttons are pressed.
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';
import { administrator } from '../../lib/consent.mjs';
import { drive, endpoint, home, NobodyAllows, seen, site, store } from './base.mjs';
import { existsSync } from 'node:fs';

const ORIGIN = 'http://127.0.0.1:7797';
const PAGE = `
	import { createElement as h } from 'react';
	import { createRoot } from 'react-dom/client';
	import { onMcpAuthorization } from 'use-mcp';
	import { useMcp } from 'use-mcp/react';
	function App() {
		const mcp = useMcp({ url: ${JSON.stringify(endpoint)}, clientName: 'use-mcp page', callbackUrl: ${JSON.stringify(`${ORIGIN}/oauth/callback`)}, autoReconnect: false, transportType: 'http' });
		window.mcp = mcp;
		// What the examples of the package show.
		return h('div', null, h('p', { id: 'state' }, mcp.state), h('p', { id: 'error' }, mcp.error ?? ''), mcp.authUrl && h('a', { id: 'login', href: mcp.authUrl, target: '_blank' }, 'Log in'));
	}
	if (location.pathname === '/oauth/callback') onMcpAuthorization();
	else createRoot(document.getElementById('root')).render(h(App));`;

const bundle = await build({ stdin: { contents: PAGE, resolveDir: home }, bundle: true, write: false, format: 'iife', minify: true, define: { 'process.env.NODE_ENV': '"production"' } });
const server = createServer((request, response) => {
	const isScript = request.url === '/page.js';
	response.writeHead(200, { 'Content-Type': isScript ? 'text/javascript' : 'text/html; charset=utf-8' });
	response.end(isScript ? bundle.outputFiles[0].text : '<!doctype html><div id="root"></div><script src="/page.js"></script>');
}).listen(7797, '127.0.0.1');

const { chromium } = createRequire(import.meta.url)('../../node_modules/playwright-core');
const context = await chromium.launchPersistentContext(join(store, 'chromium'), {
	executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
	// Chromium's sandbox does not work for root. This browser opens only the test site.
	args: process.getuid() === 0 ? ['--no-sandbox'] : [],
});
process.stdin.on('end', async () => {
	await context.close();
	server.close();
});
await context.addCookies((await administrator(site.url)).cookies());
const page = context.pages()[0] ?? (await context.newPage());
page.on('console', (message) => process.stderr.write(`${message.text()}\n`));
let popups = 0;

async function allow(popup) {
	popups++;
	if (existsSync(join(store, 'nobody'))) return popup.close();
	await popup.locator('input[name=preset][value=standard]').check();
	await popup.locator('select[name=user]').selectOption({ label: await popup.locator('select[name=user] option', { hasText: 'editor' }).first().textContent() });
	await popup.getByRole('button', { name: /^allow/i }).click();
}
context.on('page', (popup) => allow(popup).catch((error) => process.stderr.write(`${error.message}\n`)));

/** Waits until the hook has connected or shows an error. */
async function ready() {
	const before = popups;
	for (let i = 0; i < 150; i++) {
		const [state, error] = await page.evaluate(() => [window.mcp?.state, window.mcp?.error]);
		if (state === 'ready') return;
		if (existsSync(join(store, 'nobody')) && (popups > before || state === 'pending_auth')) throw new NobodyAllows();
		if (state === 'failed') throw new Error(error ?? 'failed');
		await page.waitForTimeout(200);
	}
	throw new Error(`after 30 seconds: ${await page.locator('#state').textContent()} ${await page.locator('#error').textContent()}`);
}

await drive({
	async connect() {
		await page.goto(ORIGIN);
		await ready();
	},
	list: () => page.evaluate(() => window.mcp.tools.map(({ name }) => name)),
	async call(tool, args) {
		const before = popups;
		const answer = await page.evaluate(([name, given]) => Promise.race([
			window.mcp.callTool(name, given).catch((error) => ({ message: error.message })),
			new Promise((resolve) => setTimeout(() => resolve({ message: 'nothing in 25 seconds' }), 25_000)),
		]), [tool, args]);
		if (popups > before && existsSync(join(store, 'nobody'))) throw new NobodyAllows();
		if (answer.message) throw new Error(answer.message);
		return seen(answer);
	},
	opened: () => popups,
});
