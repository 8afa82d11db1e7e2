// oauth4webapi, a client library that checks every answer of an authorization server against its RFC: discovery,
// registration, code with PKCE, token, refresh, revocation, and the issuer of each answer.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import * as oauth from 'oauth4webapi';
import { consent } from '../lib/consent.mjs';
import { remember, rememberValue } from '../lib/secrets.mjs';
import { openSite } from '../lib/site.mjs';

const REDIRECT = 'http://127.0.0.1:7796/callback';
// The test site has no certificate.
const options = { [oauth.allowInsecureRequests]: true };
const site = openSite();
let resource;
let server;
after(() => site.close());

before(async () => {
	const endpoint = new URL(site.endpoint);
	resource = await oauth.processResourceDiscoveryResponse(endpoint, await oauth.resourceDiscoveryRequest(endpoint, options));
	const issuer = new URL(resource.authorization_servers[0]);
	server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { ...options, algorithm: 'oauth2' }));
});

async function register(metadata) {
	const answer = await oauth.dynamicClientRegistrationRequest(server, { client_name: 'oauth4webapi', redirect_uris: [REDIRECT], ...metadata }, options);
	const client = await oauth.processDynamicClientRegistrationResponse(answer);
	rememberValue(client.client_secret);
	return client;
}

async function authorize(client, { allow = true } = {}) {
	const verifier = oauth.generateRandomCodeVerifier();
	rememberValue(verifier);
	const state = oauth.generateRandomState();
	const url = new URL(server.authorization_endpoint);
	url.search = new URLSearchParams({
		client_id: client.client_id,
		redirect_uri: REDIRECT,
		response_type: 'code',
		code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
		code_challenge_method: 'S256',
		resource: resource.resource,
		state,
	}).toString();
	const back = await consent(site.url, url.href, { preset: 'read_only', user: 'editor', allow });
	remember(back.href);
	return { back, verifier, state };
}

async function redeem(client, authentication, { back, verifier, state }) {
	const answer = oauth.validateAuthResponse(server, client, back, state);
	const token = await oauth.authorizationCodeGrantRequest(server, client, authentication, answer, REDIRECT, verifier, { ...options, additionalParameters: { resource: resource.resource } });
	const tokens = await oauth.processAuthorizationCodeResponse(server, client, token);
	remember(JSON.stringify(tokens));
	return tokens;
}

const ping = (token) => oauth.protectedResourceRequest(token, 'POST', new URL(site.endpoint), new Headers({ 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream' }), JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }), options);

test('the metadata promises what the flow needs', () => {
	assert.ok(server.code_challenge_methods_supported.includes('S256'));
	assert.ok(server.response_types_supported.includes('code'));
	assert.equal(server.authorization_response_iss_parameter_supported, true, 'so that the library requires iss in each answer');
	for (const name of ['registration_endpoint', 'token_endpoint', 'revocation_endpoint']) assert.ok(server[name], name);
});

for (const [method, authentication] of [
	['none', () => oauth.None()],
	['client_secret_post', (client) => oauth.ClientSecretPost(client.client_secret)],
	['client_secret_basic', (client) => oauth.ClientSecretBasic(client.client_secret)],
]) {
	test(`a client with ${method} connects, refreshes and revokes`, async () => {
		const client = await register({ token_endpoint_auth_method: method });
		assert.equal(client.token_endpoint_auth_method, method);
		const own = authentication(client);
		const tokens = await redeem(client, own, await authorize(client));
		assert.equal((await ping(tokens.access_token)).status, 200);

		const answer = await oauth.refreshTokenGrantRequest(server, client, own, tokens.refresh_token, options);
		const fresh = await oauth.processRefreshTokenResponse(server, client, answer);
		remember(JSON.stringify(fresh));
		assert.equal((await ping(fresh.access_token)).status, 200);

		await oauth.processRevocationResponse(await oauth.revocationRequest(server, client, own, fresh.refresh_token, options));
		const challenge = await ping(fresh.access_token).then(() => undefined, (error) => error);
		assert.ok(challenge instanceof oauth.WWWAuthenticateChallengeError, 'the challenge can be parsed');
		assert.equal(challenge.status, 401);
		assert.equal(challenge.cause[0].parameters.error, 'invalid_token');
		const again = await oauth.refreshTokenGrantRequest(server, client, own, fresh.refresh_token, options);
		await assert.rejects(oauth.processRefreshTokenResponse(server, client, again), { error: 'invalid_grant' });
	});
}

test('a denial comes back with its state and issuer', async () => {
	const client = await register({ token_endpoint_auth_method: 'none' });
	const { back, state } = await authorize(client, { allow: false });
	assert.throws(() => oauth.validateAuthResponse(server, client, back, state), { error: 'access_denied' });
});

test('a wrong verifier and a second redemption are refused in the form of the RFC', async () => {
	const client = await register({ token_endpoint_auth_method: 'none' });
	const first = await authorize(client);
	await assert.rejects(redeem(client, oauth.None(), { ...first, verifier: oauth.generateRandomCodeVerifier() }), { error: 'invalid_grant' });
	const second = await authorize(client);
	await redeem(client, oauth.None(), second);
	await assert.rejects(redeem(client, oauth.None(), second), { error: 'invalid_grant' });
});
