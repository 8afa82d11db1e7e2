// Starts the installed Chromium with one window.
import { chromium } from 'playwright-core';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.env.SCREENSHOTS ?? 'screenshots';
const DESKTOP = { width: 1280, height: 900 };
const PHONE = { width: 390, height: 844 };

export async function openBrowser() {
	const browser = await chromium.launch({
		executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
		// Chromium's sandbox does not work for root. This browser opens only the test site.
		args: process.getuid() === 0 ? ['--no-sandbox'] : [],
	});
	const page = await (await browser.newContext({ viewport: DESKTOP })).newPage();
	page.setDefaultTimeout(60_000);
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
		close: () => browser.close(),
	};
}
