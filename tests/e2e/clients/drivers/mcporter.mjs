// mcporter, a command line program that agents run. Every call is a process; what it prints is what the agent reads.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { drive, endpoint, home, program, store } from './base.mjs';

const cli = join(home, 'node_modules/mcporter/dist/cli.js');
const config = join(store, 'mcporter.json');
writeFileSync(config, JSON.stringify({ mcpServers: { site: { url: endpoint, auth: 'oauth', oauthRedirectUrl: 'http://127.0.0.1:7795/callback' } }, imports: [] }));
const run = (...args) => program(cli, ['--config', config, ...args], { env: { MCPORTER_DISABLE_AUTORUN: '' } });
const shown = ({ out, err, code }) => ({ failed: code !== 0, text: `${out}${err}`.trim() });

await drive({
	connect: async () => {
		const answer = shown(await run('auth', 'site'));
		return answer.failed ? answer : {};
	},
	async list() {
		const { out, err } = await run('list', 'site', '--json');
		const { tools } = JSON.parse(out);
		if (!tools) throw new Error(`${out}${err}`);
		return tools.map(({ name }) => name);
	},
	call: async (tool, args) => shown(await run('call', `site.${tool}`, '--args', JSON.stringify(args))),
});
