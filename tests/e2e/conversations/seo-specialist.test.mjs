// An SEO specialist finds what is wrong with ten published posts, and mends their titles and descriptions for search engines.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openSite } from '../lib/site.mjs';
import { converse } from './conversation.mjs';

const site = openSite();
after(() => site.close());

test('an SEO specialist mends ten posts', async () => {
	const ids = await site.php(`
		$ids = array();
		for ( $n = 1; $n <= 10; $n++ ) {
			$ids[] = wp_insert_post( array( 'post_title' => "Reading room $n", 'post_content' => "<!-- wp:paragraph --><p>A quiet room with $n chairs.</p><!-- /wp:paragraph -->", 'post_status' => 'publish' ) );
		}
		return $ids;`);
	const conversation = await converse(site, 'SEO specialist', { preset: 'seo_specialist', user: 'editor' });
	const { call, confirm, calls } = conversation;
	const found = await call('search_content', { query: 'Reading room', per_page: 50 });
	assert.deepEqual(found.posts.map(({ id }) => id).sort(), [...ids].sort());
	const analyses = await call('analyze_seo', { ids, keyphrase: 'reading room' });
	assert.equal(analyses.posts.length, 10, JSON.stringify(analyses).slice(0, 500));
	const before = await call('get_seo', { ids });
	assert.equal(before.results.length, 10, JSON.stringify(before).slice(0, 500));
	const items = found.posts.map(({ id, title }) => ({ id, title: `${title}: a quiet place for readers`, description: `${title} has comfortable chairs, good light and a view of the river.` }));
	const done = await confirm('set_seo', { items });
	assert.equal(done.results.filter(({ ok }) => ok).length, 10, JSON.stringify(done).slice(0, 800));
	const after = await call('get_seo', { ids });
	assert.match(after.results[0].description, /good light/);
	const stored = await site.php('return array_map( fn( $id ) => get_post_meta( $id, "_yoast_wpseo_metadesc", true ), $args["ids"] );', { ids });
	assert.ok(stored.every((text) => text.includes('good light')), JSON.stringify(stored));
	await assert.rejects(call('create_draft', { title: 'Something else' }), /There is no such tool for this connection/);
	assert.ok(calls.length <= 8);
	conversation.report();
	await conversation.close();
});
