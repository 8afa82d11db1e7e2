// The page: starts the worker, and connects the form, the progress, the verdict and the entries.
import { announce, byId, submits } from './dom.mjs';
import { hideEntries, prepare, showEntries } from './entries.mjs';
import { given, showRefused, take } from './given.mjs';
import { offer } from './offered.mjs';
import { count, size } from './text.mjs';
import { showVerdict } from './verdict.mjs';

/** Shows what went wrong with the page itself. */
function problem(text) {
	byId('problem').textContent = text;
	byId('problem').hidden = text === '';
}

const FAILURES = {
	read: 'The browser could not read the file. It may have been changed, moved or removed since you chose it. Choose it again.',
	fault: 'This is a fault of this page. Load the page again. If that does not help, use the command “countersign audit verify”.',
};

/** The base64 in a script element as bytes, unpacked. */
async function unpacked(id) {
	const packed = Uint8Array.from(atob(byId(id).textContent.trim()), (letter) => letter.charCodeAt(0));
	return new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'))).arrayBuffer();
}

/** Starts the worker. Returns a function that gives it a task and resolves to the answer. */
async function start() {
	const worker = new Worker(URL.createObjectURL(new Blob([byId('worker').textContent], { type: 'text/javascript' })));
	const waiting = new Map();
	let last = 0;
	const finish = (task, answer) => {
		waiting.get(task)?.resolve(answer);
		waiting.delete(task);
	};
	const failed = (task, failure) => {
		problem(FAILURES[failure]);
		finish(task, { failed: true });
	};
	const ready = new Promise((resolve) => {
		worker.onmessage = ({ data }) => {
			if (data.ready) return resolve();
			if (data.progress) waiting.get(data.task)?.progress(data.progress);
			else if (data.failed) failed(data.task, data.failed);
			else finish(data.task, data.done);
		};
	});
	worker.onerror = () => [...waiting.keys()].forEach((task) => failed(task, 'fault'));
	const core = await unpacked('core');
	worker.postMessage({ core }, [core]);
	await ready;
	const ask = (name, given, progress = () => {}) =>
		new Promise((resolve) => {
			problem('');
			last += 1;
			waiting.set(last, { resolve, progress });
			worker.postMessage({ task: last, name, given });
		});
	ask.cancel = () => worker.postMessage({ task: (last += 1), name: 'cancel' });
	return ask;
}

/** Shows the progress, and says it aloud in quarters. */
function progressOf() {
	const began = performance.now();
	let quarter = 0;
	return ({ bytes, total, entries }) => {
		const part = total === 0 ? 1 : bytes / total;
		byId('progress').value = part;
		const left = ((performance.now() - began) * (1 - part)) / part / 1000;
		byId('progress-text').textContent = `${size(bytes)} of ${size(total)}, ${count(entries)} entries${left >= 2 && part > 0.02 ? `, about ${Math.ceil(left)} seconds left` : ''}`;
		if (Math.floor(part * 4) > quarter) {
			quarter = Math.floor(part * 4);
			announce(`${quarter * 25} percent`);
		}
	};
}

async function verify(ask) {
	const what = byId('verify').disabled ? null : given();
	if (!what) return;
	hideEntries();
	byId('result').hidden = true;
	byId('working').hidden = false;
	byId('progress').value = 0;
	byId('progress-text').textContent = '';
	byId('verify').disabled = true;
	byId('working-title').focus();
	byId('working').scrollIntoView({ block: 'nearest' });
	const answer = await ask('verify', what, progressOf());
	byId('working').hidden = true;
	byId('verify').disabled = false;
	if (answer.failed) return byId('verify').focus();
	if (answer.refused) return showRefused(answer);
	if (answer.cancelled) {
		announce('Cancelled. Nothing was verified.');
		return byId('verify').focus();
	}
	await showVerdict(answer, what);
	await showEntries(answer.report);
}

function acceptFiles() {
	const chooser = byId('files');
	chooser.addEventListener('change', async () => {
		await take([...chooser.files]);
		// The same file can be chosen again after it was changed.
		chooser.value = '';
	});
	const drop = byId('drop');
	// Files may be dropped anywhere. A browser would otherwise open them in place of this page.
	for (const name of ['dragenter', 'dragover'])
		addEventListener(name, (event) => {
			event.preventDefault();
			drop.classList.add('over');
		});
	for (const name of ['dragleave', 'drop']) addEventListener(name, () => drop.classList.remove('over'));
	addEventListener('drop', (event) => {
		event.preventDefault();
		take([...event.dataTransfer.files]);
	});
}

async function main() {
	acceptFiles();
	offer();
	const started = start();
	submits('given', 'verify', async () => verify(await started));
	byId('cancel').addEventListener('click', async () => (await started).cancel());
	prepare(await started);
	document.documentElement.dataset.ready = '';
}

main().catch(() => problem('This browser is too old for this page: it needs WebAssembly and DecompressionStream. Use a current browser, or the command “countersign audit verify”.'));
