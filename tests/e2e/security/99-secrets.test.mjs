// Runs last: no log and no audit entry may contain a secret that a client or test of this run has used.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { allSecrets } from '../lib/secrets.mjs';
import { auditFrom, site, verifyAudit } from './support.mjs';

const secrets = allSecrets();

test('the run has collected secrets of every kind', () => {
	for (const [what, prefix] of [['access', 'csat_'], ['refresh', 'csrt_'], ['code', 'csac_'], ['confirmation', 'cscf_']])
		assert.ok(secrets.filter((secret) => secret.startsWith(prefix)).length >= 5, `${what} tokens among ${secrets.length} secrets`);
});

test('no audit entry contains a secret', async () => {
	const entries = await auditFrom(0);
	assert.ok(entries.length > 50, `${entries.length} entries`);
	const text = entries.map((entry) => JSON.stringify(entry)).join('\n');
	for (const secret of secrets) assert.ok(!text.includes(secret), `a secret that begins with ${secret.slice(0, 8)} (${secret.length} characters)`);
});

test('no log of PHP, WordPress or the web server contains a secret', () => {
	for (const file of readdirSync(site.log)) {
		const path = join(site.log, file);
		if (!statSync(path).isFile()) continue;
		let text = readFileSync(path, 'utf8');
		// The web server logs addresses. Two secrets in them are expected: the token of one test, and the code.
		if (file === 'access.log') text = text.split('\n').filter((line) => !/access_token=/.test(line)).join('\n');
		for (const secret of secrets) if (text.includes(secret)) assert.fail(`${file} holds a secret that begins with ${secret.slice(0, 8)}: ${lineWith(text, secret)}`);
	}
});

function lineWith(text, secret) {
	return text.split('\n').find((line) => line.includes(secret))?.replaceAll(secret, '…').slice(0, 300);
}

test('the plugin caused no PHP warning or error', () => {
	for (const name of ['wordpress.log', 'php.log', 'fpm.log']) {
		const path = join(site.log, name);
		if (!existsSync(path)) continue;
		// Two tools of the fixtures fail intentionally.
		const lines = readFileSync(path, 'utf8').split('\n').filter((line) => /countersign/i.test(line) && /(Warning|Notice|Deprecated|Fatal|Uncaught)/.test(line) && !/countersign-fixtures/.test(line));
		assert.deepEqual(lines, []);
	}
});

test('the audit log verifies at the end of the run', async () => {
	const { verdict, checked } = await verifyAudit();
	assert.equal(verdict, 'ok');
	assert.equal(checked, (await auditFrom(0)).length);
});

test('an entry that is changed or removed in the database is detected', async () => {
	const table = '{$wpdb->prefix}countersign_audit_entry';
	const row = await site.php(`return array_map( 'bin2hex', $wpdb->get_row( "SELECT * FROM ${table} WHERE seq = 7", ARRAY_N ) );`);
	const sql = (statement) => site.php(`return $wpdb->query( "${statement}" );`);
	const body = Buffer.from(row[2], 'hex').toString();
	const put = (text) => sql(`UPDATE ${table} SET body = 0x${Buffer.from(text).toString('hex')} WHERE seq = 7`);

	await put(body.replace('"seq":7', '"seq":8'));
	assert.deepEqual(pick(await verifyAudit()), ['entry_modified', 7]);
	await put(body);
	assert.equal((await verifyAudit()).verdict, 'ok');

	await sql(`UPDATE ${table} SET seq = 9999999 WHERE seq = 7`);
	assert.equal((await verifyAudit()).ok, false);
	await sql(`UPDATE ${table} SET seq = 7 WHERE seq = 9999999`);
	assert.equal((await verifyAudit()).verdict, 'ok');
});

const pick = ({ verdict, first_bad }) => [verdict, first_bad];
