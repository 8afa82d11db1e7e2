// A loopback proxy that adds a bearer token to every request, for programs that cannot be given one. Host, Origin
// and all other headers are passed on unchanged. Responses, including streams, are piped.
import { createServer, request } from 'node:http';
import { once } from 'node:events';

/**
 * @returns {Promise<{url: string, close: () => Promise<void>}>} `url` is the origin of the proxy. A Host or Origin header
 *     that names the proxy is replaced by that of the site; a foreign one is passed on.
 */
export async function bearerProxy(target, token) {
	const { hostname, port, host } = new URL(target);
	let own;
	const server = createServer((incoming, outgoing) => {
		const headers = { ...incoming.headers, authorization: `Bearer ${token}` };
		// The site must see its own name instead of the proxy's. It must judge all other names itself.
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
