// The authorization server with clients that do not follow the rules.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { consent } from '../lib/consent.mjs';
import { fetchRaw } from '../lib/http.mjs';
import { callTool } from '../lib/mcp.mjs';
import { REDIRECT, authorize, authorizeUrl, connect, discover, refresh, register, tokenRequest } from '../lib/oauth.mjs';
import { Person } from '../lib/person.mjs';
import { rememberValue } from '../lib/secrets.mjs';
import { administrator, auditFrom, auditSize, digest, reasonOf, site, withSettings } from './support.mjs';

let server, resource, clientId;
before(async () => {
	({ server, resource } = await discover(site.endpoint));
	clientId = (await register(server)).json.client_id;
});

const connections = () => site.php("return (int) $wpdb->get_var( \"SELECT COUNT(*) FROM {$wpdb->prefix}countersign_connections\" );");

test('the metadata is the same at every address where clients look for it', async () => {
	const path = new URL(site.endpoint).pathname;
	for (const [where, what] of [
		['/.well-known/oauth-protected-resource', resource],
		[`/.well-known/oauth-protected-resource${path}`, resource],
		['/.well-known/oauth-authorization-server', server],
		[`/.well-known/oauth-authorization-server${new URL(server.issuer).pathname}`, server],
		[`/.well-known/openid-configuration${new URL(server.issuer).pathname}`, server],
		[`${new URL(server.issuer).pathname}/.well-known/openid-configuration`, server],
		['/.well-known/openid-configuration', server],
	]) {
		const answer = await fetchRaw(site.url + where);
		assert.equal(answer.status, 200, where);
		assert.deepEqual(answer.json, what, where);
		assert.match(answer.headers['content-type'], /^application\/json/, where);
	}
	assert.equal(resource.resource, site.endpoint);
	assert.deepEqual(resource.authorization_servers, [server.issuer]);
	assert.deepEqual(server.code_challenge_methods_supported, ['S256']);
	assert.equal(server.authorization_response_iss_parameter_supported, true);
	assert.ok(!JSON.stringify(server.scopes_supported ?? []).includes('offline_access'));
});

test('a registration of which no redirect address can be used is refused', async () => {
	for (const redirect of ['myapp://callback', 'file:///etc/passwd', 'ms-msdt:/x', 'cursor://user@x/cb', 'http://example.org/callback', 'https://example.org/cb#x', 'javascript:alert(1)', 'https://*.example.org/cb', 'data:text/html,x', ''])
		assert.equal((await register(server, { redirect_uris: [redirect] })).status, 400, redirect);
	for (const metadata of [{ redirect_uris: [] }, { redirect_uris: 'x' }, { redirect_uris: ['com.example.app:/cb'], token_endpoint_auth_method: 'client_secret_post' }, { grant_types: ['password'] }, { token_endpoint_auth_method: 'private_key_jwt' }])
		assert.equal((await register(server, metadata)).status, 400, JSON.stringify(metadata));
});

test('what cannot be used of a registration is left out, and the answer says what is left', async () => {
	const usable = ['cursor://anysphere.cursor-mcp/oauth/callback', 'https://www.cursor.com/agents/mcp/oauth/callback', 'http://localhost:8787/callback'];
	const { status, json } = await register(server, { client_name: 'Cursor', redirect_uris: [...usable, 'myapp://callback', 'http://example.org/', 5], grant_types: undefined, contacts: {} });
	assert.equal(status, 201);
	assert.deepEqual(json.redirect_uris, usable);
	assert.deepEqual(json.grant_types, ['authorization_code', 'refresh_token']);
	// The consent page names the program, and the browser is sent to it.
	const { url, state } = authorizeUrl(server, resource, json.client_id, { redirect_uri: usable[0] });
	const page = await (await administrator.person()).get(url);
	assert.match(page.text, /cursor/);
	const back = await consent(site.url, url, { preset: 'read_only' });
	assert.ok(back.href.startsWith(`${usable[0]}?code=`), back.href);
	assert.equal(back.searchParams.get('state'), state);
});

test('a malformed token request does not make a client give up its registration', async () => {
	for (const [type, body] of [
		['application/json', JSON.stringify({ grant_type: 'refresh_token', client_id: clientId, refresh_token: 'x' })],
		['application/x-www-form-urlencoded', 'grant_type=refresh_token&refresh_token=x'],
		['application/x-www-form-urlencoded', `grant_type=refresh_token&client_id=${clientId}&client_id=${clientId}`],
	]) {
		for (const endpoint of [server.token_endpoint, server.revocation_endpoint]) {
			const answer = await fetchRaw(endpoint, { method: 'POST', headers: { 'Content-Type': type }, body });
			assert.equal(answer.status, 400, `${endpoint} ${body.slice(0, 40)}`);
			assert.equal(answer.json.error, 'invalid_request');
			assert.equal(answer.json.reason, 'oauth_request_invalid');
			assert.ok(!answer.text.includes(clientId), 'input is not repeated');
		}
	}
});

test('an unknown client or redirect address gets an error page without a redirect', async () => {
	const person = await administrator.person();
	for (const [client, extra] of [
		['csc_AAAAAAAAAAAAAAAAAAAAAA', {}],
		[clientId, { redirect_uri: 'https://evil.example/callback' }],
		[clientId, { redirect_uri: `${REDIRECT}/more` }],
		[clientId, { redirect_uri: REDIRECT.replace('127.0.0.1', 'localhost') }],
	]) {
		const page = await person.get(authorizeUrl(server, resource, client, extra).url);
		assert.equal(page.status, 400, JSON.stringify(extra));
		assert.equal(page.location, undefined, `nowhere to be sent to: ${page.location}`);
		assert.equal(page.forms.some(({ fields }) => fields.some(({ name }) => name === 'preset')), false);
	}
});

test('a visitor with a faulty request, or of an unknown client, gets an error instead of a login form', async () => {
	for (const [url, error, reason] of [
		[`${server.authorization_endpoint}?x=1`, 'invalid_request', 'oauth_request_invalid'],
		[authorizeUrl(server, resource, 'csc_AAAAAAAAAAAAAAAAAAAAAA').url, 'invalid_client', 'client_unknown'],
		[authorizeUrl(server, resource, clientId, { code_challenge: undefined }).url, 'invalid_request', 'pkce_required'],
	]) {
		const program = await fetchRaw(url);
		assert.deepEqual([program.status, program.json?.error, program.json?.reason, program.headers.location], [400, error, reason, undefined], url);
		const browser = await fetchRaw(url, { headers: { Accept: 'text/html' } });
		assert.equal(browser.status, 400);
		assert.match(browser.headers['content-type'], /^text\/html/);
		assert.ok(browser.text.includes(reason), browser.text);
		if (error === 'invalid_client') assert.match(browser.text, /Remove the connector.* and add it again/);
	}
	const known = await fetchRaw(authorizeUrl(server, resource, clientId).url);
	assert.equal(known.status, 302);
});

test('a missing redirect address means the only registered one', async () => {
	const { url } = authorizeUrl(server, resource, clientId, { redirect_uri: undefined });
	const back = await consent(site.url, url, { allow: false });
	assert.ok(back.href.startsWith(`${REDIRECT}?`), back.href);
});

test('a loopback redirect may use another port', async () => {
	const redirect = REDIRECT.replace(':7799', ':45454');
	const { url } = authorizeUrl(server, resource, clientId, { redirect_uri: redirect });
	const back = await consent(site.url, url, { preset: 'read_only' });
	assert.ok(back.href.startsWith(`${redirect}?`), back.href);
});

test('a faulty request of an approved client is redirected with an error, state and issuer', async () => {
	const person = await administrator.person();
	const { clientId } = await connect(site, { preset: 'read_only' });
	for (const [extra, error] of [
		[{ code_challenge: undefined, code_challenge_method: undefined }, 'invalid_request'],
		[{ code_challenge_method: 'plain' }, 'invalid_request'],
		[{ code_challenge: 'short' }, 'invalid_request'],
		[{ response_type: 'token' }, 'unsupported_response_type'],
		[{ resource: 'https://elsewhere.example/mcp' }, 'invalid_target'],
	]) {
		const request = authorizeUrl(server, resource, clientId, extra);
		const { location } = await person.get(request.url);
		assert.ok(location?.startsWith(`${REDIRECT}?`), `${JSON.stringify(extra)}: ${location}`);
		const answer = new URL(location).searchParams;
		assert.equal(answer.get('error'), error, JSON.stringify(extra));
		assert.equal(answer.get('state'), request.state);
		assert.equal(answer.get('iss'), server.issuer);
		assert.equal(answer.get('code'), null);
	}
});

test('viewing the consent page, or a decision without its nonce, changes nothing', async () => {
	const [before, person] = [await connections(), await administrator.person()];
	const page = await person.get(authorizeUrl(server, resource, clientId).url);
	const form = page.forms.find(({ fields }) => fields.some(({ name }) => name === 'preset'));
	for (const nonce of ['', '0000000000']) {
		const answer = await person.submit(page, form, { _wpnonce: nonce, preset: 'standard' }, { name: 'decision', value: 'allow' });
		assert.equal(answer.location, undefined, 'asked again');
	}
	// The nonce of one request is not valid for another.
	const other = await person.get(authorizeUrl(server, resource, clientId).url);
	const otherForm = other.forms.find(({ fields }) => fields.some(({ name }) => name === 'preset'));
	const nonce = otherForm.fields.find(({ name }) => name === '_wpnonce').value;
	const answer = await person.submit(page, form, { _wpnonce: nonce, preset: 'standard' }, { name: 'decision', value: 'allow' });
	assert.equal(answer.location, undefined, 'asked again');
	assert.equal(await connections(), before);
});

test('the consent page cannot be framed or cached', async () => {
	const page = await (await administrator.person()).get(authorizeUrl(server, resource, clientId).url);
	assert.match(page.headers['content-security-policy'] ?? '', /frame-ancestors 'none'/);
	assert.equal(page.headers['x-frame-options'], 'DENY');
	assert.match(page.headers['cache-control'], /no-store/);
});

test('a visitor is sent to the login page, and a user who may not manage connections cannot connect', async () => {
	const { url } = authorizeUrl(server, resource, clientId);
	const login = await new Person(site.url).get(url);
	assert.match(login.url, /wp-login\.php\?/);
	assert.ok(login.forms.some(({ fields }) => fields.some(({ name }) => name === 'pwd')));
	const before = await connections();
	const page = await (await Person.login(site.url, 'subscriber')).get(url);
	assert.equal(page.status, 400);
	assert.equal(page.forms.length, 0);
	// An editor can ask an administrator, but not allow anything.
	const editor = await Person.login(site.url, 'editor');
	const form = (await editor.get(url)).forms[0];
	assert.deepEqual(form.fields.filter(({ name }) => name === 'decision').map(({ value }) => value), ['cancel', 'ask']);
	const answer = await editor.submit(await editor.get(url), form, {}, { name: 'decision', value: 'allow' });
	assert.equal(new URL(answer.location).searchParams.get('error'), 'access_denied');
	assert.equal(new URL(answer.location).searchParams.get('code'), null);
	assert.equal(await connections(), before);
});

test('a denied request gives access_denied and creates nothing', async () => {
	const before = await connections();
	const { url, state } = authorizeUrl(server, resource, clientId);
	const answer = (await consent(site.url, url, { allow: false })).searchParams;
	assert.equal(answer.get('error'), 'access_denied');
	assert.equal(answer.get('state'), state);
	assert.equal(answer.get('iss'), server.issuer);
	assert.equal(await connections(), before);
});

test('the name of a client is shown as plain text', async () => {
	const name = '<script>alert(1)</script>\u202e"Claude\'';
	const registered = await register(server, { client_name: name });
	assert.equal(registered.status, 201, registered.text);
	const page = await (await administrator.person()).get(authorizeUrl(server, resource, registered.json.client_id).url);
	assert.ok(!page.text.includes('<script>alert(1)'), 'no markup');
	assert.ok(!page.text.includes('\u202e'), 'no character that reverses the text');
});

test('a code is valid only for its client, redirect address, verifier and resource', async () => {
	const other = (await register(server)).json.client_id;
	for (const [extra, error] of [
		[{ code_verifier: 'x'.repeat(43) }, 'invalid_grant'],
		[{ code_verifier: undefined }, 'invalid_request'],
		[{ client_id: other }, 'invalid_grant'],
		[{ redirect_uri: 'https://evil.example/callback' }, 'invalid_grant'],
		[{ resource: 'https://elsewhere.example/mcp' }, 'invalid_target'],
	]) {
		const grant = await authorize(site, { preset: 'read_only' });
		const form = Object.fromEntries(Object.entries({ ...grant.codeForm, ...extra }).filter(([, value]) => value !== undefined));
		const answer = await tokenRequest(grant.server, form);
		assert.ok([400, 401].includes(answer.status), `${JSON.stringify(extra)}: ${answer.status} ${answer.text}`);
		assert.ok(answer.json.error === error || (error === 'invalid_request' && answer.json.error === 'invalid_grant'), `${JSON.stringify(extra)}: ${answer.text}`);
		assert.match(answer.headers['cache-control'], /no-store/);
		assert.equal(answer.json.access_token, undefined);
	}
});

test('a refresh token of another client, a refresh token as a code, and unknown grants are refused', async () => {
	const grant = await connect(site, { preset: 'read_only' });
	const other = (await register(server)).json.client_id;
	assert.equal((await refresh({ ...grant, clientId: other })).status, 400);
	for (const form of [
		{ grant_type: 'authorization_code', code: grant.refreshToken, client_id: grant.clientId, redirect_uri: REDIRECT, code_verifier: 'x'.repeat(43) },
		{ grant_type: 'refresh_token', refresh_token: grant.accessToken, client_id: grant.clientId },
		{ grant_type: 'password', username: 'admin', password: 'admin', client_id: grant.clientId },
		{ grant_type: 'client_credentials', client_id: grant.clientId },
		{},
	]) {
		const answer = await tokenRequest(server, form);
		assert.ok([400, 401].includes(answer.status), `${JSON.stringify(form).slice(0, 60)}: ${answer.status}`);
		assert.ok(answer.json.error);
	}
	assert.equal(reasonOf(await callTool(site, grant.accessToken, 'whoami')), undefined, 'the grant itself still works');
});

for (const method of ['client_secret_basic', 'client_secret_post']) {
	test(`a client with a secret must authenticate (${method})`, async () => {
		const registered = await register(server, { token_endpoint_auth_method: method, client_name: `Keeps a secret, ${method}` });
		assert.equal(registered.status, 201, registered.text);
		const { client_id: id, client_secret: secret } = registered.json;
		rememberValue(secret);
		const { url, verifier } = authorizeUrl(server, resource, id);
		const code = (await consent(site.url, url, { preset: 'read_only' })).searchParams.get('code');
		const form = { grant_type: 'authorization_code', code, redirect_uri: REDIRECT, code_verifier: verifier };
		const send = (with_) => (method === 'client_secret_basic'
			? tokenRequest(server, form, { Authorization: `Basic ${Buffer.from(`${id}:${with_}`).toString('base64')}` })
			: tokenRequest(server, { ...form, client_id: id, client_secret: with_ }));
		for (const wrong of ['', 'wrong', secret.slice(0, -1), `${secret}A`]) {
			const answer = await send(wrong);
			assert.equal(answer.status, 401, `${wrong.slice(0, 5)}: ${answer.text}`);
			assert.equal(answer.json.error, 'invalid_client');
		}
		assert.equal((await tokenRequest(server, { ...form, client_id: id })).status, 401, 'without the secret');
		const answer = await send(secret);
		assert.equal(answer.status, 200, answer.text);
		const stored = await site.php("return implode( ' ', $wpdb->get_col( \"SELECT client FROM {$wpdb->prefix}countersign_oauth_clients\" ) );");
		assert.ok(!stored.includes(secret), 'only a digest of the secret is kept');
	});
}

test('revoking a refresh token ends its connection; a foreign token ends nothing', async () => {
	const grant = await connect(site, { preset: 'read_only' });
	const revoke = (token, client = grant.clientId) => fetchRaw(server.revocation_endpoint, {
		method: 'POST',
		headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
		body: new URLSearchParams({ token, client_id: client }).toString(),
	});
	const other = (await register(server)).json.client_id;
	await revoke(grant.refreshToken, other);
	assert.equal((await revoke('nonsense')).status, 200, 'the answer does not tell whether the token exists');
	assert.equal(reasonOf(await callTool(site, grant.accessToken, 'whoami')), undefined);
	const size = await auditSize();
	assert.equal((await revoke(grant.refreshToken)).status, 200);
	assert.equal((await callTool(site, grant.accessToken, 'whoami')).status, 401);
	assert.equal((await refresh(grant)).status, 400);
	assert.ok((await auditFrom(size)).some(({ action }) => action === 'connection.revoked'));
});

test('registrations from one address are limited', async () => {
	const localAddress = `127.${[1, 2, 3].map(() => 1 + Math.floor(Math.random() * 250)).join('.')}`;
	await withSettings({ registration_limit: { max: 5, window: 60 } }, async () => {
		const before = await digest();
		const answers = [];
		for (let i = 0; i < 7; i++)
			answers.push(await fetchRaw(server.registration_endpoint, { method: 'POST', localAddress, headers: { 'Content-Type': 'application/json' }, body: '{}' }));
		assert.deepEqual(answers.map(({ status }) => status), [400, 400, 400, 400, 400, 429, 429]);
		assert.ok(Number(answers.at(-1).headers['retry-after']) > 0);
		assert.equal(await digest(), before);
	});
});
