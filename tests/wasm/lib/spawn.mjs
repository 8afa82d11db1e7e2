// What `proc_open()`, `exec()` and their like start in PHP.wasm: PHP itself, in another instance that has the same files.
//
// There is no process, so nothing else can be started: another command ends with the status 127, as in a shell. The other
// instance starts when its standard input is closed, and has its own memory: a store in memory is not shared with it.
// PHP.wasm itself reports 1 to exec() for every status but 0; proc_close() is told the status.
import { createSpawnHandler, splitShellCommand } from '@php-wasm/util';

/** Returns the handler for an instance. `another` starts an instance like it, with the same files. */
export function spawnHandler(another) {
	return createSpawnHandler(async (command, child, options) => {
		const program = parse(command);
		child.notifySpawn();
		const input = [];
		child.on('stdin', (chunk) => input.push(Buffer.from(chunk)));
		const { stdin } = child.childProcess;
		// exec() has no pipe to standard input and never closes it. It gives no folder either.
		if (options.cwd) await new Promise((resolve) => (stdin.ended ? resolve() : stdin.on('finish', resolve)));
		await tick();
		if (!program) {
			child.stderr(Buffer.from('only PHP can be started in PHP.wasm\n'));
			return void child.exit(127);
		}
		const instance = await another({ stdin: Buffer.concat(input), ...pick(options, 'cwd'), ...pick(options, 'env') });
		const { status } = await instance.cli(program.argv, {
			onStdout: (bytes) => child.stdout(bytes),
			onStderr: (bytes) => (program.joined ? child.stdout(bytes) : child.stderr(bytes)),
		});
		instance.end();
		// PHP reads what is left in the pipes before it sees the end.
		await tick();
		child.exit(status);
	});
}

const tick = () => new Promise((resolve) => setImmediate(resolve));

const pick = (object, name) => (object[name] ? { [name]: object[name] } : {});

/** Returns the arguments for PHP, and whether its errors go to standard output; or null for any other program. */
function parse(command) {
	let words = command;
	if (words[0] === '/bin/sh' && words[1] === '-c') words = splitShellCommand(words[2]);
	if (words[0] === 'exec') words = words.slice(1);
	if (words[0] === 'timeout') words = words.slice(2);
	const argv = words.slice(1).filter((word) => word !== '2>&1');
	return words[0]?.split('/').pop() === 'php' ? { argv, joined: argv.length < words.length - 1 } : null;
}
