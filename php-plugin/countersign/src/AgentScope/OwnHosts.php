<?php

declare(strict_types=1);

namespace Countersign\Plugin\AgentScope;

use Countersign\Plugin\Site\Denied;
use Countersign\Plugin\Site\Urls;

defined( 'ABSPATH' ) || exit;

/**
 * Refuses requests over HTTP to the site itself in the request of an agent's call. They would run as another user, outside
 * of the call and its restrictions. Only WP-Cron may be started. A foreign name that leads to this machine is not recognised,
 * because names are not looked up.
 */
final class OwnHosts {

	/** @var list<string> Hosts in lower case, without a port. */
	private readonly array $hosts;

	/** @param WriteGuard $guard Records the first refusal. */
	public function __construct( private readonly WriteGuard $guard ) {
		$hosts       = array_map( static fn( string $host ): string => (string) preg_replace( '/:\d+$/D', '', $host ), Urls::hosts() );
		$server      = $_SERVER['SERVER_ADDR'] ?? ''; // phpcs:ignore WordPress.Security.ValidatedSanitizedInput -- An address that the web server states, only compared.
		$this->hosts = array_values( array_unique( array_filter( [ ...$hosts, is_string( $server ) ? strtolower( $server ) : '', 'localhost', '::1', '0.0.0.0', '::' ] ) ) );
	}

	/** Begins to refuse. */
	public function begin(): void {
		add_filter( 'pre_http_request', $this->before_request( ... ), PHP_INT_MAX, 3 );
		add_action( 'requests-requests.before_redirect', $this->before_redirect( ... ), PHP_INT_MAX );
	}

	/**
	 * Callback of the filter `pre_http_request`.
	 *
	 * @param mixed                $answer    False to let WordPress send the request.
	 * @param array<string, mixed> $arguments Arguments of the request.
	 * @param string               $url       Where it goes.
	 */
	private function before_request( mixed $answer, array $arguments, string $url ): mixed {
		$named = array_change_key_case( is_array( $arguments['headers'] ?? null ) ? $arguments['headers'] : [] )['host'] ?? '';
		if ( ! $this->is_own( $url ) && ! $this->is_own( 'http://' . ( is_string( $named ) ? $named : '' ) ) ) {
			return $answer;
		}
		if ( $this->is_cron( $url ) && ( $arguments['body'] ?? null ) === null ) {
			return $answer;
		}
		$this->guard->report( new Denied( 'write_refused', null, 'http' ) );
		return new \WP_Error( 'write_refused', __( 'An agent\'s call may not send requests to this site itself.', 'countersign' ) );
	}

	/**
	 * Callback of the action `requests-requests.before_redirect`.
	 *
	 * @param string $location The address that the answer refers to.
	 *
	 * @throws \WpOrg\Requests\Exception If it is this site.
	 */
	private function before_redirect( mixed $location ): void {
		if ( is_string( $location ) && $this->is_own( $location ) ) {
			$this->guard->report( new Denied( 'write_refused', null, 'http' ) );
			throw new \WpOrg\Requests\Exception( 'The redirect leads to this site.', 'write_refused' );
		}
	}

	private function is_own( string $url ): bool {
		$host = strtolower( rtrim( trim( (string) wp_parse_url( $url, PHP_URL_HOST ), '[]' ), '.' ) );
		return in_array( $host, $this->hosts, true ) || str_ends_with( $host, '.localhost' ) || $this->is_own_address( $host );
	}

	/** Tells whether a host is an address of this machine in any spelling that the system's resolver reads. */
	private function is_own_address( string $host ): bool {
		// One to four numbers, decimal, octal or hexadecimal, are an address. Only four decimal ones are a usual spelling.
		if ( preg_match( '/^(?:0x[0-9a-f]*|\d+)(?:\.(?:0x[0-9a-f]*|\d+)){0,3}$/D', $host ) && false === filter_var( $host, FILTER_VALIDATE_IP, FILTER_FLAG_IPV4 ) ) {
			return true;
		}
		$address = self::packed( $host );
		return null !== $address
			&& ( ( 4 === strlen( $address ) && in_array( $address[0], [ "\x7f", "\0" ], true ) ) || in_array( $address, array_map( self::packed( ... ), $this->hosts ), true ) );
	}

	/** Returns the bytes of an IP address, those of IPv4 for an IPv6 address that contains one; null for any other host. */
	private static function packed( string $host ): ?string {
		$host    = explode( '%', $host, 2 )[0];
		$address = false === filter_var( $host, FILTER_VALIDATE_IP ) ? false : inet_pton( $host );
		if ( false === $address ) {
			return null;
		}
		$is_mapped = 16 === strlen( $address ) && in_array( substr( $address, 0, 12 ), [ str_repeat( "\0", 10 ) . "\xff\xff", str_repeat( "\0", 12 ) ], true ) && "\0\0\0\1" !== substr( $address, 12 );
		return $is_mapped ? substr( $address, 12 ) : $address;
	}

	/** Tells whether a URL is the one by which WordPress starts its scheduled events. */
	private function is_cron( string $url ): bool {
		return 1 === preg_match( '~^' . preg_quote( site_url( 'wp-cron.php' ), '~' ) . '(?:\?doing_wp_cron=[0-9.]+)?$~D', $url );
	}
}
