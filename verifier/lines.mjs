// Reads a file in pieces, without holding it in memory.

/** The number of bytes that are read at once. */
export const PIECE = 4 * 1024 * 1024;
/** A line of an export is at most 256 KB long. What is longer is cut, so that it cannot fill the memory. */
export const LONGEST = 256 * 1024;
const NEWLINE = 10;

/** Yields the bytes of a file, piece by piece. The next piece is read while the caller works on one. */
export async function* pieces(file) {
	const read = (at) => (at < file.size ? file.slice(at, at + PIECE).arrayBuffer() : null);
	let next = read(0);
	for (let at = PIECE; next; at += PIECE) {
		const bytes = new Uint8Array(await next);
		next = read(at);
		yield bytes;
	}
}

/** Cuts pieces into lines. Each line is a view into a piece, or a copy if it lay in two. */
export class Lines {
	#rest = new Uint8Array(0);

	/** Calls `each` with every line that ends in the piece, without its newline. */
	push(piece, each) {
		let from = 0;
		for (let end = piece.indexOf(NEWLINE); end >= 0; end = piece.indexOf(NEWLINE, from)) {
			const line = piece.subarray(from, end);
			each(this.#rest.length ? joined(this.#rest, line) : line);
			this.#rest = new Uint8Array(0);
			from = end + 1;
		}
		this.#rest = joined(this.#rest, piece.subarray(from)).slice(0, LONGEST);
	}
}

function joined(one, other) {
	const both = new Uint8Array(one.length + other.length);
	both.set(one);
	both.set(other, one.length);
	return both;
}
