// jbt-mcpcheck: a checker of revision 2026-07-28. All of its eight checks must pass, without a warning. The site must be
// one without the fixtures, whose tools have no output schemas.
//
//   SITE=name node mcpcheck.mjs
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { connect } from '../lib/oauth.mjs';
import { openSite } from '../lib/site.mjs';
import { CHECKERS, install } from './clients.mjs';

const site = openSite();
const home = install(CHECKERS.mcpcheck);
const { accessToken } = await connect(site, { preset: 'standard', user: 'editor' }, { clientName: 'mcpcheck' });
const done = spawnSync(join(home, 'bin/mcpcheck'), [site.endpoint, '--legacy-probes', '--strict', '--no-color', '--max-tools', '100'], {
	env: { ...process.env, MCPCHECK_TOKEN: accessToken },
	encoding: 'utf8',
	timeout: 240_000,
});
process.stdout.write(done.stdout + done.stderr);
site.close();
process.exit(done.status ?? 1);
