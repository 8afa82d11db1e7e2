// Tokens: the vectors and genuine tokens with any fields, changed as text, behind the checksum and behind the signature.
import { audience, KINDS, token } from '../forge.mjs';
import { changed } from '../mutate.mjs';
import { folder } from '../vectors.mjs';

const valid = folder('token/valid');
const known = [...valid, ...folder('token/invalid')];

const bindings = ['https://example.org/mcp', '', 'é', '\0', ...valid.map((one) => one.binding)];

function fresh(random, { now }) {
	const binding = random.pick(bindings);
	const fields = {
		kind: random.pick(KINDS),
		// An hour of distance to each border, so that the answer does not depend on the moment of the test.
		issued: random.once(2) ? now - 4000 : random.pick([now - 86400 * 400, now + 4000, 0, 0xffffffff, 0x7fffffff, 0x80000000]),
		lifetime: random.once(2) ? 3600 * 3 : random.pick([3600, 1, 0, 86400 * 366, 0xffffffff, 0x7fffffff, 0x80000000]),
		id: random.bytes(12),
		subject: random.big(),
		epoch: random.pick([0, 1, 0x7fffffff, 0x80000000, 0xffffffff, random.bits()]),
		binding: random.once(20) ? random.bytes(32) : audience(binding),
		...(random.once(12) ? { site: random.hex(16) } : {}),
		...(random.once(12) ? { material: random.text(40, 'abc') } : {}),
	};
	const same = (bytes) => bytes;
	const payload = random.once(4) ? (bytes) => changed(random, bytes) : same;
	const all = random.once(12) ? (bytes) => changed(random, bytes) : same;
	return [random.once(8) ? random.pick(KINDS) : fields.kind, token(fields, payload, all), binding];
}

export default {
	token(random, context) {
		if (random.once(2)) {
			const args = fresh(random, context);
			return random.once(6) ? [args[0], changed(random, args[1]), args[2]] : args;
		}
		const one = random.pick(known);
		return [random.once(8) ? random.pick(KINDS) : one.kind, changed(random, one.token, known.map((other) => other.token)), random.once(10) ? null : one.binding];
	},

	token_issue(random) {
		const number = () => random.pick([random.below(1000), 0, 1, -1, 31622400, 31622401, 4294967295, 4294967296, 2 ** 31, 2 ** 53]);
		return [random.pick(KINDS), random.once(4) ? number() : random.below(1e6), !random.once(3) ? 3600 : number(), random.once(3) ? null : changed(random, 'https://example.org/mcp'), !random.once(3) ? random.bits() : number()];
	},
};
