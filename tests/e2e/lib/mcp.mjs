// MCP revision 2026-07-28 in plain HTTP: one POST and one response.
import { fetchRaw } from './http.mjs';

export const VERSION = '2026-07-28';

export const META = {
	'io.modelcontextprotocol/protocolVersion': VERSION,
	'io.modelcontextprotocol/clientInfo': { name: 'countersign-tests', version: '1.0.0' },
	'io.modelcontextprotocol/clientCapabilities': {},
};

/** The headers that every request of this revision has. */
export function headersFor(method, params = {}, token) {
	const name = params.name ?? params.uri;
	return {
		'Content-Type': 'application/json',
		Accept: 'application/json, text/event-stream',
		'MCP-Protocol-Version': VERSION,
		'Mcp-Method': method,
		...(name === undefined ? {} : { 'Mcp-Name': String(name) }),
		...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
	};
}

let lastId = 0;

/** Sends one request. `headers` replace the usual ones; a header with the value undefined is omitted. */
export function send(site, token, method, params = {}, { headers = {}, query = '', localAddress } = {}) {
	const all = { ...headersFor(method, params, token), ...headers };
	for (const name of Object.keys(all)) if (all[name] === undefined) delete all[name];
	return fetchRaw(site.endpoint + query, {
		localAddress,
		method: 'POST',
		headers: all,
		body: JSON.stringify({ jsonrpc: '2.0', id: ++lastId, method, params: { ...params, _meta: { ...META, ...params._meta } } }),
	});
}

/** Sends an arbitrary body with the usual headers. */
export function sendBody(site, token, body, headers = {}) {
	return fetchRaw(site.endpoint, { method: 'POST', headers: { ...headersFor('tools/list', {}, token), ...headers }, body });
}

export function callTool(site, token, name, args = {}, options) {
	return send(site, token, 'tools/call', { name, arguments: args }, options);
}

export async function listTools(site, token) {
	const tools = [];
	let cursor;
	do {
		const answer = await send(site, token, 'tools/list', cursor ? { cursor } : {});
		if (answer.status !== 200) throw new Error(`tools/list: HTTP ${answer.status} ${answer.text}`);
		tools.push(...answer.json.result.tools);
		cursor = answer.json.result.nextCursor;
	} while (cursor);
	return tools;
}

/** Returns the structured content of a tool's result; throws if the call did not succeed. */
export function content(answer) {
	const result = answer.json?.result;
	if (answer.status !== 200 || !result || result.isError) throw new Error(`HTTP ${answer.status} ${answer.text}`);
	return result.structuredContent;
}
