// Runs last: no secret that any client or test of this run met may stand in a log or an audit entry.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { allSecrets } from '../lib/secrets.mjs';
import { auditFrom, site, verifyAudit } from './road.mjs';

const secrets = allSecrets();

test('the run has met secrets of every kind', () => {
	for (const [what, prefix] of [['access', 'csat_'], ['refresh', 'csrt_'], ['code', 'csac_'], ['confirmation', 'cscf_']])
		assert.ok(secrets.filter((secret) => secret.startsWith(prefix)).length >= 5, `${what} tokens among ${secrets.length} secrets`);
});

test('no audit entry holds one', async () => {
	const entries = await auditFrom(0);
	assert.ok(entries.length > 50, `${entries.length} entries`);
	const text = entries.map((entry) => JSON.stringify(entry)).join('\n');
	for (const secret of secrets) assert.ok(!text.includes(secret), `a secret that begins with ${secret.slice(0, 8)} (${secret.length} characters)`);
});

test('no log of PHP, WordPress or the web server holds one', () => {
	for (const file of readdirSync(site.log)) {
		const path = join(site.log, file);
		if (!statSync(path).isFile()) continue;
		let text = readFileSync(path, 'utf8');
		// The web server notes addresses: the test that puts a token into one, and the code on its way through, are known.
		if (file === 'access.log') text = text.split('\n').filter((line) => !/access_token=/.test(line)).join('\n');
		for (const secret of secrets) assert.ok(!text.includes(secret), `${file} holds a secret that begins with ${secret.slice(0, 8)}: ${lineWith(text, secret)}`);
	}
});

const lineWith = (text, secret) => text.split('\n').find((line) => line.includes(secret)).replaceAll(secret, '…').slice(0, 300);

test('the plugin complained of nothing', () => {
	for (const name of ['debug.log', 'php.log']) {
		const path = join(site.log, name);
		if (!existsSync(path)) continue;
		// Two tools of the fixtures fail on purpose.
		const lines = readFileSync(path, 'utf8').split('\n').filter((line) => /countersign/i.test(line) && /(Warning|Notice|Deprecated|Fatal|Uncaught)/.test(line) && !/countersign-fixtures/.test(line));
		assert.deepEqual(lines, []);
	}
});

test('after all of this the audit log verifies', async () => {
	assert.equal((await verifyAudit()).verdict, 'ok');
});
