// The server of WordPress Playground, limited to this machine. Takes the arguments of `wp-playground`:
//
//   node --experimental-wasm-jspi packaging/playground/server.mjs server --port 9400 ...
//
// Playground listens on every interface of the machine and has no option for it, so everybody on the network could log
// in with the known passwords of a site that is for trying. Here each server that listens on a port gets the address
// 127.0.0.1, before Playground is loaded.
import { Server } from 'node:net';
import { fileURLToPath } from 'node:url';

const listen = Server.prototype.listen;
Server.prototype.listen = function (first, ...others) {
	if (typeof first === 'number') {
		const [host, ...rest] = typeof others[0] === 'string' ? others : [undefined, ...others];
		return listen.call(this, first, loopback(host), ...rest);
	}
	if (typeof first === 'object' && first !== null && 'port' in first) {
		return listen.call(this, { ...first, host: loopback(first.host) }, ...others);
	}
	throw new Error('a server asked to listen on something other than a port: check this with the new version of Playground');
};

function loopback(host) {
	if (host === undefined || host === '127.0.0.1') return '127.0.0.1';
	throw new Error(`a server asked to listen on another address than 127.0.0.1: ${host}`);
}

const cli = fileURLToPath(new URL('../../tests/wasm/node_modules/@wp-playground/cli/index.js', import.meta.url));
const { parseOptionsAndRunCLI } = await import(cli);
const result = await parseOptionsAndRunCLI(process.argv.slice(2));
if ('exitCode' in result) process.exit(result.exitCode);

let stopping;
async function stop() {
	await (stopping ??= result[Symbol.asyncDispose]());
	process.exit(0);
}
process.on('SIGINT', stop).on('SIGTERM', stop);
