// php.mjs as a process of its own, for tests that may end it.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { ROOT } from './php.mjs';

/** Runs it for at most two minutes. Returns its exit status and what it printed. `SIDE_MODULE: 'none'` leaves the extension out. */
export function php(argv, env = {}) {
	const script = path.join(ROOT, 'tests/wasm/php.mjs');
	return spawnSync(process.execPath, [script, ...argv], { encoding: 'utf8', cwd: ROOT, env: { ...process.env, ...env }, timeout: 120_000, stdio: ['ignore', 'pipe', 'pipe'] });
}
