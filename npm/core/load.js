/**
 * For environments that cannot read core_bg.wasm beside this file: the program loads the module itself, before it uses a
 * class.
 */
import init, { initSync } from './core.js';

export * from './classes.js';

export async function load(source) {
	await init({ module_or_path: source });
}

export function loadSync(source) {
	initSync({ module: source });
}
