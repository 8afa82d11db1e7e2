// Puts the parts of the verifier page into one file, and allows exactly these: prints it.
//
//   node page.mjs FOLDER VERSION      FOLDER has page.js, worker.js and core.gz
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

const [folder, version] = process.argv.slice(2);
const source = (name) => readFileSync(new URL(`../../verifier/${name}`, import.meta.url), 'utf8');
const made = (name) => readFileSync(`${folder}/${name}`, 'utf8');
const hash = (text) => `sha256-${createHash('sha256').update(text).digest('base64')}`;

const [script, style, worker] = [made('page.js'), source('page.css') + source('result.css'), made('worker.js')];
for (const code of [script, worker]) if (/<\/script|<!--/i.test(code)) throw new Error('the code contains a tag that would end its element');

const parts = {
	SCRIPT: script,
	SCRIPT_HASH: hash(script),
	STYLE: style,
	STYLE_HASH: hash(style),
	WORKER: worker,
	CORE: readFileSync(`${folder}/core.gz`).toString('base64'),
	VERSION: version,
};
process.stdout.write(source('page.html').replace(/@([A-Z_]+)@/g, (_, name) => {
	if (!(name in parts)) throw new Error(`page.html names a part that does not exist: ${name}`);
	return parts[name];
}));
