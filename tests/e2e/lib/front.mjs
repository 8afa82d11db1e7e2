// A proxy at the address of a site. It counts and records what a client exchanges with the site, and can make the
// client's access token look expired. The site's own web server moves to another port, so that every address the
// client is told leads through the proxy.
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { connect, createServer as createSocket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

export class Front {
	/** The exchanges since the last call of {@link Front#take}: request, response, and the bytes of both. */
	#exchanges = [];
	#current;
	#spoiled;

	/** If this is a number, clients are told that an access token lives as many seconds. */
	lifetime;

	/** Moves the web server of the site, which must run on nginx, and takes its place until {@link Front#close}. */
	static async before(site) {
		const front = new Front();
		front.site = site;
		front.own = Number(site.env.SITE_PORT);
		front.port = await freePort();
		await move(site, front.port);
		await until(async () => (await listens(front.port)) && !(await listens(front.own)));
		front.server = createServer((incoming, outgoing) => front.#pass(incoming, outgoing)).listen(front.own, '127.0.0.1');
		await once(front.server, 'listening');
		return front;
	}

	/** From now on the site sees the access token that the client sent last as one that is not valid. */
	expire() {
		this.#spoiled = this.#current;
		this.lifetime = undefined;
	}

	/** Returns the exchanges since the last call. */
	take() {
		return this.#exchanges.splice(0);
	}

	async close() {
		this.server.closeAllConnections();
		this.server.close();
		await once(this.server, 'close');
		await move(this.site, this.own);
		await until(() => listens(this.own));
	}

	#pass(incoming, outgoing) {
		const headers = [...incoming.rawHeaders];
		const at = headers.findIndex((name, i) => i % 2 === 0 && /^authorization$/i.test(name));
		if (at >= 0) {
			this.#current = headers[at + 1];
			if (headers[at + 1] === this.#spoiled) headers[at + 1] = headers[at + 1].replace(/.{8}$/, 'AAAAAAAA');
		}
		const exchange = { method: incoming.method, path: incoming.url, headers: pairs(incoming.rawHeaders), sent: head(incoming), received: 0 };
		this.#exchanges.push(exchange);
		const [up, down] = [[], []];
		const onward = request({ host: '127.0.0.1', port: this.port, method: incoming.method, path: incoming.url, headers, agent: false }, (answer) => {
			Object.assign(exchange, { status: answer.statusCode, answerHeaders: pairs(answer.rawHeaders), received: head(answer) });
			answer.on('data', (chunk) => {
				down.push(chunk);
				exchange.received += chunk.length;
			});
			answer.on('end', () => {
				exchange.answer = Buffer.concat(down).toString();
				const body = this.lifetime ? exchange.answer.replace(/("access_token".*"expires_in":)\d+/, `$1${this.lifetime}`) : exchange.answer;
				outgoing.writeHead(answer.statusCode, answer.rawHeaders.map((text, i, all) => (/^content-length$/i.test(all[i - 1]) ? String(Buffer.byteLength(body)) : text)));
				outgoing.end(body);
			});
		});
		onward.on('error', (error) => (outgoing.headersSent ? outgoing.destroy(error) : outgoing.writeHead(502).end(String(error))));
		outgoing.on('close', () => onward.destroy());
		incoming.on('data', (chunk) => {
			up.push(chunk);
			exchange.sent += chunk.length;
		});
		incoming.on('end', () => (exchange.body = Buffer.concat(up).toString()));
		incoming.pipe(onward);
	}
}

// A front that was killed has left the web server at another port.
async function move(site, port) {
	const file = `${site.run}/nginx.conf`;
	writeFileSync(file, readFileSync(file, 'utf8').replace(/listen 127\.0\.0\.1:\d+;/, `listen 127.0.0.1:${port};`));
	process.kill(Number(readFileSync(`${site.run}/pid/nginx`, 'utf8')), 'SIGHUP');
}

const pairs = (raw) => Array.from({ length: raw.length / 2 }, (_, i) => [raw[2 * i], raw[2 * i + 1]]);

// The bytes of the first line and of the headers.
function head({ method, url, statusCode, statusMessage, rawHeaders }) {
	const first = method ? `${method} ${url} HTTP/1.1` : `HTTP/1.1 ${statusCode} ${statusMessage}`;
	return rawHeaders.reduce((sum, text) => sum + Buffer.byteLength(text) + 2, Buffer.byteLength(first) + 4);
}

async function freePort() {
	const socket = createSocket().listen(0, '127.0.0.1');
	await once(socket, 'listening');
	const { port } = socket.address();
	socket.close();
	await once(socket, 'close');
	return port;
}

function listens(port) {
	return new Promise((resolve) => {
		const socket = connect(port, '127.0.0.1');
		socket.on('error', () => resolve(false));
		socket.on('connect', () => {
			socket.destroy();
			resolve(true);
		});
	});
}

async function until(condition) {
	for (let i = 0; i < 1200; i++) {
		if (await condition()) return;
		await pause(25);
	}
	throw new Error('the web server did not move to its new port in thirty seconds');
}
