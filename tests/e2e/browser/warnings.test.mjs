// What people see when a decision is wanted of them: scheduled posts that are held, accounts that lost rights, changed code,
// settings of a person who is no administrator, and a login that is too old to connect a client.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { authorizeUrl, discover, register } from '../lib/oauth.mjs';
import { openSite } from '../lib/site.mjs';
import { openBrowser } from './browser.mjs';

const PLUGIN = '$plugin = Countersign\\Plugin\\Plugin::composition();';
const site = openSite();
let browser, page, id;

before(async () => {
	browser = await openBrowser();
	page = browser.page;
	await browser.logIn(site.url);
	id = await connect('Weekly planner');
	browser.complaints();
});
after(async () => {
	await browser?.close();
	site.close();
});

// A number of 63 bits, which JavaScript holds as text.
const connect = (name) => site.php(
	`wp_set_current_user( 1 ); ${PLUGIN} return (string) $plugin->creation()->create( $args["name"], "Claude", get_user_by( "login", "author" )->ID, "standard", array(), array() )["connection"];`,
	{ name },
);
const admin = (path = 'admin.php?page=countersign') => page.goto(`${site.url}/wp-admin/${path}`);
const notice = (text) => page.locator('.notice', { hasText: text });
const row = (name) => page.locator('#the-list tr', { hasText: name });

// Makes a post that the agent has scheduled for this number of hours from now.
const scheduled = (title, hours) => site.php(
	`${PLUGIN} wp_set_current_user( 1 );
	$post = wp_insert_post( array( 'post_title' => $args['title'], 'post_content' => 'Text.', 'post_status' => 'future', 'post_date' => gmdate( 'Y-m-d H:i:s', time() + YEAR_IN_SECONDS ) ) );
	$date = gmdate( 'Y-m-d H:i:s', time() + $args['hours'] * HOUR_IN_SECONDS );
	$wpdb->update( $wpdb->posts, array( 'post_date' => $date, 'post_date_gmt' => $date ), array( 'ID' => $post ) );
	clean_post_cache( $post );
	$plugin->schedules()->own( get_post( $post ), $plugin->connections()->find( (int) $args['id'] ), null );
	return $post;`,
	{ title, hours, id },
);
// Does what WordPress's cron does when the time of the posts has come.
const comes = (posts) => site.php(
	"foreach ( $args['posts'] as $post ) do_action( 'publish_future_post', $post ); return array_map( 'get_post_status', $args['posts'] );",
	{ posts },
);

test('a scheduled post is marked, and the plugin says what deactivating it does', async () => {
	await scheduled('Planned for next month', 700);
	await admin('edit.php');
	await row('Planned for next month').getByText('Scheduled by an agent').waitFor();
	await admin('plugins.php');
	await notice('1 item is scheduled by an agent. If you deactivate Countersign').waitFor();
	await browser.picture('plugins-scheduled', { phone: true });
	assert.deepEqual(browser.complaints(), []);
});

test('posts whose connection was paused are held until a person publishes them', async () => {
	const posts = [await scheduled('Autumn programme', -1), await scheduled('Opening hours in December', -2)];
	await site.php(`${PLUGIN} wp_set_current_user( 1 ); $plugin->manager()->pause( $plugin->connections()->find( (int) $args['id'] ) ); return 1;`, { id });
	assert.deepEqual(await comes(posts), ['pending', 'pending']);
	await admin('edit.php');
	await notice('2 items that agents scheduled were not published at their time').waitFor();
	await row('Autumn programme').getByText('Held: scheduled by an agent').waitFor();
	await browser.picture('posts-held', { phone: true });
	await admin();
	const held = page.locator('#countersign-held ~ table tr', { hasText: 'Autumn programme' });
	assert.match(await held.innerText(), /Weekly planner[\s\S]*The connection was paused/);
	await browser.picture('connections-held', { phone: true });
	await held.getByRole('button', { name: 'Publish' }).click();
	// Invisible characters around the title keep its direction apart.
	await notice('Autumn programme').filter({ hasText: 'is published' }).waitFor();
	assert.equal(await page.locator('#countersign-held ~ table tr', { hasText: 'Autumn programme' }).count(), 0);
	await row('Weekly planner').hover();
	await row('Weekly planner').getByRole('link', { name: 'Resume' }).click();
	await notice('is active again').waitFor();
	assert.deepEqual(browser.complaints(), []);
});

test('a connection whose account lost rights is paused, says so, and can be resumed', async () => {
	await site.php('get_user_by( "login", "author" )->set_role( "contributor" ); return 1;');
	await admin();
	await row('Weekly planner').getByText('The account that it acts as lost rights.').last().waitFor();
	await browser.picture('connections-account', { phone: true });
	await row('Weekly planner').hover();
	await row('Weekly planner').getByRole('link', { name: 'Resume' }).click();
	await notice('is active again').waitFor();
	await site.php('get_user_by( "login", "author" )->set_role( "author" ); return 1;');
});

test('changed code is shown until an administrator knows it', async () => {
	const check = `${PLUGIN} $plugin->integrity()->run(); return 1;`;
	await site.php(check);
	await site.php('wp_mkdir_p( WPMU_PLUGIN_DIR ); file_put_contents( WPMU_PLUGIN_DIR . "/cache-helper.php", "<?php // Nothing." ); return 1;');
	try {
		await site.php(check);
		await admin();
		await notice('New: mu-plugins/cache-helper.php').waitFor();
		await browser.picture('integrity', { phone: true });
		await page.getByRole('button', { name: 'I know these changes' }).click();
		await notice('has recorded that you know these changes').waitFor();
		assert.equal(await notice('cache-helper.php').count(), 0);
	} finally {
		await site.php(`unlink( WPMU_PLUGIN_DIR . "/cache-helper.php" ); ${check}`);
	}
	await admin();
	await notice('Removed: mu-plugins/cache-helper.php').waitFor();
	await page.getByRole('button', { name: 'I know these changes' }).click();
	await notice('has recorded that you know these changes').waitFor();
	assert.deepEqual(browser.complaints(), []);
});

test('a person who manages connections can make the settings stricter only', async () => {
	await site.php('get_role( "editor" )->add_cap( "countersign_manage_connections" ); return 1;');
	try {
		await browser.logIn(site.url, 'editor');
		await admin();
		await page.locator('summary', { hasText: 'Settings' }).click();
		await page.getByText('Only an administrator can make them more permissive.').waitFor();
		assert.equal(await page.getByLabel('Trusted proxies').count(), 0);
		await browser.picture('settings-manager', { phone: true });
		await page.getByLabel('Allow adding permissions to an existing connection').check();
		await page.getByRole('button', { name: 'Save settings' }).click();
		await notice('Only an administrator can make the settings more permissive. No setting was saved.').waitFor();
		await browser.picture('settings-refused');
		await page.locator('summary', { hasText: 'Settings' }).click();
		await page.getByLabel('Failed requests from one IP address').fill('5');
		await page.getByRole('button', { name: 'Save settings' }).click();
		await notice('Settings saved').waitFor();
		assert.deepEqual(browser.complaints(), []);
	} finally {
		await site.php('get_role( "editor" )->remove_cap( "countersign_manage_connections" ); return 1;');
		await browser.logIn(site.url);
	}
});

test('an old login is asked for again before a client is connected, and the form says why', async () => {
	const { server, resource } = await discover(site.endpoint);
	const { json } = await register(server, { client_name: 'Evening agent' });
	await site.php(
		'$sessions = get_user_meta( 1, "session_tokens", true ); foreach ( $sessions as &$session ) $session["login"] = time() - HOUR_IN_SECONDS; update_user_meta( 1, "session_tokens", $sessions ); return 1;',
	);
	await page.goto(authorizeUrl(server, resource, json.client_id).url);
	await page.getByText('An agent asks to connect to this site.').waitFor();
	await browser.picture('login-again');
	await browser.fillLogin('admin');
	await page.getByRole('button', { name: 'Log In' }).click();
	await page.locator('.countersign-name', { hasText: 'Evening agent' }).waitFor();
	assert.deepEqual(browser.complaints(), []);
});
