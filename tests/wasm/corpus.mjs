// The cases of tampering in tests/vectors/audit/file, and what the command line says about each of them.
import { spawnSync } from 'node:child_process';
import { createPrivateKey, sign } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const folder = `${root}/tests/vectors/audit/file`;
const read = (name) => readFileSync(`${folder}/${name}`);

/** The signing key of the vectors, whose seed is 32 bytes of one, in PKCS #8 (RFC 8410). */
const signer = createPrivateKey({ key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.alloc(32, 1)]), format: 'der', type: 'pkcs8' });

/** Signs a checkpoint as the site of the vectors does. The vectors name roots, but people keep checkpoints. */
function checkpoint(key, [size, hex]) {
	const [name, id] = key.split('+');
	const text = `${name}\n${size}\n${Buffer.from(hex, 'hex').toString('base64')}\n`;
	const signature = Buffer.concat([Buffer.from(id, 'hex'), sign(null, Buffer.from(text), signer)]);
	return `${text}\n— ${name} ${signature.toString('base64')}\n`;
}

/** The bytes of a case. The file of one very long line is not stored. */
function bytes({ name, insert }) {
	if (!insert) return read(`${name}.ndjson`);
	const lines = read(`${insert.into}.ndjson`).toString('latin1').split('\n');
	lines.splice(insert.before_line - 1, 0, insert.byte.repeat(insert.count));
	return Buffer.from(lines.join('\n'), 'latin1');
}

/** Every case: the file, and what the auditor knows. `taken` is in milliseconds since 1970. */
export const cases = JSON.parse(read('index.json')).map((item) => ({
	...item,
	file: bytes(item),
	checkpoints: item.roots.map((known) => checkpoint(item.keys[0], known)),
}));

/** Builds the command line if it is not up to date, and returns its path. */
export function buildCommandLine() {
	const build = spawnSync('cargo', ['build', '--quiet', '--locked', '--features', 'cli,redis', '--bin', 'countersign'], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
	if (build.status !== 0) throw new Error('the command line cannot be built');
	return join(process.env.CARGO_TARGET_DIR ?? `${root}/target`, 'debug/countersign');
}

/** Runs `countersign audit verify --json` about every case. Returns for each what it prints, and its exit code. */
export function askCommandLine() {
	const program = buildCommandLine();
	const work = mkdtempSync(join(tmpdir(), 'countersign-corpus-'));
	try {
		return cases.map(({ file, keys, checkpoints, seal_key, taken }) => {
			const args = ['audit', 'verify', '-', '--json', ...keys.flatMap((key) => ['--key', key])];
			checkpoints.forEach((note, at) => {
				writeFileSync(join(work, `kept-${at}`), note);
				args.push('--checkpoint', join(work, `kept-${at}`));
			});
			if (seal_key) {
				writeFileSync(join(work, 'seal'), `${seal_key}\n`);
				args.push('--seal-key', join(work, 'seal'), ...(taken === null ? [] : ['--taken', String(taken / 1000)]));
			}
			const { stdout, stderr, status } = spawnSync(program, args, { input: file, encoding: 'utf8' });
			if (status === 2) throw new Error(`the command line refused its arguments: ${stderr}`);
			return { json: stdout.trimEnd(), exit: status };
		});
	} finally {
		rmSync(work, { recursive: true });
	}
}
