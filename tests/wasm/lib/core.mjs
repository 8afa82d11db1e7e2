// The package @countersign/core as packaging/wasm/core.sh has built it. WASM_CORE=DIR tests another build.
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

export const ROOT = path.resolve(import.meta.dirname, '../../..');
export const CORE = path.resolve(process.env.WASM_CORE || path.join(ROOT, 'target/wasm-core'));

/** The exports of the package. */
export const core = await import(pathToFileURL(path.join(CORE, 'node.js')).href);

/** Returns the vectors in a folder, by file name. */
export function vectors(folder) {
	const at = path.join(ROOT, 'tests/vectors', folder);
	const names = readdirSync(at).filter((name) => name.endsWith('.json'));
	return names.map((name) => [name.slice(0, -5), JSON.parse(readFileSync(path.join(at, name), 'utf8'))]);
}

/** Returns the code of the error that a function throws, or undefined if it throws none. */
export function codeOf(run) {
	try {
		run();
	} catch (error) {
		if (error.name !== 'CountersignError') throw error;
		return error.code;
	}
}
