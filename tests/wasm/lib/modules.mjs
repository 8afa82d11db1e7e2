// A web server on loopback for pages that import npm packages of this folder, as a bundler would let them: bare names are
// resolved as Node does it, and the import of another file than a script gives its address.
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire, isBuiltin } from 'node:module';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const packages = fileURLToPath(new URL('../node_modules/', import.meta.url));
const TYPES = { js: 'text/javascript', mjs: 'text/javascript', html: 'text/html; charset=utf-8', json: 'application/json', wasm: 'application/wasm' };
const SCRIPT = /\.m?js$/;
// In `import x from "y"`, `export * from "y"`, `import "y"` and `import("y")`.
const IMPORTS = /(\bfrom\s*|\bimport\s*\(?\s*)(["'])([^"'\s]+)\2/g;

/**
 * @param {Record<string, string>} folders What else is served: the first part of a path => folder, or the text of a page.
 * @returns {Promise<{url: string, close: () => void}>}
 */
export async function serveModules(folders) {
	const server = createServer((request, response) => {
		answer(new URL(request.url, 'http://127.0.0.1'), response).catch((error) => response.writeHead(500).end(error.stack));
	}).listen(0, '127.0.0.1');
	await new Promise((listening) => server.once('listening', listening));

	async function answer({ pathname, search }, response) {
		const [, first, ...rest] = decodeURIComponent(pathname).split('/');
		const base = first === 'npm' ? packages : folders[first];
		if (base === undefined) return response.writeHead(404).end();
		if (base.startsWith('<')) return response.writeHead(200, { 'Content-Type': TYPES.html }).end(base);
		const file = join(base, ...rest);
		if (!file.startsWith(base) || !existsSync(file)) return response.writeHead(404).end();
		response.setHeader('Content-Type', TYPES[file.split('.').at(-1)] ?? 'application/octet-stream');
		if (search === '?url') return response.setHeader('Content-Type', TYPES.js).end(`export default ${JSON.stringify(pathname)};`);
		if (first !== 'npm' || !SCRIPT.test(file)) return createReadStream(file).pipe(response);
		const source = await readFile(file, 'utf8');
		response.end(isModule(source) ? source.replace(IMPORTS, (_, before, quote, name) => before + quote + addressOf(name, file) + quote) : wrapped(source, file));
	}

	return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.closeAllConnections() ?? server.close() };
}

/** Returns the address of an imported module, or the name itself where the browser must report it. */
function addressOf(name, importer) {
	if (isBuiltin(name) || /^[a-z]+:/.test(name)) return name;
	const [path, query = ''] = name.split('?');
	const file = path.startsWith('.') ? join(dirname(importer), path) : entryOf(path, dirname(importer));
	if (!file) return name;
	return `/npm/${relative(packages, file).split(sep).join('/')}${query || !SCRIPT.test(file) ? '?url' : ''}`;
}

/** Returns the entry module of a package, from the nearest folder that has it. */
function entryOf(name, folder) {
	// The packages for browsers bring their own copy of this one. Two copies in a page do not know each other's PHP.
	if (name === '@php-wasm/universal') folder = join(packages, '@php-wasm/web');
	for (; folder.startsWith(packages.slice(0, -1)); folder = dirname(folder)) {
		const found = join(folder.endsWith('node_modules') ? folder : join(folder, 'node_modules'), name);
		if (existsSync(join(found, 'package.json'))) return join(found, mainOf(found));
	}
}

const isModule = (source) => /^\s*(import|export)\b/m.test(source);

/** Returns a CommonJS module without imports of its own as a module. */
function wrapped(source, file) {
	const names = Object.keys(createRequire(file)(file));
	return `const module = { exports: {} };\n((module, exports) => {\n${source}\n})(module, module.exports);\nexport const { ${names.join(', ')} } = module.exports;\nexport default module.exports;`;
}

function mainOf(folder) {
	const { exports, module, main } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
	const entry = exports?.['.'] ?? exports;
	return [entry?.browser, entry?.import, entry?.default, entry, module, main, 'index.js']
		.map((found) => found?.default ?? found)
		.find((found) => typeof found === 'string');
}
