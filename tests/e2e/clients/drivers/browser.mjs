// The browser of the client's user, for clients that start one: allows the connection and follows the redirect to the
// client. Nobody is at the browser if the file `nobody` exists in CLIENT_STORE.
import { appendFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { consent } from '../../lib/consent.mjs';
import { fetchRaw } from '../../lib/http.mjs';
import { openSite } from '../../lib/site.mjs';

const [, , url] = process.argv;
const store = process.env.CLIENT_STORE;
appendFileSync(join(store, 'visits'), `${new URL(url).pathname}\n`);
if (!existsSync(join(store, 'nobody'))) {
	const back = await consent(openSite().url, url, { preset: 'standard', user: 'editor' });
	await fetchRaw(back.href.replace('//localhost:', '//127.0.0.1:'));
}
