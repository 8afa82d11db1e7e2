// Replays what clients send when they connect (recorded/*.json), with new secrets. A file whose source is `built` was
// written from the public documentation of a client that no registry has, and from reports about it (`from`).
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { consent } from '../lib/consent.mjs';
import { fetchRaw } from '../lib/http.mjs';
import { remember, rememberValue } from '../lib/secrets.mjs';
import { openSite } from '../lib/site.mjs';
import { addresses } from './addresses.mjs';

const folder = new URL('recorded/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
const recordings = files.map((name) => ({ name, ...JSON.parse(readFileSync(new URL(name, folder), 'utf8')) }));
const site = openSite();
let known;

before(async () => {
	known = await addresses(site);
	// The documents of clients that identify themselves with an address.
	const documents = Object.fromEntries(recordings.flatMap(({ documents = {} }) => Object.entries(documents).map(([url, text]) => [url, JSON.stringify(text)])));
	await site.php('return update_option( "countersign_fixture_documents", $args );', documents);
});

after(async () => {
	await site.php('return delete_option( "countersign_fixture_documents" );');
	site.close();
});

for (const recording of recordings) {
	test(`${[recording.client, recording.version].filter(Boolean).join(' ')} (${recording.source}) connects, lists and calls`, async () => {
		const last = await replay(recording);
		const result = last.json?.result ?? JSON.parse(/^data: (\{.*)$/m.exec(last.text)[1]).result;
		assert.ok(result && !result.isError, last.text);
		if (recording.calls === false) return;
		assert.ok(JSON.stringify(result).includes(new URL(site.url).host), 'the last request was a call, and it was answered');
	});
}

async function replay({ exchange, refreshes = true }) {
	const verifier = randomBytes(32).toString('base64url');
	rememberValue(verifier);
	const values = { ...known, site: site.url, code_verifier: verifier, code_challenge: createHash('sha256').update(verifier).digest('base64url'), state: randomBytes(12).toString('hex') };
	let last;
	for (const step of exchange) {
		const { to, path, method, query, headers = {}, body, status } = filled(step, values);
		const url = new URL(to ? known[to] : path, site.url);
		for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, value);
		if (to === 'authorization_endpoint') {
			const back = await consent(site.url, url.href, { preset: 'standard', user: 'editor' });
			remember(back.href);
			const answer = back.searchParams;
			assert.ok(back.href.startsWith(query.redirect_uri), `the browser goes back to the client: ${back.href.replace(/code=[^&]+/, '')}`);
			assert.ok(answer.get('code'), `a code: ${answer}`);
			if (query.state !== undefined) assert.equal(answer.get('state'), query.state);
			values.code = answer.get('code');
			continue;
		}
		const isForm = /x-www-form-urlencoded/.test(headers['content-type'] ?? '');
		last = await fetchRaw(url.href, { method, headers, body: body === undefined ? undefined : isForm ? new URLSearchParams(body).toString() : JSON.stringify(body) });
		const said = `${method} ${url.pathname}: HTTP ${last.status} ${last.text.slice(0, 400)}`;
		if (status !== undefined) assert.equal(last.status, status, said);
		if (to === 'registration_endpoint') {
			Object.assign(values, last.json, { redirect_uris: undefined });
			values.basic = Buffer.from(`${last.json.client_id}:${last.json.client_secret}`).toString('base64');
			rememberValue(last.json.client_secret);
		}
		if (to === 'token_endpoint') {
			assert.ok(last.json.access_token, said);
			assert.equal(Boolean(last.json.refresh_token), refreshes, 'a refresh token for a client that uses one');
			remember(last.text);
			for (const name of ['access_token', 'refresh_token']) values[name] = last.json[name];
		}
	}
	return last;
}

function filled(value, values) {
	if (typeof value === 'string') return value.replace(/\{\{(\w+)\}\}/g, (whole, name) => values[name] ?? whole);
	if (Array.isArray(value)) return value.map((each) => filled(each, values));
	if (value && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, filled(each, values)]));
	return value;
}
