// Starts the installed Chromium with one window.
import axe from 'axe-core';
import { chromium } from 'playwright-core';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.env.SCREENSHOTS ?? 'screenshots';
const DESKTOP = { width: 1280, height: 900 };
const PHONE = { width: 390, height: 844 };
// WordPress's colour schemes of the dashboard. "fresh" has no style sheet of its own.
const SCHEMES = ['modern', 'fresh', 'light', 'blue', 'midnight', 'sunrise', 'ectoplasm', 'ocean', 'coffee'];

export async function openBrowser() {
	const browser = await chromium.launch({
		executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
		// Chromium's sandbox does not work for root. This browser opens only the test site.
		args: process.getuid() === 0 ? ['--no-sandbox'] : [],
	});
	const page = await (await browser.newContext({ viewport: DESKTOP })).newPage();
	page.setDefaultTimeout(60_000);
	// Chromium tells of a file chooser only from when somebody listens. A listener that is added with the key press can be late.
	page.on('filechooser', () => {});
	const complaints = [];
	page.on('pageerror', (error) => complaints.push(`${page.url()}: ${error.message}`));
	page.on('console', (message) => message.type() === 'error' && complaints.push(`${page.url()}: ${message.text()}`));
	let number = 0;
	/** Fills in the login form that the page shows. */
	const fillLogin = async (name) => {
		// A moment after the page was loaded, WordPress empties a field of the form and moves the focus to it.
		await page.locator('#loginform input:focus').waitFor();
		await page.getByLabel('Username or Email Address').fill(name);
		await page.getByLabel('Password', { exact: true }).fill(name);
	};
	return {
		page,
		/** Returns the errors that the browser has reported since the last call. */
		complaints: () => complaints.splice(0),
		/** Takes a screenshot of the whole page at the width of a desktop and, if requested, of a phone. */
		async picture(name, { phone = false } = {}) {
			mkdirSync(folder, { recursive: true });
			const file = `${String(++number).padStart(2, '0')}-${name}`;
			await page.screenshot({ path: join(folder, `${file}.png`), fullPage: true });
			if (!phone) return;
			await page.setViewportSize(PHONE);
			await page.screenshot({ path: join(folder, `${file}-phone.png`), fullPage: true });
			const { wide, wider } = await page.evaluate(() => ({
				wide: document.documentElement.clientWidth,
				wider: Math.max(...[...document.querySelectorAll('.countersign, .countersign *, .countersign-consent, .countersign-consent *')]
					.filter((element) => element.getClientRects().length && !element.closest('details:not([open]), .screen-reader-text'))
					.map((element) => element.getBoundingClientRect().right)),
			}));
			await page.setViewportSize(DESKTOP);
			if (wider > wide + 1) complaints.push(`${page.url()}: at phone width, the content is ${wider} pixels wide, but the page only ${wide}`);
		},
		/** Logs a person in, whose password is the name. */
		async logIn(url, name = 'admin') {
			await page.context().clearCookies();
			await page.goto(`${url}/wp-login.php`);
			await fillLogin(name);
			await page.getByRole('button', { name: 'Log In' }).click();
			await page.waitForURL(/wp-admin/);
		},
		fillLogin,
		/**
		 * Returns the serious and critical violations that axe-core finds in the parts of the page that the selector names: all of its
		 * rules at the width of a desktop and of a phone, and the contrast in all colour schemes of the dashboard. Pages without these
		 * schemes, such as the login, pass `{ schemes: false }`.
		 */
		async violations(selector, { schemes = true } = {}) {
			// Not a style element, which the policy of a page can forbid.
			await page.evaluate(() => {
				const still = new CSSStyleSheet();
				still.replaceSync('*, ::before, ::after { animation: none !important; transition: none !important; }');
				document.adoptedStyleSheets = [...document.adoptedStyleSheets, still];
			});
			if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source);
			// Everything that the page shows is looked at, also what a person has to open first.
			await page.evaluate(() => document.querySelectorAll('details').forEach((details) => (details.open = true)));
			const found = [];
			for (const size of [DESKTOP, PHONE]) {
				await page.setViewportSize(size);
				for (const scheme of schemes ? SCHEMES : [null]) {
					if (scheme) await page.evaluate(showScheme, scheme);
					const rules = scheme && scheme !== SCHEMES[0] ? ['color-contrast'] : null;
					found.push(...(await page.evaluate(runAxe, { selector, rules })).map((violation) => `${size.width}px ${scheme ?? ''} ${violation}`));
				}
				if (schemes) await page.evaluate(showScheme, SCHEMES[0]);
			}
			await page.setViewportSize(DESKTOP);
			return [...new Set(found)];
		},
		close: () => browser.close(),
	};
}

// Runs in the page: shows the dashboard in another colour scheme, as the profile page does.
async function showScheme(name) {
	const old = document.querySelector('#colors-css');
	const next = document.createElement('link');
	Object.assign(next, { rel: 'stylesheet', id: 'colors-css' });
	if (name !== 'fresh') {
		const loaded = new Promise((resolve, reject) => Object.assign(next, { onload: resolve, onerror: reject }));
		next.href = `${window.userSettings.url}wp-admin/css/colors/${name}/colors.min.css`;
		old.after(next);
		await loaded;
	} else {
		old.after(next);
	}
	old.remove();
	document.body.className = document.body.className.replace(/admin-color-\w+/, `admin-color-${name}`);
}

// Runs in the page: returns a line for each element that violates a rule.
async function runAxe({ selector, rules }) {
	const parts = [...document.querySelectorAll(selector)].filter((part) => part.getClientRects().length);
	if (!parts.length) return [`nothing matches ${selector}`];
	const { violations } = await window.axe.run(parts, {
		resultTypes: ['violations'],
		// The page in the frame of the Audit page has a test of its own, without the dashboard around it.
		iframes: false,
		...(rules ? { runOnly: { type: 'rule', values: rules } } : {}),
	});
	return violations
		.filter(({ impact }) => impact === 'serious' || impact === 'critical')
		.flatMap(({ id, nodes }) => nodes.map(({ target, any }) => `${id}: ${target.join(' ')} ${/ of ([\d.]+)/.exec(any[0]?.message)?.[1] ?? ''}`));
}
