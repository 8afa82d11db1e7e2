// WordPress in a page of Chromium: PHP.wasm for browsers with the side module, the plugin, and the users of the blueprint of
// `make playground`. A server on loopback passes requests into the page, so that programs can use the site like any other.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import path from 'node:path';
import { serveModules } from './modules.mjs';
import { ROOT, WASM_EXT } from './php.mjs';

const { chromium } = createRequire(path.join(ROOT, 'tests/e2e/package.json'))('playwright-core');

/** The files of WordPress that PHP reads. Scripts and pictures are not served. */
const OF_PHP = /\.(php|json|html|css|crt)$/;

/** Starts Chromium. */
export const openChromium = () => chromium.launch({
	executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
	// Chromium's sandbox does not work for root. This browser opens only pages of the tests.
	args: process.getuid() === 0 ? ['--no-sandbox'] : [],
});

/**
 * @param {string} name The name under which tests/e2e finds the address.
 * @returns {Promise<{url: string, close: () => Promise<void>}>}
 */
export async function startBrowserSite(name) {
	const run = path.join(ROOT, '.cache/run', name);
	mkdirSync(run, { recursive: true });
	const packed = mkdtempSync(path.join(run, 'files-'));
	pack(packed);
	const modules = await serveModules({ page: '<!doctype html><title>WordPress</title><link rel="icon" href="data:,">', extension: WASM_EXT, site: packed });
	const browser = await openChromium();
	const page = await browser.newPage();
	const relay = createServer((request, response) => {
		pass(page, request, response).catch((error) => response.headersSent || response.writeHead(502).end(String(error)));
	}).listen(0, '127.0.0.1');
	const close = async () => {
		relay.closeAllConnections();
		relay.close();
		await browser.close();
		modules.close();
		rmSync(run, { recursive: true, force: true });
	};
	try {
		await new Promise((listening) => (relay.listening ? listening() : relay.once('listening', listening)));
		const url = `http://127.0.0.1:${relay.address().port}`;
		await page.goto(`${modules.url}/page`);
		await page.evaluate(boot, { url, steps: JSON.parse(readFileSync(path.join(ROOT, 'packaging/playground/blueprint.json'), 'utf8')).steps });
		writeFileSync(path.join(run, 'env'), `SITE_URL='${url}'\nSITE_RUN='${run}'\n`);
		return { url, close };
	} catch (error) {
		await close();
		throw error;
	}
}

/** Writes the files of the site one after the other into one file, and where each of them is. */
function pack(folder) {
	const trees = [
		[path.join(ROOT, '.cache/wordpress-7.1'), '/wordpress', OF_PHP],
		[path.join(ROOT, 'php-plugin/countersign'), '/wordpress/wp-content/plugins/countersign', /./],
	];
	const files = trees.flatMap(([tree, place, kept]) => readdirSync(tree, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile() && kept.test(entry.name))
		.map((entry) => path.join(entry.parentPath, entry.name))
		.map((file) => [`${place}/${path.relative(tree, file)}`, readFileSync(file)]));
	writeFileSync(path.join(folder, 'index.json'), JSON.stringify(files.map(([file, content]) => [file, content.length])));
	writeFileSync(path.join(folder, 'content'), Buffer.concat(files.map(([, content]) => content)));
}

/** Passes one request into the page and its answer back. */
async function pass(page, request, response) {
	const chunks = [];
	for await (const chunk of request) chunks.push(chunk);
	const { method, url, headers } = request;
	const answer = await page.evaluate(ask, { method, url, headers, body: Buffer.concat(chunks).toString('base64') });
	response.writeHead(answer.status, answer.headers).end(Buffer.from(answer.body, 'base64'));
}

/** Runs in the page: installs WordPress and does the steps of the blueprint. */
async function boot({ url, steps }) {
	const { loadWebRuntime } = await import('/npm/@php-wasm/web/index.js');
	const { bootWordPressAndRequestHandler } = await import('/npm/@wp-playground/wordpress/index.js');
	const bytes = async (address) => new Uint8Array(await (await fetch(address)).arrayBuffer());
	const index = await (await fetch('/site/index.json')).json();
	const content = await bytes('/site/content');
	const manifestUrl = new URL('/extension/manifest.json', location.href).href;
	const secret = () => Array.from(crypto.getRandomValues(new Uint8Array(32)), (byte) => byte.toString(16).padStart(2, '0')).join('');
	globalThis.handler = await bootWordPressAndRequestHandler({
		siteUrl: url,
		phpVersion: '8.2',
		maxPhpInstances: 1,
		sapiName: 'cli',
		cookieStore: false,
		createPhpRuntime: () => loadWebRuntime('8.2', { extensions: [{ source: { format: 'manifest', manifestUrl } }] }),
		sqliteIntegrationPluginZip: new File([await bytes('/npm/@wp-playground/cli/sqlite-database-integration.zip')], 'sqlite.zip'),
		wordpressInstallMode: 'install-from-existing-files',
		constants: { WP_DEBUG: false, WP_HTTP_BLOCK_EXTERNAL: true, DISABLE_WP_CRON: true, AUTH_KEY: secret(), AUTH_SALT: secret() },
		hooks: {
			beforeWordPressFiles(php) {
				let at = 0;
				for (const [file, length] of index) {
					php.mkdir(file.slice(0, file.lastIndexOf('/')));
					php.writeFile(file, content.subarray(at, (at += length)));
				}
			},
		},
	});
	const php = await globalThis.handler.getPrimaryPhp();
	const doStep = {
		setSiteOptions: () => `<?php require '/wordpress/wp-load.php'; foreach ( json_decode( getenv( 'OPTIONS' ), true ) as $name => $value ) { update_option( $name, $value ); }`,
		runPHP: ({ code }) => code,
		activatePlugin: ({ pluginPath }) => `<?php require '/wordpress/wp-load.php'; require_once ABSPATH . 'wp-admin/includes/plugin.php'; wp_set_current_user( 1 ); $error = activate_plugin( '${pluginPath}' ); if ( $error ) { throw new Exception( $error->get_error_message() ); }`,
	};
	for (const step of steps) await php.run({ code: doStep[step.step](step), env: { OPTIONS: JSON.stringify(step.options ?? {}) } });
}

/** Runs in the page: one request. */
async function ask({ method, url, headers, body }) {
	const bytes = Uint8Array.from(atob(body), (character) => character.charCodeAt(0));
	const { httpStatusCode: status, headers: sent, bytes: answer } = await globalThis.handler.request({ method, url, headers, body: bytes.length ? bytes : undefined });
	let text = '';
	for (let at = 0; at < answer.length; at += 8192) text += String.fromCharCode(...answer.subarray(at, at + 8192));
	return { status, headers: sent, body: btoa(text) };
}
