// An editor turns a brief with a picture into a scheduled post.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openSite } from '../lib/site.mjs';
import { converse } from './conversation.mjs';

const site = openSite();
after(() => site.close());

test('an editor turns a brief with a picture into a scheduled post', async () => {
	const conversation = await converse(site, 'Editor', { preset: 'standard', user: 'editor' });
	const { call, confirm, calls } = conversation;
	const { terms } = await call('list_terms', { taxonomy: 'category' });
	const tag = await call('create_term', { taxonomy: 'post_tag', name: 'Printing' });
	assert.ok(tag.id > 0, JSON.stringify(tag));
	const picture = await site.php('return base64_encode( (string) file_get_contents( get_attached_file( get_posts( array( "post_type" => "attachment", "title" => "Press", "post_status" => "inherit" ) )[0]->ID ) ) );');
	const uploaded = await call('upload_media', { filename: 'workshop.jpg', data: picture, title: 'The workshop', alt: 'A printing press in a workshop' });
	assert.ok(uploaded.id > 0, JSON.stringify(uploaded));
	const draft = await call('create_draft', {
		title: 'An afternoon at the press',
		content: '<!-- wp:paragraph -->\n<p>Ink, paper and patience.</p>\n<!-- /wp:paragraph -->',
		excerpt: 'A visit to the printing workshop.',
		slug: 'afternoon-at-the-press',
		categories: [terms[0].slug],
		tags: ['Printing'],
		featured_media: uploaded.id,
	});
	assert.equal(draft.status, 'draft', JSON.stringify(draft));
	const written = await call('insert_image', { id: draft.id, media: uploaded.id, fingerprint: draft.fingerprint });
	assert.equal(written.id, draft.id, JSON.stringify(written));
	const date = new Date(Date.now() + 7 * 86_400_000).toISOString();
	const scheduled = await confirm('schedule_post', { id: draft.id, date });
	assert.equal(scheduled.status, 'future', JSON.stringify(scheduled));
	const stored = await site.php('$post = get_post( $args["id"] ); return array( $post->post_status, get_post_thumbnail_id( $post ), str_contains( $post->post_content, "wp:image" ), has_tag( "printing", $post ), $post->post_name );', { id: draft.id });
	assert.deepEqual(stored, ['future', uploaded.id, true, true, 'afternoon-at-the-press']);
	assert.ok(calls.length <= 7);
	conversation.report();
	await conversation.close();
});
