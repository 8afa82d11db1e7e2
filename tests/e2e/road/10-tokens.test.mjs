// Tokens that are refused: none, damaged, expired, foreign, of another kind, revoked, in the wrong place.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { callTool, listTools, send } from '../lib/mcp.mjs';
import { remember } from '../lib/secrets.mjs';
import { admin, auditFrom, auditSize, connection, digest, reasonOf, refused, site, until } from './road.mjs';

const INVALID = { status: 401, reason: 'invalid_token' };
let grant;

before(async () => (grant = await connection()));

const call = (token, options) => callTool(site, token, 'get_site_info', {}, options);

// Tokens of this site's making, with any subject, lifetime and audience.
async function issue({ kind = 'access', subject = grant.id, lifetime = 600, audience = site.endpoint, siteId = null }) {
	const token = await site.php(
		`$keyring = \\Countersign\\Keyring::open( $args['site'] ?? get_option( 'countersign_site_id' ), AUTH_KEY . AUTH_SALT );
		return ( new \\Countersign\\Tokens( $keyring ) )->issue( \\Countersign\\TokenKind::from( $args['kind'] ), $args['subject'], $args['lifetime'], $args['audience'], 0 );`,
		{ kind, subject, lifetime, audience, site: siteId },
	);
	remember(token);
	return token;
}

test('a token made by hand is as good as one from the OAuth server: what follows is refused for its own reason', async () => {
	const answer = await call(await issue({}));
	assert.equal(answer.status, 200, answer.text);
});

test('no token: 401 with the way to one, and no error code', async () => {
	const { answer } = await refused(() => call(undefined), { status: 401, reason: 'token_missing' });
	const challenge = answer.headers['www-authenticate'];
	assert.match(challenge, /^Bearer /);
	assert.match(challenge, /resource_metadata="http[^"]+"/);
	assert.doesNotMatch(challenge, /error=/);
});

test('an invalid token: 401 with invalid_token', async () => {
	const { answer } = await refused(() => call('nonsense'), { ...INVALID, recorded: 'token_malformed' });
	assert.match(answer.headers['www-authenticate'], /error="invalid_token"/);
});

test('GET and DELETE without a token are challenged too', async () => {
	for (const method of ['GET', 'DELETE']) {
		const { fetchRaw } = await import('../lib/http.mjs');
		const answer = await fetchRaw(site.endpoint, { method });
		assert.ok([401, 405].includes(answer.status), `${method}: ${answer.status}`);
		if (answer.status === 401) assert.match(answer.headers['www-authenticate'] ?? '', /resource_metadata=/);
	}
});

test('a token with a character changed, at every position: refused, each with its own audit entry', async () => {
	const token = grant.accessToken;
	const [size, state] = [await auditSize(), await digest()];
	const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
	const changed = [...token].map((character, i) => {
		// One bit of the six that a character holds; of the prefix, one bit of the byte.
		const place = alphabet.indexOf(character);
		const other = i < token.indexOf('_') + 1 || place < 0 ? String.fromCharCode(character.charCodeAt(0) ^ 1) : alphabet[place ^ (1 << (i % 6))];
		return token.slice(0, i) + other + token.slice(i + 1);
	});
	for (let i = 0; i < changed.length; i += 8) {
		const answers = await Promise.all(changed.slice(i, i + 8).map((damaged) => call(damaged)));
		answers.forEach((answer, j) => {
			assert.equal(answer.status, 401, `position ${i + j}: ${answer.text}`);
			assert.equal(reasonOf(answer), 'invalid_token', `position ${i + j}`);
		});
	}
	const entries = await auditFrom(size);
	assert.equal(entries.length, changed.length, 'one audit entry each');
	assert.ok(entries.every(({ reason }) => ['token_forged', 'token_malformed', 'token_unknown_key', 'token_wrong_kind', 'token_wrong_site'].includes(reason)));
	assert.equal(await digest(), state, 'nothing changed');
	assert.equal((await call(token)).status, 200, 'the token itself is good');
});

test('shortened and lengthened tokens are refused', async () => {
	const token = grant.accessToken;
	for (const damaged of [token.slice(0, -1), token.slice(0, 20), token + 'A', token + '=', `${token}${token}`, token.slice(1)])
		assert.equal((await call(damaged)).status, 401, damaged);
});

test('an expired token', async () => {
	const token = await issue({ lifetime: 1 });
	// Real time, no faked clock: until the site says no, which must be within the allowed skew.
	const answer = await until('the token to expire', async () => {
		const now = await call(token);
		return now.status === 200 ? null : now;
	}, 60_000);
	assert.equal(answer.status, 401, answer.text);
	await refused(() => call(token), { ...INVALID, recorded: 'token_expired' });
});

test('a token of another site', async () => {
	const token = await issue({ siteId: '00112233445566aa' });
	const { entry } = await refused(() => call(token), { ...INVALID, recorded: 'token_unknown_key' }).catch(async (error) => {
		// Keys are derived per site: the key id gives it away first, or the signature does.
		if (!/token_(forged|wrong_site)/.test(error.message)) throw error;
		return {};
	});
	void entry;
	assert.equal((await call(token)).status, 401);
});

test('a token of another kind: refresh tokens, confirmation tokens and codes open nothing', async () => {
	await refused(() => call(grant.refreshToken), { ...INVALID, recorded: 'token_wrong_kind' });
	for (const kind of ['refresh', 'code', 'confirmation', 'pairing', 'approval', 'upload'])
		await refused(async () => call(await issue({ kind })), { ...INVALID, recorded: 'token_wrong_kind' });
});

test('a token for another audience', async () => {
	const token = await issue({ audience: 'https://elsewhere.example/mcp' });
	await refused(() => call(token), { ...INVALID, recorded: 'token_wrong_audience' });
});

test('a token for a connection that does not exist', async () => {
	const token = await issue({ subject: 999_999 });
	await refused(() => call(token), { ...INVALID, recorded: 'connection_unknown' });
});

test('a token in the address, alone or beside a header', async () => {
	const query = `?access_token=${encodeURIComponent(grant.accessToken)}`;
	await refused(() => call(undefined, { query }), { status: 400, reason: 'token_in_query' });
	await refused(() => call(grant.accessToken, { query }), { status: 400, reason: 'token_in_query' });
});

test('a token of a revoked connection', async () => {
	const other = await connection();
	await admin('POST', `/connections/${other.id}/revoke`);
	await refused(() => call(other.accessToken), { ...INVALID, recorded: 'token_revoked' }).catch((error) => {
		if (!error.message.includes('connection_revoked')) throw error;
	});
	assert.equal((await call(other.accessToken)).status, 401);
	assert.ok((await listTools(site, grant.accessToken)).length > 0, 'another connection goes on');
});

test('another scheme than Bearer, and a Bearer without a token', async () => {
	for (const value of ['Basic YWRtaW46YWRtaW4=', 'Bearer', 'Bearer ', `bearer${grant.accessToken}`, `Bearer ${grant.accessToken} ${grant.accessToken}`]) {
		const answer = await send(site, undefined, 'tools/list', {}, { headers: { Authorization: value } });
		assert.equal(answer.status, 401, value.slice(0, 20));
	}
});
