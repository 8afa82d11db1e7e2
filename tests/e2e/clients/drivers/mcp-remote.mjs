// mcp-remote, the bridge that desktop applications run. The official SDK takes the place of the application.
import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { fetchRaw } from '../../lib/http.mjs';
import { drive, endpoint, home, NobodyAllows, seen, store, visit } from './base.mjs';

const sdk = async (path) => import(pathToFileURL(createRequire(import.meta.url).resolve(`../../node_modules/@modelcontextprotocol/sdk/dist/esm/client/${path}`)).href);
const { Client } = await sdk('index.js');
const { StdioClientTransport } = await sdk('stdio.js');
// A PATH without programs, so that the bridge cannot start a browser.
const nothing = join(store, 'nothing');
mkdirSync(nothing, { recursive: true });
const PORT = 7798;
let client;
let nobody = new Promise(() => {});

async function connect() {
	const transport = new StdioClientTransport({
		command: process.execPath,
		args: [join(home, 'node_modules/mcp-remote/dist/proxy.js'), endpoint, String(PORT), '--host', '127.0.0.1', '--transport', 'http-only'],
		env: { HOME: store, MCP_REMOTE_CONFIG_DIR: join(store, 'auth'), PATH: nothing },
		stderr: 'pipe',
	});
	let said = '';
	nobody = new Promise((_, reject) => {
		transport.stderr.setEncoding('utf8').on('data', (text) => {
			process.stderr.write(text);
			said += text;
			const url = /Please authorize this client by visiting:\s*(\S+)\s/.exec(said)?.[1];
			if (!url) return;
			said = '';
			visit(url).then((back) => fetchRaw(back.href)).catch(reject);
		});
	});
	nobody.catch(() => {});
	client = new Client({ name: 'desktop-application', version: '1.0.0' });
	try {
		await Promise.race([client.connect(transport, { timeout: 30_000 }), nobody]);
	} catch (error) {
		await client.close();
		// An application shows what the bridge wrote before it ended.
		throw error instanceof NobodyAllows ? error : new Error(`${error.message}\n${said.slice(-2000)}`);
	}
}

await drive({
	connect,
	list: async () => (await Promise.race([client.listTools(undefined, { timeout: 30_000 }), nobody])).tools.map(({ name }) => name),
	call: async (tool, args) => seen(await Promise.race([client.callTool({ name: tool, arguments: args }, undefined, { timeout: 30_000 }), nobody])),
});
