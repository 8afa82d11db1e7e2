// mcp-fuzzer: sends malformed input, made from the schemas of the tools and of the protocol with a fixed seed. It reports
// every input that the server accepted. Each must be valid, or argued here.
//
//   SITE=name node fuzzer.mjs
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { listTools } from '../lib/mcp.mjs';
import { connect } from '../lib/oauth.mjs';
import { openSite } from '../lib/site.mjs';
import { CHECKERS, install } from './clients.mjs';

/** Messages that are valid as they are. The fuzzer counts each answer that is no error as a finding. */
const ARGUED = {
	InitializeRequest: 'A server answers a version that it does not know with one that it serves (lifecycle, version negotiation).',
	InitializedNotification: 'Notifications are accepted with status 202, whatever they say.',
	ProgressNotification: 'As above. The server asks for no progress, so it means nothing.',
	CancelledNotification: 'As above. It names no request that runs.',
	ListToolsRequest: 'The request is complete. Its progress token asks for nothing.',
	SetLevelRequest: 'The level is one of the protocol.',
	PingRequest: 'The request is complete.',
};

const site = openSite();
const home = install(CHECKERS.fuzzer);
const { accessToken } = await connect(site, { preset: 'full_access', user: 'editor' }, { clientName: 'fuzzer' });
const ajv = addFormats(new Ajv2020({ strict: false }));
const validates = new Map((await listTools(site, accessToken)).map(({ name, inputSchema }) => [name, ajv.compile(inputSchema)]));
const out = join(site.run, 'fuzzer');
rmSync(out, { recursive: true, force: true });
mkdirSync(out);
const done = spawnSync(
	join(home, 'bin/mcp-fuzzer'),
	['--protocol', 'streamablehttp', '--endpoint', site.endpoint, '--auth-env', '--allow-host', '127.0.0.1', '--no-network', '--seed', '1', '--mode', 'all', '--phase', 'both', '--runs', '10', '--runs-per-type', '5', '--no-corpus', '--fail-if-no-tools', '--fs-root', join(out, 'files'), '--output-dir', out],
	{ env: { ...process.env, HOME: out, MCP_OAUTH_TOKEN: accessToken }, encoding: 'utf8', timeout: 600_000, cwd: out },
);
const { findings } = JSON.parse(readFileSync(join(out, 'findings.json'), 'utf8'));

/** Returns whether a finding is an input that the server may accept. */
function isArgued({ category, kind, target, evidence: { input, result } }) {
	if (category !== 'accepted_malformed') return false;
	if (kind === 'tool') return validates.get(target)?.(input) ?? false;
	if (target !== 'CallToolRequest') return target in ARGUED;
	// A refused call is a result with isError, which the fuzzer does not look at.
	return JSON.stringify(result).includes('"isError":true') || (validates.get(input.params.name)?.(input.params.arguments) ?? false);
}

const open = findings.filter((finding) => !isArgued(finding));
for (const { category, target, evidence } of open) console.log(`${category} ${target}: ${JSON.stringify(evidence.input).slice(0, 500)}`);
if (findings.length === 0) console.log(done.stdout + done.stderr);
console.log(`mcp-fuzzer: ${validates.size} tools, ${findings.length} inputs were accepted, ${open.length} of them neither valid nor argued`);
site.close();
process.exit(findings.length > 0 && open.length === 0 ? 0 : 1);
