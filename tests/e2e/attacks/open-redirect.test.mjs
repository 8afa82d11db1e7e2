// Attacker: anybody on the internet, who registers a client with a redirect URI on a host of their own.
// Has: a way to show a link to an administrator who is logged in.
// Does: links to the authorization endpoint with a faulty request, so that this site sends the browser on to that host.
// Gets: an error page with status 400 and the reason. The browser stays on this site, nothing is changed, and nothing is
//   recorded, so the link cannot fill the audit log either.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { authorizeUrl, discover, register } from '../lib/oauth.mjs';
import { Person } from '../lib/person.mjs';
import { administrator, auditSize, digest, site } from '../security/support.mjs';

const EVIL = 'https://evil.example/fake-login';
let server, resource, clientId;
before(async () => {
	({ server, resource } = await discover(site.endpoint));
	clientId = (await register(server, { redirect_uris: [EVIL] })).json.client_id;
});

const FAULTS = [
	[{ response_type: 'bogus' }, 'response_type_unsupported'],
	[{ response_type: undefined }, 'oauth_request_invalid'],
	[{ code_challenge: undefined, code_challenge_method: undefined }, 'pkce_required'],
	[{ code_challenge_method: 'plain' }, 'pkce_required'],
	[{ resource: 'https://elsewhere.example/mcp' }, 'resource_mismatch'],
	[{ state: 's'.repeat(4097) }, 'oauth_request_invalid'],
];

test('a faulty request of a client that nobody approved leaves an administrator on this site', async () => {
	const person = await administrator.person();
	const [before, size] = [await digest(), await auditSize()];
	for (const [extra, reason] of FAULTS) {
		const page = await person.get(authorizeUrl(server, resource, clientId, { redirect_uri: EVIL, ...extra }).url);
		assert.equal(page.location, undefined, `${reason}: ${page.location}`);
		assert.equal(page.status, 400, reason);
		assert.ok(page.url.startsWith(site.url), page.url);
		assert.ok(page.text.includes(`<code>${reason}</code>`), reason);
		assert.ok(page.text.includes('Nothing was connected, and nothing was changed.'));
		assert.ok(!page.text.includes('evil.example') && !page.text.includes('elsewhere.example'), 'input is not repeated');
	}
	assert.equal(await digest(), before);
	assert.equal(await auditSize(), size);
});

test('a visitor with a faulty request is told so instead of being asked to log in', async () => {
	const page = await new Person(site.url).get(authorizeUrl(server, resource, clientId, { redirect_uri: EVIL, response_type: 'bogus' }).url);
	assert.equal(page.status, 400);
	assert.ok(page.text.includes('<code>response_type_unsupported</code>'), page.text);
	assert.ok(!page.text.includes('evil.example') && !page.text.includes('wp-login'), 'neither input nor the login form');
});

test('a visitor with a good request is asked to log in', async () => {
	const page = await new Person(site.url).get(authorizeUrl(server, resource, clientId, { redirect_uri: EVIL }).url);
	assert.match(page.url, /wp-login\.php\?/);
	assert.ok(page.forms.some(({ fields }) => fields.some(({ name }) => name === 'pwd')));
	assert.ok(!page.text.includes('evil.example/'), 'the address of the client is not shown');
});
