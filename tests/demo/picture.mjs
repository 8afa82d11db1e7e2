// Draws the output of `make demo` for the README: reads it from standard input and writes a PNG.
//
//   FORCE_COLOR=1 SITE=demo node tests/demo/demo.mjs | node tests/demo/picture.mjs docs/demo.png
import { createRequire } from 'node:module';
import { text } from 'node:stream/consumers';

const require = createRequire(new URL('../e2e/package.json', import.meta.url));
const { chromium } = require('playwright-core');

const styles = { 1: 'font-weight:700', 2: 'color:#8a949e', 31: 'color:#ff8272', 32: 'color:#7bd88f', 33: 'color:#fce566', 34: 'color:#7db4ff', 35: 'color:#d9a9ff', 36: 'color:#5ad4e6' };
const escape = (part) => part.replace(/[&<>]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[sign]);

/** Returns text with terminal colours as HTML. */
function html(ansi) {
	let open = 0;
	const body = ansi.replace(/\x1b\[([\d;]*)m|([^\x1b]+)/g, (_, codes, part) => {
		if (part !== undefined) return escape(part);
		const wanted = codes.split(';').map((code) => styles[code]).filter(Boolean);
		if (wanted.length === 0) return '</span>'.repeat(open) + ((open = 0), '');
		open++;
		return `<span style="${wanted.join(';')}">`;
	});
	return `<body style="margin:0"><pre style="margin:0;padding:28px 34px;width:max-content;background:#14191f;color:#e4e9ee;font:15px/1.45 'DejaVu Sans Mono',monospace">${body}${'</span>'.repeat(open)}</pre>`;
}

const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
const page = await browser.newPage({ deviceScaleFactor: 1.5 });
await page.setContent(html((await text(process.stdin)).trimEnd()));
await page.locator('pre').screenshot({ path: process.argv[2] });
await browser.close();
