// jbt-mcpcheck: a checker of revision 2026-07-28. All of its eight checks must pass, without a warning.
//
//   SITE=name node mcpcheck.mjs
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { connect } from '../lib/oauth.mjs';
import { openSite } from '../lib/site.mjs';
import { CHECKERS, install } from './clients.mjs';

const site = openSite();
const home = install(CHECKERS.mcpcheck);
// The tools of the test fixtures have no output schema, as the conformance suite wants them.
const fixtures = (on) => site.php(`require_once ABSPATH . 'wp-admin/includes/plugin.php'; $args['on'] ? activate_plugin( 'countersign-fixtures/countersign-fixtures.php' ) : deactivate_plugins( 'countersign-fixtures/countersign-fixtures.php' ); return 1;`, { on });
await fixtures(false);
const { accessToken } = await connect(site, { preset: 'standard', user: 'editor' }, { clientName: 'mcpcheck' });
const done = spawnSync(join(home, 'bin/mcpcheck'), [site.endpoint, '--legacy-probes', '--strict', '--no-color', '--max-tools', '100'], {
	env: { ...process.env, MCPCHECK_TOKEN: accessToken },
	encoding: 'utf8',
	timeout: 240_000,
});
process.stdout.write(done.stdout + done.stderr);
await fixtures(true);
site.close();
process.exit(done.status ?? 1);
