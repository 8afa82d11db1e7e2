// Plain HTTP for tests that need exact control: any header, including Host and Origin, and no redirects.
import { request as httpRequest } from 'node:http';
import { remember } from './secrets.mjs';

/**
 * @returns {Promise<{status: number, headers: object, text: string, json: any}>} `json` is undefined if the body is not JSON.
 */
export function fetchRaw(url, { method = 'GET', headers = {}, body, localAddress, timeout = 60_000 } = {}) {
	const payload = body === undefined ? undefined : Buffer.from(body);
	return new Promise((resolve, reject) => {
		const request = httpRequest(url, {
			method,
			headers: { ...headers, ...(payload ? { 'Content-Length': payload.length } : {}) },
			agent: false,
			localAddress,
		});
		request.setTimeout(timeout, () => request.destroy(new Error(`no answer from ${url} in ${timeout} ms`)));
		request.on('error', reject);
		request.on('response', (response) => {
			const chunks = [];
			response.on('error', reject);
			response.on('data', (chunk) => chunks.push(chunk));
			response.on('end', () => {
				const text = Buffer.concat(chunks).toString('utf8');
				remember(text, response.headers.location);
				resolve({ status: response.statusCode, headers: response.headers, text, json: parse(text) });
			});
		});
		request.end(payload);
	});
}

function parse(text) {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
