// A loopback proxy that adds a bearer token to every request, for programs that cannot be told one.
// Host, Origin and every other header pass as they are; answers are piped as they come, streams too.
import { createServer, request } from 'node:http';
import { once } from 'node:events';

/**
 * @returns {Promise<{url: string, close: () => Promise<void>}>} `url` is the origin it listens on. Host headers name that
 *     origin; pass `host` to have the site see its own instead, unless the client sent a foreign one.
 */
export async function bearerProxy(target, token) {
	const { hostname, port, host } = new URL(target);
	let own;
	const server = createServer((incoming, outgoing) => {
		const headers = { ...incoming.headers, authorization: `Bearer ${token}` };
		// What the client addressed to us is for the site; what names anybody else stays to be judged.
		if (headers.host === own) headers.host = host;
		if (headers.origin === `http://${own}`) headers.origin = `http://${host}`;
		const onward = request({ hostname, port, method: incoming.method, path: incoming.url, headers }, (answer) => {
			outgoing.writeHead(answer.statusCode, answer.headers);
			answer.pipe(outgoing);
		});
		onward.on('error', (error) => {
			outgoing.headersSent ? outgoing.destroy(error) : outgoing.writeHead(502).end(String(error));
		});
		outgoing.on('close', () => onward.destroy());
		incoming.pipe(onward);
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	own = `127.0.0.1:${server.address().port}`;
	return {
		url: `http://${own}`,
		async close() {
			server.closeAllConnections();
			server.close();
			await once(server, 'close');
		},
	};
}
