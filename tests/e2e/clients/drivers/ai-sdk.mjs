// @ai-sdk/mcp: the tools that generateText of the AI SDK gets. The text is what the model reads.
import { createMCPClient } from '@ai-sdk/mcp';
import { auth } from '@ai-sdk/mcp';
import { drive, endpoint, StoredProvider } from './base.mjs';

const provider = new StoredProvider('AI SDK agent');
let client;
let tools;

async function connect() {
	client = await createMCPClient({ transport: { type: 'http', url: endpoint, authProvider: provider } });
	tools = await client.tools();
}

await drive({
	async connect() {
		try {
			await connect();
		} catch (error) {
			if (!provider.callback) throw error;
			const { callback } = provider;
			provider.callback = undefined;
			await auth(provider, { serverUrl: endpoint, authorizationCode: callback.get('code'), callbackState: callback.get('state') ?? undefined, callbackIssuer: callback.get('iss') ?? undefined });
			await connect();
		}
	},
	list: async () => Object.keys(tools),
	async call(tool, args) {
		const output = await tools[tool].execute(args, { toolCallId: '1', messages: [] });
		const shown = await tools[tool].toModelOutput({ toolCallId: '1', input: args, output });
		const text = shown.type === 'content' ? shown.value.map((part) => part.text ?? JSON.stringify(part)).join('\n') : typeof shown.value === 'string' ? shown.value : JSON.stringify(shown.value);
		return { failed: output?.isError === true, text, data: output?.structuredContent };
	},
});
