// The Connections page when a person has to decide about the whole site. Each question is answered with its button.
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
	await connect('Newsroom agent', 'standard');
	await connect('Photo helper', 'media_manager');
	browser.complaints();
});
after(async () => {
	await browser?.close();
	site.close();
});

const connect = (name, preset) => site.php(
	'wp_set_current_user( 1 ); Countersign\\Plugin\\Plugin::composition()->creation()->create( $args["name"], "Claude", get_user_by( "login", "editor" )->ID, $args["preset"], array(), array() ); return 1;',
	{ name, preset },
);
const sql = (statement) => site.php('$wpdb->query( str_replace( "{options}", $wpdb->options, str_replace( "{connections}", $wpdb->prefix . "countersign_connections", $args["sql"] ) ) ); wp_cache_flush(); return $wpdb->last_error;', { sql: statement });
const stored = (option) => site.php('return $wpdb->get_var( $wpdb->prepare( "SELECT option_value FROM $wpdb->options WHERE option_name = %s", $args["option"] ) );', { option });
const plant = async (option, text) => assert.equal(await sql(`UPDATE {options} SET option_value = '${text}' WHERE option_name = '${option}'`), '');
const open = () => page.goto(`${site.url}/wp-admin/admin.php?page=countersign`);
const notice = async (text) => {
	await page.locator('.notice', { hasText: text }).waitFor();
	// The notice is at the top: what is below it can still be on its way.
	await page.waitForLoadState();
};
const isRunning = () => page.getByRole('heading', { name: 'Agents can act within' }).waitFor();

// Lets agents continue after a new beginning.
async function release(name) {
	await page.getByRole('heading', { name: 'All agents are stopped' }).waitFor();
	await browser.picture(name);
	await page.getByRole('button', { name: 'Let agents continue' }).click();
	await notice('Agents can act again');
}

// Shows a question in a picture, presses its button, and checks that agents can act again.
async function answer(name, heading, button, says, dashboard, isStopped = false) {
	await page.goto(`${site.url}/wp-admin/index.php`);
	await notice(dashboard);
	await open();
	await page.getByRole('heading', { name: heading }).waitFor();
	await page.getByRole('heading', { name: 'No agent can act now' }).waitFor();
	assert.equal(await page.locator('#the-list .is-active').count(), 0, 'no row says that its agent can act');
	await browser.picture(name, { phone: true });
	await page.getByRole('button', { name: button, exact: true }).click();
	await notice(says);
	if (isStopped) await release(`${name}-stopped`);
	await isRunning();
	assert.equal(await page.locator('.countersign-question').count(), 0);
	// While the address of the site differs from that of the dashboard, WordPress's own scripts are refused.
	assert.deepEqual(browser.complaints().filter((complaint) => !complaint.includes('403')), []);
}

test('a new server asks whether the database is current', async () => {
	await sql("DELETE FROM {options} WHERE option_name = 'countersign_beacon'");
	await site.php('array_map( "unlink", array_filter( glob( ini_get( "countersign.state_dir" ) . "/witness-*" ), fn( $file ) => ! str_ends_with( $file, ".lock" ) ) ); return 1;');
	await answer('state-new-server', 'Is the database of this site current?', 'The database is current: continue', 'Agents can use the site again', 'does not have the file');
});

test('an older record of the site asks whether a backup was restored', async () => {
	const old = await stored('countersign_site');
	await site.php('Countersign\\Plugin\\Plugin::composition()->site_state()->restored(); return 1;');
	await plant('countersign_site', old);
	await answer('state-restored', 'The database is older than it was before', 'A backup was restored: continue', 'Agents can use the site again', 'older than it was before');
});

test('a changed record of the site asks for a new beginning', async () => {
	await plant('countersign_site', 'csr1.AAAA');
	await answer('state-forged', 'Something else changed the record', 'Start again', 'The site has a new record', 'Something else changed', true);
	await page.locator('#the-list tr', { hasText: 'Photo helper' }).getByText('Revoked').last().waitFor();
	await connect('Photo helper again', 'media_manager');
});

test('a changed address asks whether the site moved', async () => {
	const home = await stored('home');
	await plant('home', home.replace('127.0.0.1', 'localhost'));
	await answer('state-moved', 'Did this site move, or is it a copy?', 'The site moved', 'The site has its new address', 'address of this site has changed');
	await plant('home', home);
	await answer('state-moved-back', 'Did this site move, or is it a copy?', 'The site moved', 'The site has its new address', 'address of this site has changed');
});

test('a changed record of the kill switch and of the settings is shown', async () => {
	await plant('countersign_kill_switch', '0');
	await open();
	await page.locator('.countersign-switch', { hasText: 'missing or was changed by something else' }).waitFor();
	await browser.picture('state-switch');
	await page.getByRole('button', { name: 'Let agents continue' }).click();
	await notice('Agents can act again');
	await page.locator('summary', { hasText: 'Settings' }).click();
	await page.getByRole('button', { name: 'Save settings' }).click();
	await notice('Settings saved');
	await page.locator('summary', { hasText: 'Settings' }).click();
	await page.getByLabel('Failed requests from one IP address').fill('30');
	await page.getByRole('button', { name: 'Save settings' }).click();
	await notice('Settings saved');
	await plant('countersign_settings', 'a:1:{s:14:"allow_widening";b:1;}');
	await open();
	await notice('The settings have their defaults.');
	await browser.picture('state-settings');
	await page.locator('summary', { hasText: 'Settings' }).click();
	await page.getByRole('button', { name: 'Save settings' }).click();
	await notice('Settings saved');
	assert.equal(await page.locator('.notice', { hasText: 'The settings have their defaults.' }).count(), 0);
});

test('a changed connection is marked', async () => {
	// Another letter in the tag. The first letters name the key.
	await site.php(
		`$table = $wpdb->prefix . 'countersign_connections';
		$text = $wpdb->get_var( "SELECT record FROM $table WHERE name = 'Photo helper again'" );
		$text[20] = 'A' === $text[20] ? 'B' : 'A';
		return $wpdb->update( $table, array( 'record' => $text ), array( 'name' => 'Photo helper again' ) );`,
	);
	await open();
	await page.locator('#the-list tr', { hasText: 'Photo helper again' }).getByText('Revoke the connection').last().waitFor();
	await browser.picture('state-connection', { phone: true });
});

test('connections of an older version are listed before they are taken over', async () => {
	await connect('Old agent', 'draft_only');
	await sql("UPDATE {connections} SET id = 77, record = NULL, version = 0 WHERE name = 'Old agent'");
	await open();
	await page.getByRole('heading', { name: 'Take over your connections' }).waitFor();
	await page.locator('.countersign-question', { hasText: 'Old agent' }).waitFor();
	await browser.picture('state-take-over', { phone: true });
	assert.deepEqual(await browser.violations('.countersign'), []);
	await page.getByRole('button', { name: 'These are right: take them over' }).click();
	await notice('The connections were taken over');
	await isRunning();
});

test('changed keys revoke the old connections', async () => {
	// The first four bytes of a record name the key.
	const text = await stored('countersign_site');
	await plant('countersign_site', text.replace(/^csr1\../, (start) => (start === 'csr1.Q' ? 'csr1.R' : 'csr1.Q')));
	await answer('state-keys', 'The keys of this site were changed', 'Revoke old connections and start again', 'The site has a new record', 'keys in wp-config.php were changed', true);
});

test('Site Health tells whether decisions are protected', async () => {
	await page.goto(`${site.url}/wp-admin/site-health.php`);
	await page.getByRole('button', { name: 'Passed tests' }).click();
	await page.getByRole('button', { name: /Decisions about AI agents are protected/ }).click();
	await page.getByText('known outside the database').waitFor();
	await browser.picture('site-health');
});

test('a copy revokes its connections', async () => {
	const home = await stored('home');
	await plant('home', home.replace('127.0.0.1', 'localhost'));
	await open();
	await browser.picture('state-copy');
	await page.getByRole('button', { name: 'This is a copy' }).click();
	await notice('This site is a copy from now on');
	assert.equal(await page.locator('#the-list .is-active').count(), 0);
	assert.equal(await page.locator('.notice', { hasText: 'was disconnected' }).count(), 0, 'nobody is warned of what they decided');
	await browser.picture('state-copied');
	await plant('home', home);
	await open();
	await page.getByRole('button', { name: 'The site moved' }).click();
	await notice('The site has its new address');
});
