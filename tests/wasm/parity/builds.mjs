// Runs driver.php in each build.
import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT, run } from '../lib/php.mjs';

const DRIVER = join(ROOT, 'tests/wasm/parity/driver.php');
const EXTENSION = process.env.EXTENSION || join(ROOT, 'target/release/libcountersign.so');

/** Runs the driver in native PHP with a store of its own, in memory. Writes what it prints to a file. */
export async function native(argv, output) {
	const state = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'countersign-parity-'));
	const settings = ['-d', `extension=${EXTENSION}`, '-d', `countersign.state_dir=${state}`, '-d', 'memory_limit=-1', '-d', 'display_errors=stderr'];
	const to = openSync(output, 'w');
	const child = spawn(process.env.PHP || 'php8.2', [...settings, DRIVER, ...argv], { stdio: ['ignore', to, 'inherit'] });
	const [status] = await once(child, 'close');
	closeSync(to);
	rmSync(state, { recursive: true });
	if (status !== 0) throw new Error(`native PHP ended with status ${status}`);
}

/** Runs the driver in PHP.wasm with the side module. Returns null, or what went wrong. */
export async function sideModule(argv, output, version) {
	const { status, bytes, stderr } = await run(['-d', 'memory_limit=-1', '-d', 'display_errors=stderr', DRIVER, ...argv], { php: version });
	writeFileSync(output, bytes);
	return status === 0 ? null : `PHP.wasm ended with status ${status}: ${stderr.slice(0, 2000)}`;
}
