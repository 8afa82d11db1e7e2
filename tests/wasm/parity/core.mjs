// The answers of the JavaScript package to the inputs of the formats that its classes cover, beside those of native PHP.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from '../lib/php.mjs';
import { SITE } from './forge.mjs';

const folder = path.resolve(process.env.WASM_CORE || path.join(ROOT, 'target/wasm-core'));
const core = await import(pathToFileURL(path.join(folder, 'node.js')).href);

/** What a call of the package returns, or the code of what it throws. */
function attempt(call) {
	try {
		return call();
	} catch (error) {
		if (error.name !== 'CountersignError') throw error;
		return { throws: error.code };
	}
}
/** The same of an answer of PHP. The messages of both differ, because they name arguments. */
const thrown = (answer) => (answer?.throws === undefined ? undefined : { throws: answer.reason ?? 'misuse' });

// JavaScript has no whole numbers beyond 2⁵³, and PHP none beyond 2⁶³, which is what it says for larger ones.
const LARGEST = 2 ** 63;
const milliseconds = (taken) => (taken === null ? null : Math.min(taken * 1000, Number.MAX_SAFE_INTEGER));
const line = (value) => JSON.stringify(value, (_, member) => (typeof member === 'number' && member > LARGEST ? LARGEST : member));

/** The report on a file, as both say it. */
const fromPhp = ([verdict, , , firstBad, line, origin, filter, range, entries, size, root, vouched, witnessed, seals, findings, remarks]) =>
	[verdict, firstBad, line, origin, filter, range, entries, size, root, vouched, witnessed, seals, findings, remarks.map(({ message, ...remark }) => remark)];
function fromJavaScript(report) {
	const { verdict, first_bad, line, origin, filter, range, entries, size, root, vouched, witnessed, seals, findings, remarks } = report.toJSON();
	report.free();
	return [verdict, first_bad, line, origin, filter, [range.start, range.end], entries, size, root, vouched, witnessed, seals, findings, remarks];
}

const file = {
	ours: (answer) => thrown(answer) ?? fromPhp(answer),
	theirs(bytes, keys, roots, sealKey, taken, chunk) {
		const verifier = new core.AuditVerifier(keys);
		for (const [size, root] of roots) verifier.expectRoot(size, root);
		if (sealKey !== null) verifier.expectSeals(sealKey, milliseconds(taken));
		for (let at = 0; at < bytes.length; at += chunk) verifier.push(bytes.subarray(at, at + chunk));
		const report = fromJavaScript(verifier.finish());
		verifier.free();
		return report;
	},
};

/** The answer to an input that JavaScript cannot express, or whose answer is documented to differ. */
const NOT_COMPARED = Symbol('not compared');

/** The package ignores white space around keys, as the command line does. */
const isPadded = (key) => key !== key.trim();

/** Bytes of PHP's answer in hexadecimal: text, or `{hex}` for what is not text. */
const hex = (bytes) => (bytes === null || bytes === undefined ? null : bytes.hex ?? Buffer.from(bytes).toString('hex'));

/** Text of an argument that is bytes, or null if it is not UTF-8 and so no text of JavaScript. */
function text(value) {
	const found = value.toString();
	return typeof value === 'string' || Buffer.from(found).equals(value) ? found : null;
}

const open = ([constructor, material]) => core.ActionKey[constructor](material);

/** A refusal of PHP is `[reason, sentence]`. JavaScript throws its reason. None of these messages is accepted: they are old. */
const verified = (verifier) => ({
	ours: (answer) => ({ throws: answer[0] }),
	theirs(site, keys, header, payload) {
		if (text(header) === null) return NOT_COMPARED;
		return new core[verifier](site, keys.map(open)).verify(text(header), payload);
	},
});

const proof = (method) => ({
	ours: (answer) => thrown(answer) ?? answer,
	theirs: (...args) => (args.some((size) => size > Number.MAX_SAFE_INTEGER) ? NOT_COMPARED : core.AuditProof[method](...args.slice(0, 5))),
});

/** The parts of a signed message. */
function parts(message) {
	let bytes = Buffer.from(message.split('.')[1], 'base64url');
	const number = () => {
		const found = Number(bytes.readBigUInt64LE());
		bytes = bytes.subarray(8);
		return found;
	};
	return Array.from({ length: number() }, () => {
		const length = number();
		const part = bytes.subarray(0, length);
		bytes = bytes.subarray(length);
		return part;
	});
}

// Format => what PHP's answer means, and the package's answer to the same arguments.
const formats = {
	token: {
		// PHP verifies, the package only reads: what has passed PHP's check of the form can be read, and genuine claims are the same.
		ours: (answer) => (typeof answer[2] === 'number' ? answer : ['token_malformed', 'token_wrong_kind'].includes(answer[0]) ? 'perhaps' : 'read'),
		theirs(kind, token, binding, answer) {
			if (formats.token.ours(answer) === 'perhaps') return 'perhaps';
			const one = new core.TokenInspector(text(token));
			const claims = [one.kind, one.id, one.subject, one.epoch, one.issuedAt / 1000, one.expiresAt / 1000];
			const right = one.isChecksumRight;
			one.free();
			return formats.token.ours(answer) === 'read' ? (right ? 'read' : 'another checksum') : claims;
		},
	},
	action: verified('ActionVerifier'),
	heartbeat: verified('HeartbeatVerifier'),
	action_key: {
		ours: (answer) => thrown(answer) ?? [...answer.slice(0, 3), hex(answer[3]), hex(answer[4])],
		theirs(constructor, material) {
			const key = open([constructor, material]);
			const said = [key.keyId, key.algorithm, key.canSign, hex(key.publicKey), hex(key.seed())];
			key.free();
			return said;
		},
	},
	action_sign: {
		ours: (answer) => thrown(answer) ?? answer,
		theirs(domain, key, type, body, snapshot, id, lifetime) {
			const options = { lifetime, ...(domain === 'action' && snapshot !== null ? { snapshot } : {}), ...(domain === 'action' && id !== null ? { id } : {}) };
			const message = domain === 'action' ? new core.ActionSigner(SITE, [open(key)]).sign(type, body, options) : new core.HeartbeatSigner(SITE, [open(key)]).sign(body, options);
			const [, keyId, , own, kind, issued, expires, , digest, made] = parts(message);
			const given = domain === 'action' && id !== null;
			return [message.length, keyId.toString('hex'), given ? own.toString('hex') : own.length, kind.toString(), Number(expires.readBigUInt64BE() - issued.readBigUInt64BE()), digest.toString('hex'), made.toString()];
		},
	},
	consistency: proof('isContinued'),
	inclusion: proof('isIncluded'),
	audit_file: file,
	checkpoint: {
		ours: file.ours,
		theirs(note, key) {
			const verifier = new core.AuditVerifier([key]);
			verifier.expectCheckpoint(note);
			return fromJavaScript(verifier.finish());
		},
	},
	verifier_key: {
		ours: (answer) => thrown(answer) ?? 'a key',
		theirs(key) {
			if (isPadded(key)) return NOT_COMPARED;
			new core.AuditVerifier([key]).free();
			return 'a key';
		},
	},
	// The last of its answers is about the first key.
	seals: {
		ours: ([, , key]) => (Array.isArray(key) ? { throws: key[0] } : 'a key'),
		theirs(seals, first, taken) {
			if (isPadded(first)) return NOT_COMPARED;
			const verifier = new core.AuditVerifier();
			verifier.expectSeals(first, milliseconds(taken));
			verifier.free();
			return 'a key';
		},
	},
};

export const covers = (format) => format in formats;

/** Returns what both say: `wanted` from PHP's answer, `got` from the package. Both are lines of JSON. */
export function answers(format, args, php) {
	const { ours, theirs } = formats[format];
	const wanted = line(ours(php));
	const got = attempt(() => theirs(...args, php));
	return { wanted, got: got === NOT_COMPARED ? wanted : line(got) };
}

const KEYS = () => [core.ActionKey.hmac('s'.repeat(32)), core.ActionKey.ed25519(Buffer.alloc(32, 7))];
/** What the package can read of the items of ops/exchange.php. */
const readers = {
	action: ([, header, body]) => attempt(() => new core.ActionVerifier(SITE, KEYS()).verify(header, body)).throws,
	heartbeat: ([, header, body]) => attempt(() => new core.HeartbeatVerifier(SITE, KEYS()).verify(header, body)).throws,
	token: ([, token]) => (new core.TokenInspector(token).isChecksumRight ? 'ok' : 'another checksum'),
	file([, bytes, key]) {
		const verifier = new core.AuditVerifier([key]);
		verifier.push(bytes);
		return verifier.finish().proved ? 'ok' : 'not proved';
	},
};
export const reads = (kind) => kind in readers;

/** Makes messages, or reads what another build has made, as ops/exchange.php does. */
export function exchange([task, folder, what], output) {
	const made = [];
	for (let turn = 0; task === 'make' && turn < Number(what); turn++) {
		const body = `body ${turn}`;
		for (const key of KEYS()) {
			made.push(['action', new core.ActionSigner(SITE, [key]).sign('read_health', body, { snapshot: 's1' }), body], ['heartbeat', new core.HeartbeatSigner(SITE, [key]).sign(body), body]);
		}
	}
	const found = task === 'take' ? readFileSync(path.join(folder, what), 'utf8').trim().split('\n').map(JSON.parse).filter(([kind]) => reads(kind)).map((item) => [item[0], readers[item[0]](item)]) : made;
	writeFileSync(output, found.map((item) => `${JSON.stringify(item)}\n`).join(''));
}
