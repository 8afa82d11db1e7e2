// Sixteen concurrent requests on four PHP workers: limits, confirmations and the log are exact.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { callTool, send } from '../lib/mcp.mjs';
import { authorize, refresh, tokenRequest } from '../lib/oauth.mjs';
import { auditFrom, auditSize, connection, draft, postStatus, reasonOf, review, setLimit, site, verifyAudit, withSettings } from './support.mjs';

let grant;
before(async () => (grant = await connection()));

/** Runs `count` jobs, at most sixteen at the same time. */
async function parallel(count, job) {
	const answers = [];
	let next = 0;
	await Promise.all(Array.from({ length: 16 }, async () => {
		while (next < count) {
			const i = next++;
			answers[i] = await job(i);
		}
	}));
	return answers;
}

const tally = (answers) => answers.reduce((sum, { status }) => ({ ...sum, [status]: (sum[status] ?? 0) + 1 }), {});

test('an address may fail exactly 60 times of 120, the refusals are one audit entry, and an agent there goes on', async () => {
	await withSettings({ ip_limit: { max: 60, window: 60 } }, async () => {
		const size = await auditSize();
		// Uses a loopback address that no other test has used in the last minute.
		const localAddress = `127.${[1, 2, 3].map(() => 1 + Math.floor(Math.random() * 250)).join('.')}`;
		const answers = await parallel(180, (i) => send(site, i % 3 ? 'csat_nonsense' : grant.accessToken, 'tools/list', {}, { localAddress }));
		assert.deepEqual(tally(answers), { 200: 60, 401: 60, 429: 60 });
		const over = answers.filter(({ status }) => status === 429);
		for (const answer of over) {
			assert.equal(reasonOf(answer), 'rate_limited_ip');
			assert.ok(Number(answer.headers['retry-after']) > 0, 'Retry-After');
			assert.ok(Object.keys(answer.headers).some((name) => name.startsWith('ratelimit')), `RateLimit headers: ${Object.keys(answer.headers)}`);
		}
		const entries = (await auditFrom(size)).filter(({ reason }) => reason === 'rate_limited_ip');
		assert.equal(entries.length, 1, 'one entry for all refusals');
	});
});

test('the limit of one connection is exact and does not affect another connection', async () => {
	const own = await connection();
	await setLimit(own.id, 20, 3600);
	const size = await auditSize();
	const answers = await parallel(48, () => callTool(site, own.accessToken, 'whoami'));
	// As many refusals are answered, so that the model reads them; the rest is refused by status.
	assert.deepEqual(tally(answers), { 200: 40, 429: 8 });
	const refusals = answers.filter((answer) => reasonOf(answer) !== undefined);
	assert.equal(refusals.length, 28);
	for (const answer of refusals) {
		assert.equal(reasonOf(answer), 'rate_limited_connection');
		assert.ok(Number(answer.headers['retry-after']) > 3000, 'Retry-After');
		assert.match(answer.json.result?.content[0].text ?? answer.json.error.message, /Wait \d+ seconds, then try again\.$/);
	}
	assert.equal((await auditFrom(size)).filter(({ reason }) => reason === 'rate_limited_connection').length, 1);
	assert.equal(reasonOf(await callTool(site, grant.accessToken, 'whoami')), undefined);
});

test('one confirmation token publishes exactly once', async () => {
	for (let round = 0; round < 3; round++) {
		const id = await draft(grant.accessToken);
		const confirmation_token = await review(grant.accessToken, 'publish_post', { id });
		const size = await auditSize();
		const answers = await parallel(16, () => callTool(site, grant.accessToken, 'publish_post', { id, confirmation_token }));
		const won = answers.filter((answer) => answer.json?.result && !answer.json.result.isError);
		assert.equal(won.length, 1, answers.map((answer) => answer.text.slice(0, 200)).join('\n'));
		assert.ok(answers.filter((answer) => !won.includes(answer)).every((answer) => reasonOf(answer) === 'confirmation_used'));
		assert.equal(await postStatus(id), 'publish');
		const outcomes = (await auditFrom(size)).filter(({ outcome, action }) => outcome === 'ok' && action.includes('publish_post'));
		assert.equal(outcomes.length, 1, 'the log has one publication');
	}
});

test('concurrent writers leave a log without gaps that verifies', async () => {
	const size = await auditSize();
	const answers = await parallel(64, (i) => (i % 4 === 0 ? callTool(site, 'nonsense', 'whoami') : callTool(site, grant.accessToken, i % 2 ? 'whoami' : 'no_such_tool')));
	assert.ok(answers.every(({ status }) => status === 200 || status === 401));
	const entries = await auditFrom(0);
	assert.ok(entries.length > size);
	assert.deepEqual(entries.map(({ seq }) => seq), entries.map((_, i) => i), 'no gap and no duplicate');
	const { verdict, checked } = await verifyAudit();
	assert.equal(verdict, 'ok');
	assert.equal(checked, entries.length);
});

test('32 concurrent refreshes give one successor and keep the connection', async () => {
	const own = await connection();
	const answers = await parallel(32, () => refresh(own));
	assert.deepEqual(tally(answers), { 200: 32 }, answers.map(({ text }) => text).join('\n').slice(0, 600));
	assert.equal(new Set(answers.map(({ json }) => json.refresh_token)).size, 1, 'all get the same successor');
	const last = answers.at(-1).json;
	assert.notEqual(last.refresh_token, own.refreshToken);
	assert.equal(reasonOf(await callTool(site, last.access_token, 'whoami')), undefined);
	const next = await refresh(own, last.refresh_token);
	assert.equal(next.status, 200, next.text);
});

test('reuse of a refresh token after its successor was used revokes the family', async () => {
	const own = await connection();
	const first = await refresh(own);
	assert.equal(first.status, 200, first.text);
	const second = await refresh(own, first.json.refresh_token);
	assert.equal(second.status, 200, second.text);
	const size = await auditSize();
	const reused = await refresh(own);
	assert.equal(reused.status, 400, reused.text);
	assert.equal(reused.json.error, 'invalid_grant');
	assert.ok((await auditFrom(size)).some(({ reason }) => reason === 'refresh_reused'), 'the log says so');
	const dead = await refresh(own, second.json.refresh_token);
	assert.equal(dead.status, 400, 'the newest refresh token is refused too');
	for (const token of [own.accessToken, first.json.access_token, second.json.access_token])
		assert.equal((await callTool(site, token, 'whoami')).status, 401, 'the access tokens are refused too');
});

test('of sixteen concurrent uses of an authorization code one succeeds, and the reuse revokes its tokens', async () => {
	const own = await authorize(site, { preset: 'read_only', user: 'editor' });
	const answers = await parallel(16, () => tokenRequest(own.server, own.codeForm));
	assert.deepEqual(tally(answers), { 200: 1, 400: 15 });
	assert.ok(answers.every(({ status, json }) => status === 200 || json.error === 'invalid_grant'));
	const { access_token: token } = answers.find(({ status }) => status === 200).json;
	assert.equal((await callTool(site, token, 'whoami')).status, 401);
});
