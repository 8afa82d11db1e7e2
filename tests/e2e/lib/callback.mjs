// The server on which an agent on the own computer waits for the redirect of the browser.
import { createServer } from 'node:http';

export async function listen() {
	const server = createServer((request, response) => {
		const { searchParams } = new URL(request.url, 'http://127.0.0.1');
		if (searchParams.has('code') || searchParams.has('error')) arrived(searchParams);
		response.setHeader('Content-Type', 'text/html');
		response.end('<!doctype html><title>Connected</title><link rel="icon" href="data:,"><p>The agent is connected. You can close this window.');
	}).listen(0, '127.0.0.1');
	await new Promise((resolve) => server.once('listening', resolve));
	let arrived;
	return {
		url: `http://127.0.0.1:${server.address().port}/callback`,
		next: () => new Promise((resolve) => (arrived = resolve)),
		close: () => server.closeAllConnections() ?? server.close(),
	};
}
