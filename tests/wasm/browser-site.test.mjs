// The conversation of `make demo` with a WordPress that runs in a page of Chromium, with the side module.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import path from 'node:path';
import { test } from 'node:test';
import { startBrowserSite } from './lib/browser-site.mjs';
import { ROOT } from './lib/php.mjs';

const NAME = 'browser-site';

test('the conversation of `make demo` runs in the browser by the same script', { timeout: 400_000 }, async (t) => {
	const site = await startBrowserSite(NAME);
	t.after(() => site.close());
	// The site answers in this process, so the client must not block it.
	const demo = spawn(path.join(ROOT, '.cache/node22'), ['tests/demo/demo.mjs'], { cwd: ROOT, env: { ...process.env, SITE: NAME, NO_COLOR: '1' }, stdio: ['ignore', 'pipe', 'pipe'] });
	let printed = '';
	for (const stream of [demo.stdout, demo.stderr]) stream.setEncoding('utf8').on('data', (text) => (printed += text));
	const status = await new Promise((ended) => demo.once('exit', ended));
	assert.equal(status, 0, printed);
	assert.match(printed, /The log is complete and unchanged[\s\S]*All \d+ steps succeeded/);
});
