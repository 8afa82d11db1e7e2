// Every page of the plugin in the dashboard, as axe-core sees it: no serious or critical violation in any colour scheme.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openSite } from '../lib/site.mjs';
import { openBrowser } from './browser.mjs';

const site = openSite();
let browser, page, id;

before(async () => {
	browser = await openBrowser();
	page = browser.page;
	await browser.logIn(site.url);
	id = await site.php(
		'wp_set_current_user( 1 ); return (string) Countersign\\Plugin\\Plugin::composition()->creation()->create( "Reader", "Claude", 1, "standard", array(), array() )["connection"];',
	);
	await site.php('countersign_kill_switch( true ); return 1;');
});
after(async () => {
	await site.php('countersign_kill_switch( false ); return 1;');
	await browser?.close();
	site.close();
});

const PAGES = {
	'Connections, while agents are stopped': 'page=countersign',
	'Connect an agent': 'page=countersign&view=connect',
	Edit: 'page=countersign&view=edit&connection=ID',
	Revoke: 'page=countersign&view=revoke&connection=ID',
	'A program without OAuth': 'page=countersign&view=password',
	Audit: 'page=countersign-audit',
	Abilities: 'page=countersign-abilities',
};
for (const [name, query] of Object.entries(PAGES))
	test(name, async () => {
		await page.goto(`${site.url}/wp-admin/admin.php?${query.replace('ID', id)}`);
		assert.deepEqual(await browser.violations('.countersign, #wp-admin-bar-countersign'), []);
	});
