<?php

declare(strict_types=1);

namespace Countersign\Plugin\Fetch;

defined( 'ABSPATH' ) || exit;

/** Looks up the addresses of a host in the DNS, once and within a bounded time. */
final class Dns {

	/** What the system's resolver is told for a lookup: seconds to wait for a server, and how often to ask it. */
	private const OPTIONS = 'timeout:2 attempts:1';

	/** @param \Closure(string, int): (list<array<string, mixed>>|false) $query Asks for the records of a type, as `dns_get_record()` does. */
	public function __construct( private readonly \Closure $query ) {}

	/** Returns the DNS of this host. Without PHP's function, which some hosts disable, no name has an address. */
	public static function of_this_host(): self {
		return new self(
			// A name that cannot be resolved is a warning of PHP. The result tells the same.
			static fn( string $host, int $type ): array|false => function_exists( 'dns_get_record' ) ? @dns_get_record( $host, $type ) : false // phpcs:ignore WordPress.PHP.NoSilencedErrors, Generic.PHP.NoSilencedErrors -- See above.
		);
	}

	/**
	 * Returns all IPv4 and IPv6 addresses of a host, at the end of its aliases (CNAME). A family that cannot be looked up
	 * counts as having none: only the returned addresses are used, so what is missing cannot be contacted.
	 *
	 * @return list<string>
	 */
	public function addresses( string $host ): array {
		$before = $this->limit_time( self::OPTIONS );
		$found  = [];
		foreach ( [
			[ DNS_A, 'ip' ],
			[ DNS_AAAA, 'ipv6' ],
		] as [ $type, $field ] ) {
			// The dot at the end keeps the resolver from trying the name below the search domains of this host.
			foreach ( ( $this->query )( $host . '.', $type ) ?: [] as $record ) {
				if ( is_string( $record[ $field ] ?? null ) ) {
					$found[ $record[ $field ] ] = $record[ $field ];
				}
			}
		}
		$this->limit_time( $before );
		return array_values( $found );
	}

	/**
	 * Sets the options of the system's resolver, which reads them from the environment at each lookup. Returns the earlier
	 * ones. Does nothing on a thread-safe PHP, whose threads share one environment, and if the host has disabled `putenv()`.
	 */
	private function limit_time( string $options ): string {
		$before = (string) getenv( 'RES_OPTIONS' );
		if ( ! PHP_ZTS && function_exists( 'putenv' ) ) {
			putenv( '' === $options ? 'RES_OPTIONS' : "RES_OPTIONS=$options" );
		}
		return $before;
	}
}
