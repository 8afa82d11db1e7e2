// mcp-authlab: a checker of the authorization of MCP servers. It logs in, asks for tokens for other resources, and attacks
// the server with them. Every warning must be argued in docs/clients.md.
//
//   SITE=name node authlab.mjs
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openSite, root } from '../lib/site.mjs';
import { CHECKERS, install } from './clients.mjs';

const site = openSite();
const home = install(CHECKERS.authlab);
const store = join(site.run, 'clients/authlab');
rmSync(store, { recursive: true, force: true });
mkdirSync(store, { recursive: true });
const browser = join(store, 'browser');
writeFileSync(browser, `#!/bin/sh\nexec '${process.execPath}' '${fileURLToPath(new URL('drivers/browser.mjs', import.meta.url))}' "$1"\n`);
chmodSync(browser, 0o700);
const env = { ...process.env, HOME: store, BROWSER: `${browser} %s &`, CLIENT_STORE: store, SITE: site.name };

function run(...args) {
	const done = spawnSync(join(home, 'bin/mcp-authlab'), args, { env, encoding: 'utf8', timeout: 240_000 });
	return done.stdout || done.stderr;
}

process.stdout.write(run('login', site.endpoint, '--timeout', '60', '--no-color', '--thorough'));
const report = JSON.parse(run('scan', site.endpoint, '--format', 'json'));
const argued = [...readFileSync(join(root, 'docs/clients.md'), 'utf8').matchAll(/^\| `([A-Z]+-\d+)` \|/gm)].map(([, id]) => id);
const bad = report.results.filter(({ status }) => status === 'fail' || status === 'warn');
const open = bad.filter(({ id, status }) => status === 'fail' || !argued.includes(id));
for (const { id, status, title, message } of bad) console.log(`${id} ${status}: ${title}: ${message}`);
console.log(`mcp-authlab: ${report.results.filter(({ status }) => status === 'pass').length} passed, ${bad.length} warnings or failures, ${open.length} of them not argued in docs/clients.md`);
site.close();
process.exit(open.length === 0 ? 0 : 1);
