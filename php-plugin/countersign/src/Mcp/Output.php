<?php

declare(strict_types=1);

namespace Countersign\Plugin\Mcp;

/**
 * What goes to the client while a call runs: nothing but events. What other code echoes, and the page that WordPress
 * prints after a fatal error, end in a buffer that is thrown away.
 */
final class Output {

	private bool $has_begun = false;

	/** Begins to hold back whatever is echoed. */
	public function hold(): void {
		ob_start();
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
			http_response_code( 200 );
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
