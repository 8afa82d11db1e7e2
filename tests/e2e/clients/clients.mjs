// The clients of the matrix: how each is installed, and which driver plays it.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from '../lib/site.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const e2e = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');

// `installed`: the folder of an installation that the other tests make.
export const CLIENTS = [
	{ id: 'ts-sdk-1.17', name: 'TypeScript SDK', package: '@modelcontextprotocol/sdk', driver: 'ts-sdk.mjs' },
	{ id: 'ts-sdk', name: 'TypeScript SDK', package: '@modelcontextprotocol/sdk', driver: 'ts-sdk.mjs', installed: e2e },
	{ id: 'ts-client', name: 'TypeScript client', package: '@modelcontextprotocol/client', driver: 'ts-client.mjs', installed: e2e },
	{ id: 'python-1', name: 'Python SDK', package: 'mcp', driver: 'python_mcp.py' },
	{ id: 'python-2', name: 'Python SDK', package: 'mcp', driver: 'python_mcp.py', installed: join(root, '.cache/venv') },
	{ id: 'fastmcp', name: 'fastmcp', package: 'fastmcp', driver: 'fastmcp_client.py' },
	{ id: 'pydantic-ai', name: 'pydantic-ai', package: 'pydantic-ai-slim', driver: 'pydantic_ai_client.py' },
	{ id: 'openai-agents', name: 'openai-agents', package: 'openai-agents', driver: 'openai_agents.py' },
	{ id: 'langchain', name: 'langchain-mcp-adapters', package: 'langchain-mcp-adapters', driver: 'langchain_adapters.py' },
	{ id: 'mcp-use', name: 'mcp-use', package: 'mcp-use', driver: 'mcp_use_client.py' },
	{ id: 'ai-sdk', name: '@ai-sdk/mcp', package: '@ai-sdk/mcp', driver: 'ai-sdk.mjs' },
	{ id: 'mcp-remote-0.1', name: 'mcp-remote', package: 'mcp-remote', driver: 'mcp-remote.mjs' },
	{ id: 'mcp-remote', name: 'mcp-remote', package: 'mcp-remote', driver: 'mcp-remote.mjs', installed: e2e },
	{ id: 'mcporter', name: 'mcporter', package: 'mcporter', driver: 'mcporter.mjs' },
	{ id: 'inspector', name: 'MCP Inspector', package: '@modelcontextprotocol/inspector', driver: 'inspector.mjs' },
	{ id: 'use-mcp', name: 'use-mcp', package: 'use-mcp', driver: 'use-mcp.mjs', exclusive: true },
];

/** Programs of other makers that check a server. */
export const CHECKERS = {
	authlab: { id: 'authlab', name: 'mcp-authlab', package: 'mcp-authlab' },
	mcpcheck: { id: 'mcpcheck', name: 'mcpcheck', package: 'jbt-mcpcheck' },
	fuzzer: { id: 'fuzzer', name: 'mcp-fuzzer', package: 'mcp-fuzzer' },
};

const isPython = (client) => !client.driver || client.driver.endsWith('.py');

/** Installs a client at its locked version if it is not installed yet. Returns its folder. */
export function install(client) {
	const { id, installed } = client;
	if (installed) return installed;
	const home = join(root, '.cache/clients', id);
	// Exactly this version, with the newest dependencies that it accepts.
	if (client.version) {
		if (!existsSync(join(home, 'node_modules', client.package))) {
			mkdirSync(home, { recursive: true });
			writeFileSync(join(home, 'package.json'), '{"private":true}');
			run('npm', ['install', '--prefix', home, '--no-audit', '--no-fund', '--ignore-scripts', '--silent', `${client.package}@${client.version}`]);
		}
		return home;
	}
	const lock = isPython(client) ? join(here, 'pip', `${id}.txt`) : join(here, 'npm', id, 'package-lock.json');
	const stamp = join(home, `.installed-${createHash('sha256').update(readFileSync(lock)).digest('hex').slice(0, 16)}`);
	if (existsSync(stamp)) return home;
	rmSync(home, { recursive: true, force: true });
	mkdirSync(home, { recursive: true });
	console.error(`  install ${client.name}`);
	if (isPython(client)) {
		run('python3', ['-m', 'venv', home]);
		run(join(home, 'bin/pip'), ['install', '--quiet', '--disable-pip-version-check', '--no-deps', '-r', lock]);
	} else {
		cpSync(join(here, 'npm', id), home, { recursive: true });
		run('npm', ['ci', '--prefix', home, '--no-audit', '--no-fund', '--ignore-scripts', '--silent']);
	}
	writeFileSync(stamp, '');
	return home;
}

function run(program, args) {
	const done = spawnSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'], timeout: 600_000 });
	if (done.status !== 0) throw new Error(`${program} ${args.join(' ')} failed (exit ${done.status})`);
}

/** Returns the program and the arguments that start the driver of a client, and the version of the client. */
export function driver(client, home) {
	const file = join(here, 'drivers', client.driver);
	if (isPython(client)) {
		const ask = spawnSync(join(home, 'bin/python'), ['-c', `import importlib.metadata as m; print(m.version("${client.package}"))`], { encoding: 'utf8' });
		return { command: join(home, 'bin/python'), args: ['-B', file], version: ask.stdout.trim() };
	}
	const { version } = JSON.parse(readFileSync(join(home, 'node_modules', client.package, 'package.json'), 'utf8'));
	return { command: process.execPath, args: ['--import', join(here, 'drivers/resolve.mjs'), file], version };
}
