// The complete OAuth flow in plain HTTP, for tests that check each response or need a token quickly.
// The official clients are tested in ../clients.
import { createHash, randomBytes } from 'node:crypto';
import { fetchRaw } from './http.mjs';
import { consent } from './consent.mjs';
import { rememberValue } from './secrets.mjs';

export const REDIRECT = 'http://127.0.0.1:7799/callback';

/** Discovers the server from its endpoint alone, as a client does: 401, resource metadata, server metadata. */
export async function discover(endpoint) {
	const refused = await fetchRaw(endpoint, {
		method: 'POST',
		headers: { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream' },
		body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }),
	});
	const challenge = refused.headers['www-authenticate'] ?? '';
	const where = /resource_metadata="([^"]+)"/.exec(challenge)?.[1];
	if (!where) throw new Error(`HTTP ${refused.status} from ${endpoint} names no resource_metadata: ${challenge || refused.text.slice(0, 300)}`);
	const resource = await json(where);
	const issuer = new URL(resource.authorization_servers[0]);
	const path = issuer.pathname.replace(/\/$/, '');
	const server = await json(`${issuer.origin}/.well-known/oauth-authorization-server${path}`);
	return { challenge, resource, server };
}

async function json(url) {
	const answer = await fetchRaw(url);
	if (answer.status !== 200 || !answer.json) throw new Error(`${url}: HTTP ${answer.status} ${answer.text.slice(0, 200)}`);
	return answer.json;
}

export async function register(server, metadata = {}) {
	return fetchRaw(server.registration_endpoint, {
		method: 'POST',
		headers: { 'Content-Type': 'application/json' },
		body: JSON.stringify({
			client_name: 'Countersign tests',
			redirect_uris: [REDIRECT],
			grant_types: ['authorization_code', 'refresh_token'],
			response_types: ['code'],
			token_endpoint_auth_method: 'none',
			...metadata,
		}),
	});
}

/** Returns the authorize URL with PKCE, and its verifier. */
export function authorizeUrl(server, resource, clientId, extra = {}) {
	const verifier = randomBytes(32).toString('base64url');
	rememberValue(verifier);
	const state = randomBytes(12).toString('hex');
	const url = new URL(server.authorization_endpoint);
	const parameters = {
		response_type: 'code',
		client_id: clientId,
		redirect_uri: REDIRECT,
		code_challenge: createHash('sha256').update(verifier).digest('base64url'),
		code_challenge_method: 'S256',
		resource: resource.resource,
		state,
		...extra,
	};
	for (const [name, value] of Object.entries(parameters)) if (value !== undefined) url.searchParams.set(name, value);
	return { url: url.href, verifier, state };
}

export function tokenRequest(server, form, headers = {}) {
	return fetchRaw(server.token_endpoint, {
		method: 'POST',
		headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
		body: new URLSearchParams(form).toString(),
	});
}

export function refresh(grant, refreshToken = grant.refreshToken) {
	return tokenRequest(grant.server, {
		grant_type: 'refresh_token',
		refresh_token: refreshToken,
		client_id: grant.clientId,
		resource: grant.resource.resource,
	});
}

// A client registers once and connects many times, because registrations are limited.
const clients = new Map();

function registered(site, clientName) {
	const key = `${site.url} ${clientName}`;
	if (!clients.has(key)) clients.set(key, introduce(site, clientName));
	return clients.get(key);
}

async function introduce(site, clientName) {
	const { resource, server } = await discover(site.endpoint);
	const answer = await register(server, { client_name: clientName });
	if (answer.status !== 201) throw new Error(`registration: HTTP ${answer.status} ${answer.text}`);
	return { resource, server, clientId: answer.json.client_id };
}

/**
 * Goes through the flow up to a code that has not been redeemed. `codeForm` is the token request for it.
 *
 * @param choices See {@link consent}: preset, user and so on.
 */
export async function authorize(site, choices = {}, { clientName = 'Countersign tests' } = {}) {
	const { resource, server, clientId } = await registered(site, clientName);
	const { url, verifier, state } = authorizeUrl(server, resource, clientId);
	const { searchParams: answer } = await consent(site.url, url, choices);
	if (answer.get('state') !== state) throw new Error(`another state came back: ${answer}`);
	if (answer.get('iss') !== server.issuer) throw new Error(`iss is ${answer.get('iss')}, not ${server.issuer}`);
	return {
		server,
		resource,
		clientId,
		codeForm: {
			grant_type: 'authorization_code',
			code: answer.get('code'),
			redirect_uri: REDIRECT,
			client_id: clientId,
			code_verifier: verifier,
			resource: resource.resource,
		},
	};
}

/** Goes through the flow. Returns a connection with its tokens. */
export async function connect(site, choices, options) {
	const grant = await authorize(site, choices, options);
	const tokens = await tokenRequest(grant.server, grant.codeForm);
	if (tokens.status !== 200) throw new Error(`token: HTTP ${tokens.status} ${tokens.text}`);
	const { access_token: accessToken, refresh_token: refreshToken, expires_in: expiresIn } = tokens.json;
	return { ...grant, accessToken, refreshToken, expiresIn };
}
