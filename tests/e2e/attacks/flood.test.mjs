// Who: a program without a valid token, behind the same address as an agent; then an agent that has gone out of control.
// Has: every address of the site, tokens that are forged, expired or revoked, and its own genuine token.
// Does: sends 2,000 requests to all endpoints at once; the agent sends 400 with its own token.
// Gets: refusals. The audit log grows by at most one entry a minute for each reason and address, no other table and no
// error log grows at all, and the agents behind the same address go on during the flood and after it.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { fetchRaw } from '../lib/http.mjs';
import { META, callTool, content, headersFor, send } from '../lib/mcp.mjs';
import { REDIRECT } from '../lib/oauth.mjs';
import { FIELDS, altered } from '../lib/tokens.mjs';
import { auditFrom, auditSize, connection, done, reasonOf, setLimit, site, until, verifyAudit, withSettings } from '../security/support.mjs';

const REQUESTS = 2000;
const AT_ONCE = 16;

/** A loopback address that no other test uses. */
const address = () => `127.${[1, 2, 3].map(() => 1 + Math.floor(Math.random() * 250)).join('.')}`;

/** Runs `count` jobs, at most sixteen at the same time. */
async function parallel(count, job) {
	const answers = [];
	let next = 0;
	await Promise.all(Array.from({ length: AT_ONCE }, async () => {
		while (next < count) {
			const i = next++;
			answers[i] = await job(i);
		}
	}));
	return answers;
}

/** Counts the rows of every table of the database, and lists the options, which hold transients too. */
const rows = () => site.php(`
	$counts = array();
	foreach ( $wpdb->get_col( 'SHOW TABLES' ) as $table ) {
		$counts[ $table ] = (int) $wpdb->get_var( "SELECT COUNT(*) FROM \`$table\`" );
	}
	$counts['options'] = implode( ' ', $wpdb->get_col( "SELECT option_name FROM $wpdb->options ORDER BY 1" ) );
	return $counts;`);

/** The contents of the error logs of PHP, php-fpm and nginx. */
function errorLogs() {
	return ['php.log', 'fpm.log', 'nginx.log', 'debug.log'].map((name) => {
		try {
			return readFileSync(join(site.log, name), 'utf8');
		} catch {
			return '';
		}
	});
}

/** The bytes that the store of the extension uses on disk. */
function stateSize(folder = `${site.run}/state`) {
	return readdirSync(folder, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).blocks * 512, 0);
}

/** Asserts that entries with the same reason, which all have the same address, are a minute apart. The limit counts in seconds. */
function assertQuiet(entries) {
	const last = new Map();
	for (const { time, action, reason, seq } of entries) {
		const since = Number(time) - (last.get(reason) ?? 0);
		assert.ok(since > 59_000, `${reason} is recorded again after ${since} ms, as entry ${seq} (${action})`);
		last.set(reason, Number(time));
	}
}

// The tests of this folder run with higher limits. This one needs those of a new site.
const DEFAULTS = `
	$defaults = ( new ReflectionClassConstant( '\\Countersign\\Plugin\\Site\\Settings', 'DEFAULTS' ) )->getValue();
	return array_filter( $defaults, 'is_array' );`;

let victim; // An agent behind the address of the flood.
let other; // Another agent behind it.
let revoked; // What is left of a connection that was revoked.
let expired;
let limits;
before(async () => {
	limits = await site.php(DEFAULTS);
	victim = await connection();
	other = await connection();
	revoked = await connection();
	expired = await site.php(
		"return ( new \\Countersign\\Tokens( \\Countersign\\Plugin\\Plugin::composition()->extension()->keyring() ) )->issue( \\Countersign\\TokenKind::Access, (int) $args['id'], 1, \\Countersign\\Plugin\\Site\\Urls::mcp(), 0 );",
		{ id: victim.id },
	);
	await until('the token expires', async () => (await callTool(site, expired, 'whoami')).status === 401);
	await form(revoked.server.revocation_endpoint, { token: revoked.refreshToken, client_id: revoked.clientId });
	assert.equal((await callTool(site, revoked.accessToken, 'whoami')).status, 401);
});

const form = (url, fields, { headers = {}, localAddress } = {}) => fetchRaw(url, {
	method: 'POST',
	localAddress,
	headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
	body: new URLSearchParams(fields).toString(),
});

/** Every kind of request that needs no valid token. Each is a function of a number that differs every time. */
function attacks(localAddress) {
	const { server, clientId } = victim;
	const rest = `${site.url}/wp-json/countersign/v1`;
	const mcp = (token, options = {}) => send(site, token, 'tools/call', { name: 'whoami', arguments: {} }, { localAddress, ...options });
	const raw = (method, url, headers = {}, body = undefined) => fetchRaw(url, { method, headers, body, localAddress });
	const post = (url, fields, headers) => form(url, fields, { headers, localAddress });
	const json = (body) => raw('POST', server.registration_endpoint, { 'Content-Type': 'application/json' }, typeof body === 'string' ? body : JSON.stringify(body));
	const forged = (i) => altered(victim.accessToken, (bytes) => bytes.writeUInt32BE(i, FIELDS.tag));
	const metadata = (i) => ({ client_name: `Client ${i}`, redirect_uris: [`${REDIRECT}/${i}`], token_endpoint_auth_method: i % 2 ? 'none' : 'client_secret_basic' });
	const query = (fields) => new URLSearchParams({ response_type: 'code', client_id: clientId, redirect_uri: REDIRECT, code_challenge: 'x'.repeat(43), code_challenge_method: 'S256', resource: victim.resource.resource, ...fields }).toString();
	const consent = (fields) => `${site.url}/wp-login.php?action=countersign_authorize&request=${Buffer.from(query(fields)).toString('base64url')}`;
	const code = { grant_type: 'authorization_code', redirect_uri: REDIRECT, code_verifier: 'x'.repeat(43) };
	return {
		'MCP without a token': () => mcp(undefined),
		'MCP, forged token': (i) => mcp(forged(i)),
		'MCP, another forged token': (i) => mcp(`csat_${String(i).padStart(160, 'A')}`),
		'MCP, a word as token': (i) => mcp(`word${i}`),
		'MCP, expired token': () => mcp(expired),
		'MCP, revoked token': () => mcp(revoked.accessToken),
		'MCP, refresh token': () => mcp(victim.refreshToken),
		'MCP, token in the query': (i) => mcp(undefined, { query: `?access_token=${i}` }),
		'MCP, foreign host': (i) => mcp(undefined, { headers: { Host: `host${i}.example` } }),
		'MCP, foreign origin': (i) => mcp(undefined, { headers: { Origin: `https://host${i}.example` } }),
		'MCP, another forwarded address': (i) => mcp(undefined, { headers: { 'X-Forwarded-For': `192.0.2.${i % 250}`, Forwarded: `for=192.0.2.${i % 250}` } }),
		'MCP, no JSON': (i) => raw('POST', site.endpoint, { 'Content-Type': 'application/json' }, `{"a":${i}`),
		'MCP, no JSON, expired token': (i) => raw('POST', site.endpoint, headersFor('tools/list', {}, expired), `{"a":${i}`),
		'MCP, no JSON, revoked token': (i) => raw('POST', site.endpoint, headersFor('tools/list', {}, revoked.accessToken), `{"a":${i}`),
		'MCP, GET': () => raw('GET', site.endpoint),
		'MCP, DELETE': () => raw('DELETE', site.endpoint),
		'MCP, PUT, revoked token': () => raw('PUT', site.endpoint, headersFor('tools/list', {}, revoked.accessToken), '{}'),
		'MCP, OPTIONS': (i) => raw('OPTIONS', site.endpoint, { Origin: `https://host${i}.example`, 'Access-Control-Request-Method': 'POST' }),
		'token, unknown code': (i) => post(server.token_endpoint, { ...code, client_id: clientId, code: `code${i}` }),
		'token, unknown client': (i) => post(server.token_endpoint, { ...code, client_id: `client${i}`, code: `code${i}` }),
		'token, metadata document': (i) => post(server.token_endpoint, { ...code, client_id: `https://host${i}.example/client.json`, code: 'x' }),
		'token, forged refresh token': (i) => post(server.token_endpoint, { grant_type: 'refresh_token', client_id: clientId, refresh_token: altered(victim.refreshToken, (bytes) => bytes.writeUInt32BE(i, FIELDS.tag)) }),
		'token, revoked refresh token': () => post(server.token_endpoint, { grant_type: 'refresh_token', client_id: revoked.clientId, refresh_token: revoked.refreshToken }),
		'token, access token': () => post(server.token_endpoint, { grant_type: 'refresh_token', client_id: clientId, refresh_token: victim.accessToken }),
		'token, wrong secret': (i) => post(server.token_endpoint, code, { Authorization: `Basic ${Buffer.from(`${clientId}:wrong${i}`).toString('base64')}` }),
		'token, other grant type': (i) => post(server.token_endpoint, { grant_type: `password${i}`, client_id: clientId }),
		'token, empty': () => post(server.token_endpoint, {}),
		'token, no form': (i) => raw('POST', server.token_endpoint, { 'Content-Type': 'application/json' }, `%ff=%00&${i}`),
		'token, GET': () => raw('GET', server.token_endpoint),
		'revoke, nonsense': (i) => post(server.revocation_endpoint, { token: `token${i}`, client_id: clientId }),
		'revoke, unknown client': (i) => post(server.revocation_endpoint, { token: revoked.refreshToken, client_id: `client${i}` }),
		'revoke, revoked refresh token': () => post(server.revocation_endpoint, { token: revoked.refreshToken, client_id: revoked.clientId }),
		'revoke, revoked access token': () => post(server.revocation_endpoint, { token: revoked.accessToken, client_id: revoked.clientId }),
		'revoke, expired access token': () => post(server.revocation_endpoint, { token: expired, client_id: clientId }),
		'revoke, forged access token': (i) => post(server.revocation_endpoint, { token: forged(i), client_id: clientId }),
		'revoke, wrong secret': (i) => post(server.revocation_endpoint, { token: 'x' }, { Authorization: `Basic ${Buffer.from(`${clientId}:wrong${i}`).toString('base64')}` }),
		'revoke, OPTIONS': () => raw('OPTIONS', server.revocation_endpoint),
		'register': (i) => json(metadata(i)),
		'register, long': (i) => json({ ...metadata(i), client_name: `${i}${'x'.repeat(10_000)}` }),
		'register, no JSON': (i) => json(`{"client_name":"${i}`),
		'register, no redirect': (i) => json({ client_name: `Client ${i}` }),
		'register, hostile redirect': (i) => json({ ...metadata(i), redirect_uris: [`javascript:${i}`] }),
		'authorize': (i) => raw('GET', `${server.authorization_endpoint}?${query({ state: i })}`),
		'authorize, unknown client': (i) => raw('GET', `${server.authorization_endpoint}?${query({ client_id: `client${i}` })}`),
		'authorize, long': (i) => raw('GET', `${server.authorization_endpoint}?${query({ state: `${i}${'x'.repeat(5000)}` })}`),
		'authorize, POST': (i) => raw('POST', server.authorization_endpoint, {}, query({ state: i })),
		'consent': (i) => raw('GET', consent({ state: i })),
		'consent, metadata document': (i) => raw('GET', consent({ client_id: `https://host${i}.example/client.json` })),
		'consent, long': (i) => raw('GET', consent({ state: `${i}${'x'.repeat(4000)}` })),
		'consent, POST': (i) => raw('POST', consent({ state: i }), { 'Content-Type': 'application/x-www-form-urlencoded' }, `decision=allow&_wpnonce=${i}&user=1&preset=full_access`),
		'consent, no request': (i) => raw('GET', `${site.url}/wp-login.php?action=countersign_authorize&request=${i}`),
		'kill switch': () => raw('GET', `${rest}/kill-switch`),
		'kill switch, POST': () => raw('POST', `${rest}/kill-switch`, { 'Content-Type': 'application/json' }, '{"on":true}'),
		'well-known': (i) => raw('GET', `${site.url}/.well-known/oauth-authorization-server?${i}`),
		'well-known, POST': (i) => raw('POST', `${site.url}/.well-known/oauth-protected-resource?${i}`, {}, 'x'),
		'jwks': (i) => raw('GET', `${rest}/jwks?${i}`),
		'unknown route': (i) => raw('GET', `${rest}/nothing${i}`),
		'admin-post': (i) => raw('POST', `${site.url}/wp-admin/admin-post.php`, { 'Content-Type': 'application/x-www-form-urlencoded' }, `action=countersign_revoke&connection=${victim.id}&_wpnonce=${i}`),
		'admin-post, kill switch': () => raw('GET', `${site.url}/wp-admin/admin-post.php?action=countersign_kill_switch&on=0`),
	};
}

test('2,000 requests without a valid token leave a bounded log and a working agent behind the same address', async (t) => {
	await withSettings(limits, async () => {
		const localAddress = address();
		const kinds = Object.entries(attacks(localAddress));
		const [size, counted, logged, state] = [await auditSize(), await rows(), errorLogs(), stateSize()];
		const began = Date.now();
		let calls = 0;
		const agentGoesOn = async () => {
			calls++;
			content(await callTool(site, victim.accessToken, 'whoami', {}, { localAddress }));
		};
		const refreshes = async () => {
			const answer = await form(victim.server.token_endpoint, { grant_type: 'refresh_token', client_id: victim.clientId, refresh_token: victim.refreshToken }, { localAddress });
			assert.equal(answer.status, 200, `the agent gets no new token: ${answer.text}`);
			victim.accessToken = answer.json.access_token;
			victim.refreshToken = answer.json.refresh_token;
		};
		const seen = new Map();
		await parallel(REQUESTS, async (i) => {
			const [kind, attack] = kinds[i % kinds.length];
			const answer = await attack(i);
			const said = `${answer.status} ${reasonOf(answer) ?? answer.json?.error ?? ''}`;
			seen.set(kind, new Map(seen.get(kind)).set(said, (seen.get(kind)?.get(said) ?? 0) + 1));
			assert.ok(answer.status < 500, `${kind}: ${said} ${answer.text.slice(0, 300)}`);
			if (i % 200 === 100) await agentGoesOn();
			if (i % 1000 === 500) await refreshes();
		});
		const minutes = Math.ceil((Date.now() - began) / 60_000);
		t.diagnostic(`${REQUESTS} requests in ${((Date.now() - began) / 1000).toFixed(1)} s`);
		for (const [kind, answers] of seen) t.diagnostic(`${kind}: ${[...answers].map(([said, n]) => `${n} × ${said}`).join(', ')}`);
		await agentGoesOn();
		await refreshes();
		assert.deepEqual([...seen.get('authorize, long').keys()], ['400 oauth_request_invalid'], 'too long for a redirect');
		assert.deepEqual([...seen.get('MCP, expired token').keys()], ['401 invalid_token'], 'a client learns that its token has expired, and refreshes it');

		const entries = await auditFrom(size);
		const ofFlood = entries.filter(({ outcome }) => outcome === 'denied');
		assertQuiet(ofFlood);
		assert.equal(entries.length - ofFlood.length, 2 * calls, 'the other entries are the calls of the agent');
		assert.ok(ofFlood.length <= 30 * minutes, `${ofFlood.length} entries`);
		const after = await rows();
		const texts = Object.keys(after).find((name) => name.endsWith('countersign_audit_text'));
		assert.ok(after[texts] - counted[texts] <= 4 * entries.length, `${after[texts] - counted[texts]} texts of ${entries.length} entries`);
		for (const table of Object.keys(after).filter((name) => /countersign_audit_(entry|checkpoint|text)$/.test(name))) delete after[table], delete counted[table];
		assert.deepEqual(after, counted, 'no table has more rows');
		assert.deepEqual(errorLogs(), logged, 'the error logs are as before');
		assert.ok(stateSize() - state < 4 << 20, `the store of the extension grew by ${stateSize() - state} bytes`);
		assert.equal((await verifyAudit()).verdict, 'ok');
	});
});

test('an agent out of control is limited by its connection, and others go on', async (t) => {
	await withSettings({ ip_limit: limits.ip_limit }, async () => {
		await setLimit(other.id, 20, 3600);
		const localAddress = address();
		const [size, counted, logged] = [await auditSize(), await rows(), errorLogs()];
		const token = other.accessToken;
		const raw = (method, body, headers = {}) => fetchRaw(site.endpoint, { method, localAddress, headers: { ...headersFor('tools/list', {}, token), ...headers }, body });
		const kinds = [
			() => callTool(site, token, 'whoami', {}, { localAddress }),
			(i) => callTool(site, token, `no_such_tool_${i}`, {}, { localAddress }),
			() => callTool(site, token, 'get_post', { id: 'x' }, { localAddress }),
			() => send(site, token, 'tools/list', {}, { localAddress }),
			(i) => send(site, token, `unknown/${i}`, {}, { localAddress }),
			(i) => raw('POST', `{"a":${i}`),
			() => raw('GET'),
			() => raw('POST', '[]'),
			(i) => raw('POST', JSON.stringify({ jsonrpc: '2.0', id: i, method: 'tools/list', params: { _meta: META } }), { 'Mcp-Method': 'tools/call' }),
			() => callTool(site, token, 'publish_post', { id: 1, confirmation_token: 'x' }, { localAddress }),
		];
		const answers = await parallel(400, (i) => kinds[i % kinds.length](i));
		const limited = answers.filter(({ status }) => status === 429);
		// Of 160 calls, 20 are admitted and 20 are told why not. Of 240 other requests, 200 are admitted and the rest is told.
		assert.equal(limited.length, 120, 'past twice the limit, the answer is a status');
		assert.ok(limited.every((answer) => reasonOf(answer) === 'rate_limited_connection'));
		const told = answers.filter((answer) => answer.status !== 429 && reasonOf(answer) === 'rate_limited_connection');
		assert.ok(told.length >= 20 && told.length <= 60, `${told.length} answers`);
		await done(victim.accessToken, 'whoami', {}, { localAddress });
		const entries = await auditFrom(size);
		assert.equal(entries.filter(({ reason }) => reason === 'rate_limited_connection').length, 1, 'one entry for the burst');
		assert.ok(entries.length <= 2 * 20 + 1 + 2 + 6, `${entries.length} entries: what is no call is recorded once a minute for each reason`);
		const after = await rows();
		const texts = Object.keys(after).find((name) => name.endsWith('countersign_audit_text'));
		assert.ok(after[texts] - counted[texts] <= 4 * entries.length, `${after[texts] - counted[texts]} texts of ${entries.length} entries`);
		for (const table of Object.keys(after).filter((name) => /countersign_audit_(entry|checkpoint|text)$/.test(name))) delete after[table], delete counted[table];
		assert.deepEqual(after, counted, 'no table has more rows');
		assert.deepEqual(errorLogs(), logged, 'the error logs are as before');
	});
});
