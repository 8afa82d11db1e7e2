// Remembers every secret that passes through the tests, so that at the end logs can be searched for them.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';

// Tokens of every kind; and what may be a secret without looking like one.
const TOKEN = /\bcs[a-z]{1,12}_[A-Za-z0-9_-]{40,}/g;
const FIELDS = /"(?:client_secret|access_token|refresh_token|confirmation|confirmation_token|requestState)"\s*:\s*"([^"]{16,})"/g;

const seen = new Set();

/** Notes the secrets in any text. With SECRETS set, also writes them to that file for other processes. */
export function remember(...texts) {
	for (const text of texts) {
		if (typeof text !== 'string') continue;
		for (const [token] of text.matchAll(TOKEN)) note(token);
		for (const [, value] of text.matchAll(FIELDS)) note(value);
		for (const [, code] of text.matchAll(/[?&]code=([^&"\s]+)/g)) note(decodeURIComponent(code));
	}
}

/** Notes one value that is a secret whatever it looks like: a nonce, a cookie, a code verifier. */
export function rememberValue(value) {
	if (typeof value === 'string' && value.length >= 10) note(value);
}

function note(secret) {
	if (seen.has(secret)) return;
	seen.add(secret);
	if (process.env.SECRETS) appendFileSync(process.env.SECRETS, secret + '\n');
}

/** Every secret seen, by this process and by those that shared its SECRETS file. */
export function allSecrets() {
	const file = process.env.SECRETS;
	if (file && existsSync(file)) for (const line of readFileSync(file, 'utf8').split('\n')) if (line) seen.add(line);
	return [...seen];
}
