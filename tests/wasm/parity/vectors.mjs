// The test vectors, read once.
import { readFileSync, readdirSync } from 'node:fs';

const FOLDER = new URL('../../vectors/', import.meta.url);

export const text = (path) => readFileSync(new URL(path, FOLDER));
export const vector = (path) => JSON.parse(text(path));
/** Returns the vectors in a folder, in the order of their names. */
export const folder = (path) => readdirSync(new URL(`${path}/`, FOLDER)).filter((name) => name.endsWith('.json')).sort().map((name) => vector(`${path}/${name}`));
