// Exported logs with any content, whose hashes and signatures are right: see docs/audit.md.
import { leaf, note, root, sha256 } from './forge.mjs';

export const SEED = Buffer.alloc(32, 11);
const SITE = '5a5a5a5a5a5a5a5a';
export const ORIGIN = `shop.example/${SITE}/audit`;

export const entry = (seq, time, members = {}) =>
	JSON.stringify({
		v: 1, seq, time, site: SITE, kind: 'intent', actor: { kind: 'agent', connection: seq, user: null, client: null, ip: null }, action: 'update_post',
		target: `post:${seq}`, change: null, outcome: null, reason: null, approval: null, correlation: null, ref: null, ...members,
	});

/** The greatest number of entries before the line with their hashes. */
const BLOCK = 256;

const hashes = (leaves) => Buffer.concat(leaves).toString('base64');

/** The lines that begin and end a file, and the signatures in it, made for `lines`: entries, and lines of other kinds. */
function finished({ size, top, from, until, filter, lines, entries, seed = SEED, change }) {
	const header = JSON.stringify({ countersign_audit: 1, origin: ORIGIN, site: SITE, from, until, filter, size, root: top });
	const all = change([header, ...lines]);
	const frame = sha256(all.filter((line) => !line.startsWith('{"v":')).map((line) => `${line}\n`).join('')).toString('hex');
	const end = JSON.stringify({ end: size, entries, frame, note: note(`${ORIGIN}/export\n${size}\n${entries}\n${frame}\n`, ORIGIN, seed) });
	return `${[...all, end].join('\n')}\n`;
}

/** Returns an exported log of `bodies`, with a checkpoint at each size in `points`. `change` may change the lines in between. */
export function file(bodies, { points = [bodies.length], filter = null, change = (lines) => lines, seed } = {}) {
	const leaves = bodies.map((body) => leaf(body));
	const lines = [];
	let done = 0;
	const blocks = Array.from({ length: Math.floor(bodies.length / BLOCK) }, (_, block) => (block + 1) * BLOCK);
	for (const point of [...new Set([...points, ...blocks, bodies.length])].sort((a, b) => a - b)) {
		lines.push(...bodies.slice(done, point));
		if (point > done) {
			lines.push(JSON.stringify({ leaves: done, hashes: hashes(leaves.slice(done, point)) }));
		}
		done = point;
		if (points.includes(point)) {
			const top = root(leaves.slice(0, point)).toString('base64');
			lines.push(JSON.stringify({ checkpoint: point, note: note(`${ORIGIN}\n${point}\n${top}\n`, ORIGIN, seed ?? SEED) }));
		}
	}
	return finished({ size: bodies.length, top: root(leaves).toString('hex'), from: 0, until: bodies.length, filter, lines, entries: bodies.length, seed, change });
}
