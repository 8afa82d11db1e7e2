// Measures the WebAssembly builds: what a call of the side module costs beside a builtin of PHP.wasm, what a call of the
// JavaScript package costs beside one of native PHP, and how fast each build verifies a log of 100,000 entries. Prints the
// tables of docs/wasm.md.
//
//   .cache/node24 benches/wasm/run.mjs       needs `make wasm-ext wasm-core` and a release build of the extension
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT, run, VERSIONS, WASM_EXT } from '../../tests/wasm/lib/php.mjs';
import { entry, file, ORIGIN, SEED } from '../../tests/wasm/parity/exports.mjs';
import { audience, SITE, token, verifierKey } from '../../tests/wasm/parity/forge.mjs';

const ENTRIES = 100_000;
const ROUNDS = 3;
/** The most that a call may cost, as a multiple of the builtin. */
const GOAL = 1.2;
const EXTENSION = process.env.EXTENSION || path.join(ROOT, 'target/release/libcountersign.so');
const work = path.join(ROOT, `.cache/bench/wasm-${process.pid}`);
mkdirSync(work, { recursive: true, mode: 0o700 });

function native(argv) {
	const { status, stdout, stderr } = spawnSync(process.env.PHP || 'php8.2', ['-d', `extension=${EXTENSION}`, '-d', `countersign.state_dir=${work}`, '-d', 'memory_limit=-1', ...argv], { encoding: 'utf8', maxBuffer: 2 ** 28 });
	if (status !== 0) throw new Error(stderr);
	return stdout;
}
async function inWasm(argv, php) {
	const { status, stdout, stderr } = await run(['-d', 'memory_limit=-1', ...argv], { php });
	if (status !== 0) throw new Error(stderr);
	return stdout;
}
const modules = VERSIONS.filter((php) => existsSync(path.join(WASM_EXT, `countersign-php${php}-jspi.so`)));
const builds = [...modules.map((php) => [`PHP.wasm ${php}`, (argv) => inWasm(argv, php)]), ['native', native]];

const calls = [path.join(import.meta.dirname, 'calls.php')];
console.log('| what is called | build | ns | builtin | its ns | ratio | goal |\n| --- | --- | ---: | --- | ---: | ---: | --- |');
for (const [build, ask] of builds) {
	for (const row of (await ask(calls)).trim().split('\n')) {
		const [what, peer, ours, theirs, ratio] = row.split('\t');
		const goal = build === 'native' || what.startsWith('verifying') ? '' : `${GOAL}: ${Number(ratio) <= GOAL ? 'met' : 'missed'}`;
		console.log(`| ${what} | ${build} | ${ours} | ${peer} | ${theirs} | ${ratio} | ${goal} |`);
	}
}

const { ActionKey, ActionSigner, AuditVerifier, TokenInspector } = await import(pathToFileURL(path.join(process.env.WASM_CORE || path.join(ROOT, 'target/wasm-core'), 'node.js')).href);

/** Returns the microseconds of a call: the median of batches. */
function micro(call, times) {
	const took = Array.from({ length: 60 }, () => {
		const start = process.hrtime.bigint();
		for (let left = times; left > 0; left--) call();
		return Number(process.hrtime.bigint() - start) / times / 1000;
	});
	return took.slice(15).sort((one, other) => one - other)[22];
}
const sample = token({ kind: 'access', issued: 1700000000, lifetime: 2500000000, id: Buffer.alloc(12, 1), subject: 7, binding: audience('https://example.org/mcp') });
const seed = Buffer.alloc(32, 7);
const secret = 's'.repeat(32);
const sign = (key) => {
	const signer = new ActionSigner(SITE, [key]);
	return () => signer.sign('read_health', '{}');
};
const php = (setup, call, times) => Number(native(['-r', `${setup} $took = array(); for ( $b = 0; $b < 60; $b++ ) { $start = hrtime( true ); for ( $i = 0; $i < ${times}; $i++ ) { ${call}; } $took[] = ( hrtime( true ) - $start ) / ${times} / 1000; } $took = array_slice( $took, 15 ); sort( $took ); echo $took[22];`]));
const signer = (key) => `$a = new Countersign\\Actions( '${SITE}', array( ${key} ) );`;
console.log('\n| what | JavaScript package, µs | native PHP, µs |\n| --- | ---: | ---: |');
for (const [what, own, setup, call, times] of [
	['reading a token; in PHP: verifying it', () => new TokenInspector(sample).free(), `$t = new Countersign\\Tokens( Countersign\\Keyring::open( '${SITE}', 'vectors only: forty-eight bytes that guard nothing' ) );`, `$t->verify( Countersign\\TokenKind::Access, '${sample}', 'https://example.org/mcp' )`, 500],
	['signing an action with HMAC-SHA256', sign(ActionKey.hmac(secret)), signer(`Countersign\\ActionKey::hmac( '${secret}' )`), `$a->sign( 'read_health', '{}' )`, 20],
	['signing an action with Ed25519', sign(ActionKey.ed25519(seed)), signer('Countersign\\ActionKey::ed25519( str_repeat( "\\7", 32 ) )'), `$a->sign( 'read_health', '{}' )`, 2],
]) {
	console.log(`| ${what} | ${micro(own, times).toFixed(1)} | ${php(setup, call, times).toFixed(1)} |`);
}

const log = path.join(work, 'log.ndjson');
const bytes = Buffer.from(file(Array.from({ length: ENTRIES }, (_, seq) => entry(seq, 1800000000000 + seq))));
writeFileSync(log, bytes);
const key = verifierKey(ORIGIN, SEED);
const verify = ['-r', `$file = new Countersign\\AuditFile( array( $argv[2] ) ); $log = fopen( $argv[1], 'r' ); $start = hrtime( true );
	while ( ! feof( $log ) ) { $file->push( fread( $log, 1 << 20 ) ); } $report = $file->finish(); if ( ! $report->isProved() ) { exit( 1 ); } echo ( hrtime( true ) - $start ) / 1e9;`, '--', log, key];
const inPackage = () => {
	const start = process.hrtime.bigint();
	const verifier = new AuditVerifier([key]);
	for (let at = 0; at < bytes.length; at += 1 << 20) verifier.push(bytes.subarray(at, at + (1 << 20)));
	if (!verifier.finish().proved) throw new Error('the log is not proved');
	return Number(process.hrtime.bigint() - start) / 1e9;
};
console.log(`\n| verifying a log of ${ENTRIES.toLocaleString('en-US')} entries (${Math.round(bytes.length / 1e6)} MB) | seconds |\n| --- | ---: |`);
for (const [build, once] of [...builds.map(([build, ask]) => [build, () => ask(verify)]), ['the JavaScript package in Node', inPackage]]) {
	const times = [];
	for (let round = 0; round < ROUNDS; round++) times.push(Number(await once()));
	console.log(`| ${build} | ${Math.min(...times).toFixed(2)} |`);
}
rmSync(work, { recursive: true });
process.exit();
