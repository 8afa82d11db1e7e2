// Makes the inputs of every format. The same seed and time make the same inputs.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Random } from './random.mjs';
import actions from './formats/actions.mjs';
import audit from './formats/audit.mjs';
import mcp, { REGISTRY, SETTINGS as MCP } from './formats/mcp.mjs';
import network from './formats/network.mjs';
import oauth, { SETTINGS as OAUTH } from './formats/oauth.mjs';
import policy from './formats/policy.mjs';
import sealed from './formats/sealed.mjs';
import tokens from './formats/tokens.mjs';

// The last two begin calls. After that, until the request ends, the extension makes no tokens and opens no vault.
const { mcp_schema, mcp_result, ...others } = mcp;
export const formats = { ...tokens, ...actions, ...audit, ...sealed, ...network, ...oauth, ...others, ...policy, mcp_schema, mcp_result };

/** What all inputs of a format share. */
export const constants = { mcp: { settings: MCP, registry: REGISTRY }, oauth: { settings: OAUTH } };

/**
 * Returns the arguments of one input. `now` is in Unix seconds. `number` is the input's own, from 1,000: the id of its connection,
 * of its grant, and its address, so that no input counts under the limit of another.
 */
export const input = (format, seed, index, now) => formats[format](new Random(seed, format, index), { now, number: 1000 + Object.keys(formats).indexOf(format) * 100000 + index });

const isText = (bytes) => bytes.every((byte) => byte >= 0x20 && byte < 0x7f);

/** Returns a value for JSON. Half of a surrogate pair becomes U+FFFD. Bytes become text if they are printable ASCII, and else `{"b64": …}`. */
function plain(value) {
	if (Buffer.isBuffer(value)) {
		return isText(value) ? value.toString('latin1') : { b64: value.toString('base64') };
	}
	if (typeof value === 'string') {
		return value.toWellFormed();
	}
	if (Array.isArray(value)) {
		return value.map(plain);
	}
	return value !== null && typeof value === 'object' ? Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plain(member)])) : value;
}

/** Returns an input as a line, as the drivers read it. */
export const line = (args) => JSON.stringify(plain(args));

/** Writes the inputs of some formats to a folder, as the drivers read them. */
export function write(folder, names, seed, count, now) {
	writeFileSync(join(folder, 'constants.json'), JSON.stringify(constants));
	for (const name of names) {
		const lines = Array.from({ length: count }, (_, index) => `${line(input(name, seed, index, now))}\n`);
		writeFileSync(join(folder, `${name}.ndjson`), lines.join(''));
	}
}
