<?php

declare(strict_types=1);

namespace Countersign\Plugin\Fetch;

defined( 'ABSPATH' ) || exit;

/**
 * Looks up the addresses of a host in the DNS.
 *
 * The system's resolver decides how long a lookup takes at most: with the usual settings of resolv.conf, ten seconds for
 * each name server. PHP cannot change that for one lookup, so a host that does not answer the first one is given up.
 */
final class Dns {

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
	 * Returns all IPv4 and IPv6 addresses of a host, at the end of its aliases (CNAME); none if the IPv4 addresses cannot be
	 * looked up. IPv6 addresses that cannot be looked up are missing. Only the returned addresses are used, so what is missing
	 * is not contacted.
	 *
	 * @return list<string>
	 */
	public function addresses( string $host ): array {
		$found = [];
		foreach ( [
			[ DNS_A, 'ip' ],
			[ DNS_AAAA, 'ipv6' ],
		] as [ $type, $field ] ) {
			// The dot at the end keeps the resolver from trying the name below the search domains of this host.
			$records = ( $this->query )( $host . '.', $type );
			if ( false === $records ) {
				break;
			}
			foreach ( $records as $record ) {
				if ( is_string( $record[ $field ] ?? null ) ) {
					$found[ $record[ $field ] ] = $record[ $field ];
				}
			}
		}
		return array_values( $found );
	}
}
