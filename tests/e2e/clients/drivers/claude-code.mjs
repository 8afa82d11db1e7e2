// Claude Code, without an account: it connects to a server, and lists its tools when it checks it. Its model would call
// them.
import { join } from 'node:path';
import { drive, endpoint, home, program, store } from './base.mjs';

const cli = join(home, 'node_modules/@anthropic-ai/claude-code-linux-x64/claude');
const env = { CLAUDE_CONFIG_DIR: join(store, 'config'), CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1', DISABLE_TELEMETRY: '1', DISABLE_AUTOUPDATER: '1' };
// In a terminal of its own: otherwise it opens no browser.
const run = (...args) => program(undefined, ['-qec', [cli, ...args].map((word) => `'${word}'`).join(' '), '/dev/null'], { env, command: 'script' });

await drive({
	async connect() {
		await run('mcp', 'add', '--transport', 'http', 'site', endpoint);
		const { out, err, code } = await run('mcp', 'login', 'site');
		if (code !== 0) return { failed: true, text: out + err };
		const listed = await run('mcp', 'get', 'site');
		return { failed: !/connected/i.test(listed.out), text: listed.out + listed.err };
	},
});
