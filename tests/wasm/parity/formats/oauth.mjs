// OAuth: forms, registrations, client ids, metadata documents, redirect URIs, PKCE, tokens and assertions.
import { b64, clientId, hmac, MATERIAL, pae, record, recordJson, sha256, SITE, siteKey, token, u32 } from '../forge.mjs';
import { changed, changedText, json, PIECES } from '../mutate.mjs';
import { folder, vector } from '../vectors.mjs';

const redirects = vector('oauth/redirects.json');
const addresses = redirects.addresses.map((one) => one.uri);
const usable = redirects.addresses.filter((one) => one.accepted).map((one) => one.uri);
const pkce = vector('oauth/pkce.json');
const issued = [...folder('oauth/issued_ids'), ...folder('oauth/issued_ids_2')];
const assertions = vector('oauth/assertions.json').cases;
const refresh = vector('oauth/refresh.json').cases;

const RESOURCE = 'https://example.org/mcp';
export const SETTINGS = {
	issuer: 'https://example.org', resource: RESOURCE, resource_metadata: 'https://example.org/m', authorization_endpoint: 'https://example.org/a', token_endpoint: 'https://example.org/t',
	registration_endpoint: 'https://example.org/g', revocation_endpoint: 'https://example.org/r', secure: true, allow_http: false, scopes: ['mcp:read'], app_schemes: ['exampleapp'],
	ip_limit: { max: 256, window: 1 }, registration_limit: { max: 256, window: 1 },
};
const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
const METADATA = {
	client_name: 'One é', redirect_uris: ['https://client.example/back?a=1'], token_endpoint_auth_method: 'none', grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'],
	client_uri: 'https://client.example/', scope: 'mcp:read', contacts: ['a@client.example'],
};
const JWKS = { keys: [{ kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo', kid: 'a' }, { kty: 'EC', crv: 'P-256', x: 'MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4', y: '4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM' }, { ...assertions[0].jwk }] };
const DOCUMENT = 'https://client.example/client.json';
const document = { ...METADATA, client_id: DOCUMENT };

/** Writes a form. A value is escaped in one of the usual ways. */
const form = (random, parameters) =>
	Object.entries(parameters).filter(([, value]) => value !== null && value !== undefined).map(([name, value]) => `${name}=${random.once(3) ? encodeURIComponent(value).replaceAll('%20', '+') : encodeURIComponent(value)}`).join('&');

const uri = (random) => (random.once(2) ? random.pick(usable) : random.once(3) ? random.pick(addresses) : changedText(random, random.pick(addresses), addresses)).slice(0, 400);

function ownId(random) {
	const same = (bytes) => bytes;
	const uris = Array.from({ length: random.between(1, 3) }, () => uri(random).replace(/[^\x21-\x7e]/g, 'x'));
	return [clientId({ name: random.pick(['One', 'é', '', 'a\u202eb', changedText(random, 'Two')]).slice(0, 60), uris, method: random.pick(['none', 'none', 'client_secret_post', 'client_secret_basic']), refresh: !random.once(6), random: random.bytes(8), time: random.pick([1700000000, 0, 0xffffffff]) }, random.once(6) ? (bytes) => changed(random, bytes) : same), uris[0]];
}

function authorization(random) {
	const [id, first] = ownId(random);
	const parameters = {
		response_type: random.once(20) ? changedText(random, 'code') : 'code', client_id: id, redirect_uri: random.once(3) ? uri(random) : random.once(6) ? null : first, state: random.pick([null, 'é & = #', '', 's'.repeat(600), changedText(random, 'state')]),
		code_challenge: random.once(3) ? random.pick(pkce.challenges).text : random.once(6) ? changedText(random, CHALLENGE) : CHALLENGE, code_challenge_method: random.once(12) ? random.pick(['plain', 's256', '']) : 'S256',
		resource: random.once(4) ? random.pick([null, 'https://example.org/mcp/', 'HTTPS://EXAMPLE.org:443/mcp?utm_source=x', changedText(random, RESOURCE)]) : RESOURCE, scope: random.pick([null, 'mcp:read', 'mcp:read openid', changedText(random, 'mcp:read')]),
	};
	return form(random, parameters);
}


/** The binding of an authorization code to what was approved. */
const codeBinding = (approved) => sha256(pae('countersign/oauth/code', approved.client_id, approved.redirect_uri, approved.code_challenge, approved.resource));

function position(random) {
	const small = () => random.pick([0, 1, 2, 65535, 65536, 0x7fffffff, 0xffffffff, random.below(5)]);
	return { generation: small(), branch: small() };
}

/** A refresh token as the site makes it: its id depends on its place, unless it is to be refused. */
function refreshToken(random, { now, number: subject }, { generation, branch }) {
	const time = now - random.pick([10, 4000, 86400 * 20]);
	const binding = Buffer.concat([u32(generation), u32(branch), Buffer.alloc(24)]);
	const id = random.once(3) ? random.bytes(12) : hmac(siteKey('countersign/oauth/refresh/v1'), pae('refresh', u32(subject), binding)).subarray(0, 12);
	return token({ kind: 'refresh', issued: time, lifetime: 86400 * 30, id, subject, binding });
}

function tokenRequest(random, context) {
	const { now, number } = context;
	const id = random.once(4) ? ownId(random)[0] : clientId({ name: 'One', uris: ['https://client.example/back'], random: Buffer.alloc(8, 5) });
	const approved = { client_id: id, client_name: 'One', redirect_uri: 'https://client.example/back', state: null, code_challenge: random.once(8) ? random.pick(pkce.challenges).text : CHALLENGE, resource: RESOURCE, scopes: [] };
	const one = random.pick(refresh);
	const state = random.once(2) ? { ...position(random), rotated_at: now - 4000 } : { ...one.state, rotated_at: now - 4000 };
	const presented = random.once(2) ? one.presented : random.once(2) ? state : position(random);
	const code = random.once(2);
	const parameters = {
		grant_type: random.once(20) ? changedText(random, 'refresh_token') : code ? 'authorization_code' : 'refresh_token', client_id: random.once(15) ? changedText(random, id) : id,
		resource: random.pick([null, null, null, RESOURCE, RESOURCE, 'https://example.org/other']), scope: random.pick([null, 'mcp:read']),
		...(code
			? { code: token({ kind: 'code', issued: now, lifetime: 86400, id: random.bytes(12), subject: number, binding: codeBinding(approved) }), code_verifier: random.once(4) ? random.pick([...pkce.verifiers.map((verifier) => verifier.text), changedText(random, VERIFIER)]) : VERIFIER, redirect_uri: random.pick([null, approved.redirect_uri, 'https://client.example/other']) }
			: { refresh_token: refreshToken(random, context, presented) }),
	};
	let body = form(random, parameters);
	body = random.once(5) ? changed(random, body) : body;
	const grant = JSON.stringify({ connection: number, client_id: id, request: approved, created_at: now - 4000 });
	const counters = random.once(4) ? json(random, { generation: code ? -1 : state.generation, branch: state.branch, rotated_at: state.rotated_at }) : JSON.stringify(code ? { generation: -1, branch: 0, rotated_at: 0 } : state);
	const basic = random.once(10) ? `Basic ${Buffer.from(`${encodeURIComponent(id)}:${random.pick(['', 'cscs_x', PIECES[0]])}`).toString('base64')}` : '';
	return { id, args: [body, random.once(15) ? changed(random, basic || 'Basic x') : basic, number, random.once(10) ? json(random, JSON.parse(grant)) : grant, counters] };
}

function assertion(random) {
	const one = random.pick(assertions);
	const parts = one.assertion.split('.');
	const place = random.below(parts.length);
	parts[place] = random.once(2) ? b64(changed(random, Buffer.from(parts[place], 'base64url'))) : changedText(random, parts[place]);
	return [random.once(3) ? one.assertion : parts.join('.'), { jwks: [one.jwk] }];
}

export default {
	oauth_authorize(random) {
		const query = authorization(random);
		return [random.once(3) ? changed(random, query) : query];
	},

	// A redirect URI that is registered, and one that is presented.
	redirect_uri(random) {
		const pair = random.pick(redirects.pairs);
		const registered = random.once(3) ? pair.registered : uri(random);
		const presented = random.once(3) ? pair.presented : random.once(2) ? changedText(random, registered) : uri(random);
		return [clientId({ name: 'One', uris: [registered.slice(0, 400)], random: Buffer.alloc(8) }), presented, random.pick(['s', 'é & =', '#'])];
	},

	oauth_register: (random) => [json(random, random.once(2) ? METADATA : { ...METADATA, redirect_uris: Array.from({ length: random.below(12) }, () => uri(random)) })],

	client_document(random) {
		const signing = random.once(3) ? { ...document, token_endpoint_auth_method: 'private_key_jwt', ...(random.once(2) ? { jwks: JWKS } : { jwks_uri: 'https://client.example/keys' }) } : document;
		const query = `response_type=code&client_id=${encodeURIComponent(DOCUMENT)}&code_challenge=${CHALLENGE}&code_challenge_method=S256&resource=${encodeURIComponent(RESOURCE)}&redirect_uri=${encodeURIComponent(METADATA.redirect_uris[0])}`;
		return [query, json(random, signing)];
	},

	client_id(random) {
		if (random.once(2)) {
			return [random.once(4) ? changedText(random, ownId(random)[0]) : ownId(random)[0]];
		}
		const one = random.pick(issued);
		return [changedText(random, one.client_id, issued.map((other) => other.client_id))];
	},

	oauth_token: (random, context) => tokenRequest(random, context).args,

	// Authentication by a signature, of a client with a document.
	assertion(random) {
		const [jwt, keys] = assertion(random);
		const data = JSON.stringify({ client_id: DOCUMENT, client_name: 'One', redirect_uris: ['https://client.example/back'], grant_types: ['authorization_code', 'refresh_token'], token_endpoint_auth_method: 'private_key_jwt', keys, source: 'document' });
		const body = `grant_type=refresh_token&refresh_token=x&client_id=${encodeURIComponent(DOCUMENT)}&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion=${jwt}`;
		return [random.once(8) ? changed(random, body) : body, record(recordJson('client', 5, 1, data, { lineage: '0123456789abcdef' }), SITE, MATERIAL), random.once(2) ? null : json(random, JWKS)];
	},

	oauth_revoke(random, context) {
		const { id, args: [, , , grant, counters] } = tokenRequest(random, context);
		const presented = refreshToken(random, context, position(random));
		const body = form(random, { token: random.once(4) ? changedText(random, presented) : presented, token_type_hint: random.pick([null, 'refresh_token', 'x']), client_id: id });
		return [random.once(4) ? changed(random, body) : body, '', context.number, grant, counters];
	},

	oauth_form(random) {
		const body = random.once(2) ? authorization(random) : 'client_id=csc_one&grant_type=refresh_token&refresh_token=a+b%20c';
		return [changed(random, body), random.once(2) ? null : changed(random, `Basic ${Buffer.from('csc_one:secret').toString('base64')}`)];
	},

	oauth_names: (random) => [changedText(random, random.pick(['Claude', 'A "client" ✓', 'a\u202eb', 'e\u0301'.repeat(9), 'cursor', 'com.example.app', 'javascript', 'https://client.example/client.json', 'Дмитрий', 'x'.repeat(90), '🎉 name'])), random.pick(PIECES)],

	oauth_settings: (random) => [json(random, SETTINGS)],
};
