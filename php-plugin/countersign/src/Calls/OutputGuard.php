<?php

declare(strict_types=1);

namespace Countersign\Plugin\Calls;

use Countersign\Plugin\Http\Response;

/**
 * What goes to the client while a call runs: nothing but events. What other code echoes, and the page that WordPress
 * prints after a fatal error, end in a buffer that is thrown away.
 */
final class OutputGuard {

	private bool $has_begun = false;

	/** Begins to hold back whatever is echoed; whoever flushes it, nothing comes out. */
	public function hold(): void {
		ob_start( static fn(): string => '' );
	}

	/**
	 * Keeps WordPress from printing pages of its own: wp_die() in a tool becomes an exception, and the page after a fatal
	 * error is not shown. (When memory has run out PHP throws buffers away, so holding back is not enough.)
	 */
	public function silence(): void {
		$handler = static function ( mixed $message, mixed $title, mixed $arguments ): void {
			$goes_on = is_array( $arguments ) && false === ( $arguments['exit'] ?? true );
			if ( ! $goes_on ) {
				throw new \RuntimeException( 'wp_die() was called' );
			}
		};
		foreach ( [ '', 'ajax_', 'json_', 'jsonp_', 'xml_', 'xmlrpc_' ] as $kind ) {
			add_filter( "wp_die_{$kind}handler", static fn(): callable => $handler, PHP_INT_MAX );
		}
	}

	/** Whether events were sent: then the answer is one more event. */
	public function has_begun(): bool {
		return $this->has_begun;
	}

	/**
	 * Sends an event at once.
	 *
	 * @param array<string, string> $headers Of the stream, sent before the first event.
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
		echo $event; // phpcs:ignore WordPress.Security.EscapeOutput -- an event of JSON, made by the extension.
		flush();
		$this->hold();
	}

	/** Throws away what was held back, with every buffer of others above it. */
	public function discard(): void {
		while ( ob_get_level() > 0 && ob_end_clean() ) {
			continue;
		}
	}
}
