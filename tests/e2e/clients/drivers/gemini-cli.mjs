// Gemini CLI: the parts of its core that connect to a server, ask for consent and call. Its model would call.
import { connectToMcpServer, coreEvents, CoreEvent, MCPOAuthProvider } from '@google/gemini-cli-core';
import { browserFolder, drive, endpoint, seen, store } from './base.mjs';

Object.assign(process.env, { HOME: store, GEMINI_CLI_HOME: store, PATH: `${browserFolder()}:${process.env.PATH}` });
// In its own interface, a person presses a key here.
coreEvents.on(CoreEvent.ConsentRequest, ({ onConfirm }) => onConfirm(true));
process.stdin.isTTY = process.stdout.isTTY = true;
const server = { httpUrl: endpoint, oauth: { enabled: true } };
const workspace = { getDirectories: () => [], onDirectoriesChanged: () => () => {} };
const context = { emitMcpDiagnostic: (level, message) => process.stderr.write(`${level}: ${message}\n`), sanitizationConfig: {}, isTrustedFolder: () => true };
let client;

await drive({
	async connect() {
		client = await connectToMcpServer('0.61.0', 'site', server, false, workspace, context).catch(async () => {
			await new MCPOAuthProvider().authenticate('site', server.oauth, endpoint);
			return connectToMcpServer('0.61.0', 'site', server, false, workspace, context);
		});
	},
	list: async () => (await client.listTools()).tools.map(({ name }) => name),
	call: async (tool, args) => seen(await client.callTool({ name: tool, arguments: args })),
});
