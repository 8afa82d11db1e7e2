// Runs tests/php/*.phpt in PHP.wasm, with PHP's own test runner: what PHP prints with the side module is what it prints with
// the native extension.
//
// phpt.json names the tests that cannot run there, each with its reason. All others must pass, and none may be skipped.
//
//   .cache/node24 --test tests/wasm/phpt.test.mjs
//
// PHPT="tokens.phpt audit.phpt" runs only these, WASM_PHP=8.2 only this version.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { ROOT, VERSIONS } from './lib/php.mjs';

/** A complete run takes about a minute on two idle cores. */
const MINUTES = 8;

const tests = path.join(ROOT, 'tests/php');
const absent = JSON.parse(readFileSync(path.join(import.meta.dirname, 'phpt.json'), 'utf8'));
const all = readdirSync(tests).filter((name) => name.endsWith('.phpt')).sort();
const chosen = process.env.PHPT?.split(' ') ?? all;

test('phpt.json names tests that exist, each with its reason', () => {
	assert.deepEqual(Object.keys(absent).filter((name) => !all.includes(name)), []);
	for (const [name, reason] of Object.entries(absent)) assert.match(reason, /^needs .{10,}/, name);
	assert.deepEqual(Object.keys(absent).filter((name) => name.includes('vectors')), [], 'all vectors run');
});

for (const version of process.env.WASM_PHP ? [process.env.WASM_PHP] : VERSIONS) {
	test(`PHP ${version}`, { concurrency: 1 }, async (t) => {
		const expected = chosen.filter((name) => !(name in absent));
		const { results, output } = runTests(version, expected);
		for (const name of expected) await t.test(name, () => assert.equal(results.get(name), 'PASSED', failure(output, name)));
		for (const [name, reason] of Object.entries(absent)) if (chosen.includes(name)) t.diagnostic(`${name} does not run: ${reason}`);
		assert.equal(results.size, expected.length, output);
	});
}

/** Returns the result of each test, and all that the runner printed. */
function runTests(version, names) {
	const work = path.join(ROOT, '.cache/run', `phpt-wasm-${version}`);
	rmSync(work, { recursive: true, force: true });
	mkdirSync(path.join(work, 'left'), { recursive: true });
	// The runner starts the PHP that it tests as a program.
	const php = path.join(work, 'php');
	const words = [process.execPath, path.join(import.meta.dirname, 'php.mjs'), '--php', version];
	writeFileSync(php, `#!/bin/sh\nexec timeout 120 ${words.map((word) => `'${word}'`).join(' ')} "$@"\n`, { mode: 0o755 });
	const list = path.join(work, 'results');
	const runner = path.join(command('php8.2', ['-r', 'echo PHP_EXTENSION_DIR;']).stdout, 'build/run-tests.php');
	const { stdout } = command('php8.2', [
		runner, '-q', '-j2', '--no-color', '--no-progress', '-g', 'FAIL,XFAIL,BORK,WARN,LEAK,SKIP', '--show-diff', '-W', list,
		'--temp-source', tests, '--temp-target', path.join(work, 'left'), ...names.map((name) => path.join(tests, name)),
	], { NO_INTERACTION: '1', TEST_TIMEOUT: '120', TEST_PHP_EXECUTABLE: php });
	for (const name of names) rmSync(path.join(tests, name.slice(0, -1)), { force: true });
	const lines = readFileSync(list, 'utf8').trim().split('\n');
	return { results: new Map(lines.map((line) => line.split('\t')).map(([result, file]) => [path.basename(file), result])), output: stdout };
}

function command(program, argv, env = {}) {
	const answer = spawnSync(program, argv, { encoding: 'utf8', cwd: ROOT, env: { ...process.env, ...env }, timeout: MINUTES * 60_000, stdio: ['ignore', 'pipe', 'inherit'] });
	if (answer.error) throw answer.error;
	return answer;
}

/** Returns what the runner printed about one test. */
function failure(output, name) {
	const end = output.search(new RegExp(`^(FAIL|SKIP|BORK|WARN|LEAK)\\b.*${name.replaceAll('.', '\\.')}`, 'm'));
	return end < 0 ? output : output.slice(Math.max(0, output.lastIndexOf('========DIFF', end)), end + 300);
}
