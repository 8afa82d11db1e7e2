// Damages tokens as an attacker who knows their layout would: `prefix_` + base64url of 110 bytes + a CRC-32
// in six base62 digits. The checksum does not protect the token, because an attacker can compute it.
import { crc32 } from 'node:zlib';

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const CHECKSUM = 6;

/** The offsets of the fields in the 110 bytes. */
export const FIELDS = { version: 0, kind: 1, keyId: 2, site: 6, issued: 14, lifetime: 18, id: 22, subject: 34, epoch: 42, binding: 46, tag: 78 };

/** Returns the token with its bytes changed by `change` and a correct checksum. */
export function altered(token, change, prefix = token.slice(0, 5)) {
	const bytes = Buffer.from(token.slice(5, -CHECKSUM), 'base64url');
	change(bytes);
	return sealed(prefix + bytes.toString('base64url'));
}

/** Returns the token with one bit flipped and a correct checksum. */
export const flipped = (token, byte, bit) => altered(token, (bytes) => (bytes[byte] ^= 1 << bit));

export const byteLength = (token) => Buffer.from(token.slice(5, -CHECKSUM), 'base64url').length;

function sealed(body) {
	let rest = crc32(body);
	let sum = '';
	for (let i = 0; i < CHECKSUM; i++) {
		sum = DIGITS[rest % 62] + sum;
		rest = Math.floor(rest / 62);
	}
	return body + sum;
}
