// The npm package @countersign/core, packed and installed without a network as its users install it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { CORE, ROOT } from './lib/core.mjs';

const folder = mkdtempSync(path.join(tmpdir(), 'countersign-package-'));
after(() => rmSync(folder, { recursive: true }));
const project = path.join(folder, 'project');
mkdirSync(project);

/** Runs a program in the project and returns what it prints. */
function run(program, ...list) {
	try {
		return execFileSync(program, list, { cwd: project, encoding: 'utf8', timeout: 120_000, stdio: ['ignore', 'pipe', 'pipe'] });
	} catch (error) {
		throw new Error(`${path.basename(program)} ${list.join(' ')}\n${error.stdout}${error.stderr}`);
	}
}
const npm = (...list) => run('npm', ...list, '--offline', '--ignore-scripts', '--no-audit', '--no-fund', '--cache', path.join(folder, 'cache'));
/** Runs a file of the project with the Node of the test. */
const node = (...list) => run(process.execPath, ...list);

const [packed] = JSON.parse(npm('pack', CORE, '--json', '--pack-destination', folder));
writeFileSync(path.join(project, 'package.json'), '{ "name": "user", "private": true, "type": "module" }');
npm('install', path.join(folder, packed.filename));
const installed = path.join(project, 'node_modules/@countersign/core');

test('the package has its files and no dependencies', () => {
	const about = JSON.parse(readFileSync(path.join(installed, 'package.json'), 'utf8'));
	const version = readFileSync(path.join(ROOT, 'Cargo.toml'), 'utf8').match(/^version = "(.*)"$/m)[1];
	assert.deepEqual([about.name, about.version, about.license, about.type], ['@countersign/core', version, 'GPL-2.0-or-later', 'module']);
	assert.ok(!about.dependencies && !about.scripts && !about.optionalDependencies && !about.peerDependencies);
	assert.deepEqual(readdirSync(path.join(project, 'node_modules')), ['.package-lock.json', '@countersign']);
	assert.deepEqual(
		packed.files.map((file) => file.path).sort(),
		['LICENSE', 'README.md', 'THIRD-PARTY.txt', 'browser.js', 'classes.js', 'core.d.ts', 'core.js', 'core_bg.wasm', 'index.d.ts', 'load.d.ts', 'load.js', 'node.js', 'package.json'].sort(),
	);
	const licences = readFileSync(path.join(installed, 'THIRD-PARTY.txt'), 'utf8');
	for (const crate of ['wasm-bindgen', 'sha2', 'ed25519-dalek', 'serde_json']) assert.match(licences, new RegExp(`^  ${crate} \\d`, 'm'));
	assert.match(readFileSync(path.join(installed, 'LICENSE'), 'utf8'), /GNU GENERAL PUBLIC LICENSE/);
});

test('the module is small and contains no path of the machine', () => {
	const module = readFileSync(path.join(installed, 'core_bg.wasm'));
	const compressed = gzipSync(module, { level: 9 }).length;
	assert.ok(compressed < 300_000, `${compressed} bytes compressed`);
	const text = module.toString('latin1');
	for (const part of [ROOT, '/root/', '/home/', '/tmp/', '/usr/', '.cargo']) assert.ok(!text.includes(part), part);
});

test('the module imports nothing that could send data', () => {
	const module = new WebAssembly.Module(readFileSync(path.join(installed, 'core_bg.wasm')));
	const names = WebAssembly.Module.imports(module).map(({ name }) => name.replace(/_[0-9a-f]{16}$/, ''));
	assert.ok(names.length > 5);
	for (const name of names) assert.doesNotMatch(name, /fetch|http|socket|open|import|eval|function|global|worker|storage/i, name);
});

test('every class is exported by each entry, and has types', () => {
	writeFileSync(
		path.join(project, 'entries.js'),
		`import * as core from '@countersign/core/load';
		import * as direct from '@countersign/core';
		import * as all from './node_modules/@countersign/core/core.js';
		const { load, loadSync, ...same } = core;
		const names = (module) => Object.keys(module).filter((name) => typeof module[name] === 'function' && /^[A-Z]/.test(name)).sort();
		console.log(JSON.stringify([names(all), names(same), names(direct)]));`,
	);
	const [all, load, direct] = JSON.parse(node('entries.js'));
	assert.ok(all.length > 10);
	assert.deepEqual(load, all);
	assert.deepEqual(direct, all);
	const types = readFileSync(path.join(installed, 'index.d.ts'), 'utf8');
	for (const name of all) assert.match(types, new RegExp(`^\t${name},$`, 'm'));
});

/** The examples of a page, by the heading above them. */
function examplesIn(page) {
	const text = readFileSync(path.join(ROOT, page), 'utf8');
	const parts = text.split(/^## /m).slice(1);
	const found = parts.flatMap((part) => [...part.matchAll(/^```js\n([\s\S]*?)^```/gm)].map(([, code]) => ({ page, title: part.split('\n')[0], code })));
	assert.equal(found.length, text.match(/```js/g).length);
	return found;
}
const README = 'npm/core/README.md';
const examples = [...examplesIn(README), ...examplesIn('docs/javascript.md')];

/** What each example prints. */
const SAYS = {
	[README]: {
		'Verify an exported audit log': /^\d+ bytes, 20 entries\nSOUND: no entry was changed, removed, moved or added\n$/,
		'Find entries of a log again': /^20 \w+/,
		'Check a proof': /^true true\n$/,
		'Sign an action': /^csaction\./,
		'Verify an action': /^read_health\n$/,
		'Send a heartbeat': /^csheartbeat\./,
		'Verify a heartbeat': /^0123456789abcdef \d{4}-/,
		'Inspect a token': /^access 0123456789abcdef \d{4}-.* true\n$/,
		'Load the module yourself': /^access\n$/,
	},
	'docs/javascript.md': {
		'Verify an exported audit log': /^SOUND: no entry was changed, removed, moved or added\n$/,
		'Sign an action for a site': /^csaction\..*\ntrue\n$/,
		'Send a heartbeat': /^csheartbeat\./,
		'See what a token says': /^\{"checksum":true,.*"verified":false\}\n$/,
	},
};

test('the examples of the documentation run', () => {
	const whole = JSON.parse(readFileSync(path.join(ROOT, 'tests/vectors/audit/file/index.json'), 'utf8')).find(({ name }) => name === 'whole');
	const log = readFileSync(path.join(ROOT, 'tests/vectors/audit/file/whole.ndjson'), 'utf8');
	const checkpoints = log.split('\n').filter((line) => line.startsWith('{"checkpoint"'));
	const { token } = JSON.parse(readFileSync(path.join(ROOT, 'tests/vectors/token/valid/access.json'), 'utf8'));
	const given = { verifierKey: whole.keys[0], checkpoint: JSON.parse(checkpoints.at(-1)).note, text: token };
	writeFileSync(path.join(project, 'audit.ndjson'), log);
	copyFileSync(path.join(ROOT, 'tests/wasm/lib/given.mjs'), path.join(project, 'given.mjs'));
	for (const page of Object.keys(SAYS)) {
		assert.deepEqual(examples.filter((example) => example.page === page).map(({ title }) => title), Object.keys(SAYS[page]));
	}
	for (const { page, title, code } of examples) {
		writeFileSync(path.join(project, 'given.json'), JSON.stringify({ title, ...given }));
		writeFileSync(path.join(project, 'example.mjs'), code);
		assert.match(node('--import', './given.mjs', 'example.mjs'), SAYS[page][title], `${page}: ${title}`);
	}
});

test('the types accept the examples and refuse wrong arguments', () => {
	const tsc = path.join(ROOT, 'npm/node_modules/typescript/bin/tsc');
	const globals = 'declare const verifierKey: string, checkpoint: string, header: string, body: string, text: string, secret: Uint8Array, seed: Uint8Array, publicKey: Uint8Array;\n';
	writeFileSync(path.join(project, 'globals.d.ts'), globals);
	// The types of Node are a package of their own.
	const portable = examples.filter(({ code }) => !code.includes("from 'node:"));
	assert.ok(portable.length > 5);
	for (const [at, { code }] of portable.entries()) writeFileSync(path.join(project, `example${at}.ts`), code);
	writeFileSync(
		path.join(project, 'wrong.ts'),
		`import { ActionKey, ActionSigner, AuditVerifier, type CountersignError } from '@countersign/core';
		import { loadSync } from '@countersign/core/load';
		// @ts-expect-error
		new AuditVerifier('key');
		// @ts-expect-error
		new AuditVerifier([]).push(1);
		// @ts-expect-error
		new ActionSigner('0123456789abcdef', ['key']);
		// @ts-expect-error
		new ActionSigner('0123456789abcdef', [ActionKey.generate()]).sign('a', '', { lifetime: '300' });
		// @ts-expect-error
		new AuditVerifier([]).finish().verdict = 'ok';
		loadSync(new Uint8Array(8));
		export const code = (error: CountersignError): string => error.code;`,
	);
	const files = [...portable.keys()].map((at) => `example${at}.ts`);
	run(process.execPath, tsc, '--noEmit', '--strict', '--target', 'es2022', '--module', 'nodenext', '--lib', 'es2022,dom,esnext.disposable', ...files, 'globals.d.ts', 'wrong.ts');
});
