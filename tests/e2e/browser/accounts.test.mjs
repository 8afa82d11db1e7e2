// The account that was made for a connection, as an administrator meets it: on the page of the connection, in WordPress's list of users,
// in its profile, and when it is deleted.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openSite } from '../lib/site.mjs';
import { openBrowser } from './browser.mjs';

const NAME = 'Newsroom agent with an account';
const site = openSite();
let browser, page, connection, user;

before(async () => {
	[connection, user] = await site.php(
		`wp_set_current_user( 1 );
		$made = Countersign\\Plugin\\Plugin::composition()->creation()->create( $args["name"], "A client", 0, "draft_only", [], [] );
		foreach ( [ "post", "post", "page" ] as $type ) {
			wp_insert_post( [ "post_title" => "By an agent", "post_type" => $type, "post_author" => $made["user"], "post_status" => "draft" ] );
		}
		return [ (string) $made["connection"], $made["user"] ];`,
		{ name: NAME },
	);
	browser = await openBrowser();
	page = browser.page;
	await browser.logIn(site.url);
	browser.complaints();
});
after(async () => {
	await browser?.close();
	site.close();
});

test('its connection, the list of users and its profile say what it is', async () => {
	await page.goto(`${site.url}/wp-admin/admin.php?page=countersign&view=edit&connection=${connection}`);
	await page.getByText('This account was made for the connection').waitFor();
	await page.goto(`${site.url}/wp-admin/users.php`);
	const row = page.locator(`#user-${user}`);
	assert.match(await row.innerText(), /Agent of the connection .*Newsroom agent with an account/);
	await browser.picture('users', { phone: true });
	await page.goto(`${site.url}/wp-admin/user-edit.php?user_id=${user}`);
	await page.locator('.notice', { hasText: 'Nobody can log in to it' }).waitFor();
	assert.equal(await page.locator('#pass1, #application-passwords-section').count(), 0);
	await browser.picture('profile-of-an-agent', { phone: true });
	await page.getByRole('button', { name: 'Update User' }).click();
	await page.locator('.notice', { hasText: 'User updated.' }).waitFor();
	assert.deepEqual(browser.complaints(), []);
});

test('after its connection is revoked, it is deleted, and its content gets another author', async () => {
	await page.goto(`${site.url}/wp-admin/admin.php?page=countersign&view=revoke&connection=${connection}`);
	await page.getByText('Its account loses its rights and stays').waitFor();
	await page.getByRole('button', { name: 'Revoke permanently' }).click();
	await page.getByRole('heading', { name: 'Delete the account of an agent' }).waitFor();
	assert.match(await page.locator('.countersign').innerText(), /Posts: 2\s+Pages: 1[\s\S]*This cannot be undone/);
	assert.deepEqual(await browser.violations('.countersign'), []);
	await browser.picture('delete-account', { phone: true });
	const receiver = page.getByLabel('Its content gets the author');
	await receiver.selectOption(await receiver.locator('option', { hasText: /\(Editor\)/ }).first().getAttribute('value'));
	const to = Number(await receiver.inputValue());
	await page.getByRole('button', { name: 'Delete the account' }).click();
	await page.locator('.notice', { hasText: 'is deleted. Its content has the author' }).waitFor();
	assert.deepEqual(await site.php('wp_cache_flush(); return [ get_userdata( $args["user"] ), count( get_posts( [ "post_type" => "any", "post_status" => "any", "title" => "By an agent", "author" => $args["to"], "numberposts" => 9 ] ) ) ];', { user, to }), [false, 3]);
	assert.deepEqual(browser.complaints(), []);
});
