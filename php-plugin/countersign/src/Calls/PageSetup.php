<?php

declare(strict_types=1);

namespace Countersign\Plugin\Calls;

use Countersign\Plugin\Site\ErrorLog;
use Countersign\Plugin\Site\Json;
use Countersign\Plugin\Site\Urls;

defined( 'ABSPATH' ) || exit;

/**
 * Postpones what WordPress prepares for pages only: widgets, the patterns of the theme and the style sheets of blocks. For the
 * plugin's own tools that do not look at blocks, it also postpones the registration of WordPress's own blocks. Together that is
 * a third of the time of a call. It is done before anything runs that could need it, such as a tool of a plugin or one that
 * saves.
 */
final class PageSetup {

	/** Option: whether a plugin on this site needs WordPress's own blocks at once, because it ended a request without them. */
	public const NEEDS_BLOCKS = 'countersign_needs_blocks';

	/** Callbacks of the action `init` => their priority. Each may run later, and more than once. */
	private const CALLBACKS = [
		'wp_widgets_init'                   => 1,
		'register_core_block_style_handles' => 9,
		'_register_theme_block_patterns'    => 10,
		'check_theme_switched'              => 99,
	];

	/** The same for blocks. The callbacks that register a single block are added to these. */
	private const BLOCKS = [
		'wp_register_core_block_metadata_collection'   => 9,
		'register_core_block_types_from_metadata'      => 10,
		'_register_core_block_patterns_and_categories' => 10,
		'_wp_register_default_icons'                   => 10,
		'register_legacy_post_comments_block'          => 21,
		'WP_Block_Supports::init'                      => 22,
	];

	private const ONE_BLOCK = 'register_block_core_';

	/** The plugin's own tools that read. They render no page and save nothing. */
	private const READING = [ 'whoami', 'get_site_info', 'list_posts', 'get_post', 'search_content', 'list_media', 'get_media', 'get_outline', 'list_terms', 'list_revisions', 'compare_revisions' ];

	/** Those of them that do not look at blocks. The others make excerpts, for which WordPress renders some blocks. */
	private const WITHOUT_BLOCKS = [ 'whoami', 'get_site_info', 'get_post', 'list_media', 'get_media', 'get_outline', 'list_terms', 'list_revisions', 'compare_revisions' ];

	/** Largest body that is looked at here, in bytes. The calls of these tools are short. */
	private const MAX_BODY = 4096;

	private const FATAL = E_ERROR | E_CORE_ERROR | E_COMPILE_ERROR | E_PARSE | E_USER_ERROR | E_RECOVERABLE_ERROR;

	/** @var list<callable-string> Callbacks that have not run, in their order. */
	private static array $postponed = [];

	private static bool $has_blocks = true;

	/** Callback of the action `init`, before all others. */
	public static function postpone(): void {
		global $wp_filter;
		$uri = (string) wp_unslash( $_SERVER['REQUEST_URI'] ?? '' ); // phpcs:ignore WordPress.Security.ValidatedSanitizedInput -- Only compared.
		$url = Urls::mcp();
		// An address with a query differs from that of a page in its query only.
		if ( str_contains( $url, '?' ) || wp_parse_url( $url, PHP_URL_PATH ) !== $uri ) {
			return;
		}
		// After the router, which ends a request to the endpoint.
		add_action( 'parse_request', static fn() => self::complete(), 2 );
		self::$has_blocks = ! self::calls_without_blocks() || get_option( self::NEEDS_BLOCKS );
		foreach ( $wp_filter['init']->callbacks as $priority => $callbacks ) {
			foreach ( array_keys( $callbacks ) as $callback ) {
				$of_blocks = str_starts_with( (string) $callback, self::ONE_BLOCK ) || $priority === ( self::BLOCKS[ $callback ] ?? null );
				if ( $priority === ( self::CALLBACKS[ $callback ] ?? null ) || ( $of_blocks && ! self::$has_blocks ) ) {
					remove_action( 'init', $callback, $priority );
					self::$postponed[] = $callback;
				}
			}
		}
		if ( ! self::$has_blocks ) {
			register_shutdown_function( self::after_failure( ... ) );
		}
	}

	/** Does what was postponed, unless a call runs a tool that does not need it. */
	public static function complete( string $tool = '' ): void {
		if ( self::$postponed && ! in_array( $tool, self::$has_blocks ? self::READING : self::WITHOUT_BLOCKS, true ) ) {
			$postponed        = self::$postponed;
			self::$postponed  = [];
			self::$has_blocks = true;
			array_map( static fn( string $callback ): mixed => $callback(), array_filter( $postponed, is_callable( ... ) ) );
		}
	}

	/**
	 * Tells whether the request calls a tool that does not look at blocks. The extension has not read the request yet. If it finds
	 * another tool in it, {@see complete()} is called before that runs.
	 */
	private static function calls_without_blocks(): bool {
		$message = Json::decode( (string) file_get_contents( 'php://input', false, null, 0, self::MAX_BODY ) );
		return 'tools/call' === ( $message['method'] ?? null ) && is_array( $message['params'] ?? null )
			&& in_array( $message['params']['name'] ?? null, self::WITHOUT_BLOCKS, true );
	}

	/**
	 * Keeps WordPress's own blocks in all later requests if a plugin ended this one before the call began, since it may have looked
	 * for one of them.
	 */
	private static function after_failure(): void {
		if ( ! self::$has_blocks && ! did_action( 'parse_request' ) && ( self::FATAL & ( error_get_last()['type'] ?? 0 ) ) ) {
			update_option( self::NEEDS_BLOCKS, '1' );
			ErrorLog::note( 'a plugin ended a request before the call began, so blocks are registered before all calls from now on' );
		}
	}
}
