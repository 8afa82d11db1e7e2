// Sealed records, the vault, recovery codes and the judgement of salts.
import { canonical, MATERIAL, record, recordJson, SITE } from '../forge.mjs';
import { changed, changedText, json, reshaped, withNumber } from '../mutate.mjs';
import { folder, vector } from '../vectors.mjs';

const records = [...folder('record/valid'), ...folder('record/invalid')];
const vault = vector('vault/valid/vault.json');
const slots = folder('vault/invalid_slots');
const sealed = folder('vault/invalid_records');
const texts = records.map((one) => one.text);
const KINDS = ['site', 'kill_switch', 'settings', 'connection', 'grant', 'client', 'watch'];
const DATA = [
	{ epoch: 3, groups: ['read'], name: 'Assistant é', state: 'active' },
	{ on: false },
	{ epoch: 4294967295, address: 'shop.example/', lineage: '0123456789abcdef' },
	{ a: 0.1, b: 1e21, c: -0, d: [1.5, 1e-7, 123456789012345], e: { z: 1, a: null } },
];

function data(random) {
	const text = canonical(random.once(2) ? random.pick(DATA) : reshaped(random, random.pick(DATA)));
	return random.once(4) ? withNumber(random, text) : text;
}

function ownRecord(random) {
	const kind = random.pick(KINDS);
	const single = ['site', 'kill_switch', 'settings', 'watch'].includes(kind);
	const id = random.once(15) ? random.big() : single ? 0n : 7n;
	const version = random.once(6) ? random.big() : BigInt(random.between(1, 5));
	let text = recordJson(kind, id, version, data(random), { lineage: random.once(6) ? random.hex(16) : undefined });
	if (random.once(4)) {
		text = changed(random, text);
	}
	return [random.once(10) ? random.pick(KINDS) : kind, single ? 0 : 7, record(text), SITE, MATERIAL];
}

const NAMES = ['connector/7/secret', 'empty', 'one block', 'näme \0', '', 'x'.repeat(191), 'x'.repeat(192)];

export default {
	record(random) {
		if (random.once(2)) {
			return ownRecord(random);
		}
		const one = random.pick(records);
		return [random.once(10) ? random.pick(KINDS) : one.kind, String(one.id), changed(random, one.text, texts), one.site, random.once(30) ? 'x'.repeat(40) : one.material];
	},

	// What a change of records says in the audit log: JSON is made canonical and hashed.
	canonical(random) {
		const draft = random.once(5) ? json(random, { kind: 'connection', actor: { kind: 'admin' }, action: 'test' }) : '{"kind":"connection","actor":{"kind":"admin"},"action":"test"}';
		const one = () => {
			const kind = random.pick(KINDS);
			const single = ['site', 'kill_switch', 'settings', 'watch'].includes(kind);
			return { kind, id: random.once(12) ? random.pick([0, 7, 2 ** 53, -1]) : single ? 0 : random.between(1, 9), version: random.once(6) ? random.pick([2, 0, -1, 2 ** 53 - 1, 2 ** 53]) : 1, data: random.once(3) ? json(random, random.pick(DATA)) : data(random) };
		};
		return [draft, Array.from({ length: random.once(30) ? 33 : random.between(1, 2) }, one)];
	},

	vault_open(random) {
		if (random.once(3)) {
			const one = random.pick(slots.filter((other) => other.kind !== 'key_file'));
			return [one.kind, one.site, random.once(2) ? one.slots : changed(random, one.slots, [vault.slots]), one.material];
		}
		const kind = random.pick(['auth_key', 'recovery']);
		return [kind, random.once(20) ? random.hex(16) : vault.site, random.once(6) ? vault.slots : changed(random, vault.slots), random.once(5) ? changed(random, vault.openers[kind]) : vault.openers[kind]];
	},

	vault_unseal(random) {
		const one = random.once(3) ? random.pick(sealed) : random.pick(vault.records);
		return [random.once(8) ? random.pick(NAMES) : one.record, random.once(8) ? one.sealed : changed(random, one.sealed, vault.records.map((other) => other.sealed))];
	},

	recovery_code(random) {
		const code = vault.openers.recovery;
		const typed = random.once(3) ? code.replaceAll('-', ' ').toLowerCase() : random.once(3) ? code.replaceAll('0', 'O').replaceAll('1', 'l') : code;
		return [random.once(4) ? typed : random.once(3) ? random.text(36, '0123456789ABCDEFGHJKMNPQRSTVWXYZ') : changed(random, typed)];
	},

	secret(random) {
		return [random.bytes(random.below(40)), random.bytes(random.below(3)), random.once(3) ? random.pick([15, 65537, -1, 0, 2 ** 32 + 32, 2 ** 53]) : random.pick([32, 16, 65536])];
	},

	salts(random) {
		const names = ['AUTH_KEY', 'SECURE_AUTH_KEY', 'LOGGED_IN_KEY', 'NONCE_KEY', 'AUTH_SALT', 'SECURE_AUTH_SALT', 'LOGGED_IN_SALT', 'NONCE_SALT'];
		const good = () => random.text(64, 'abcdefghijklmnopqrstuvwxyz0123456789!@#$%^&*()');
		const shared = good();
		const salts = Object.fromEntries(names.map((name) => [name, good()]));
		for (const name of random.some(names, 8)) {
			salts[name] = random.pick([null, '', 'put your unique phrase here', 'Put Your Unique Phrase Here', 'a'.repeat(64), 'ab'.repeat(32), shared, changedText(random, good()), good().slice(0, random.below(40)), 'é'.repeat(20)]);
		}
		for (const name of random.some(names, 20)) {
			delete salts[name];
		}
		return [salts];
	},
};
