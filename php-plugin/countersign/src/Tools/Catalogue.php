<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools;

use Countersign\Plugin\Calls\Registry;
use Countersign\Plugin\Fetch\PublicFetcher;
use Countersign\Plugin\Tools\Authors\ListAuthors;
use Countersign\Plugin\Tools\Authors\ReassignPosts;
use Countersign\Plugin\Tools\Content\AnalyzeSeo;
use Countersign\Plugin\Tools\Content\ClonePost;
use Countersign\Plugin\Tools\Content\CompareRevisions;
use Countersign\Plugin\Tools\Content\CreateDraft;
use Countersign\Plugin\Tools\Content\GetOutline;
use Countersign\Plugin\Tools\Content\GetPost;
use Countersign\Plugin\Tools\Content\ListPosts;
use Countersign\Plugin\Tools\Content\ListRevisions;
use Countersign\Plugin\Tools\Content\ListTerms;
use Countersign\Plugin\Tools\Content\RestoreRevision;
use Countersign\Plugin\Tools\Content\SearchContent;
use Countersign\Plugin\Tools\Content\SetPostMeta;
use Countersign\Plugin\Tools\Content\UpdateContent;
use Countersign\Plugin\Tools\Media\GetMedia;
use Countersign\Plugin\Tools\Media\InsertImage;
use Countersign\Plugin\Tools\Media\ListMedia;
use Countersign\Plugin\Tools\Media\SetFeaturedImage;
use Countersign\Plugin\Tools\Media\UpdateMedia;
use Countersign\Plugin\Tools\Media\UploadMedia;
use Countersign\Plugin\Tools\Publishing\PublishPost;
use Countersign\Plugin\Tools\Publishing\RequestReview;
use Countersign\Plugin\Tools\Publishing\RestorePost;
use Countersign\Plugin\Tools\Publishing\SchedulePost;
use Countersign\Plugin\Tools\Publishing\TrashPost;
use Countersign\Plugin\Tools\Publishing\UnpublishPost;
use Countersign\Plugin\Tools\Seo\GetSeo;
use Countersign\Plugin\Tools\Seo\SetSeo;
use Countersign\Plugin\Tools\Site\GetSiteInfo;
use Countersign\Plugin\Tools\Site\Whoami;
use Countersign\Plugin\Tools\Taxonomy\AssignTerms;
use Countersign\Plugin\Tools\Taxonomy\CreateTerm;
use Countersign\Plugin\Tools\Uploads\CloseUploadSession;
use Countersign\Plugin\Tools\Uploads\CreateUploadSession;
use Countersign\Plugin\Tools\Uploads\GetUploadSession;
use Countersign\Plugin\Uploads\Acceptance;
use Countersign\Plugin\UploadSessions\Files;
use Countersign\Plugin\UploadSessions\Sessions;

defined( 'ABSPATH' ) || exit;

/**
 * The handlers of this plugin's own tools. The extension's catalogue defines their names, schemas and permission groups.
 * A handler does the work, and checks that WordPress allows it for the connection's user.
 */
final class Catalogue {

	/**
	 * Returns by tool name what makes the handler, so that a request loads only the one that it uses.
	 *
	 * @param Registry                   $registry   The registry of the request, in which `request_review` finds the tool to review.
	 * @param \Closure(): Acceptance    $acceptance Returns the road by which a file becomes an item of the media library.
	 * @param \Closure(): PublicFetcher $fetcher    Returns what fetches URLs that agents choose.
	 * @param \Closure(): Sessions     $sessions   Returns the upload sessions.
	 *
	 * @return array<string, \Closure(): callable(array<string, mixed>, \Countersign\Plugin\Calls\Call): mixed>
	 */
	public static function handlers( Registry $registry, \Closure $acceptance, \Closure $fetcher, \Closure $sessions ): array {
		return [
			'get_site_info'         => static fn(): callable => new GetSiteInfo(),
			'whoami'                => static fn(): callable => new Whoami( $registry ),
			'list_posts'            => static fn(): callable => new ListPosts(),
			'search_content'        => static fn(): callable => new SearchContent(),
			'get_post'              => static fn(): callable => new GetPost(),
			'get_outline'           => static fn(): callable => new GetOutline(),
			'list_media'            => static fn(): callable => new ListMedia(),
			'get_media'             => static fn(): callable => new GetMedia(),
			'list_terms'            => static fn(): callable => new ListTerms(),
			'list_revisions'        => static fn(): callable => new ListRevisions(),
			'compare_revisions'     => static fn(): callable => new CompareRevisions(),
			'analyze_seo'           => static fn(): callable => new AnalyzeSeo(),
			'create_draft'          => static fn(): callable => new CreateDraft(),
			'update_content'        => static fn(): callable => new UpdateContent(),
			'clone_post'            => static fn(): callable => new ClonePost(),
			'set_post_meta'         => static fn(): callable => new SetPostMeta(),
			'restore_revision'      => static fn(): callable => new RestoreRevision(),
			'request_review'        => static fn(): callable => new RequestReview( $registry ),
			'publish_post'          => static fn(): callable => new PublishPost(),
			'schedule_post'         => static fn(): callable => new SchedulePost(),
			'unpublish_post'        => static fn(): callable => new UnpublishPost(),
			'trash_post'            => static fn(): callable => new TrashPost(),
			'restore_post'          => static fn(): callable => new RestorePost(),
			'upload_media'          => static fn(): callable => new UploadMedia( $acceptance(), $fetcher ),
			'update_media'          => static fn(): callable => new UpdateMedia(),
			'set_featured_image'    => static fn(): callable => new SetFeaturedImage(),
			'insert_image'          => static fn(): callable => new InsertImage(),
			'create_term'           => static fn(): callable => new CreateTerm(),
			'assign_terms'          => static fn(): callable => new AssignTerms(),
			'list_authors'          => static fn(): callable => new ListAuthors(),
			'reassign_posts'        => static fn(): callable => new ReassignPosts(),
			'get_seo'               => static fn(): callable => new GetSeo(),
			'set_seo'               => static fn(): callable => new SetSeo(),
			'create_upload_session' => static fn(): callable => new CreateUploadSession( $sessions(), $acceptance() ),
			'get_upload_session'    => static fn(): callable => new GetUploadSession( $sessions(), new Files() ),
			'close_upload_session'  => static fn(): callable => new CloseUploadSession( $sessions() ),
		];
	}
}
