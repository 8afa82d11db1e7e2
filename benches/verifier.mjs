// Measures the verification of a large export in the verifier page in Chromium, compared with the command line.
//
//   node benches/verifier.mjs PAGE.html COUNTERSIGN LOG.ndjson KEY_FILE
import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { chromium } from '../tests/e2e/node_modules/playwright-core/index.mjs';

const RUNS = 3;
const [file, program, log, keyFile] = process.argv.slice(2);
const key = readFileSync(keyFile, 'utf8').trim();

/** Returns the shortest of the times, in seconds. */
async function best(act) {
	const times = [];
	for (let run = 0; run < RUNS; run += 1) {
		const began = performance.now();
		await act();
		times.push((performance.now() - began) / 1000);
	}
	return Math.min(...times);
}

const native = await best(() => {
	const { status, stdout } = spawnSync(program, ['audit', 'verify', log, '--key', key], { encoding: 'utf8' });
	if (status !== 0) throw new Error(stdout);
});

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: process.getuid() === 0 ? ['--no-sandbox'] : [] });
const page = await browser.newPage();
page.setDefaultTimeout(300_000);
await page.goto(pathToFileURL(file).href);
await page.locator('html[data-ready]').waitFor();
await page.locator('#files').setInputFiles(log);
await page.locator('#taken li').waitFor();
await page.locator('#keys').fill(key);
const verified = await best(async () => {
	await page.locator('#verify').click();
	await page.locator('#verdict', { hasText: 'Verified' }).waitFor();
	await page.locator('#rows tr').first().waitFor();
});
const find = async (text, found) => {
	await page.locator('#text').fill(text);
	return best(async () => {
		await page.locator('#find').click();
		await page.locator('#searching').waitFor({ state: 'visible' });
		await page.locator('#searching').waitFor({ state: 'hidden' });
		const said = await page.locator('#found').innerText();
		if (!said.startsWith(found)) throw new Error(said);
	});
};
const one = await find('post:999999', '1 entry found');
const every = await find('update_post', '1,000,000 entries found');
await browser.close();

const seconds = (value) => `${value.toFixed(2)} s`;
console.log(`| what, with a log of a million entries (${Math.round(statSync(log).size / 1e6)} MB) | time | compared with the command line |`);
console.log('| --- | ---: | ---: |');
console.log(`| \`countersign audit verify\` | ${seconds(native)} | 1.0 |`);
console.log(`| verified in the page | ${seconds(verified)} | ${(verified / native).toFixed(1)} |`);
console.log(`| a text searched that one entry has | ${seconds(one)} | |`);
console.log(`| a text searched that every entry has | ${seconds(every)} | |`);
