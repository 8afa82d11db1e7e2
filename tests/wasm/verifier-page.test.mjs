// The parts of the verifier page that need no browser: recognising what a person has, finding entries, showing texts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filter, isEmpty } from '../../verifier/filter.mjs';
import { Lines, pieces } from '../../verifier/lines.mjs';
import { advice, checkpoints, kind, lines, logOfKey } from '../../verifier/recognise.mjs';
import { counted, moment, printable, size } from '../../verifier/text.mjs';
import { isTexts, places, told, words } from '../../verifier/told.mjs';
import { cases } from './corpus.mjs';

const bytes = (text) => new TextEncoder().encode(text);
const named = (name) => cases.find((item) => item.name === name);
const [key] = named('whole').keys;
const [note] = named('whole_with_root').checkpoints;

test('a file is recognised by what it contains', () => {
	const is = (content) => kind(content.slice(0, 4096), content.length);
	for (const [content, what] of [
		[named('whole').file.toString(), 'export'],
		[key, 'key'],
		[`${key}\r\n\r\n${key}\n`, 'key'],
		[note, 'checkpoint'],
		[note.replaceAll('\n', '\r\n'), 'checkpoint'],
		[named('whole').seal_key, 'sealing'],
		['seq,leaf,time,kind,actor\r\n', 'table'],
		['PK\u0003\u0004', 'packed'],
		['', 'empty'],
		['hello\n', 'unknown'],
		[`${key} `.repeat(2), 'unknown'],
		[note.replace('\n17\n', '\nmany\n'), 'unknown'],
		[note.split('— ')[0], 'unknown'],
	])
		assert.equal(is(content), what, content.slice(0, 40));
	for (const what of ['table', 'packed', 'empty', 'unknown']) assert.match(advice(what), /\.$/);
	assert.equal(advice('export'), null);
	assert.equal(logOfKey(key), 'shop.example/5a5a5a5a5a5a5a5a/audit');
});

test('pasted checkpoints are divided where the signatures end', () => {
	const two = note.replace(/\n$/, '\n— witness abcd\n');
	for (const [text, found] of [
		[note, [note]],
		[note.trimEnd(), [note]],
		[`\n\n  \n${note.replaceAll('\n', '  \r\n')}\n\n`, [note]],
		[note + note, [note, note]],
		[`${two}\n\n${note}`, [two, note]],
		['hello', ['hello\n']],
		[' \n', []],
	])
		assert.deepEqual(checkpoints(text), found);
	assert.deepEqual(lines(` ${key}\r\n\n${key} `), [key, key]);
});

test('an entry is found by everything that it says, and by nothing else', () => {
	const entry = {
		v: 1, seq: 5, time: 1_800_000_000_000, site: '5a5a5a5a5a5a5a5a', kind: 'outcome',
		actor: { kind: 'agent', connection: 3, user: null, client: 'Ein "Agent" Ü', ip: '192.0.2.1' },
		action: 'update_post', target: 'post:12', change: { title: { to: ['Grüße', 7] } }, outcome: 'denied', reason: 'needs_publish', approval: null, correlation: '00ff', ref: 4,
	};
	const finds = (wanted) => filter(wanted)(bytes(JSON.stringify(entry)));
	for (const wanted of [
		{}, { text: '' }, { text: ' UPDATE_post ' }, { text: '"agent" ü' }, { text: 'grüße' }, { text: 'title' }, { text: '192.0.2' }, { text: '00FF' },
		{ kind: 'outcome' }, { outcome: 'denied' }, { connection: '3' }, { user: 'none' }, { from: entry.time, until: entry.time + 1 },
		{ text: 'post:12', kind: 'outcome', outcome: 'denied', connection: '3', from: 0 },
	])
		assert.ok(finds(wanted), JSON.stringify(wanted));
	for (const wanted of [
		{ text: 'post:13' }, { text: 'correlation' }, { text: 'actor' }, { text: '1800000000' }, { text: '5a5a' }, { text: '\\"' }, { kind: 'intent' }, { outcome: 'none' },
		{ connection: '33' }, { user: '0' }, { user: '3' }, { from: entry.time + 1 }, { until: entry.time }, { text: 'post:12', connection: '4' },
	])
		assert.ok(!finds(wanted), JSON.stringify(wanted));
	for (const strange of ['{"v":', 'null', '7', '[]', '"{"', '{"v":1,"actor":null,"change":null}']) assert.equal(filter({ text: 'post' })(bytes(strange)), false);
	assert.ok(isEmpty({ text: '', from: undefined }));
	assert.ok(!isEmpty({ text: '', from: 0 }));
});

test('lines are the same however the file is cut into pieces', async () => {
	const text = 'one\n\ntwo ü\nthree';
	for (let length = 1; length <= text.length + 2; length += 1) {
		const [found, cutter, all] = [[], new Lines(), bytes(text)];
		for (let at = 0; at < all.length; at += length) cutter.push(all.subarray(at, at + length), (line) => found.push(new TextDecoder().decode(line)));
		assert.deepEqual(found, ['one', '', 'two ü'], 'the last line has no end');
	}
	const read = [];
	for await (const piece of pieces(new Blob([new Uint8Array(5_000_000)]))) read.push(piece.length);
	assert.deepEqual(read, [4_194_304, 805_696]);
	for await (const piece of pieces(new Blob([]))) assert.fail(piece);
	// A line without an end does not fill the memory.
	const cutter = new Lines();
	let longest;
	for (let n = 0; n < 20; n += 1) cutter.push(new Uint8Array(100_000), assert.fail);
	cutter.push(bytes('\n'), (line) => (longest = line.length));
	assert.equal(longest, 262_144);
});

test('untrusted text shows what is hidden in it', () => {
	assert.equal(printable('a\u202eb\u0000\u200b\n\u{e0041}c'), 'a\\u{202e}b\\u{0}\\u{200b}\\u{a}\\u{e0041}c');
	assert.equal(printable('<b>&amp; Ü 🎉'), '<b>&amp; Ü 🎉');
	assert.equal(printable('x'.repeat(10), 4), 'xxxx… (6 more characters)');
	assert.deepEqual([counted(1, 'entry', 'entries'), counted(1000, 'entry', 'entries'), size(1), size(999), size(8336), size(461_828_728)], ['1 entry', '1,000 entries', '1 byte', '999 bytes', '8.3 KB', '462 MB']);
	assert.deepEqual([moment(1_800_000_000_999), moment(1e18)], ['2027-01-15 08:00:00 UTC', '1000000000000000000 milliseconds since 1970']);
});

test('the texts of an entry are read from the line after it', () => {
	const lines = named('texts').file.toString().split('\n');
	const at = lines.findIndex((line) => line.startsWith('{"v":1,"seq":6,'));
	const [entry, after] = [JSON.parse(lines[at]), lines[at + 1]];
	assert.ok(isTexts(bytes(after)) && !isTexts(bytes(lines[at])));
	for (const line of [after, bytes(after)]) {
		const { address, args, fields } = places(entry, told(entry, line));
		assert.equal(address, '192.0.2.6');
		assert.deepEqual([...args], [['title', 'Title "6" é']]);
		assert.equal(fields.size, 0);
	}
	const { address, args } = places(entry, told(entry, null));
	assert.equal(address, '(erased)');
	assert.deepEqual([...args].map(([name, value]) => [name, words(value)]), [['title', '(erased)']]);
	for (const line of ['{"texts":8,"values":[["actor.ip","","\\"x\\""]]}', '{"texts":6,"values":7}', '{"texts":6', '{"texts":6,"values":[1]}'])
		assert.equal(words(places(entry, told(entry, line)).address), '(erased)', line);
	const old = JSON.parse('{"seq":1,"actor":{"ip":"192.0.2.1"},"change":{"arguments":{"id":3},"note":"x"}}');
	assert.deepEqual([places(old, told(old, null)).address, [...places(old, told(old, null)).others]], ['192.0.2.1', [['note', 'x']]]);
});

test('a told value is one line', () => {
	for (const [value, line] of [
		['text', 'text'],
		[12, '12'],
		[{ from: 'a', to: { length: 300, sha256: 'ab', text: 'b…' } }, 'a → b… (300 characters, SHA-256 ab)'],
		[['a', 1], 'a, 1'],
		[{ a: [{}] }, '{"a":[{}]}'],
		[null, 'null'],
	])
		assert.equal(words(value), line);
});

test('a search finds what the texts of an entry say', () => {
	const lines = named('texts').file.toString().split('\n');
	const at = lines.findIndex((line) => line.startsWith('{"v":1,"seq":6,'));
	const [entry, after] = [bytes(lines[at]), bytes(lines[at + 1])];
	for (const [text, found] of [['title "6" É', true], ['192.0.2.6', true], ['title 6', false], ['change.arguments', false], ['update_post', true]]) {
		assert.equal(filter({ text })(entry, after), found, text);
		assert.equal(filter({ text })(entry, null), found && text === 'update_post', text);
	}
});
