<?php

declare(strict_types=1);

namespace Countersign\Tests;

/** Sends HTTP requests, several in parallel if needed. Follows no redirects. */
final class Http {

	/**
	 * @param array<string, string> $headers
	 * @param string|null           $jar     File of cookies, read and written.
	 */
	public static function send( string $method, string $url, array $headers = [], ?string $body = null, ?string $jar = null ): Answer {
		return self::all( [ new Pending( $method, $url, $headers, $body, $jar ) ] )[0];
	}

	/** @param array<string, string> $headers */
	public static function get( string $url, array $headers = [] ): Answer {
		return self::send( 'GET', $url, $headers );
	}

	/**
	 * Posts a form, from an IP address of this machine.
	 *
	 * @param array<string, string> $form
	 * @param string                $from Such as one of {@see stranger()}.
	 */
	public static function form( string $url, array $form, string $from = '127.0.0.1' ): Answer {
		return self::all( [ self::prepare_form( $url, $form, $from ) ] )[0];
	}

	/** @param array<string, string> $form */
	public static function prepare_form( string $url, array $form, string $from = '127.0.0.1' ): Pending {
		return ( new Pending( 'POST', $url, [ 'Content-Type' => 'application/x-www-form-urlencoded' ], http_build_query( $form ) ) )->from( $from );
	}

	/** Returns an IP address of this machine from which no test has sent anything yet. */
	public static function stranger(): string {
		return '127.' . implode( '.', array_map( static fn(): int => random_int( 1, 254 ), range( 1, 3 ) ) );
	}

	/**
	 * Sends all requests in parallel and waits for all answers.
	 *
	 * @param list<Pending> $requests
	 *
	 * @return list<Answer> In the order of the requests.
	 */
	public static function all( array $requests ): array {
		$multi = curl_multi_init();
		foreach ( $requests as $request ) {
			curl_multi_add_handle( $multi, $request->handle );
		}
		do {
			$status = curl_multi_exec( $multi, $running );
			if ( $running ) {
				curl_multi_select( $multi, 0.1 );
			}
		} while ( $running && CURLM_OK === $status );
		return array_map( static fn( Pending $request ): Answer => $request->answer(), $requests );
	}

	/**
	 * Sends a request, does something while it is running, then waits for its answer.
	 *
	 * @param callable(): bool $meanwhile Called repeatedly until it returns true.
	 */
	public static function during( Pending $request, callable $meanwhile ): Answer {
		$multi = curl_multi_init();
		curl_multi_add_handle( $multi, $request->handle );
		$is_done = false;
		$until   = microtime( true ) + 30;
		do {
			curl_multi_exec( $multi, $running );
			$is_done = $is_done || $meanwhile();
			curl_multi_select( $multi, 0.02 );
			if ( microtime( true ) > $until ) {
				throw new \RuntimeException( 'the request did not end' );
			}
		} while ( $running );
		if ( ! $is_done ) {
			throw new \LogicException( 'the request ended before the other action was finished: ' . $request->answer()->body );
		}
		return $request->answer();
	}
}
