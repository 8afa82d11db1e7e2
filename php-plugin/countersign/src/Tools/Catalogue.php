<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools;

use Countersign\Plugin\Mcp\Registry;

/**
 * The product's own tools that this plugin serves. Their names, schemas and groups are the extension's catalogue; the
 * classes here do the work, and check what WordPress allows the connection's user.
 */
final class Catalogue {

	/**
	 * Tool name => what does it.
	 *
	 * @param Registry $registry What other plugins offer: reviews are asked for their tools as well.
	 *
	 * @return array<string, callable>
	 */
	public static function handlers( Registry $registry ): array {
		return [
			'get_site_info'  => new GetSiteInfo(),
			'whoami'         => new Whoami(),
			'list_posts'     => new ListPosts(),
			'search_content' => new SearchContent(),
			'get_post'       => new GetPost(),
			'list_media'     => new ListMedia(),
			'get_media'      => new GetMedia(),
			'create_draft'   => new CreateDraft(),
			'update_content' => new UpdateContent(),
			'request_review' => new RequestReview( $registry ),
			'publish_post'   => new PublishPost(),
			'schedule_post'  => new SchedulePost(),
			'trash_post'     => new TrashPost(),
			'restore_post'   => new RestorePost(),
		];
	}
}
