// The vectors of the formats in JavaScript, as tests/core and tests/php run them in Rust and PHP.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { ROOT, codeOf, core, vectors } from './lib/core.mjs';

const { Action, ActionKey, ActionSigner, ActionVerifier, AuditProof, AuditVerifier, Heartbeat, HeartbeatSigner, HeartbeatVerifier, TokenInspector } = core;
const bytes = (hex) => Uint8Array.from(Buffer.from(hex, 'hex'));

const keyOf = (key) => ('hmac-sha256' in key ? ActionKey.hmac(key['hmac-sha256']) : ActionKey.ed25519Public(bytes(key.ed25519)));

/** Verifies the message of a vector. Its store is as old as time, so that it has no opinion on the age of the message. */
function received({ domain, site, keys, text, payload, now_ms: now }) {
	const Verifier = domain === 'action' ? ActionVerifier : HeartbeatVerifier;
	return new Verifier(site, keys.map(keyOf), { now: 0 }).verify(text, payload, { now });
}

test('valid actions and heartbeats are accepted with their fields', () => {
	const all = vectors('action/valid');
	assert.equal(all.length, 12);
	for (const [name, vector] of all) {
		const message = received(vector);
		assert.ok(message instanceof (vector.domain === 'action' ? Action : Heartbeat), name);
		assert.deepEqual([message.id, message.keyId, message.issuedAt], [vector.id, vector.key_id, vector.issued_ms], name);
		if (vector.domain === 'heartbeat') {
			assert.equal(message.siteId, vector.site, name);
			continue;
		}
		assert.deepEqual([message.type, message.snapshot ?? '', message.expiresAt], [vector.type, vector.snapshot ?? '', vector.expires_ms], name);
		assert.equal(message.bodyDigest, createHash('sha256').update(vector.payload).digest('hex'), name);
	}
});

test('invalid actions and heartbeats are refused with the reason', () => {
	const all = vectors('action/invalid');
	assert.ok(all.length > 70, `${all.length} vectors`);
	for (const [name, vector] of all) assert.equal(codeOf(() => received(vector)), vector.outcome, name);
});

test('a valid HMAC action is signed with the same bytes', () => {
	let compared = 0;
	for (const [name, { domain, site, keys, text, payload, ...vector }] of vectors('action/valid')) {
		const shared = keys.map(keyOf).find((key) => key.keyId === vector.key_id && key.canSign);
		// Heartbeats are signed with an id that cannot be given.
		if (!shared || domain !== 'action') continue;
		// The nonce is the eighth part of the signed bytes. Every part has its length in front, eight bytes.
		const signed = Buffer.from(text.split('.')[1], 'base64url');
		const parts = [];
		for (let at = 8; at < signed.length; at += 8 + parts.at(-1).length) {
			parts.push(signed.subarray(at + 8, at + 8 + Number(signed.readBigUInt64LE(at))));
		}
		const lifetime = (vector.expires_ms - vector.issued_ms) / 1000;
		if (!Number.isInteger(lifetime)) continue;
		const options = { id: vector.id, snapshot: vector.snapshot || null, now: vector.issued_ms, nonce: parts[7].toString('hex'), lifetime };
		assert.equal(new ActionSigner(site, [shared]).sign(vector.type, payload, options), text, name);
		compared += 1;
	}
	assert.ok(compared > 1, `${compared} compared`);
});

test('a changed or truncated message is refused', () => {
	const site = '0123456789abcdef';
	const now = 1_800_000_000_000;
	for (const key of [ActionKey.hmac('s'.repeat(32)), ActionKey.ed25519(new Uint8Array(32).fill(7))]) {
		for (const [Signer, Verifier] of [
			[ActionSigner, ActionVerifier],
			[HeartbeatSigner, HeartbeatVerifier],
		]) {
			const verifier = new Verifier(site, [key], { now: 0 });
			const signer = new Signer(site, [key]);
			const text = Signer === ActionSigner ? signer.sign('read_health', 'body', { now, snapshot: 's1' }) : signer.sign('body', { now });
			const refused = (changed) => assert.match(codeOf(() => verifier.verify(changed, 'body', { now })) ?? 'accepted', /^action_/, changed);
			for (let place = 0; place < text.length; place += 1) {
				for (const bit of [1, 2, 4, 8, 16, 32, 64]) {
					const other = String.fromCharCode(text.charCodeAt(place) ^ bit);
					refused(text.slice(0, place) + other + text.slice(place + 1));
				}
				refused(text.slice(0, place));
			}
			verifier.verify(text, 'body', { now });
		}
	}
});

/** Returns the file of a case of tests/vectors/audit/file. */
function exported({ name, insert }) {
	const read = (file) => readFileSync(path.join(ROOT, 'tests/vectors/audit/file', `${file}.ndjson`));
	if (!insert) return read(name);
	const lines = read(insert.into).toString('latin1').split('\n');
	lines.splice(insert.before_line - 1, 0, insert.byte.repeat(insert.count));
	return Buffer.from(lines.join('\n'), 'latin1');
}

function verified(file, { keys, roots, seal_key: sealing, taken }, size = 1000) {
	const verifier = new AuditVerifier(keys);
	for (const [entries, root] of roots) verifier.expectRoot(entries, root);
	if (sealing) verifier.expectSeals(sealing, taken);
	for (let at = 0; at < file.length; at += size) verifier.push(file.subarray(at, at + size));
	return verifier.finish();
}

const files = JSON.parse(readFileSync(path.join(ROOT, 'tests/vectors/audit/file/index.json'), 'utf8'));

test('exported logs have the verdict of the vectors', () => {
	assert.ok(files.length >= 70, `${files.length} files`);
	for (const each of files) {
		const report = verified(exported(each), each).toJSON();
		const { verdict, first_bad, line, vouched, witnessed, entries, size } = report;
		const remarks = report.remarks.map(({ remark }) => remark).sort();
		const want = Object.fromEntries(['verdict', 'first_bad', 'line', 'vouched', 'witnessed', 'entries', 'size'].map((key) => [key, each[key]]));
		assert.deepEqual({ verdict, first_bad, line, vouched, witnessed, entries, size, remarks }, { ...want, remarks: [...each.remarks].sort() }, each.name);
	}
});

test('an exported log is refused after every change of a byte and every truncation', () => {
	const small = files.find(({ name }) => name === 'small');
	const file = exported(small);
	for (let at = 0; at < file.length; at += 1) {
		const changed = Buffer.from(file);
		changed[at] ^= 1 << (at % 8);
		assert.notEqual(verified(changed, small).verdict, 'ok', `bit at ${at}`);
		assert.notEqual(verified(file.subarray(0, at), small).verdict, 'ok', `cut at ${at}`);
	}
});

test('proofs are right or wrong', () => {
	const continued = (proof) => AuditProof.isContinued(proof.old_size, proof.old_root, proof.new_size, proof.new_root, proof.proof);
	const included = (proof) => AuditProof.isIncluded(proof.seq, proof.leaf, proof.size, proof.root, proof.proof);
	for (const [folder, holds] of [
		['consistency', continued],
		['inclusion', included],
	]) {
		const [valid, invalid] = ['valid', 'invalid'].map((kind) => vectors(`proof/${folder}/${kind}`));
		assert.ok(valid.length > 5 && invalid.length > 20, folder);
		for (const [name, proof] of valid) assert.equal(holds(proof), true, name);
		for (const [name, proof] of invalid) assert.equal(holds(proof), false, name);
	}
});

test('checkpoints are accepted or refused', () => {
	const opens = ({ note, verifier_key: key }) => codeOf(() => new AuditVerifier([key]).expectCheckpoint(note)) === undefined;
	const [valid, invalid] = ['valid', 'invalid'].map((kind) => vectors(`checkpoint/${kind}`));
	assert.ok(valid.length > 2 && invalid.length > 7);
	for (const [name, vector] of valid) assert.ok(opens(vector), name);
	for (const [name, vector] of invalid) assert.ok(!opens(vector), name);
});

test('tokens say what they contain', () => {
	const valid = vectors('token/valid');
	assert.equal(valid.length, 7);
	for (const [name, vector] of valid) {
		const token = new TokenInspector(` ${vector.token}\n`);
		assert.deepEqual(
			[token.kind, token.siteId, token.id, token.subject, token.epoch, token.issuedAt, token.expiresAt, token.isChecksumRight],
			[name, vector.site, vector.id, vector.subject, vector.epoch, vector.issued * 1000, (vector.issued + vector.lifetime) * 1000, true],
			name,
		);
	}
});

test('an invalid token is never said to be verified, and one of another form is refused', () => {
	const invalid = vectors('token/invalid');
	assert.ok(invalid.length > 20);
	let read = 0;
	for (const [name, { token }] of invalid) {
		const refused = codeOf(() => {
			const said = JSON.parse(new TokenInspector(token).json());
			assert.equal(said.verified, false, name);
			read += 1;
		});
		assert.ok(refused === undefined || refused === 'misuse', name);
	}
	assert.ok(read > 10 && read < invalid.length, `${read} of ${invalid.length} have the form of a token`);
});
