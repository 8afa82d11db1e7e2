// The command line of the MCP Inspector. Every call is a process; what it prints is what its user reads.
import { join } from 'node:path';
import { drive, endpoint, home, program } from './base.mjs';

const cli = join(home, 'node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js');
const env = { MCP_AUTO_OPEN_ENABLED: 'true', MCP_INSPECTOR_SECRET_STORE: 'file' };

async function run(...args) {
	// It opens the browser itself.
	const { out, err, code } = await program(cli, ['--cli', endpoint, '--transport', 'http', '--format', 'json', ...args], { env });
	return { failed: code !== 0, text: `${out}${err}`.trim(), out };
}

await drive({
	connect: async () => {
		const { failed, text } = await run('--method', 'tools/list');
		return failed ? { failed, text } : {};
	},
	async list() {
		const { failed, text, out } = await run('--method', 'tools/list', '--stored-auth-only');
		if (failed) throw new Error(text);
		return JSON.parse(out).result.tools.map(({ name }) => name);
	},
	async call(tool, args) {
		const given = Object.entries(args).flatMap(([name, value]) => ['--tool-arg', `${name}=${typeof value === 'object' ? JSON.stringify(value) : value}`]);
		const { failed, text, out } = await run('--method', 'tools/call', '--tool-name', tool, ...given);
		const isError = /"isError":\s*true/.test(out);
		return { failed: failed || isError, text };
	},
});
