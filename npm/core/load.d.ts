export * from './index.js';

/** What the module can be loaded from: its bytes, a compiled module, a response, or an address. */
export type ModuleSource = BufferSource | WebAssembly.Module | Response | URL | string;

/** Loads the module. A second call has no effect. No class may be used before. */
export function load(source: ModuleSource | Promise<ModuleSource>): Promise<void>;

/** Loads the module from its bytes or from a compiled module. */
export function loadSync(source: BufferSource | WebAssembly.Module): void;
