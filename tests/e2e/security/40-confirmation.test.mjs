// Publishing needs a confirmation token, which is valid for exactly these arguments, once, and for a short time.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { callTool } from '../lib/mcp.mjs';
import { remember } from '../lib/secrets.mjs';
import { auditFrom, auditSize, connection, draft, failed, postStatus, reasonOf, refused, review, site, until } from './support.mjs';

let grant, token;
before(async () => {
	grant = await connection();
	token = grant.accessToken;
});

const publish = (args, by = token) => callTool(site, by, 'publish_post', args);

test('publishing without a confirmation token is refused', async () => {
	const id = await draft(token);
	await refused(() => publish({ id }), { status: 200, reason: 'confirmation_missing', proved: true });
	assert.equal(await postStatus(id), 'draft');
});

test('publishing with an invalid text, an access token or a damaged confirmation is refused', async () => {
	const id = await draft(token);
	const good = await review(token, 'publish_post', { id });
	const damaged = good.slice(0, 60) + (good[60] === 'A' ? 'B' : 'A') + good.slice(61);
	for (const confirmation_token of ['nonsense', token, damaged])
		await refused(() => publish({ id, confirmation_token }), { status: 200, reason: 'confirmation_malformed', proved: true });
	assert.equal(await postStatus(id), 'draft');
});

test('a confirmation for another post, tool or connection is refused', async () => {
	const [id, other] = [await draft(token), await draft(token)];
	const mismatch = { status: 200, reason: 'confirmation_mismatch', proved: true };
	const confirmation_token = await review(token, 'publish_post', { id });
	await refused(() => publish({ id: other, confirmation_token }), mismatch);
	await refused(() => callTool(site, token, 'schedule_post', { id, date: '2030-01-01T12:00:00Z', confirmation_token }), mismatch);
	const stranger = await connection();
	await refused(() => publish({ id, confirmation_token }, stranger.accessToken), mismatch);
	assert.equal(await postStatus(id), 'draft');
	assert.equal(await postStatus(other), 'draft');
});

test('an expired confirmation is refused', async () => {
	const id = await draft(token);
	const short = await site.php(`
		$keyring = \\Countersign\\Keyring::open( get_option( 'countersign_site_id' ), AUTH_KEY . AUTH_SALT );
		return ( new \\Countersign\\Tokens( $keyring ) )->issue( \\Countersign\\TokenKind::Confirmation, (int) $args['id'], 1, 'anything' );`, { id: grant.id });
	remember(short);
	// Expiry is checked before the arguments: the reason changes from wrong arguments to expired.
	const reason = await until('the confirmation to expire', async () => {
		const now = reasonOf(await publish({ id, confirmation_token: short }));
		return now === 'confirmation_mismatch' ? null : now;
	}, 60_000);
	assert.equal(reason, 'confirmation_expired');
	await refused(() => publish({ id, confirmation_token: short }), { status: 200, reason: 'confirmation_expired', proved: true });
});

test('a confirmation works once, and the log links both steps', async () => {
	const id = await draft(token);
	const size = await auditSize();
	const confirmation_token = await review(token, 'publish_post', { id });
	const answer = await publish({ id, confirmation_token });
	assert.ok(!answer.json.result?.isError && answer.json.result, answer.text);
	assert.equal(await postStatus(id), 'publish');
	const entries = await auditFrom(size);
	assert.deepEqual(entries.map(({ action, kind, outcome, target }) => [action, kind, outcome, target]), [
		['request_review', 'intent', null, `post:${id}`],
		['request_review', 'outcome', 'ok', `post:${id}`],
		['publish_post', 'intent', null, `post:${id}`],
		['publish_post', 'outcome', 'ok', `post:${id}`],
	]);
	assert.equal(new Set(entries.map(({ correlation }) => correlation)).size, 1, 'all entries have the same correlation');
	await failed(() => publish({ id, confirmation_token }), { reason: 'confirmation_used' });
});

test('a used confirmation does not publish again a post that a person has unpublished', async () => {
	const id = await draft(token);
	const confirmation_token = await review(token, 'publish_post', { id });
	await publish({ id, confirmation_token });
	await site.php('wp_update_post( array( "ID" => $args["id"], "post_status" => "draft" ) ); return 1;', { id });
	await failed(() => publish({ id, confirmation_token }), { reason: 'confirmation_used' });
	assert.equal(await postStatus(id), 'draft');
});

test('trash and restore need a confirmation each', async () => {
	const { accessToken } = await connection({ preset: 'full_access' });
	const id = await draft(accessToken);
	await refused(() => callTool(site, accessToken, 'trash_post', { id }), { status: 200, reason: 'confirmation_missing', proved: true });
	const trash = await callTool(site, accessToken, 'trash_post', { id, confirmation_token: await review(accessToken, 'trash_post', { id }) });
	assert.ok(trash.json.result && !trash.json.result.isError, trash.text);
	assert.equal(await postStatus(id), 'trash');
	await refused(() => callTool(site, accessToken, 'restore_post', { id }), { status: 200, reason: 'confirmation_missing', proved: true });
	const restore = await callTool(site, accessToken, 'restore_post', { id, confirmation_token: await review(accessToken, 'restore_post', { id }) });
	assert.ok(restore.json.result && !restore.json.result.isError, restore.text);
	assert.equal(await postStatus(id), 'draft');
});
