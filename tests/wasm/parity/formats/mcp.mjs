// MCP: requests with their headers and messages, what plugins register, JSON schemas and their arguments, and items.
import { audience, token } from '../forge.mjs';
import { anyValue, changed, changedText, json, PIECES, reshaped } from '../mutate.mjs';
import { folder, vector } from '../vectors.mjs';

const ENDPOINT = 'https://example.org/wp-json/countersign/v1/mcp';
const cases = ['calls', 'eras', 'framing', 'gate'].flatMap((name) => vector(`mcp/${name}.json`));
const targets = folder('target').map((one) => one.target);
const bodies = cases.map((one) => one.request?.body ?? JSON.stringify(one.request?.message ?? { jsonrpc: '2.0', id: 1, method: 'ping' }));

export const SETTINGS = {
	name: 'countersign', title: 'Test site', version: '0.1.0', instructions: 'Be careful.', website: 'https://example.org/', endpoint: ENDPOINT,
	resource_metadata: 'https://example.org/.well-known/oauth-protected-resource/wp-json/countersign/v1/mcp', hosts: ['example.org'], origins: ['https://example.org'],
	secure: true, kill_switch: false, ip_limit: { max: 60, window: 60 }, max_body: 1048576, confirmation_lifetime: 300,
};
const CONNECTION = { name: 'My agent', client: 'Claude', user: 3, state: 'active', epoch: 0, groups: ['read', 'create_edit', 'publish', 'trash_restore'], limit: { max: 100, window: 60 } };
export const REGISTRY = {
	builtin: ['whoami', 'list_posts', 'get_post', 'get_site_info', 'create_draft', 'update_content', 'publish_post', 'request_review', 'list_media'],
	tools: [
		{ name: 'plugin.echo', description: 'Says it again.', group: 'read', inputSchema: { type: 'object', properties: { text: { type: 'string', 'x-mcp-header': 'Text' } } } },
		{ name: 'plugin.wipe', description: 'Wipes.', group: 'publish', confirm: true, inputSchema: { type: 'object', additionalProperties: false, properties: { what: { type: 'string' } } } },
		{ name: 'plugin.list', description: 'Lists.', group: 'read', inputSchema: { type: 'object' }, outputSchema: { type: 'array' } },
	],
	prompts: [{ name: 'outline', description: 'An outline.', group: 'read', arguments: [{ name: 'topic', required: true }] }, { name: 'painting', group: 'image' }],
	resources: [{ uri: 'site://style', name: 'Style guide', group: 'read' }],
	resourceTemplates: [{ uriTemplate: 'site://post/{id}', name: 'A post', group: 'read' }],
};
const META = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': {} };

function bearer(random, { now, number }, epoch = 0) {
	return token({ kind: 'access', issued: now - 4000, lifetime: 86400, id: random.bytes(12), subject: number, epoch, binding: audience(ENDPOINT) });
}

function request(random, context, message, { modern = false, headers = {} } = {}) {
	const all = { Host: 'example.org', Authorization: `Bearer ${bearer(random, context)}`, 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream', ...headers };
	if (modern) {
		message = { ...message, params: { ...(message.params ?? {}), _meta: { ...META, ...(message.params?._meta ?? {}) } } };
		Object.assign(all, { 'MCP-Protocol-Version': '2026-07-28', 'Mcp-Method': String(message.method), 'Mcp-Name': String(message.params.name ?? message.params.uri ?? '') });
	}
	return { headers: all, message };
}

/** Returns `base` with the members of `changes`; null removes one. */
function merged(base, changes) {
	const out = { ...base };
	for (const [name, value] of Object.entries(changes ?? {})) {
		if (value === null) {
			delete out[name];
		} else {
			out[name] = value !== null && typeof value === 'object' && !Array.isArray(value) && typeof out[name] === 'object' ? merged(out[name], value) : value;
		}
	}
	return out;
}

const ip = (number) => `11.${number >> 16}.${(number >> 8) & 255}.${number & 255}`;

function message(random, context) {
	const one = random.pick(cases);
	const sent = one.request ?? {};
	const ordinary = sent.message ?? { jsonrpc: '2.0', id: 1, method: 'ping' };
	const { headers, message: full } = request(random, context, ordinary, { modern: sent.modern === true });
	for (const [name, value] of Object.entries(sent.headers ?? {})) {
		for (const other of Object.keys(headers).filter((key) => key.toLowerCase() === name.toLowerCase())) {
			delete headers[other];
		}
		if (value !== null) {
			headers[name] = value.replace(/\{\w+\}/g, (word) => (word === '{token}' ? bearer(random, context) : word === '{old_epoch}' ? bearer(random, context, 4) : word));
		}
	}
	for (const name of random.some(Object.keys(headers), 30)) {
		headers[name] = changedText(random, headers[name]);
	}
	const body = sent.body ?? (random.once(6) ? JSON.stringify(full) : random.once(3) ? changed(random, JSON.stringify(full), bodies) : json(random, full));
	return [sent.method ?? 'POST', headers, sent.query ?? '', sent.body && random.once(2) ? changed(random, body, bodies) : body, ip(context.number), context.number, one.connection === 'none' ? null : JSON.stringify(merged(CONNECTION, one.connection)), one.registry ? JSON.stringify(merged(REGISTRY, one.registry)) : null, one.settings ? JSON.stringify(merged(SETTINGS, one.settings)) : null];
}

const STRINGS = ['', 'a', 'abc', 'é', '2026-11-29', '2026-11-29T10:00:00Z', 'https://example.org/', 'a@b.example', '192.0.2.1', 'x'.repeat(30), '日本'];
const PATTERNS = ['^[a-z]+$', '^\\d{4}-\\d{2}$', 'é', '^\\p{L}+$', '[', '(a+)+$', '^.{2,5}$', '\\bword\\b', '^(?=a)', '\\u0061'];
const value = (random) => random.pick([() => random.pick(STRINGS), () => random.between(-3, 30), () => random.pick([0.1, 1.5, 1e21, -0, 2 ** 53, 1e-7, 0.30000000000000004, 3.0000000000000004]), () => true, () => null, () => [], () => ({}), () => anyValue(random, 2)])();

function schema(random, depth = 0) {
	const own = {};
	const type = random.pick(['string', 'string', 'integer', 'number', 'boolean', 'array', 'object', 'null', ['string', 'null']]);
	if (!random.once(6)) {
		own.type = depth === 0 ? 'object' : type;
	}
	if (own.type === 'object' || random.once(8)) {
		own.properties = Object.fromEntries(['a', 'b', 'c', 'é'].filter(() => random.once(2)).map((name) => [name, depth < 3 ? schema(random, depth + 1) : {}]));
		if (random.once(3)) {
			own.required = random.some(['a', 'b', 'c', 'd'], 3);
		}
		if (random.once(3)) {
			own.additionalProperties = random.once(2) ? false : schema(random, depth + 2);
		}
	}
	const keyword = {
		minLength: () => random.below(5), maxLength: () => random.below(12), pattern: () => random.pick(PATTERNS), format: () => random.pick(['date', 'date-time', 'uri', 'email', 'ipv4', 'uuid', 'unknown']),
		minimum: () => random.pick([0, -1, 0.5, 1e21]), maximum: () => random.pick([3, 10, 0.3]), exclusiveMinimum: () => 0, exclusiveMaximum: () => 2 ** 53, multipleOf: () => random.pick([1, 2, 0.1, 0.01, 3, 1e-7]),
		minItems: () => random.below(3), maxItems: () => random.below(4), uniqueItems: () => true, items: () => (depth < 3 ? schema(random, depth + 1) : {}), prefixItems: () => [{ type: 'string' }],
		enum: () => [value(random), value(random), 'a'], const: () => value(random), default: () => value(random), description: () => 'é text', title: () => 't',
		anyOf: () => [schema(random, depth + 2), { type: 'integer' }], oneOf: () => [{ type: 'integer' }, { type: 'number' }], allOf: () => [{ minLength: 1 }], not: () => ({ type: 'null' }),
		minProperties: () => random.below(3), maxProperties: () => random.below(4), patternProperties: () => ({ [random.pick(PATTERNS)]: { type: 'string' } }), propertyNames: () => ({ maxLength: 1 }), dependentRequired: () => ({ a: ['b'] }),
		if: () => ({ required: ['a'] }), then: () => ({ required: ['b'] }), contains: () => ({ type: 'string' }), $ref: () => random.pick(['#/properties/a', '#', 'https://example.org/other.json', '#/$defs/x']), $defs: () => ({ x: { type: 'string' } }),
		unevaluatedProperties: () => false, $schema: () => random.pick(['https://json-schema.org/draft/2020-12/schema', 'http://json-schema.org/draft-07/schema#']), contentEncoding: () => 'base64',
	};
	for (const name of random.some(Object.keys(keyword), depth === 0 ? 24 : 9)) {
		own[name] = keyword[name]();
	}
	return own;
}

/** Returns arguments that often conform to the schema. */
function instance(random, own, depth = 0) {
	if (random.once(8) || own === null || typeof own !== 'object' || depth > 4) {
		return value(random);
	}
	switch (Array.isArray(own.type) ? own.type[0] : own.type) {
		case 'object': {
			const out = {};
			for (const [name, inner] of Object.entries(own.properties ?? {})) {
				if (random.once(3) && !own.required?.includes(name)) {
					continue;
				}
				out[name] = instance(random, inner, depth + 1);
			}
			return random.once(10) ? { ...out, [random.pick(['d', 'a', '__proto__x'])]: value(random) } : out;
		}
		case 'string':
			return random.pick(STRINGS);
		case 'integer':
			return random.pick([0, 1, 2, 3, 10, -1, 1.0, 2 ** 31, 2 ** 53]);
		case 'number':
			return random.pick([0, 1, 0.1, 0.2, 0.3, 1.5, 1e21, 1e-7, 4.35, 1.1]);
		case 'array':
			return Array.from({ length: random.below(4) }, () => instance(random, own.items ?? {}, depth + 1));
		default:
			return value(random);
	}
}

export default {
	mcp_message: message,

	mcp_schema(random, context) {
		const input = schema(random);
		const output = random.once(3) ? schema(random) : null;
		const called = instance(random, input);
		const tool = { name: 'plugin.own', description: 'Own.', group: 'read', inputSchema: input, ...(output ? { outputSchema: output } : {}) };
		const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'plugin.own', arguments: called } };
		const { headers, message: full } = request(random, context, call);
		const result = { content: [{ type: 'text', text: 'é' }], structuredContent: instance(random, output ?? { type: 'object' }) };
		return ['POST', headers, '', random.once(8) ? json(random, full) : JSON.stringify(full), ip(context.number), context.number, JSON.stringify(CONNECTION), JSON.stringify({ builtin: [], tools: [random.once(20) ? reshaped(random, tool) : tool] }), null, JSON.stringify(result)];
	},

	mcp_result(random, context) {
		const call = { jsonrpc: '2.0', id: random.pick([1, 'é', 2 ** 53, 0.5, -1]), method: 'tools/call', params: { name: random.pick(['plugin.list', 'plugin.echo', 'whoami']), arguments: {}, _meta: { progressToken: random.pick([1, 'p', 1.5]) } } };
		const { headers, message: full } = request(random, context, call, { modern: random.once(2) });
		const result = random.pick([{ structuredContent: anyValue(random) }, { content: [{ type: 'text', text: random.pick(PIECES) }], isError: random.once(2), structuredContent: [1, 0.1, 1e21] }, { content: [{ type: 'image', data: 'aGk=', mimeType: 'image/png' }] }]);
		return ['POST', headers, '', JSON.stringify(full), ip(context.number), context.number, JSON.stringify(CONNECTION), null, null, json(random, result), [random.pick([0, 0.1, 1, 1e21, 1 / 3, 5e-324, 123456789.125]), random.pick([null, 1, 0.7, 1e300]), random.pick(PIECES)]];
	},

	mcp_registry(random, context) {
		const list = { jsonrpc: '2.0', id: 1, method: random.pick(['tools/list', 'prompts/list', 'resources/list', 'resources/templates/list']) };
		const { headers, message: full } = request(random, context, list, { modern: random.once(3) });
		return ['POST', headers, '', JSON.stringify(full), ip(context.number), context.number, JSON.stringify(CONNECTION), json(random, REGISTRY), null];
	},

	mcp_settings: (random) => [json(random, SETTINGS)],

	mcp_target(random, { number }) {
		const one = random.pick(targets);
		const other = random.once(2) ? one : random.pick(targets);
		return [random.once(4) ? JSON.stringify(one) : json(random, one), random.once(2) ? JSON.stringify(other) : json(random, other), number];
	},

	basic(random) {
		const password = random.once(2) ? 'abcd EFGH 1234 ijkl MNOP 5678' : changedText(random, 'abcd EFGH 1234 ijkl MNOP 5678');
		const credentials = `${random.pick(['admin', '', 'é', 'a:b', changedText(random, 'admin')])}:${password}`;
		const header = `${random.pick(['Basic', 'basic', 'BASIC', 'Bearer', changedText(random, 'Basic')])} ${Buffer.from(credentials).toString('base64')}`;
		return [{ [random.pick(['Authorization', 'authorization', 'X-Other'])]: random.once(4) ? changedText(random, header) : header }, random.pick([1, 0, -1, 2 ** 53]), changedText(random, '0f8fad5b-d9cb-469f-a165-70867728950e'), password];
	},

	title(random) {
		const bidi = ['\u202e', '\u2066', '&#8238;', '&#x202E;', '&#x202e', '&#00008238;', '&amp;#8238;', '&rlm;', '&#x2066;', '&#x110000;', '&#99999999999999999999;', '\u200d', '\u200b'];
		return [changed(random, Array.from({ length: random.between(1, 6) }, () => random.pick([...bidi, ...PIECES, 'A title'])).join(random.pick(['', ' '])))];
	},
};
