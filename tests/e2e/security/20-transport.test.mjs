// Requests that are refused before a tool is looked up: wrong origins, hosts and bodies.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { fetchRaw } from '../lib/http.mjs';
import { META, send, sendBody } from '../lib/mcp.mjs';
import { connection, refused, site } from './support.mjs';

let token;
before(async () => (token = (await connection()).accessToken));

const request = (overrides = {}) => ({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: { _meta: META }, ...overrides });

test('a foreign web origin is refused', async () => {
	for (const Origin of ['https://evil.example', 'null', site.url.replace(/\d+$/, '1')])
		await refused(() => send(site, token, 'tools/list', {}, { headers: { Origin } }), { status: 403, reason: 'origin_refused' });
});

test('the origin of the site, and a request without an origin, are accepted', async () => {
	assert.equal((await send(site, token, 'tools/list', {}, { headers: { Origin: site.url } })).status, 200);
	assert.equal((await send(site, token, 'tools/list')).status, 200);
});

test('a foreign host is refused', async () => {
	await refused(() => send(site, token, 'tools/list', {}, { headers: { Host: 'evil.example' } }), { status: 421, reason: 'host_refused' });
});

test('a page of another origin may ask where to get a token, and cannot use one that is not its own', async () => {
	const origin = 'https://evil.example';
	const asked = await fetchRaw(site.endpoint, {
		method: 'OPTIONS',
		headers: { Origin: origin, 'Access-Control-Request-Method': 'POST', 'Access-Control-Request-Headers': 'authorization' },
	});
	assert.equal(asked.status, 204);
	const without = await fetchRaw(site.endpoint, { method: 'POST', headers: { Origin: origin, 'Content-Type': 'application/json' }, body: JSON.stringify(request()) });
	assert.equal(without.status, 401);
	const stolen = await fetchRaw(site.endpoint, {
		method: 'POST',
		headers: { Origin: origin, 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
		body: JSON.stringify(request()),
	});
	assert.equal(stolen.status, 403);
	assert.equal(stolen.json.error.data.reason, 'origin_refused');
	assert.equal(stolen.headers['access-control-allow-origin'], undefined);
	for (const answer of [asked, without, stolen]) {
		assert.equal(answer.headers['access-control-allow-credentials'], undefined);
		assert.notEqual(answer.headers['access-control-allow-origin'], '*');
	}
});

test('a body that is not JSON is refused', async () => {
	for (const body of ['', 'hello', '{"jsonrpc":', '{}{}', '\u{feff}{}', '{"a":1,}'])
		await refused(() => sendBody(site, token, body), { status: 400, reason: 'body_not_json' });
	await refused(() => sendBody(site, token, Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])), { status: 400, reason: 'body_not_json' });
});

test('a batch is refused', async () => {
	for (const body of [[request()], [], [request(), request({ id: 2 })]])
		await refused(() => sendBody(site, token, JSON.stringify(body)), { status: 400, reason: 'batch_refused' });
});

test('JSON that is not a request is refused', async () => {
	for (const body of ['1', '"x"', 'null', 'true', '{}', '{"jsonrpc":"1.0","id":1,"method":"tools/list"}', '{"jsonrpc":"2.0","id":null,"method":"tools/list"}', '{"jsonrpc":"2.0","id":{},"method":"tools/list"}', '{"jsonrpc":"2.0","id":1,"method":7}'])
		await refused(() => sendBody(site, token, body), { status: 400, reason: 'request_malformed' });
});

test('a body that is nested too deeply is refused', async () => {
	const deep = (n) => '{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"a":' + '['.repeat(n) + ']'.repeat(n) + '}}';
	await refused(() => sendBody(site, token, deep(500)), { status: 400, reason: 'body_too_deep' });
	await refused(() => sendBody(site, token, deep(200_000)), { status: 400, reason: 'body_too_deep' });
});

test('a body over the limit of the site, and one of ten megabytes, are refused', async () => {
	const body = (bytes) => JSON.stringify(request({ params: { _meta: META, filling: 'x'.repeat(bytes) } }));
	await refused(() => sendBody(site, token, body(1_100_000)), { status: 413, reason: 'body_too_large' });
	const huge = await sendBody(site, token, body(10_000_000)).catch((error) => ({ status: 413, text: String(error) }));
	// The web server may refuse it before PHP sees it.
	assert.equal(huge.status, 413, huge.text.slice(0, 200));
});

test('headers that contradict the body are refused', async () => {
	for (const headers of [{ 'Mcp-Method': 'tools/call' }, { 'Mcp-Method': undefined }, { 'MCP-Protocol-Version': '2025-11-25' }])
		await refused(() => send(site, token, 'tools/list', {}, { headers }), { status: 400, reason: 'header_mismatch' });
	await refused(() => send(site, token, 'tools/call', { name: 'get_site_info', arguments: {} }, { headers: { 'Mcp-Name': 'whoami' } }), { status: 400, reason: 'header_mismatch' });
});

test('an unknown revision is refused', async () => {
	const answer = await send(site, token, 'tools/list', { _meta: { ...META, 'io.modelcontextprotocol/protocolVersion': '2031-01-01' } }, { headers: { 'MCP-Protocol-Version': '2031-01-01' } });
	assert.equal(answer.status, 400, answer.text);
	assert.equal(answer.json.error.code, -32022);
	assert.deepEqual(answer.json.error.data.supported, ['2026-07-28']);
});

test('an unknown method is refused', async () => {
	const answer = await send(site, token, 'tools/explode');
	assert.equal(answer.status, 404);
	assert.equal(answer.json.error.code, -32601);
	assert.equal(answer.json.id !== undefined, true, 'the response has the id');
});

test('responses may not be cached', async () => {
	for (const answer of [await send(site, token, 'tools/list'), await send(site, undefined, 'tools/list'), await sendBody(site, token, 'x')])
		assert.match(answer.headers['cache-control'] ?? '', /no-store/);
});
