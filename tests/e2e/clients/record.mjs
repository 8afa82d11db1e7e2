// Records what a client sends when it connects, lists and calls, without secrets and names of hosts.
//
//   SITE=name node record.mjs CLIENT...      writes recorded/CLIENT.json
//
// CLIENT is one of clients.mjs or recordable.mjs.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Front } from '../lib/front.mjs';
import { openSite } from '../lib/site.mjs';
import { addresses } from './addresses.mjs';
import { CLIENTS, driver, install } from './clients.mjs';
import { Process } from './play.mjs';
import { RECORDABLE } from './recordable.mjs';

const HEADERS = /^(accept|content-type|user-agent|origin|mcp-.*)$/i;
const recorded = fileURLToPath(new URL('recorded/', import.meta.url));
const site = openSite();
const front = await Front.before(site);
const known = await addresses(site);
for (const id of process.argv.slice(2)) {
	const client = [...CLIENTS, ...RECORDABLE].find((each) => each.id === id);
	const home = install(client);
	const start = driver(client, home);
	const store = join(site.run, 'clients', `record-${id}`);
	rmSync(store, { recursive: true, force: true });
	mkdirSync(store, { recursive: true });
	const { documents } = client;
	if (documents) await site.php('return update_option( "countersign_fixture_documents", $args );', Object.fromEntries(Object.entries(documents).map(([url, text]) => [url, JSON.stringify(text)])));
	front.take();
	const running = new Process(start, { ENDPOINT: site.endpoint, CLIENT_HOME: home, CLIENT_STORE: store, SITE: site.name, NODE: process.execPath });
	const connected = await running.ask('connect');
	if (connected.failed) throw new Error(`${id}: ${connected.text}\n${running.complaints}`);
	if (!client.lists) {
		await running.ask('list');
		await running.call('get_site_info');
	}
	await running.end();
	const exchange = anonymous(front.take());
	writeFileSync(join(recorded, `${id}.json`), `${JSON.stringify({ client: client.name, version: start.version, source: 'recorded', ...(client.lists ? { calls: false } : {}), documents, exchange }, undefined, '\t')}\n`);
	console.log(`${id}: ${exchange.length} requests`);
}
await front.close();
site.close();

function anonymous(exchanges) {
	const secrets = new Map();
	const kept = [];
	for (const { method, path, headers, body, status, answer } of exchanges) {
		const url = new URL(path, site.url);
		const names = new Map(headers.map(([name, value]) => [name.toLowerCase(), value]));
		const isAuthorize = url.href.startsWith(known.authorization_endpoint) && url.searchParams.has('code_challenge');
		// The person's browser sends cookies; the client does not.
		if (names.has('cookie') && !(isAuthorize && method === 'GET')) continue;
		if (/^\/(wp-login|wp-admin|wp-includes|wp-content|favicon)/.test(url.pathname)) continue;
		const step = { method, ...address(url), status };
		if (isAuthorize) {
			if (kept.some(({ to }) => to === 'authorization_endpoint')) continue;
			step.query = Object.fromEntries(url.searchParams);
			for (const name of ['code_challenge', 'state', 'client_id']) note(secrets, url.searchParams.get(name), name);
			delete step.status;
		} else {
			step.headers = Object.fromEntries([...names].filter(([name]) => HEADERS.test(name)));
			if (names.has('authorization')) step.headers.authorization = names.get('authorization');
			if (body) step.body = parsed(body, names.get('content-type'));
		}
		if (step.to === 'token_endpoint') for (const name of ['code', 'code_verifier', 'refresh_token', 'client_secret']) note(secrets, step.body[name], name);
		if (['token_endpoint', 'registration_endpoint'].includes(step.to)) for (const name of ['client_id', 'client_secret', 'access_token', 'refresh_token']) note(secrets, json(answer)?.[name], name);
		kept.push(step);
	}
	let text = JSON.stringify(kept);
	for (const [value, name] of secrets) text = text.replaceAll(JSON.stringify(value).slice(1, -1), `{{${name}}}`).replaceAll(encodeURIComponent(value), `{{${name}}}`);
	text = text.replaceAll(JSON.stringify(known.issuer).slice(1, -1) + '"', '{{issuer}}"').replaceAll(site.endpoint, '{{endpoint}}').replaceAll(site.url, '{{site}}');
	return JSON.parse(text);
}

function note(secrets, value, name) {
	if (value && !value.startsWith('https://')) secrets.set(value, name);
}

function address(url) {
	for (const name of ['endpoint', 'resource_metadata', 'server_metadata', 'registration_endpoint', 'authorization_endpoint', 'token_endpoint'])
		if (`${url.origin}${url.pathname}` === new URL(known[name]).origin + new URL(known[name]).pathname) return { to: name };
	return { path: url.pathname + url.search };
}

function parsed(body, type = '') {
	return type.includes('x-www-form-urlencoded') ? Object.fromEntries(new URLSearchParams(body)) : (json(body) ?? body);
}

function json(text) {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
