<?php

declare(strict_types=1);

namespace Countersign\Plugin\Calls;

use Countersign\Plugin\Site\Urls;

defined( 'ABSPATH' ) || exit;

/**
 * Postpones what WordPress prepares for pages only: widgets, the patterns of the theme and the style sheets of blocks. That is
 * a tenth of the time of a call. It is done before anything runs that could need it, such as a tool of a plugin or one that
 * saves.
 */
final class PageSetup {

	/** Callbacks of the action `init` => their priority. Each may run later, and more than once. */
	private const CALLBACKS = [
		'wp_widgets_init'                   => 1,
		'register_core_block_style_handles' => 9,
		'_register_theme_block_patterns'    => 10,
		'check_theme_switched'              => 99,
	];

	/** The plugin's own tools that read. They render nothing and save nothing. */
	private const READING = [ 'whoami', 'get_site_info', 'list_posts', 'get_post', 'search_content', 'list_media', 'get_media' ];

	/** @var list<string> Callbacks that have not run. */
	private static array $postponed = [];

	/** Callback of the action `init`, before all others. */
	public static function postpone(): void {
		$uri = (string) wp_unslash( $_SERVER['REQUEST_URI'] ?? '' ); // phpcs:ignore WordPress.Security.ValidatedSanitizedInput -- Only compared.
		$url = Urls::mcp();
		// An address with a query differs from that of a page in its query only.
		if ( str_contains( $url, '?' ) || wp_parse_url( $url, PHP_URL_PATH ) !== $uri ) {
			return;
		}
		// After the router, which ends a request to the endpoint.
		add_action( 'parse_request', static fn() => self::complete(), 2 );
		foreach ( self::CALLBACKS as $callback => $priority ) {
			if ( remove_action( 'init', $callback, $priority ) ) {
				self::$postponed[] = $callback;
			}
		}
	}

	/** Does what was postponed, unless a call runs a tool that does not need it. */
	public static function complete( string $tool = '' ): void {
		if ( self::$postponed && ! in_array( $tool, self::READING, true ) ) {
			$postponed       = self::$postponed;
			self::$postponed = [];
			array_map( static fn( string $callback ): mixed => $callback(), array_filter( $postponed, is_callable( ... ) ) );
		}
	}
}
