// The sentences that a client's user must be able to read.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../lib/site.mjs';

/** The sentences of docs/reasons.md by their code. */
export const SENTENCES = Object.fromEntries(
	[...readFileSync(join(root, 'docs/reasons.md'), 'utf8').matchAll(/^\| `(\w+)` \| (.+?) \|$/gm)].map(([, code, sentence]) => [code, sentence]),
);

/** The reasons of the states of a connection. */
export const REASONS = { limited: ['rate_limited_connection'], paused: ['connection_paused'], stopped: ['kill_switch'], revoked: ['connection_revoked', 'invalid_token'] };

/** Whether a text says why a call is refused in this state. */
export function saysWhy(text, state) {
	const plain = text.replaceAll('\\"', '"').replace(/\s+/g, ' ');
	return REASONS[state].some((code) => plain.includes(SENTENCES[code]));
}
