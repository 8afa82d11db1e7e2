// What a person can do about connections that were changed after the backup from which the database was restored.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openSite } from '../lib/site.mjs';
import { openBrowser } from './browser.mjs';

const site = openSite();
let browser, page;

before(async () => {
	browser = await openBrowser();
	page = browser.page;
	await browser.logIn(site.url);
	browser.complaints();
});
after(async () => {
	await browser?.close();
	site.close();
});

// Makes a connection, changes it, and puts its row back as it was before.
const lose = (name, change) => site.php(
	`wp_set_current_user( 1 );
	$plugin = Countersign\\Plugin\\Plugin::composition();
	$id = $plugin->creation()->create( $args['name'], 'Claude', get_user_by( 'login', 'editor' )->ID, 'content_manager', array(), array() )['connection'];
	$table = $wpdb->prefix . 'countersign_connections';
	$row = $wpdb->get_row( $wpdb->prepare( "SELECT * FROM $table WHERE id = %d", $id ), ARRAY_A );
	$connection = $plugin->connections()->find( $id );
	'revoke' === $args['change'] ? $plugin->manager()->revoke( $connection ) : $plugin->manager()->set_groups( $connection, array( 'read' ) );
	$wpdb->update( $table, $row, array( 'id' => $id ) );
	return 1;`,
	{ name, change },
);
const row = (name) => page.locator('#the-list tr', { hasText: name });
const open = () => page.goto(`${site.url}/wp-admin/admin.php?page=countersign`);

test('a narrowed connection is shown as the backup says, and taken back as paused', async () => {
	await lose('Restored helper', 'narrow');
	await open();
	await row('Restored helper').getByText('State in the backup: Active').last().waitFor();
	assert.match(await row('Restored helper').innerText(), /None\. In the backup: Content manager/);
	assert.equal(await row('Restored helper').getByRole('link', { name: 'Edit' }).count(), 0);
	await browser.picture('restored-list', { phone: true });
	await row('Restored helper').hover();
	await row('Restored helper').getByRole('link', { name: 'Resume' }).click();
	await page.getByRole('heading', { name: 'Resume a restored connection' }).waitFor();
	await page.getByText('Publish: publish, schedule').waitFor();
	await browser.picture('restored-connection', { phone: true });
	await page.getByRole('button', { name: 'Take it back as paused' }).click();
	await page.locator('.notice', { hasText: 'is paused, with the permissions that the backup shows' }).waitFor();
	await row('Restored helper').locator('.is-paused').last().waitFor();
	assert.deepEqual(browser.complaints(), []);
});

test('a revoked connection stays revoked', async () => {
	await lose('Dismissed helper', 'revoke');
	await open();
	await row('Dismissed helper').getByText('stays revoked').last().waitFor();
	assert.equal(await row('Dismissed helper').getByRole('link', { name: 'Resume' }).count(), 0);
	await browser.picture('restored-revoked');
});
