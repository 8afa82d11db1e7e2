// Who: a program behind the same address as an honest agent.
// Has: the addresses of the OAuth endpoints, the public client id of the agent, and an access token that was revoked.
// Does: registers clients, asks for tokens with invented ones, and revokes the old token, again and again.
// Gets: refusals, then 429 with the time to wait. The log grows by one entry for each reason, no row is stored, and the
// agent behind the same address refreshes and calls as before.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fetchRaw } from '../lib/http.mjs';
import { callTool } from '../lib/mcp.mjs';
import { refresh } from '../lib/oauth.mjs';
import { auditFrom, auditSize, connection, digest, reasonOf, site, withSettings } from '../security/support.mjs';

const localAddress = `127.${[1, 2, 3].map(() => 1 + Math.floor(Math.random() * 250)).join('.')}`;

test('a flood at the OAuth endpoints stores nothing, is recorded once for each reason, and stops no agent', async () => {
	const agent = await connection({ preset: 'read_only' });
	const { server, clientId } = agent;
	const send = (url, body) => fetchRaw(url, {
		method: 'POST',
		localAddress,
		headers: { 'Content-Type': typeof body === 'string' ? 'application/json' : 'application/x-www-form-urlencoded' },
		body: typeof body === 'string' ? body : new URLSearchParams(body).toString(),
	});
	const old = agent.accessToken;
	assert.equal((await send(server.revocation_endpoint, { token: old, client_id: clientId })).status, 200);
	const fresh = await refresh(agent);
	assert.equal(fresh.status, 200, fresh.text);

	await withSettings({ ip_limit: { max: 20, window: 3600 }, registration_limit: { max: 5, window: 3600 } }, async () => {
		const [size, before] = [await auditSize(), await digest()];
		const answers = [];
		for (let i = 0; i < 25; i++) {
			answers.push(...await Promise.all([
				send(server.registration_endpoint, '{"redirect_uris":["https://client.example/back"]}'),
				send(server.token_endpoint, { grant_type: 'refresh_token', refresh_token: 'csrt_x', client_id: clientId }),
				send(server.token_endpoint, { grant_type: 'refresh_token', refresh_token: 'csrt_x', client_id: 'csc_nobody' }),
				send(server.revocation_endpoint, { token: old, client_id: clientId }),
			]));
		}
		const late = answers.slice(-4);
		assert.deepEqual(late.map(({ status }) => status), [429, 429, 429, 429]);
		assert.deepEqual(late.map(reasonOf), ['rate_limited', 'rate_limited_ip', 'rate_limited_ip', 'rate_limited_ip']);
		for (const answer of late) assert.ok(Number(answer.headers['retry-after']) > 0);
		assert.equal(answers.filter(({ status }) => status === 201).length, 5);
		assert.equal(await digest(), before, 'nothing is stored');
		const reasons = (await auditFrom(size)).map(({ reason }) => reason).sort();
		assert.deepEqual(reasons, ['client_unknown', 'rate_limited', 'rate_limited_ip', 'token_malformed']);

		const again = await send(server.token_endpoint, { grant_type: 'refresh_token', refresh_token: fresh.json.refresh_token, client_id: clientId });
		assert.equal(again.status, 200, again.text);
		assert.equal(reasonOf(await callTool(site, again.json.access_token, 'whoami')), undefined);
	});
});
