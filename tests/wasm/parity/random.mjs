// Random numbers that depend only on a seed, a format and the number of the input, so that every input can be made again.
import { createHash } from 'node:crypto';

export class Random {
	constructor(seed, format, index) {
		const digest = createHash('sha256').update(`${seed}/${format}/${index}`).digest();
		this.state = [0, 4, 8, 12].map((at) => digest.readUInt32LE(at));
	}

	/** Returns 32 random bits (the generator sfc32). */
	bits() {
		let [a, b, c, d] = this.state;
		const sum = (a + b + d) | 0;
		d = (d + 1) | 0;
		a = b ^ (b >>> 9);
		b = (c + (c << 3)) | 0;
		c = (((c << 21) | (c >>> 11)) + sum) | 0;
		this.state = [a, b, c, d];
		return sum >>> 0;
	}

	/** Returns a whole number from 0 to `limit - 1`. */
	below(limit) {
		return Math.floor((this.bits() / 2 ** 32) * limit);
	}

	/** Returns a whole number from `low` to `high`. */
	between(low, high) {
		return low + this.below(high - low + 1);
	}

	/** Returns true once in `times`. */
	once(times) {
		return this.below(times) === 0;
	}

	pick(list) {
		return list[this.below(list.length)];
	}

	/** Returns some members of a list, in its order. */
	some(list, times = 2) {
		return list.filter(() => this.once(times));
	}

	bytes(length) {
		return Buffer.from({ length }, () => this.below(256));
	}

	text(length, alphabet) {
		return Array.from({ length }, () => alphabet[this.below(alphabet.length)]).join('');
	}

	hex(length) {
		return this.text(length, '0123456789abcdef');
	}

	/** Returns a whole number below 2⁶⁴ as BigInt, mostly near a power of two or small. */
	big() {
		const power = 2n ** BigInt(this.below(65));
		const near = power + BigInt(this.between(-2, 2));
		const number = this.once(2) ? near : near === 0n ? 0n : BigInt(`0x${this.hex(16)}`) % (power + 1n);
		return number < 0n ? 0n : number % 2n ** 64n;
	}
}
