// Ed25519 for the second implementations in tests/php/lib, by Node: PHP.wasm is built without libsodium.
//
// tests/php/lib/sodium.inc sends `{"ed25519": "public" | "sign" | "verify", …}` with bytes in hexadecimal.
import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';

const text = (hex) => Buffer.from(hex, 'hex').toString('base64url');
const publicKey = (hex) => createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x: text(hex) } });
// RFC 8410: the private key is the seed.
const privateKey = (hex) => createPrivateKey({ format: 'der', type: 'pkcs8', key: Buffer.from(`302e020100300506032b657004220420${hex}`, 'hex') });

const answers = {
	public: ({ seed }) => Buffer.from(createPublicKey(privateKey(seed)).export({ format: 'jwk' }).x, 'base64url').toString('hex'),
	sign: ({ seed, message }) => sign(null, Buffer.from(message, 'hex'), privateKey(seed)).toString('hex'),
	verify: ({ key, message, signature }) => (verify(null, Buffer.from(message, 'hex'), publicKey(key), Buffer.from(signature, 'hex')) ? 'valid' : 'invalid'),
};

/** Answers a message of PHP. Returns undefined for a message about something else. */
export function ed25519(message) {
	if (!message.startsWith('{"ed25519":')) return undefined;
	const question = JSON.parse(message);
	return answers[question.ed25519](question);
}
