// Signed actions, heartbeats and their keys.
import { ed25519, message, SITE } from '../forge.mjs';
import { changed, changedText } from '../mutate.mjs';
import { folder } from '../vectors.mjs';

const known = [...folder('action/valid'), ...folder('action/invalid')];
const SECRETS = ['vectors only: forty-eight bytes that guard nothing', 's'.repeat(32), 'another secret of the operator, long enough'];
const SEEDS = [Buffer.alloc(32, 7), Buffer.alloc(32, 9)];

// Keys as the drivers read them: the name of a constructor and its argument.
const asKey = (key) => (key['hmac-sha256'] !== undefined ? ['hmac', key['hmac-sha256']] : ['ed25519Public', Buffer.from(key.ed25519, 'hex')]);
const publicKey = (key) => (key.seed ? ['ed25519Public', ed25519(key.seed).publicKey] : ['hmac', key.secret]);
// Points of small order and other weak keys.
const WEAK = ['00'.repeat(32), `01${'00'.repeat(31)}`, `ec${'ff'.repeat(30)}7f`, '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05', 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a', 'ff'.repeat(32)];

function signed(random, { now }, domain) {
	const key = random.once(3) ? { seed: random.pick(SEEDS) } : { secret: random.pick(SECRETS) };
	const issued = random.pick([BigInt(now) * 1000n - 4000000n, BigInt(now) * 1000n - 4000000n, BigInt(now) * 1000n + 4000000n, 1700000000123n, random.big()]);
	const payload = random.once(6) ? random.bytes(random.below(200)) : random.pick(['', '{}', 'body', '{"plugin":"akismet/akismet.php"}']);
	const same = (value) => value;
	const text = message(
		{
			domain,
			site: random.once(15) ? random.hex(16) : SITE,
			key,
			id: random.bytes(16),
			type: random.once(3) ? random.pick(['a', 'a'.repeat(64), 'a'.repeat(65), 'A', '']) : domain === 'action' ? random.pick(['read_health', 'update_plugin']) : 'heartbeat',
			issued,
			expires: random.once(8) ? random.big() : issued + BigInt(random.pick([1, 60000, 300000, 300000, 0, 300001])),
			nonce: random.bytes(16),
			payload,
			snapshot: random.once(4) ? random.pick(['x'.repeat(64), 'x'.repeat(65), 'a/b', 'é']) : random.pick(['', 's1', '2023-11-14.before']),
		},
		random.once(6) ? (parts) => parts.map((part) => (random.once(5) ? changed(random, part) : part)) : same,
		random.once(6) ? (bytes) => changed(random, bytes) : same,
	);
	const keys = random.some([...SECRETS.map((secret) => ({ secret })), ...SEEDS.map((seed) => ({ seed }))], 3);
	return [SITE, [publicKey(key), ...keys.map(publicKey)].sort(() => random.below(3) - 1), random.once(5) ? changed(random, text) : text, random.once(10) ? changed(random, payload) : payload];
}

function verified(random, context, domain) {
	if (!random.once(3)) {
		return signed(random, context, domain);
	}
	const one = random.pick(known.filter((other) => random.once(10) || other.domain === domain));
	if (!one) {
		return signed(random, context, domain);
	}
	return [one.site, one.keys.map(asKey), changed(random, one.text, known.map((other) => other.text)), random.once(10) ? changed(random, one.payload) : one.payload];
}

const word = (random) => (random.once(3) ? random.pick(['', 'A', 'a'.repeat(64), 'a'.repeat(65), changedText(random, 'read_health')]) : random.pick(['read_health', 'update_plugin', 'x_1']));

export default {
	action: (random, context) => verified(random, context, 'action'),
	heartbeat: (random, context) => verified(random, context, 'heartbeat'),

	// Signed by the driver with its own clock and verified at once: what a site accepts, and what comes again.
	action_fresh(random) {
		return [
			random.pick(['action', 'heartbeat']),
			random.pick(SECRETS),
			random.bytes(16),
			random.pick(['read_health', 'update_plugin', 'x1']),
			random.bytes(random.below(100)),
			random.pick(['', 's1', 'x'.repeat(64)]),
			// The lifetime. Both borders are seconds away.
			random.pick([60000, 300000, 300001, 0, -5, 1]),
			random.bytes(16),
			random.once(3) ? null : random.bytes(random.pick([0, 1, 100, 960, 961])),
		];
	},

	action_sign(random) {
		const key = random.once(2) ? ['hmac', random.pick(SECRETS)] : [random.once(6) ? 'ed25519Public' : 'ed25519', random.pick(SEEDS)];
		return [random.pick(['action', 'heartbeat']), key, word(random), changed(random, '{"a":1}'), random.once(4) ? changedText(random, 's1') : random.pick([null, '2023-11-14.before']), random.once(2) ? null : random.once(2) ? random.hex(32) : changedText(random, random.hex(32)), !random.once(4) ? 300 : random.pick([60, 1, 0, -1, 301, 2 ** 32 + 60, 2 ** 53])];
	},

	action_key(random) {
		const kind = random.pick(['hmac', 'ed25519', 'ed25519Public', 'ed25519Public']);
		if (kind !== 'ed25519Public') {
			return [kind, random.bytes(random.pick([32, 32, 31, 33, 0, random.below(100)]))];
		}
		const key = random.once(3) ? Buffer.from(random.pick(WEAK), 'hex') : random.once(2) ? ed25519(random.pick(SEEDS)).publicKey : random.bytes(32);
		return [kind, random.once(3) ? changed(random, key) : key];
	},
};
