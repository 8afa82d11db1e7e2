// Lets a driver import the client from the folder where it is installed (CLIENT_HOME). Node would look for it beside
// the driver. Preloaded with --import.
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const home = pathToFileURL(join(process.env.CLIENT_HOME, 'package.json')).href;

registerHooks({
	resolve(specifier, context, next) {
		const isPackage = /^(@[\w.-]+\/)?[a-z][\w.-]*(\/|$)/i.test(specifier);
		const isDriver = context.parentURL?.includes('/tests/e2e/clients/drivers/');
		return next(specifier, isPackage && isDriver ? { ...context, parentURL: home } : context);
	},
});
