// A media manager fills in the alternative texts of a hundred images of published posts, in at most ten calls.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openSite } from '../lib/site.mjs';
import { converse } from './conversation.mjs';

const site = openSite();
after(() => site.close());

test('a media manager fills in the alternative texts of a hundred images', async () => {
	await site.php(`
		foreach ( get_posts( array( 'post_type' => 'attachment', 'post_status' => 'inherit', 'numberposts' => -1, 'fields' => 'ids' ) ) as $id ) {
			update_post_meta( $id, '_wp_attachment_image_alt', 'Known' );
		}
		for ( $n = 1; $n <= 100; $n++ ) {
			$post = wp_insert_post( array( 'post_title' => "Walk $n", 'post_content' => 'Words.', 'post_status' => 'publish' ) );
			wp_insert_attachment( array( 'post_title' => "walk-$n", 'post_mime_type' => 'image/jpeg', 'post_status' => 'inherit' ), "2026/11/walk-$n.jpg", $post );
		}
		return 1;`);
	const conversation = await converse(site, 'Media manager', { preset: 'media_manager', user: 'editor' });
	const { call, confirm, calls } = conversation;
	for (let round = 0; round < 2; round += 1) {
		const { media } = await call('list_media', { missing_alt: true, per_page: 50 });
		assert.equal(media.length, 50);
		const items = media.map(({ id, attached_to: post }) => ({ id, alt: `The view from walk ${post?.title ?? post}` }));
		const done = await confirm('update_media', { items });
		assert.equal(done.results?.filter(({ ok }) => ok).length, 50, JSON.stringify(done).slice(0, 500));
	}
	const left = await call('list_media', { missing_alt: true });
	assert.equal(left.total, 0);
	assert.ok(calls.length <= 10, `${calls.length} calls`);
	const filled = await site.php('return (int) $wpdb->get_var( "SELECT COUNT(*) FROM $wpdb->postmeta WHERE meta_key = \'_wp_attachment_image_alt\' AND meta_value LIKE \'The view from walk %\'" );');
	assert.equal(filled, 100);
	conversation.report();
	await conversation.close();
});
