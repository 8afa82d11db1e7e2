// The answers of the JavaScript package to the inputs of the formats that its classes cover, beside those of native PHP.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from '../lib/php.mjs';

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

// Format => what PHP's answer means, and the package's answer to the same arguments.
const formats = {
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
			new core.AuditVerifier([key]).free();
			return 'a key';
		},
	},
	// The last of its answers is about the first key.
	seals: {
		ours: ([, , key]) => (Array.isArray(key) ? { throws: key[0] } : 'a key'),
		theirs(seals, first, taken) {
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
	return { wanted: line(ours(php)), got: line(attempt(() => theirs(...args))) };
}
