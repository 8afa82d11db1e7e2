// @modelcontextprotocol/sdk, the first generation of the official TypeScript SDK, at any version.
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { drive, endpoint, seen, StoredProvider } from './base.mjs';

const provider = new StoredProvider('TypeScript SDK');
let client;
let transport;

async function connect() {
	transport = new StreamableHTTPClientTransport(new URL(endpoint), { authProvider: provider });
	client = new Client({ name: 'ts-sdk', version: '1.0.0' });
	await client.connect(transport);
}

await drive({
	async connect() {
		try {
			await connect();
		} catch (error) {
			if (!(error instanceof UnauthorizedError)) throw error;
			await transport.finishAuth(provider.callback.get('code'));
			await connect();
		}
	},
	list: async () => (await client.listTools()).tools.map(({ name }) => name),
	call: async (tool, args) => seen(await client.callTool({ name: tool, arguments: args })),
});
