// Tokens that are refused: missing, damaged, expired, from another site, of another kind, revoked, or in the wrong place.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { fetchRaw } from '../lib/http.mjs';
import { callTool, listTools, send } from '../lib/mcp.mjs';
import { remember } from '../lib/secrets.mjs';
import { FIELDS, altered, byteLength, flipped } from '../lib/tokens.mjs';
import { administrator, auditFrom, auditSize, connection, digest, reasonOf, refused, site, until } from './support.mjs';

const INVALID = { status: 401, reason: 'invalid_token' };
let grant;

before(async () => (grant = await connection()));

const call = (token, options) => callTool(site, token, 'get_site_info', {}, options);

// Issues tokens of this site with any subject, lifetime and audience.
async function issue({ kind = 'access', subject = grant.id, lifetime = 600, audience = site.endpoint, siteId = null }) {
	const token = await site.php(
		`$keyring = \\Countersign\\Keyring::open( $args['site'] ?? get_option( 'countersign_site_id' ), AUTH_KEY . AUTH_SALT );
		return ( new \\Countersign\\Tokens( $keyring ) )->issue( \\Countersign\\TokenKind::from( $args['kind'] ), (int) $args['subject'], $args['lifetime'], $args['audience'], 0 );`,
		{ kind, subject, lifetime, audience, site: siteId },
	);
	remember(token);
	return token;
}

test('a token issued directly is accepted like one from the OAuth server, so the tests below fail for their own reason', async () => {
	const answer = await call(await issue({}));
	assert.equal(answer.status, 200, answer.text);
});

test('a request without a token gets 401 with the metadata address and no error code', async () => {
	const { answer } = await refused(() => call(undefined), { status: 401, reason: 'token_missing' });
	const challenge = answer.headers['www-authenticate'];
	assert.match(challenge, /^Bearer /);
	assert.match(challenge, /resource_metadata="http[^"]+"/);
	assert.doesNotMatch(challenge, /error=/);
});

test('an invalid token gets 401 with invalid_token and no further reason', async () => {
	const { answer } = await refused(() => call('nonsense'), { ...INVALID, recorded: 'token_malformed' });
	assert.match(answer.headers['www-authenticate'], /error="invalid_token"/);
	assert.doesNotMatch(answer.text, /malformed/);
});

test('GET and DELETE without a token get a challenge too', async () => {
	for (const method of ['GET', 'DELETE']) {
		const answer = await fetchRaw(site.endpoint, { method });
		assert.equal(answer.status, 401, method);
		assert.match(answer.headers['www-authenticate'] ?? '', /resource_metadata=/);
	}
});

test('GET and DELETE with a token get 405', async () => {
	for (const method of ['GET', 'DELETE', 'PUT']) {
		const answer = await fetchRaw(site.endpoint, { method, headers: { Authorization: `Bearer ${grant.accessToken}` } });
		assert.equal(answer.status, 405, method);
		assert.equal(answer.headers.allow, 'POST');
	}
});

// Sends many damaged tokens at once: all get the same refusal, the log does not grow with each, and nothing changes.
async function refusedAll(tokens, recorded) {
	const [size, state] = [await auditSize(), await digest()];
	for (let i = 0; i < tokens.length; i += 8) {
		const answers = await Promise.all(tokens.slice(i, i + 8).map((damaged) => call(damaged)));
		answers.forEach((answer, j) => {
			assert.equal(answer.status, 401, `number ${i + j}: ${answer.text}`);
			assert.equal(reasonOf(answer), 'invalid_token', `number ${i + j}`);
		});
	}
	const entries = await auditFrom(size);
	for (const { reason } of entries) assert.ok(recorded.includes(reason), reason);
	assert.ok(entries.length <= recorded.length, `strangers write at most one entry a minute for each reason: ${entries.length}`);
	assert.equal(await digest(), state, 'nothing changed');
	assert.equal((await call(grant.accessToken)).status, 200, 'the undamaged token works');
}

test('a token with one flipped bit in any of its bytes and a correct checksum is refused', async () => {
	const token = grant.accessToken;
	assert.equal(flipped(flipped(token, 50, 3), 50, 3), token, 'the test uses the right layout');
	const damaged = Array.from({ length: byteLength(token) }, (_, byte) => flipped(token, byte, byte % 8));
	await refusedAll(damaged, ['token_forged', 'token_malformed', 'token_unknown_key', 'token_wrong_site']);
});

test('a token with one changed character, at every seventh position, is refused', async () => {
	const token = grant.accessToken;
	const damaged = [];
	for (let i = 0; i < token.length; i += 7) damaged.push(token.slice(0, i) + (token[i] === 'x' ? 'y' : 'x') + token.slice(i + 1));
	await refusedAll(damaged, ['token_malformed']);
});

test('a token changed to another connection, lifetime or epoch is refused', async () => {
	const set = (field, write) => altered(grant.accessToken, (bytes) => write(bytes, FIELDS[field]));
	await refusedAll([
		set('subject', (bytes, at) => bytes.writeBigUInt64BE(BigInt(grant.id) + 1n, at)),
		set('lifetime', (bytes, at) => bytes.writeUInt32BE(31_000_000, at)),
		set('epoch', (bytes, at) => bytes.writeUInt32BE(1, at)),
		set('tag', (bytes, at) => bytes.fill(0, at)),
	], ['token_forged']);
});

test('shortened and lengthened tokens are refused', async () => {
	const token = grant.accessToken;
	await refusedAll([token.slice(0, -1), token.slice(0, 20), `${token}A`, `${token}=`, `${token}${token}`, token.slice(1), token.toUpperCase()], ['token_malformed']);
});

test('an expired token is refused', async () => {
	const token = await issue({ lifetime: 1 });
	// Uses real time: waits until the site refuses the token, which must happen within the allowed clock skew.
	const answer = await until('the token to expire', async () => {
		const now = await call(token);
		return now.status === 200 ? null : now;
	}, 60_000);
	assert.equal(answer.status, 401, answer.text);
	await refused(() => call(token), { ...INVALID, recorded: 'token_expired' });
});

test('a token of another site is refused, also when changed to name this site', async () => {
	const token = await issue({ siteId: '00112233445566aa' });
	await refused(() => call(token), { ...INVALID, recorded: 'token_wrong_site' });
	const own = await site.php("return get_option( 'countersign_site_id' );");
	const dressed = altered(token, (bytes) => Buffer.from(own, 'hex').copy(bytes, FIELDS.site));
	await refused(() => call(dressed), { ...INVALID, recorded: 'token_unknown_key' });
	const [bytes] = [Buffer.from(grant.accessToken.slice(5, -6), 'base64url')];
	const better = altered(dressed, (changed) => bytes.copy(changed, FIELDS.keyId, FIELDS.keyId, FIELDS.site));
	await refused(() => call(better), { ...INVALID, recorded: 'token_forged' });
});

test('refresh tokens, confirmation tokens and codes are refused as access tokens', async () => {
	await refused(() => call(grant.refreshToken), { ...INVALID, recorded: 'token_wrong_kind' });
	// The bytes of a refresh token with the prefix of an access token, and also with its kind.
	await refused(() => call(altered(grant.refreshToken, () => {}, 'csat_')), { ...INVALID, recorded: 'token_malformed' });
	await refused(() => call(altered(grant.refreshToken, (bytes) => (bytes[FIELDS.kind] = 1), 'csat_')), { ...INVALID, recorded: ['token_forged', 'token_unknown_key'] });
	for (const kind of ['refresh', 'code', 'confirmation', 'pairing', 'approval', 'upload'])
		await refused(async () => call(await issue({ kind })), { ...INVALID, recorded: 'token_wrong_kind' });
});

test('a token for another audience is refused', async () => {
	const token = await issue({ audience: 'https://elsewhere.example/mcp' });
	await refused(() => call(token), { ...INVALID, recorded: 'token_wrong_audience' });
});

test('a token for a connection that does not exist is refused', async () => {
	const token = await issue({ subject: 999_999 });
	await refused(() => call(token), { ...INVALID, recorded: 'connection_unknown', proved: true });
});

test('a token in the address is refused, alone or in addition to a header', async () => {
	const query = `?access_token=${encodeURIComponent(grant.accessToken)}`;
	await refused(() => call(undefined, { query }), { status: 400, reason: 'token_in_query' });
	await refused(() => call(grant.accessToken, { query }), { status: 400, reason: 'token_in_query' });
});

test('a token of a revoked connection is refused', async () => {
	const other = await connection();
	await administrator.connection(other.id, 'revoke');
	await refused(() => call(other.accessToken), { ...INVALID, recorded: 'connection_revoked', proved: true });
	assert.ok((await listTools(site, grant.accessToken)).length > 0, 'another connection still works');
});

test('a scheme other than Bearer, and Bearer without a token, are refused', async () => {
	for (const value of ['Basic YWRtaW46YWRtaW4=', 'Bearer', 'Bearer ', `Bearer${grant.accessToken}`, `Bearer ${grant.accessToken} ${grant.accessToken}`]) {
		const answer = await send(site, undefined, 'tools/list', {}, { headers: { Authorization: value } });
		assert.equal(answer.status, 401, value.slice(0, 20));
	}
});
