// A shop assistant changes the descriptions of products, and may not touch their prices.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { owner } from '../clients/owner.mjs';
import { openSite } from '../lib/site.mjs';
import { converse } from './conversation.mjs';

const site = openSite();
after(() => site.close());

test('a shop assistant changes descriptions and is refused a price', async () => {
	const ids = await site.php(`
		$ids = array();
		foreach ( array( 'Oak shelf', 'Reading lamp', 'Canvas bag' ) as $name ) {
			$id = wp_insert_post( array( 'post_type' => 'product', 'post_title' => $name, 'post_content' => 'To do.', 'post_status' => 'publish' ) );
			update_post_meta( $id, '_price', '49.00' );
			$ids[] = $id;
		}
		return $ids;`);
	const conversation = await converse(site, 'Shop assistant', { preset: 'content_manager', user: 'editor' });
	const { call, confirm } = conversation;
	await site.php(
		`$plugin = \\Countersign\\Plugin\\Plugin::composition(); wp_set_current_user( 1 );
		$plugin->manager()->set_denied_fields( $plugin->connections()->find( (int) $args['id'] ), array( 'meta:_price', 'meta:_*price' ) ); return 1;`,
		{ id: await owner(site).newest() },
	);
	await conversation.list();
	const tool = (name) => conversation.listed.find((each) => each.name === name);
	assert.match(tool('set_post_meta').description, /_price/, 'the model reads what it may not change');

	const { posts } = await call('list_posts', { type: 'product', order_by: 'id', order: 'asc' });
	assert.deepEqual(posts.map(({ id }) => id), ids);
	for (const { id, title } of posts) {
		const { fingerprint } = await call('get_post', { id });
		const written = await confirm('update_content', { id, content: `<!-- wp:paragraph -->\n<p>${title}, made to last.</p>\n<!-- /wp:paragraph -->`, fingerprint });
		assert.equal(written.id, id, JSON.stringify(written));
	}
	const [id] = ids;
	const refused = await call('set_post_meta', { id, meta: { _price: '1.00' } });
	assert.equal(refused.refused, 'field_denied', JSON.stringify(refused));
	const stored = await site.php('return array_map( fn( $id ) => array( get_post_meta( $id, "_price", true ), str_contains( get_post( $id )->post_content, "made to last" ) ), $args["ids"] );', { ids });
	assert.deepEqual(stored, ids.map(() => ['49.00', true]));
	conversation.report();
	await conversation.close();
});
