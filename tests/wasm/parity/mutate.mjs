// Changes of valid inputs: of bytes, of text, and of values before they are written as JSON.

const NUMBERS = [
	'0', '-0', '-1', '1', '127', '128', '255', '256', '32767', '65535', '65536', '2147483647', '2147483648', '-2147483648', '-2147483649',
	'4294967295', '4294967296', '4294967297', '9007199254740991', '9007199254740992', '9007199254740993', '9223372036854775807',
	'9223372036854775808', '-9223372036854775808', '-9223372036854775809', '18446744073709551615', '18446744073709551616',
	'0.1', '1.0', '1e3', '1e-7', '1.5e300', '1e400', '-1e400', '5e-324', '2.2250738585072014e-308', '1.7976931348623157e308', '0.30000000000000004',
	'123456789012345678901234567890', '00', '01', '1e', '+1', '.5', '1.', '0x10', '१',
];
const PIECES = [
	'\0', '\n', '\r\n', '\t', ' ', '"', "'", '\\', '/', '//', '..', '%00', '%2e', '%', '&', '=', '+', ',', ':', ';', '[', ']', '{', '}', '#', '?', '@', '<', '>',
	'é', 'e\u0301', 'ß', 'İ', '日本', '🎉', '\u200b', '\u202e', '\ufeff', '\u2028', '\ud83d\ude00\u200d', '&#x202e;', '&lt;', '\\ud800', '\\u0000',
	'null', 'true', 'NaN', 'Infinity', '__proto__', 'xn--', '192.0.2.1', '::1', '[::ffff:10.0.0.1]', 'localhost', 'a'.repeat(70), 'A', 'z', '-', '_', '.', '~',
];
const BYTES = [Buffer.from([0xff]), Buffer.from([0xc0, 0x80]), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from([0xf4, 0x90, 0x80, 0x80]), Buffer.from([0xe2, 0x82])];

const cut = (bytes, from, until, put = Buffer.alloc(0)) => Buffer.concat([bytes.subarray(0, from), put, bytes.subarray(until)]);

function once(random, bytes, others) {
	const at = random.below(bytes.length + 1);
	const until = Math.min(bytes.length, at + 1 + random.below(random.once(4) ? bytes.length + 1 : 8));
	switch (random.below(13)) {
		case 0: {
			const changed = Buffer.from(bytes);
			if (at < changed.length) {
				changed[at] ^= 1 << random.below(8);
			}
			return changed;
		}
		case 1:
			return cut(bytes, at, Math.min(bytes.length, at + 1), random.bytes(1));
		case 2:
			return cut(bytes, at, at, random.once(6) ? random.pick(BYTES) : Buffer.from(random.pick(PIECES)));
		case 3:
			return cut(bytes, at, until);
		case 4:
			return cut(bytes, until, until, bytes.subarray(at, until));
		case 5:
			return random.once(3) ? bytes.subarray(0, at) : bytes;
		case 6:
			return random.once(3) ? bytes.subarray(at) : bytes;
		case 7: {
			const numbers = [...bytes.toString('latin1').matchAll(/-?\d[\d.]*/g)];
			if (numbers.length === 0) {
				return cut(bytes, at, at, Buffer.from(random.pick(NUMBERS)));
			}
			const { index, 0: found } = random.pick(numbers);
			return cut(bytes, index, index + found.length, Buffer.from(random.pick(NUMBERS)));
		}
		case 8: {
			const other = random.pick(others);
			const from = random.below(other.length + 1);
			return cut(bytes, at, until, other.subarray(from, from + random.below(40)));
		}
		case 9: {
			const part = bytes.subarray(at, until).toString('latin1');
			return cut(bytes, at, until, Buffer.from(random.once(2) ? part.toUpperCase() : part.toLowerCase(), 'latin1'));
		}
		case 10: {
			const changed = Buffer.from(bytes);
			const other = random.below(bytes.length + 1);
			if (at < changed.length && other < changed.length) {
				[changed[at], changed[other]] = [changed[other], changed[at]];
			}
			return changed;
		}
		case 11:
			return cut(bytes, at, Math.min(bytes.length, at + 1), Buffer.from(random.pick(PIECES)));
		default:
			return Buffer.concat([bytes, random.once(2) ? random.bytes(random.below(4)) : Buffer.from(random.pick(PIECES))]);
	}
}

/** Returns bytes with one to five changes, or noise now and then. `others` are further inputs to take parts from. */
export function changed(random, input, others = [input]) {
	let bytes = Buffer.from(input);
	if (random.once(40)) {
		return random.bytes(random.below(80));
	}
	const pool = others.map((other) => Buffer.from(other));
	for (let left = random.pick([1, 1, 1, 1, 2, 2, 3, 5]); left > 0; left--) {
		bytes = once(random, bytes, pool);
	}
	return bytes;
}

/** The same as text: bytes that are not UTF-8 become U+FFFD. */
export const changedText = (random, input, others) => changed(random, input, others).toString('utf8');

/** Returns a value of any JSON type. */
export function anyValue(random, depth = 0) {
	switch (random.below(depth > 3 ? 8 : 10)) {
		case 0:
			return null;
		case 1:
			return random.once(2);
		case 2:
			return random.between(-3, 300);
		case 3:
			return random.pick([0, 1, -1, 0.1, 1e21, 1e-7, 2 ** 31, 2 ** 32, 2 ** 53, -(2 ** 53), 1.5, 1e300, 5e-324, 123456.789, 1 / 3]);
		case 4:
			return random.pick(PIECES);
		case 5:
			return random.text(random.below(24), 'abc dé1_-./:@"\\');
		case 6:
			return '';
		case 7:
			return 'x'.repeat(random.below(random.once(20) ? 3000 : 300));
		case 8:
			return Array.from({ length: random.below(4) }, () => anyValue(random, depth + 1));
		default:
			return Object.fromEntries(Array.from({ length: random.below(4) }, () => [random.text(random.below(5), 'abzAZ_é1'), anyValue(random, depth + 1)]));
	}
}

/** Returns every place in a value: the object or list that contains it, and its key. */
function places(value, out = []) {
	if (value !== null && typeof value === 'object') {
		for (const key of Object.keys(value)) {
			out.push([value, key]);
			places(value[key], out);
		}
	}
	return out;
}

/** Returns a copy of a value with `times` changes of its members. */
export function reshaped(random, value, times = random.pick([1, 1, 1, 2, 3])) {
	const copy = structuredClone(value);
	for (; times > 0; times--) {
		const all = places(copy);
		if (all.length === 0) {
			return anyValue(random);
		}
		const [holder, key] = random.pick(all);
		switch (random.below(9)) {
			case 0:
				holder[key] = anyValue(random);
				break;
			case 1:
				if (Array.isArray(holder)) {
					holder.splice(Number(key), 1);
				} else {
					delete holder[key];
				}
				break;
			case 2: {
				const [other, name] = random.pick(all);
				holder[key] = structuredClone(other[name]);
				break;
			}
			case 3:
				if (!Array.isArray(holder)) {
					holder[random.text(random.between(1, 6), 'abxyz_')] = anyValue(random);
				} else {
					holder.push(structuredClone(holder[key]));
				}
				break;
			case 4:
				holder[key] = typeof holder[key] === 'string' ? changedText(random, holder[key]) : [holder[key]];
				break;
			case 5:
				if (typeof holder[key] === 'number') {
					holder[key] = random.pick([0, -1, 1, holder[key] + 1, holder[key] - 1, holder[key] * 1000, holder[key] / 3, 2 ** 32, 2 ** 53]);
				} else if (typeof holder[key] === 'string') {
					holder[key] += random.pick(PIECES);
				}
				break;
			case 6:
				if (!Array.isArray(holder)) {
					// Another order of the members.
					const entry = holder[key];
					delete holder[key];
					holder[key] = entry;
				}
				break;
			case 7:
				if (typeof holder[key] === 'string') {
					holder[key] = random.pick([holder[key].toUpperCase(), holder[key].repeat(random.between(2, 40)), holder[key].slice(0, -1), ` ${holder[key]}`]);
				}
				break;
			default:
				holder[key] = random.pick([null, {}, [], '', 0, false]);
		}
	}
	return copy;
}

/** Returns JSON of a value, of a changed value, or changed JSON. */
export function json(random, value) {
	const kind = random.below(8);
	const text = JSON.stringify(kind < 3 ? value : reshaped(random, value)) ?? 'null';
	return kind > 6 ? changed(random, text) : random.once(6) ? withNumber(random, text) : text;
}

/** Returns JSON in which one number is another, which JavaScript could not write. */
export function withNumber(random, text) {
	const numbers = [...text.matchAll(/(?<=[:[,])-?\d[\d.eE+-]*/g)];
	if (numbers.length === 0) {
		return text;
	}
	const { index, 0: found } = random.pick(numbers);
	return text.slice(0, index) + random.pick(NUMBERS) + text.slice(index + found.length);
}

export { NUMBERS, PIECES };
