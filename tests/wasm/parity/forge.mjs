// Makes genuine tokens, messages, records and client ids, with any fields. Written from the descriptions in src/, so that
// changed fields can be signed again and reach the code behind the signature.
import { createHash, createHmac, createPrivateKey, createPublicKey, hkdfSync, sign } from 'node:crypto';

export const SITE = '0123456789abcdef';
export const MATERIAL = 'vectors only: forty-eight bytes that guard nothing';
export const b64 = (bytes) => Buffer.from(bytes).toString('base64url');

export const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();
export const hmac = (key, ...parts) => parts.reduce((mac, part) => mac.update(part), createHmac('sha256', key)).digest();
export const hkdf = (key, salt, label, length = 32, hash = 'sha256') => Buffer.from(hkdfSync(hash, key, salt, label, length));

const little = (number) => {
	const out = Buffer.alloc(8);
	out.writeBigUInt64LE(BigInt(number));
	return out;
};
export const u64 = (number) => {
	const out = Buffer.alloc(8);
	out.writeBigUInt64BE(BigInt.asUintN(64, BigInt(number)));
	return out;
};
export const u32 = (number) => {
	const out = Buffer.alloc(4);
	out.writeUInt32BE(Number(number) >>> 0);
	return out;
};
const u16 = (number) => Buffer.from([(number >> 8) & 255, number & 255]);

/** The pre-authentication encoding: the number of the parts, and each with its length. */
export const pae = (...parts) => Buffer.concat([little(parts.length), ...parts.flatMap((part) => [little(Buffer.byteLength(part)), Buffer.from(part)])]);

const roots = new Map();
export function siteKey(label, site = SITE, material = MATERIAL) {
	const name = `${site} ${material}`;
	if (!roots.has(name)) {
		roots.set(name, hkdf(material, Buffer.from(site, 'hex'), 'countersign/root/v1'));
	}
	const full = `${name} ${label}`;
	if (!roots.has(full)) {
		roots.set(full, hkdf(roots.get(name), '', label));
	}
	return roots.get(full);
}

const TABLE = Array.from({ length: 256 }, (_, n) => {
	for (let bit = 0; bit < 8; bit++) {
		n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
	}
	return n >>> 0;
});
export function crc32(text) {
	let sum = 0xffffffff;
	for (const byte of Buffer.from(text)) {
		sum = TABLE[(sum ^ byte) & 255] ^ (sum >>> 8);
	}
	return (sum ^ 0xffffffff) >>> 0;
}

function base62(number) {
	let out = '';
	for (let left = 6; left > 0; left--) {
		out = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'[number % 62] + out;
		number = Math.floor(number / 62);
	}
	return out;
}

export const KINDS = ['access', 'refresh', 'code', 'confirmation', 'pairing', 'approval', 'upload'];
const PREFIXES = ['csat_', 'csrt_', 'csac_', 'cscf_', 'cspr_', 'csap_', 'csup_'];
export const audience = (binding) => sha256(pae('audience', binding));

/** Returns a token. `payload` may change the 78 bytes before they are authenticated, `all` the 110 bytes behind. */
export function token({ kind, issued, lifetime, id, subject, epoch = 0, binding, site = SITE, material = MATERIAL }, payload = (bytes) => bytes, all = (bytes) => bytes) {
	const place = KINDS.indexOf(kind);
	const prefix = PREFIXES[place];
	const keyId = siteKey('countersign/key-id/v1', site, material).subarray(0, 4);
	const fields = payload(Buffer.concat([Buffer.from([1, place + 1]), keyId, Buffer.from(site, 'hex'), u32(issued), u32(lifetime), id, u64(subject), u32(epoch), binding]));
	const tag = hmac(siteKey(`countersign/token/v1/${prefix}`, site, material), pae('countersign/token/v1', prefix, fields));
	const body = prefix + b64(all(Buffer.concat([fields, tag])));
	return body + base62(crc32(body));
}

const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');
const pairs = new Map();
/** Returns an Ed25519 key from its seed: `{ sign, publicKey }`. */
export function ed25519(seed) {
	const name = seed.toString('hex');
	if (!pairs.has(name)) {
		const key = createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' });
		const publicKey = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32);
		pairs.set(name, { sign: (bytes) => sign(null, bytes, key), publicKey });
	}
	return pairs.get(name);
}

const LABELS = { action: 'countersign/action/v1', heartbeat: 'countersign/heartbeat/v1' };
const MESSAGES = { action: 'csaction', heartbeat: 'csheartbeat' };

/**
 * Returns a signed action or heartbeat. `key` is `{ secret }` or `{ seed }`, `parts` may change the ten parts and `bytes` the
 * canonical bytes before they are signed.
 */
export function message({ domain, site = SITE, key, id, type, issued, expires, nonce, payload, snapshot = '' }, parts = (list) => list, bytes = (all) => all) {
	const pair = key.seed && ed25519(key.seed);
	const keyId = pair ? sha256(pae('countersign/action/key-id/v1/ed25519', pair.publicKey)).subarray(0, 16) : hkdf(key.secret, '', 'countersign/action/key-id/v1/hmac-sha256', 16);
	const list = parts([LABELS[domain], keyId, Buffer.from(site, 'hex'), id, type, u64(issued), u64(expires), nonce, sha256(payload), snapshot]);
	const signed = bytes(pae(...list));
	const signature = pair ? pair.sign(signed) : hmac(hkdf(key.secret, Buffer.from(site, 'hex'), `${LABELS[domain]}/hmac-sha256`), signed);
	return `${MESSAGES[domain]}.${b64(signed)}.${b64(signature)}`;
}

/** Returns a sealed record with this JSON. */
export function record(json, site = SITE, material = MATERIAL) {
	const key = siteKey('countersign/record/v1', site, material);
	const keyId = hkdf(key, '', 'countersign/key-id/v1').subarray(0, 4);
	return `csr1.${b64(Buffer.concat([keyId, hmac(key, pae('countersign/record/v1', json)), Buffer.from(json)]))}`;
}

const LEAF = 'ab'.repeat(32);
/** Returns the JSON of a record with data, which are JSON. */
export const recordJson = (kind, id, version, data, { site = SITE, lineage } = {}) =>
	`{"data":${data},"entry":{"leaf":"${LEAF}","sequence":41},"id":${id},"kind":"${kind}"${lineage ? `,"lineage":"${lineage}"` : ''},"site":"${site}","version":${version}}`;

/** Returns JSON as the extension writes it: without white space, members in the order of their bytes. */
export function canonical(value) {
	if (Array.isArray(value)) {
		return `[${value.map(canonical).join(',')}]`;
	}
	if (value !== null && typeof value === 'object') {
		const keys = Object.keys(value).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
		return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(',')}}`;
	}
	return JSON.stringify(value);
}

const METHODS = ['none', 'client_secret_post', 'client_secret_basic'];
const BEGINNINGS = ['https://', 'http://localhost', 'http://127.0.0.1', 'http://[::1]', ''];
/** Returns the id of a registered client. `payload` may change the bytes before they are authenticated. */
export function clientId({ name, uris, method = 'none', refresh = true, time = 1700000000, random }, payload = (bytes) => bytes) {
	const parts = [Buffer.from([2, METHODS.indexOf(method) | (refresh ? 4 : 0)]), u32(time), random, u16(Buffer.byteLength(name)), Buffer.from(name), Buffer.from([uris.length])];
	for (const uri of uris) {
		const beginning = BEGINNINGS.findIndex((one) => uri.startsWith(one));
		const rest = Buffer.from(uri.slice(BEGINNINGS[beginning].length));
		parts.push(u16((beginning << 13) | rest.length), rest);
	}
	const bytes = payload(Buffer.concat(parts));
	return `csc_${b64(Buffer.concat([bytes, hmac(siteKey('countersign/oauth/client-id/v1'), bytes).subarray(0, 16)]))}`;
}

/** Returns a signed note. */
export function note(text, name, seed) {
	const pair = ed25519(seed);
	const key = Buffer.concat([Buffer.from([1]), pair.publicKey]);
	const keyId = sha256(name, '\n', key).subarray(0, 4);
	return `${text}\n— ${name} ${Buffer.concat([keyId, pair.sign(Buffer.from(text))]).toString('base64')}\n`;
}

export function verifierKey(name, seed) {
	const key = Buffer.concat([Buffer.from([1]), ed25519(seed).publicKey]);
	return `${name}+${sha256(name, '\n', key).subarray(0, 4).toString('hex')}+${key.toString('base64')}`;
}

/** Returns the root of the Merkle tree over leaf hashes (RFC 6962). */
export function root(leaves) {
	if (leaves.length < 2) {
		return leaves[0] ?? sha256('');
	}
	const half = 2 ** Math.floor(Math.log2(leaves.length - 1));
	return sha256(Buffer.from([1]), root(leaves.slice(0, half)), root(leaves.slice(half)));
}
export const leaf = (body) => sha256(Buffer.from([0]), body);
