// Attacker: any client behind the same reverse proxy as an agent.
// Has: no token; it can send any header.
// Does: sends forwarding headers with a new address in each request, through the proxy and past it, to escape the limit of
//   its address and to lock out the agent.
// Gets: 401, then 429 `rate_limited_ip`, under the address that the proxy saw. The agent goes on through the same proxy.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { before, test } from 'node:test';
import { send } from '../lib/mcp.mjs';
import { addressesFrom, auditFrom, auditSize, connection, site, withSettings } from '../security/support.mjs';

const PROXY = '127.8.8.8';
let grant;
before(async () => (grant = await connection()));

/** Starts a reverse proxy that connects from PROXY and appends the address of its peer to X-Forwarded-For. */
async function reverseProxy() {
	const { hostname, port } = new URL(site.url);
	const server = createServer((incoming, outgoing) => {
		const before = incoming.headers['x-forwarded-for'];
		const peer = incoming.socket.remoteAddress;
		const headers = { ...incoming.headers, 'x-forwarded-for': before ? `${before}, ${peer}` : peer };
		const onward = request({ hostname, port, localAddress: PROXY, method: incoming.method, path: incoming.url, headers }, (answer) => {
			outgoing.writeHead(answer.statusCode, answer.headers);
			answer.pipe(outgoing);
		});
		onward.on('error', (error) => outgoing.destroy(error));
		incoming.pipe(onward);
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	return server;
}

/** Returns a loopback address that no other test has used in the last minute. */
const address = () => `127.${[1, 2, 3].map(() => 1 + Math.floor(Math.random() * 250)).join('.')}`;

test('forged addresses count as the address that the proxy saw', async () => {
	const proxy = await reverseProxy();
	try {
		await withSettings({ ip_limit: { max: 10, window: 3600 }, trusted_proxies: [PROXY], proxy_header: 'x-forwarded-for' }, async () => {
			const through = { endpoint: site.endpoint.replace(new URL(site.endpoint).host, `127.0.0.1:${proxy.address().port}`) };
			const host = new URL(site.endpoint).host;
			const [size, attacker, agent] = [await auditSize(), address(), address()];
			const statuses = [];
			for (let n = 0; n < 15; n++) {
				const forged = { 'X-Forwarded-For': `198.51.100.${n}`, Forwarded: `for=198.51.100.${n}`, 'X-Real-IP': agent, Host: host };
				statuses.push((await send(through, 'csat_nonsense', 'tools/list', {}, { headers: forged, localAddress: attacker })).status);
			}
			assert.deepEqual(statuses, [...Array(10).fill(401), ...Array(5).fill(429)]);
			for (const localAddress of [attacker, agent]) {
				const answer = await send(through, grant.accessToken, 'tools/list', {}, { headers: { Host: host }, localAddress });
				assert.equal(answer.status, 200, answer.text);
			}
			const addresses = await addressesFrom(size);
			const ips = (await auditFrom(size)).filter(({ reason }) => ['token_malformed', 'rate_limited_ip'].includes(reason)).map(({ seq }) => JSON.parse(addresses[seq]));
			assert.deepEqual(ips, [attacker, attacker]);

			const past = address();
			const direct = [];
			for (let n = 0; n < 12; n++) {
				direct.push((await send(site, 'csat_nonsense', 'tools/list', {}, { headers: { 'X-Forwarded-For': `198.51.100.${n}` }, localAddress: past })).status);
			}
			assert.deepEqual(direct, [...Array(10).fill(401), 429, 429]);
		});
	} finally {
		proxy.closeAllConnections();
		proxy.close();
	}
});
