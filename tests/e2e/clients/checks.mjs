// Checks that every client must pass.
import assert from 'node:assert/strict';
import { owner } from './owner.mjs';
import { saysWhy } from './sentences.mjs';

/** Returns a title for the draft of a client that no other run uses. */
export const draftTitle = (client) => `Draft by ${client} ${Date.now()}`;

/** Checks the tools of a `standard` connection: complete, without further tools, and each with a valid definition. */
export function checkTools(tools) {
	const names = tools.map((tool) => tool.name);
	for (const wanted of ['get_site_info', 'list_posts', 'create_draft', 'request_review', 'publish_post'])
		assert.ok(names.includes(wanted), `${wanted} is listed, among ${names.join(', ')}`);
	for (const unwanted of ['trash_post', 'restore_post']) assert.ok(!names.includes(unwanted), `${unwanted} is not listed`);
	// Ignore the tools of the test fixtures.
	const own = names.filter((name) => !/^(test_|json_schema_)/.test(name));
	assert.ok(own.length <= 40, `${own.length} tools`);
	assert.deepEqual(names, [...new Set(names)], 'no tool is listed twice');
	for (const tool of tools) {
		assert.ok(tool.description, `${tool.name} has a description`);
		assert.equal(tool.inputSchema?.type, 'object', `${tool.name} takes an object`);
		assert.equal(typeof tool.annotations?.readOnlyHint, 'boolean', `${tool.name} states whether it only reads`);
	}
}

export function checkSiteInfo(result, site) {
	assert.ok(!result.isError, JSON.stringify(result.content));
	assert.ok(JSON.stringify(result.structuredContent).includes(new URL(site.url).host), 'the result contains the address of the site');
	assert.equal(result.content?.[0]?.type, 'text', 'the result is repeated as text, for clients without support for structured content');
	assert.deepEqual(JSON.parse(result.content[0].text), result.structuredContent);
}

/** Checks that the post of a client is a draft in WordPress and belongs to the user of the connection. */
export async function checkDraft(result, site, title, author) {
	assert.ok(!result.isError, JSON.stringify(result.content));
	const id = Number(result.structuredContent?.id ?? result.structuredContent?.post?.id);
	assert.ok(id > 0, `the answer names the post: ${JSON.stringify(result.structuredContent)}`);
	const post = await site.php('$p = get_post( $args["id"] ); return $p ? array( $p->post_title, $p->post_status, get_userdata( $p->post_author )->user_login ) : null;', { id });
	assert.deepEqual(post, [title, 'draft', author]);
	return id;
}

/**
 * Checks that the client's user reads why its calls are refused while its connection is paused, stopped or limited, and that
 * the same session goes on afterwards.
 *
 * @param {() => Promise<object>} call Makes a call and returns its result.
 */
export async function checkRefusals(site, call) {
	const admin = owner(site);
	const id = await admin.newest();
	const seen = async () => {
		const { isError, content } = await call();
		return { failed: isError === true, text: content.map(({ text }) => text).join('\n') };
	};
	for (const [state, begin, end] of [
		['paused', () => admin.pause(id), () => admin.resume(id)],
		['stopped', () => admin.killSwitch(true), () => admin.killSwitch(false)],
		['limited', () => admin.exhaust(id, seen), () => admin.limit(id, 256, 1)],
	]) {
		try {
			const { failed, text } = (await begin()) ?? (await seen());
			assert.ok(failed, `${state}: the call is refused`);
			assert.ok(saysWhy(text, state), `${state}: the user reads the reason, not ${text}`);
			if (state === 'limited') assert.match(text, /\d+ seconds/, 'the user reads how long to wait');
		} finally {
			await end();
		}
		assert.equal((await seen()).failed, false, `${state}: the same session goes on afterwards`);
	}
}
