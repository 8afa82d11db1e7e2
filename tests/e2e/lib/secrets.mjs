// Collects every secret that the tests use, so that the logs can be searched for them at the end.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';

// Matches tokens of every kind, and values of fields that hold secrets. Client ids, which begin with `csc_`, are public.
const TOKEN = /\bcs(?!c_)[a-z]{1,12}_[A-Za-z0-9_-]{40,}/g;
const FIELDS = /"(?:client_secret|access_token|refresh_token|confirmation|confirmation_token|requestState)"\s*:\s*"([^"]{16,})"/g;

const seen = new Set();

/** Collects the secrets in a text. If SECRETS is set, they are also written to that file for other processes. */
export function remember(...texts) {
	for (const text of texts) {
		if (typeof text !== 'string') continue;
		for (const [token] of text.matchAll(TOKEN)) note(token);
		for (const [, value] of text.matchAll(FIELDS)) note(value);
		for (const [, code] of text.matchAll(/[?&]code=([^&"\s]+)/g)) note(decodeURIComponent(code));
	}
}

/** Collects a value that is a secret but has no recognisable form: a nonce, a cookie, a code verifier. */
export function rememberValue(value) {
	if (typeof value === 'string' && value.length >= 10) note(value);
}

function note(secret) {
	if (seen.has(secret)) return;
	seen.add(secret);
	if (process.env.SECRETS) appendFileSync(process.env.SECRETS, secret + '\n');
}

/** Returns every collected secret, including those of processes that share the SECRETS file. */
export function allSecrets() {
	const file = process.env.SECRETS;
	if (file && existsSync(file)) for (const line of readFileSync(file, 'utf8').split('\n')) if (line) seen.add(line);
	return [...seen];
}
