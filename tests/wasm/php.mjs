#!/usr/bin/env node
// PHP's command line in PHP.wasm, with the extension as a side module:
//
//   .cache/node24 tests/wasm/php.mjs [--php 8.2|8.4] [ARGUMENTS OF PHP]
//
// It takes what `php` takes and ends with PHP's exit status. PHP sees the project and the folder of the script at their
// paths and cannot change them; everything that it writes is in memory. `WASM_EXT=FOLDER` selects another build,
// `SIDE_MODULE=none` leaves the extension out.
import path from 'node:path';
import { existsSync, fstatSync, readFileSync } from 'node:fs';
import { ROOT, run } from './lib/php.mjs';

const argv = process.argv.slice(2);
let php = process.env.WASM_PHP || '8.2';
if (argv[0] === '--php') [, php] = argv.splice(0, 2);

const mounts = new Set([ROOT]);
for (const argument of argv) {
	const folder = path.dirname(path.resolve(argument));
	if (argument.endsWith('.php') && existsSync(argument) && ![...mounts].some((mount) => `${folder}/`.startsWith(`${mount}/`))) mounts.add(folder);
}

/** A terminal and a closed standard input are read as empty. */
function standardInput() {
	try {
		return process.stdin.isTTY || fstatSync(0).isCharacterDevice() ? '' : readFileSync(0);
	} catch {
		return '';
	}
}

// See the head of lib/php.mjs: the run below reports what went wrong.
process.on('unhandledRejection', () => {});

const { status } = await run(argv, {
	php,
	extension: process.env.SIDE_MODULE !== 'none',
	mounts: [...mounts],
	cwd: process.cwd(),
	env: process.env,
	stdin: standardInput(),
	onStdout: (bytes) => process.stdout.write(bytes),
	onStderr: (bytes) => process.stderr.write(bytes),
});
// What was written to a pipe is sent before the process ends. Timers of PHP.wasm would keep it running.
process.exitCode = status;
await Promise.all([process.stdout, process.stderr].map((stream) => new Promise((resolve) => stream.write('', resolve))));
process.exit();
