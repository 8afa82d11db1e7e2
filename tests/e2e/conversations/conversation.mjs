// Plays a conversation with the official client. Prints for each call the bytes that went over the wire, and the SQL
// statements that the database got.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, StreamableHTTPClientTransport, UnauthorizedError } from '../lib/client.mjs';
import { Provider } from '../clients/provider.mjs';

/**
 * The most statements of a call that neither WordPress nor another plugin sends: of one that reads or describes, of one that
 * changes an item, and of each further item. A change holds the edit lock, reads the item before and after, and compares it
 * directly before it is written.
 */
const MOST = { read: 25, change: 50, further: 20 };

/** The statements with which WordPress begins a connection to the database. */
const SETUP = 4;

/**
 * Connects a client, with the consent of an administrator.
 *
 * @param {object} choices As consent() takes them: `preset`, `user`.
 */
export async function converse(site, name, choices) {
	const traffic = { sent: 0, received: 0 };
	const counted = async (url, init = {}) => {
		const answer = await fetch(url, init);
		const body = await answer.arrayBuffer();
		traffic.sent += Buffer.byteLength(String(init.body ?? ''));
		traffic.received += body.byteLength;
		return new Response([204, 205, 304].includes(answer.status) ? null : body, { status: answer.status, statusText: answer.statusText, headers: answer.headers });
	};
	const provider = new Provider(site.url, name, choices);
	const open = () => new StreamableHTTPClientTransport(new URL(site.endpoint), { authProvider: provider, fetch: counted });
	const first = open();
	await assert.rejects(new Client({ name: 'conversation', version: '1.0.0' }).connect(first), UnauthorizedError);
	await first.finishAuth(provider.callback);
	const client = new Client({ name: 'conversation', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } });
	await client.connect(open());
	let listed = (await client.listTools()).tools;
	const calls = [];

	/** Sends SQL as the administrator of the database server, which belongs to this site alone. */
	const sql = (statements) => execFileSync('mariadb', [`--socket=${site.env.SITE_DB_SOCKET}`, '-uroot', '-N', '-e', statements], { encoding: 'utf8' }).trim();

	/** Calls a tool. Returns its structured content, or `{ refused, text }`. */
	async function call(tool, args = {}) {
		Object.assign(traffic, { sent: 0, received: 0 });
		writeFileSync(join(site.run, 'meter'), '');
		sql("SET GLOBAL log_output = 'TABLE'; TRUNCATE mysql.general_log; SET GLOBAL general_log = 1");
		const result = await client.callTool({ name: tool, arguments: args }).finally(() => sql('SET GLOBAL general_log = 0'));
		const all = Number(sql(`SELECT COUNT(*) FROM mysql.general_log WHERE command_type = 'Query' AND user_host NOT LIKE 'root%'`));
		const metered = readFileSync(join(site.run, 'meter'), 'utf8').trim().split('\n').map((line) => JSON.parse(line));
		const sum = (key) => metered.reduce((total, each) => total + each[key], 0);
		// The audit log has a connection of its own, which WordPress does not count.
		const own = all - SETUP * metered.length - sum('all') + sum('plugin');
		const text = result.content.map((part) => part.text ?? '').join('\n');
		const { items: list, ids = list } = args.arguments ?? args;
		const items = ids?.length ?? 1;
		calls.push({ tool, items, sent: traffic.sent, received: traffic.received, all, own });
		return result.isError ? { refused: result._meta?.['countersign/reason'], text } : result.structuredContent;
	}

	return {
		get listed() {
			return listed;
		},
		/** Lists the tools again. */
		async list() {
			listed = (await client.listTools(undefined, { cacheMode: 'refresh' })).tools;
		},
		calls,
		call,
		/** Requests a review of a call, and makes the call with its confirmation. */
		async confirm(tool, args) {
			const review = await call('request_review', { tool, arguments: args });
			assert.ok(review.confirmation_token, `${tool} can be reviewed: ${review.text}`);
			return call(tool, { ...args, confirmation_token: review.confirmation_token });
		},
		/** Prints the calls, and checks the statements of each. */
		report() {
			console.log(`${name}: ${calls.length} calls`);
			console.table(calls.map(({ tool, items, sent, received, all, own }) => ({ tool, items, 'bytes sent': sent, 'bytes received': received, statements: all, 'of Countersign': own })));
			for (const { tool, items, own } of calls) {
				const reads = listed.find((each) => each.name === tool)?.annotations.readOnlyHint;
				const most = (reads ? MOST.read : MOST.change) + (items - 1) * (tool === 'request_review' ? 5 : reads ? 0 : MOST.further);
				assert.ok(own <= most, `${tool} sent ${own} statements for ${items} items, and may send ${most}`);
			}
		},
		close: () => client.close(),
	};
}
