// Limits the servers of a Node process to this machine, before its program is loaded:
//
//   node --import ./packaging/playground/loopback.mjs PROGRAM
//
// The server of WordPress Playground listens on every interface and has no option for it, so everybody on the network could
// log in with the known passwords of a site that is for trying. Here each server that listens on a port gets the address
// 127.0.0.1. Node loads this file in its worker threads too.
import { Server } from 'node:net';

const listen = Server.prototype.listen;

Server.prototype.listen = function (first, ...others) {
	if (typeof first === 'number') {
		const [host, ...rest] = typeof others[0] === 'string' ? others : [undefined, ...others];
		return listen.call(this, first, loopback(host), ...rest);
	}
	if (typeof first?.port === 'number') return listen.call(this, { ...first, host: loopback(first.host) }, ...others);
	throw new Error('a server asked for something other than the number of a port, which loopback.mjs does not know how to limit');
};

function loopback(host) {
	if (host === undefined || host === '127.0.0.1' || host === 'localhost') return '127.0.0.1';
	throw new Error(`a server asked for another address than 127.0.0.1: ${host}`);
}
