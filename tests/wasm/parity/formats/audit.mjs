// The audit log: drafts and what is redacted in them, heads, rows, tables, proofs, exported files and what they contain.
import { entry, file, ORIGIN, SEED } from '../exports.mjs';
import { b64, crc32, leaf, note, root, sha256, u32, u64, verifierKey } from '../forge.mjs';
import { changed, changedText, json, PIECES, reshaped, withNumber } from '../mutate.mjs';
import { folder, text, vector } from '../vectors.mjs';

// One long draft is enough.
const drafts = [...vector('audit/entries.json').entries, ...vector('audit/texts.json').entries].map((one) => one.draft).filter((draft) => JSON.stringify(draft).length < 3000);
const redaction = vector('audit/redaction.json');
const logs = vector('audit/logs.json');
const files = vector('audit/file/index.json').filter((one) => one.insert === null).map((one) => ({ ...one, bytes: text(`audit/file/${one.name}.ndjson`) }));
const notes = [...folder('checkpoint/valid'), ...folder('checkpoint/invalid')];
const consistency = [...folder('proof/consistency/valid'), ...folder('proof/consistency/invalid')];
const inclusion = [...folder('proof/inclusion/valid'), ...folder('proof/inclusion/invalid')];
const leaves = Array.from({ length: 40 }, (_, n) => leaf(`entry ${n}`));
const seals = files.flatMap((one) => one.bytes.toString().split('\n').filter((line) => line.startsWith('{"seal":')));
const secrets = [...redaction.formats.flatMap((one) => [...one.match, ...one.near_miss].map((parts) => parts.join(''))), ...redaction.secrets.flatMap((one) => [...one.dirty, one.clean]), ...redaction.plain];

const KEY = verifierKey(ORIGIN, SEED);
const number = (random) => random.pick([random.below(45), random.below(45), 0, -1, 2 ** 31, 2 ** 32, 2 ** 32 + 5, 2 ** 40, 2 ** 53 - 1, 2 ** 53, 1]);
const hash = (random, hex) => (random.once(20) ? changedText(random, hex) : random.once(12) ? random.hex(64) : hex);

function ownFile(random) {
	const bodies = Array.from({ length: random.between(1, 12) }, (_, seq) => {
		const body = entry(random.once(40) ? seq + 1 : seq, random.once(40) ? 2 ** 60 : 1800000000000 + seq * 7000, random.once(8) ? { client: null, [random.pick(['action', 'target', 'outcome', 'kind', 'ref'])]: random.pick(['é', 'denied', null, 'refusal', 1, 'x'.repeat(200)]) } : {});
		return random.once(30) ? changedText(random, body).replaceAll('\n', ' ') : random.once(30) ? withNumber(random, body) : body;
	});
	const line = (one) => changedText(random, one).replaceAll('\n', ' ');
	const change = (lines) => lines.map((one) => (random.once(lines.length * 3) ? (one.startsWith('{"v":') ? line(one) : random.once(2) ? withNumber(random, one) : line(one)) : one)).filter(() => !random.once(60));
	return Buffer.from(file(bodies, { points: Array.from({ length: random.below(3) }, () => random.below(bodies.length + 1)), filter: random.once(5) ? 'kind=intent' : null, change: random.once(2) ? change : (lines) => lines, seed: random.once(20) ? Buffer.alloc(32, 12) : SEED }));
}

function firstKey(random) {
	const bytes = Buffer.concat([u64(random.once(3) ? random.big() : 1800000000000n), u32(random.pick([60, 59, 3600, 2678400, 2678401, 0, 0xffffffff])), Buffer.alloc(random.once(10) ? 31 : 32, 7)]);
	const body = random.once(6) ? changedText(random, `cssk_${b64(bytes)}`) : `cssk_${b64(bytes)}`;
	const sum = body + crc32(body).toString(16).padStart(8, '0');
	return random.once(4) ? changedText(random, sum) : sum;
}

function row(random) {
	const one = random.pick(random.pick(logs.cases).log.rows);
	const columns = random.once(4) ? reshaped(random, one.columns, 1) : one.columns;
	const seq = random.once(10) ? random.pick([-1, '7', ' 7', '1e3', 2 ** 53, '99999999999999999999', 0.5]) : random.once(4) ? String(one.seq) : one.seq;
	return { ...(random.once(2) ? { texts: texts(random) } : {}), seq, leaf: random.once(10) ? random.bytes(random.pick([32, 31, 0])) : Buffer.from(one.leaf, 'hex'), body: one.body === null ? null : random.once(4) ? changed(random, one.body) : one.body, ...columns };
}

/** Texts as they are found beside an entry. */
function texts(random) {
	const value = () => random.pick([JSON.stringify(random.text(random.below(12), 'ab é"\\=')), '{"from":"x","to":"=y"}', '[1,"b"]', '{', 'null', '7']);
	const path = () => random.pick(['actor.ip', 'change.arguments.title', 'change.fields.title', 'change.x', 'change.arguments.', 'x', '']);
	return Array.from({ length: random.below(4) }, () => ({ path: path(), salt: random.bytes(random.pick([16, 16, 15, 0])), value: value() }));
}

/** A draft with texts of any content. */
function told(random, draft) {
	const value = () => random.pick([random.pick(secrets), random.text(random.below(300), 'ab 1=_-.:/"é\u200b\n'), 12, true, null, ['a', { id: 1 }], { from: 'x'.repeat(random.below(400)), to: random.pick(secrets) }, { password: random.pick(secrets) }]);
	const path = () => random.pick(['change.arguments.title', 'change.fields.content', 'change.arguments.api_key', 'actor.ip', 'x', 'a b', '']);
	return { ...draft, texts: Object.fromEntries(Array.from({ length: random.below(4) }, () => [path(), value()])) };
}

export default {
	// Drafts become entries with the driver's time, which is left out of the answer.
	audit_draft(random) {
		return [Array.from({ length: random.between(1, 2) }, () => json(random, random.once(2) ? told(random, random.pick(drafts)) : random.pick(drafts)))];
	},

	redaction(random) {
		const part = () => random.pick([random.pick(secrets), random.pick(secrets), changedText(random, random.pick(secrets), secrets), random.pick(PIECES), random.text(random.below(12), 'ab 1=_-.:/"')]);
		const said = Array.from({ length: random.between(1, 5) }, part).join(random.pick(['', ' ', '=', '": "', '\n', '.']));
		const draft = { kind: 'outcome', actor: { kind: 'agent', connection: 1, client: random.once(3) ? said : 'c' }, action: 'update_post', target: 'post:1', change: { [random.pick(['text', 'api_key', said.slice(0, 40)])]: said }, outcome: 'ok' };
		return [[JSON.stringify(draft)]];
	},

	audit_head(random) {
		const head = random.pick(logs.heads);
		const line = `${head.size ?? logs.heads.indexOf(head)} ${head.root} ${b64(Buffer.from(head.frontier, 'hex'))}`;
		if (random.once(3)) {
			// The frontier of any log, which agrees with its root.
			const size = random.between(1, 40);
			const top = root(leaves.slice(0, size)).toString('hex');
			const peaks = [];
			for (let bit = 32, at = 0; bit >= 1; bit /= 2) {
				if (size & bit) {
					peaks.push(root(leaves.slice(at, at + bit)));
					at += bit;
				}
			}
			const frontier = Buffer.concat([u64(size), ...peaks]);
			return [random.once(2) ? `${size} ${top} ${b64(frontier)}` : changedText(random, `${size} ${top} ${b64(frontier)}`)];
		}
		return [random.once(4) ? `${random.pick(['18446744073709551615', '4294967296', '9007199254740993'])}${line.slice(line.indexOf(' '))}` : changedText(random, line)];
	},

	audit_rows(random) {
		const one = random.pick(logs.cases);
		let rows = one.log.rows.map(({ seq, leaf: own, body, columns }) => ({ seq, leaf: Buffer.from(own, 'hex'), body, ...columns }));
		for (let left = random.below(3); left > 0; left--) {
			rows.splice(random.below(rows.length + 1), random.below(2), row(random));
		}
		rows = random.once(6) ? rows.slice(random.below(3)) : rows;
		const head = logs.heads[random.once(6) ? random.below(logs.heads.length) : (one.log.head ?? 0)];
		const size = logs.heads.indexOf(head);
		return [rows, `${size} ${head.root} ${b64(Buffer.from(head.frontier, 'hex'))}`, one.log.checkpoints.map((note) => (random.once(10) ? changedText(random, note) : note)), random.below(rows.length + 1)];
	},

	audit_csv: (random) => [Array.from({ length: random.between(1, 2) }, () => row(random))],

	audit_file(random) {
		if (random.once(2)) {
			const bytes = ownFile(random);
			return [random.once(4) ? changed(random, bytes) : bytes, random.once(8) ? [] : [KEY], [], null, null, random.pick([1 << 16, 97])];
		}
		const one = random.pick(files);
		return [changed(random, one.bytes, random.some(files, 20).map((other) => other.bytes).concat([one.bytes])), one.keys, one.roots, one.seal_key, one.taken === null ? null : Math.floor(one.taken / 1000), random.pick([1 << 16, 611])];
	},

	checkpoint(random) {
		if (random.once(2)) {
			const size = random.once(3) ? random.big() : random.below(100);
			const body = `${random.once(10) ? changedText(random, ORIGIN) : ORIGIN}\n${size}\n${random.bytes(random.once(8) ? random.below(40) : 32).toString('base64')}\n`;
			const own = note(random.once(4) ? `${changedText(random, body)}\n` : body, ORIGIN, random.once(10) ? Buffer.alloc(32, 12) : SEED);
			return [random.once(4) ? changedText(random, own) : own, KEY];
		}
		const one = random.pick(notes);
		return [changedText(random, one.note, notes.map((other) => other.note)), one.verifier_key];
	},

	verifier_key: (random) => [changedText(random, random.once(2) ? KEY : notes[0].verifier_key)],

	seals: (random) => [Array.from({ length: random.between(1, 2) }, () => (random.once(6) ? random.pick(seals) : changedText(random, random.pick(seals), seals))), firstKey(random), random.pick([null, 1800000000, 0, -1, 2 ** 53])],

	consistency(random) {
		const one = random.pick(consistency);
		if (random.once(2)) {
			const old = random.below(40);
			const size = random.between(old, 40);
			return [random.once(6) ? number(random) : old, hash(random, root(leaves.slice(0, old)).toString('hex')), random.once(6) ? number(random) : size, hash(random, root(leaves.slice(0, size)).toString('hex')), one.proof];
		}
		return [random.once(6) ? number(random) : one.old_size, hash(random, one.old_root), random.once(6) ? number(random) : one.new_size, hash(random, one.new_root), one.proof.map((step) => hash(random, step)).filter(() => !random.once(12))];
	},

	inclusion(random) {
		const one = random.pick(inclusion);
		return [random.once(6) ? number(random) : one.seq, hash(random, one.leaf), random.once(3) ? number(random) : one.size, hash(random, one.root), one.proof.map((step) => hash(random, step)).filter(() => !random.once(12))];
	},

	// Proofs that the extension makes, from the leaves of a log. The last argument damages one of them.
	prove(random) {
		const size = random.between(1, 40);
		const peaks = [];
		for (let bit = 32, at = 0; bit >= 1; bit /= 2) {
			if (size & bit) {
				peaks.push(root(leaves.slice(at, at + bit)));
				at += bit;
			}
		}
		const head = `${size} ${root(leaves.slice(0, size)).toString('hex')} ${b64(Buffer.concat([u64(size), ...peaks]))}`;
		const older = random.once(8) ? number(random) : random.below(size + 1);
		return [head, leaves.slice(0, size), older, hash(random, root(leaves.slice(0, Math.max(0, Math.min(older, size)))).toString('hex')), random.once(8) ? number(random) : random.below(size), sha256('damaged'), random.once(5) ? random.below(size) : -1];
	},
};
