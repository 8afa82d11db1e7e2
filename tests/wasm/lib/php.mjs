// PHP.wasm with the extension as a side module, for tests.
//
//   const { status, stdout, stderr } = await run(['-r', 'echo Countersign\\version();']);
//       One run of PHP's command line in an instance of its own. The list is what would follow `php` in a shell.
//
//   const instance = await start({ php: '8.4' });
//   const { text, errors, status } = await instance.request('<?php echo Countersign\\version();');
//   instance.end();
//       Several requests in one instance, as a web server sends them. They share the extension's memory.
//
// Options of both, all optional:
//
//   php        '8.2' or '8.4'; the default is '8.2'
//   extension  false starts PHP without the extension. It is loaded from the manifest in the folder `WASM_EXT`, which is
//              `$WASM_EXT` or target/wasm-ext.
//   manifest   the file that names the modules, if it is another one
//   mounts     folders of this machine that PHP sees at the same path and cannot change; the default is the project.
//              Everything else that PHP sees, /tmp too, exists only in the memory of the instance.
//   files      path => content of files that are written into that memory first
//   cwd        the working directory; the default is the project
//   env        environment variables. COUNTERSIGN_EXTENSION is always set: it is the file that `-n -d extension=` takes.
//   stdin      what PHP reads from standard input (text or bytes)
//   parent     an instance whose /tmp this one has too
//   internal   a folder of this machine in place of /internal, which all instances of a site share in WordPress Playground
//   onStdout, onStderr   get the bytes as they come
//
// A run whose instance dies (a panic of Rust, or an endless recursion) ends with the status `CRASHED` and says so on
// stderr. @php-wasm/universal then rejects a promise that nobody can reach, which node:test takes for a failure of the
// file: a test that expects such an end runs php.mjs as a process, as `php()` of process.mjs does.
//
// `proc_open()`, `exec()` and their like can start PHP only, see spawn.mjs. Neither call is bounded in time: give
// the test a timeout.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { loadNodeRuntime } from '@php-wasm/node';
import { PHP, proxyFileSystem } from '@php-wasm/universal';
import { ed25519 } from './ed25519.mjs';
import { readOnly } from './read-only.mjs';
import { spawnHandler } from './spawn.mjs';

export const ROOT = path.resolve(import.meta.dirname, '../../..');
export const WASM_EXT = path.resolve(process.env.WASM_EXT || path.join(ROOT, 'target/wasm-ext'));
export const VERSIONS = ['8.2', '8.4'];

/** The exit status of a run whose instance died. */
export const CRASHED = 134;

/** Where the loader of PHP.wasm puts the extension. */
const EXTENSION = '/internal/shared/extensions/countersign.so';

/** The folder in which PHP finds itself, for PHP_BINARY. */
const BIN = '/internal/shared/bin';

let instances = 0;

/** Runs PHP's command line once. Returns its exit status and what it printed. */
export async function run(argv, options = {}) {
	const instance = await start(options);
	try {
		return await instance.cli(argv, options);
	} finally {
		instance.end();
	}
}

/** Starts an instance. */
export async function start(options = {}) {
	const { php: version = '8.2', extension = true, manifest = path.join(WASM_EXT, 'manifest.json'), mounts = [ROOT], files = {}, cwd = ROOT, stdin = '', internal } = options;
	if (!VERSIONS.includes(version)) throw new Error(`there is no side module for PHP ${version}, only for ${VERSIONS.join(' and ')}`);
	if (extension && !existsSync(manifest)) throw new Error(`${manifest} is missing: build the side module (make wasm-ext)`);
	const manifestUrl = pathToFileURL(manifest).href;
	const runtime = () => loadNodeRuntime(version, {
		extensions: extension ? [{ source: { format: 'manifest', manifestUrl } }] : [],
		emscriptenOptions: { processId: ++instances, stdin: reader(stdin), ...(internal ? { nativeInternalDirPath: internal } : {}) },
	});
	const php = new PHP(await runtime());
	for (const folder of mounts) await php.mount(folder, readOnly(folder));
	if (options.parent) await proxyFileSystem(options.parent, php, ['/tmp']);
	for (const [name, content] of Object.entries(files)) {
		php.mkdirTree(path.posix.dirname(name));
		php.writeFile(name, content);
	}
	php.onMessage(ed25519);
	await php.setSpawnHandler(spawnHandler((own) => start({ ...options, files: {}, parent: php, ...own })));
	if (php.isDir(cwd)) php.chdir(cwd);
	return new Instance(php, options.env ?? {}, runtime);
}

class Instance {
	#env;
	#runtime;

	constructor(php, env, runtime) {
		/** The instance as @php-wasm/universal gives it: files, ini entries, events. */
		this.php = php;
		this.#runtime = runtime;
		this.#env = { ...env, COUNTERSIGN_EXTENSION: EXTENSION, PATH: BIN };
	}

	/** Runs PHP's command line. The instance cannot be used afterwards. */
	async cli(argv, { onStdout, onStderr } = {}) {
		const collected = { stdout: [], stderr: [] };
		const text = (name) => Buffer.concat(collected[name]).toString();
		let status;
		try {
			const response = await this.php.cli(['php', ...argv], { env: this.#env });
			[status] = await Promise.all([
				response.exitCode,
				drain(response.stdout, collected.stdout, onStdout),
				drain(response.stderr, collected.stderr, onStderr),
			]);
		} catch (error) {
			status = CRASHED;
			const said = Buffer.from(`PHP.wasm died: ${error?.message ?? error}\n`);
			collected.stderr.push(said);
			onStderr?.(said);
		}
		return { status, stdout: text('stdout'), stderr: text('stderr'), bytes: Buffer.concat(collected.stdout) };
	}

	/** Runs code, which begins with `<?php`, or the file `{ file }`, as one request. Rejects if the instance dies. */
	async request(code, options = {}) {
		const what = typeof code === 'string' ? { code } : { scriptPath: code.file };
		const response = await this.php.run({ env: this.#env, throwOnError: false, ...what, ...options }).catch((error) => {
			// A fatal error of PHP rejects too, with the response.
			if (error.response) return error.response;
			throw error;
		});
		return { text: response.text, errors: response.errors, status: response.exitCode, response };
	}

	/** Puts a new instance in the place of this one, as WordPress Playground does after 400 requests. Files remain. */
	async rotate() {
		await this.php.hotSwapPHPRuntime(await this.#runtime());
	}

	end() {
		try {
			this.php.exit();
		} catch {
			// It has ended already.
		}
	}
}

/** Returns a function that returns the bytes of an input one by one, then null. */
function reader(input) {
	const bytes = Buffer.from(input);
	let at = 0;
	return () => (at < bytes.length ? bytes[at++] : null);
}

async function drain(stream, chunks, listener) {
	for await (const view of stream) {
		const chunk = Buffer.from(view.buffer, view.byteOffset, view.byteLength);
		chunks.push(chunk);
		listener?.(chunk);
	}
}
