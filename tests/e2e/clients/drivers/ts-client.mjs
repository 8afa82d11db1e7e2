// @modelcontextprotocol/client, the second generation of the official TypeScript client.
import { Client, StreamableHTTPClientTransport, UnauthorizedError } from '@modelcontextprotocol/client';
import { drive, endpoint, seen, StoredProvider } from './base.mjs';

const provider = new StoredProvider('TypeScript client 2');
let client;
let transport;

async function connect() {
	transport = new StreamableHTTPClientTransport(new URL(endpoint), { authProvider: provider });
	client = new Client({ name: 'ts-client', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } });
	await client.connect(transport);
}

await drive({
	async connect() {
		try {
			await connect();
		} catch (error) {
			if (!(error instanceof UnauthorizedError)) throw error;
			await transport.finishAuth(provider.callback);
			await connect();
		}
	},
	list: async () => (await client.listTools()).tools.map(({ name }) => name),
	call: async (tool, args) => seen(await client.callTool({ name: tool, arguments: args })),
});
