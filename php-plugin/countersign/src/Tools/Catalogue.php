<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools;

use Countersign\Plugin\Calls\Registry;
use Countersign\Plugin\Tools\Content\CreateDraft;
use Countersign\Plugin\Tools\Content\GetPost;
use Countersign\Plugin\Tools\Content\ListPosts;
use Countersign\Plugin\Tools\Content\SearchContent;
use Countersign\Plugin\Tools\Content\UpdateContent;
use Countersign\Plugin\Tools\Media\GetMedia;
use Countersign\Plugin\Tools\Media\ListMedia;
use Countersign\Plugin\Tools\Publishing\PublishPost;
use Countersign\Plugin\Tools\Publishing\RequestReview;
use Countersign\Plugin\Tools\Publishing\RestorePost;
use Countersign\Plugin\Tools\Publishing\SchedulePost;
use Countersign\Plugin\Tools\Publishing\TrashPost;
use Countersign\Plugin\Tools\Site\GetSiteInfo;
use Countersign\Plugin\Tools\Site\Whoami;

defined( 'ABSPATH' ) || exit;

/**
 * The handlers of this plugin's own tools. The extension's catalogue defines their names, schemas and permission groups.
 * A handler does the work, and checks that WordPress allows it for the connection's user.
 */
final class Catalogue {

	/**
	 * Returns the handlers by tool name.
	 *
	 * @param Registry $registry The registry of the request, in which `request_review` finds the tool to review.
	 *
	 * @return array<string, callable(array<string, mixed>, \Countersign\Plugin\Calls\Call): mixed>
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
