<?php

declare(strict_types=1);

namespace Countersign\Plugin\Calls;

use Countersign\Plugin\Http\Response;
use Countersign\Plugin\Site\Failure;

defined( 'ABSPATH' ) || exit;

/**
 * Prevents that anything but protocol events is sent to the client while a call runs. Text that other code echoes, and the
 * page that WordPress prints after a fatal error, are discarded.
 */
final class OutputGuard {

	private bool $has_begun = false;

	/** Starts a buffer that discards all output, also when other code flushes it. */
	public function hold(): void {
		ob_start( static fn(): string => '' );
	}

	/**
	 * Replaces the handlers of `wp_die()`. The function then throws an exception and prints no page, and WordPress shows no
	 * page after a fatal error. {@see hold()} alone is not enough: PHP flushes buffers when memory has run out.
	 */
	public function silence(): void {
		$handler = static function ( mixed $message, mixed $title, mixed $arguments ): void {
			$continues = is_array( $arguments ) && false === ( $arguments['exit'] ?? true );
			if ( ! $continues ) {
				throw new Failure( 'wp_die() was called' );
			}
		};
		foreach ( [ '', 'ajax_', 'json_', 'jsonp_', 'xml_', 'xmlrpc_' ] as $kind ) {
			add_filter( "wp_die_{$kind}handler", static fn(): callable => $handler, PHP_INT_MAX );
		}
	}

	/** Tells whether an event was sent. If so, the result must be sent as an event too. */
	public function has_begun(): bool {
		return $this->has_begun;
	}

	/**
	 * Sends an event to the client immediately.
	 *
	 * @param string                $event   Server-sent event, as the extension made it.
	 * @param array<string, string> $headers Headers of the stream, sent before the first event.
	 */
	public function event( string $event, array $headers ): void {
		$this->discard();
		if ( ! $this->has_begun ) {
			header_remove();
			foreach ( $headers as $name => $value ) {
				header( $name . ': ' . $value );
			}
			Response::status( 200 );
			$this->has_begun = true;
		}
		echo $event; // phpcs:ignore WordPress.Security.EscapeOutput -- A server-sent event of JSON, made by the extension.
		flush();
		$this->hold();
	}

	/** Discards what was held back, and every buffer that other code has started since. */
	public function discard(): void {
		while ( ob_get_level() > 0 && ob_end_clean() ) {
			continue;
		}
	}
}
