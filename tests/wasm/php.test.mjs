// The library that runs PHP in PHP.wasm, without the extension: what the tests of the side module rely on.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { php } from './lib/process.mjs';
import { CRASHED, ROOT, VERSIONS, run, start } from './lib/php.mjs';

const bare = { extension: false };
const quiet = ['-d', 'display_errors=0', '-d', 'log_errors=0'];

/** Runs code and returns what it prints. */
const said = async (code, options) => (await run([...quiet, '-r', code], { ...bare, ...options })).stdout;

for (const php of VERSIONS) {
	test(`PHP ${php} takes arguments and input, and ends with its status`, async () => {
		const { status, stdout, stderr } = await run(['-r', 'echo PHP_VERSION, getenv("A"), fgets(STDIN), $argv[1]; fwrite(STDERR, "e"); exit(7);', '--', 'b'], {
			...bare,
			php,
			stdin: 'in\n',
			env: { A: '-a-' },
		});
		assert.match(stdout, new RegExp(`^${php}\\.\\d+-a-in\nb$`));
		assert.deepEqual([status, stderr], [7, 'e']);
	});
}

test('PHP reads the project and cannot change it', async () => {
	const readme = path.join(ROOT, 'README.md');
	const code = `$f = ${JSON.stringify(readme)};
		echo json_encode( array( strlen( file_get_contents( $f ) ) > 100, is_dir( dirname( $f ) . '/src' ),
			file_put_contents( $f, 'x', FILE_APPEND ), fopen( $f, 'r+' ), unlink( $f ), rename( $f, "$f.2" ), chmod( $f, 0777 ), touch( $f ),
			mkdir( "$f.3" ), symlink( $f, "$f.4" ), file_put_contents( "$f.5", 'x' ), copy( $f, '/tmp/copy' ) ) );`;
	assert.equal(await said(code), JSON.stringify([true, true, ...Array(9).fill(false), true]));
	assert.ok([2, 3, 4, 5].every((number) => !existsSync(`${readme}.${number}`)));
	assert.ok(!existsSync('/tmp/copy'), '/tmp is in memory');
});

test('PHP starts PHP with the same files, and nothing else', async () => {
	const code = `file_put_contents( '/tmp/in', 'shared' );
		$command = array( 'timeout', '9', PHP_BINARY, '-n', '-r', 'echo fgets( STDIN ), file_get_contents( "/tmp/in" ), "!"; touch( "/tmp/out" ); exit( 3 );' );
		$process = proc_open( $command, array( array( 'pipe', 'r' ), array( 'pipe', 'w' ), array( 'redirect', 1 ) ), $pipes );
		fwrite( $pipes[0], 'typed ' );
		fclose( $pipes[0] );
		echo stream_get_contents( $pipes[1] ), ' ', proc_close( $process ), json_encode( file_exists( '/tmp/out' ) ), ' ';
		echo exec( escapeshellarg( PHP_BINARY ) . ' -n -r ' . escapeshellarg( 'fwrite( STDERR, "error" );' ) . ' 2>&1' ), json_encode( exec( 'id', $lines, $status ) ), $status ? 'failed' : 'worked';`;
	assert.equal(await said(code), 'typed shared! 3true error""failed');
});

test('an instance that dies is reported', () => {
	const { status, stderr } = php(['-n', '-d', 'memory_limit=-1', '-r', 'function f() { array_map( "f", array( 1 ) ); } f();'], { SIDE_MODULE: 'none' });
	assert.equal(status, CRASHED);
	assert.match(stderr, /^PHP\.wasm died: /m);
});

test('one instance serves several requests, and goes on after a fatal error', async () => {
	const instance = await start(bare);
	const first = await instance.request('<?php echo 1 + 1;');
	const fatal = await instance.request('<?php missing();');
	const last = await instance.request('<?php echo "still here";');
	instance.end();
	assert.deepEqual([first.text, first.status], ['2', 0]);
	assert.match(fatal.text, /undefined function missing/);
	assert.deepEqual([fatal.status, last.text], [255, 'still here']);
});

test('an unknown version is refused', async () => {
	await assert.rejects(run(['-v'], { php: '7.4' }), /no side module for PHP 7\.4/);
});
