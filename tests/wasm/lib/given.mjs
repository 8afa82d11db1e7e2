// What the examples in the documentation of @countersign/core are given: imported before each of them. A minute passes with every
// look at the clock, because a verifier of messages refuses what was signed before it was made.
import { readFileSync } from 'node:fs';
import { ActionKey, ActionSigner, HeartbeatSigner } from '@countersign/core';

const given = JSON.parse(readFileSync(new URL('./given.json', import.meta.url), 'utf8'));
const begun = Date.now();
let looks = 0;
Date.now = () => begun + 40_000 * (looks += 1);

const key = ActionKey.ed25519(new Uint8Array(32).fill(7));
const secret = new Uint8Array(32).fill(9);
const signed = { now: begun + 85_000 };
Object.assign(globalThis, given, { publicKey: key.publicKey, seed: key.seed(), secret, body: '{"wordpress":"7.1"}' });
globalThis.header =
	given.title === 'Verify a heartbeat'
		? new HeartbeatSigner('0123456789abcdef', [ActionKey.hmac(secret)]).sign(body, signed)
		: new ActionSigner('0123456789abcdef', [key]).sign('read_health', body, signed);
