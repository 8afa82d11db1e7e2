// The official clients find this server's metadata beside another plugin that answers well-known addresses, and where no
// well-known address reaches WordPress.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Client as FirstClient } from '@modelcontextprotocol/sdk/client/index.js';
import { UnauthorizedError as FirstUnauthorized } from '@modelcontextprotocol/sdk/client/auth.js';
import { StreamableHTTPClientTransport as FirstTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { Client, StreamableHTTPClientTransport, UnauthorizedError } from '@modelcontextprotocol/client';
import { openSite, root } from '../lib/site.mjs';
import { checkTools } from './checks.mjs';
import { Provider } from './provider.mjs';

const site = openSite();
const neighbours = join(site.run, 'www/wp-content/mu-plugins/countersign-test-neighbours.php');

const beside = (names) => site.php("update_option( 'fixture_neighbours', $args['names'] ); return true;", { names });

before(() => copyFileSync(`${root}/tests/plugin/fixtures/countersign-test-neighbours.php`, neighbours));

after(async () => {
	await site.php("delete_option( 'fixture_neighbours' ); return true;");
	rmSync(neighbours);
	site.close();
});

/** Discovers, registers, asks for consent, and lists the tools. */
const clients = {
	'TypeScript SDK 1': () => connect(() => new FirstClient({ name: 'one', version: '1.0.0' }), FirstTransport, FirstUnauthorized, (callback) => callback.get('code')),
	'TypeScript client 2': () => connect(() => new Client({ name: 'two', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } }), StreamableHTTPClientTransport, UnauthorizedError, (callback) => callback),
	Python: () => {
		const done = spawnSync(`${root}/.cache/venv/bin/python`, ['-B', `${root}/tests/e2e/clients/python_client.py`, 'PythonClient.test_1_connects_with_the_newest_revision'], { encoding: 'utf8', timeout: 120_000 });
		assert.equal(done.status, 0, done.stderr);
	},
	'mcp-remote': () => {
		// Not the context of this test runner, which would make the child report to it.
		const { NODE_TEST_CONTEXT, ...env } = process.env;
		const done = spawnSync(process.execPath, ['--test', '--test-name-pattern=lists its tools', `${root}/tests/e2e/clients/mcp-remote.test.mjs`], { encoding: 'utf8', timeout: 180_000, env });
		assert.equal(done.status, 0, done.stdout + done.stderr);
	},
};

async function connect(make, Transport, Unauthorized, answer) {
	const provider = new Provider(site.url, 'Beside others', { preset: 'standard', user: 'editor' });
	const transport = new Transport(new URL(site.endpoint), { authProvider: provider });
	const first = make();
	await assert.rejects(first.connect(transport), Unauthorized);
	await transport.finishAuth(answer(provider.callback));
	await first.close();
	const client = make();
	await client.connect(new Transport(new URL(site.endpoint), { authProvider: provider }));
	checkTools((await client.listTools()).tools);
	await client.close();
}

for (const [situation, names] of Object.entries({
	'another plugin answers the well-known addresses without a path': ['bare_documents'],
	'another plugin answers every well-known address of OAuth': ['all_documents'],
	'no well-known address reaches WordPress': ['no_documents'],
	'the MCP adapter is on the site, which shows nothing to visitors': ['mcp_adapter', 'forced_login'],
}))
	for (const [name, run] of Object.entries(clients))
		test(`${situation}: ${name} connects`, async () => {
			await beside(names);
			await run();
		});
