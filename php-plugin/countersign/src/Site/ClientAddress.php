<?php

declare(strict_types=1);

namespace Countersign\Plugin\Site;

use Countersign\Plugin\Http\Request;
use Countersign\TrustedProxies;

defined( 'ABSPATH' ) || exit;

/**
 * The address of the client that sent the current request. Limits, audit entries and the list of connections all use it.
 *
 * The extension finds it from the peer and from the header that the site's trusted proxies set. The methods throw `\Error`
 * if the extension is not loaded.
 */
final class ClientAddress {

	public function __construct( private readonly Settings $settings ) {}

	/** Returns the address of the client, or '' if there is none, such as on the command line. */
	public function current(): string {
		return $this->of( wp_unslash( $_SERVER ) ); // phpcs:ignore WordPress.Security.ValidatedSanitizedInput -- The extension validates the addresses.
	}

	/**
	 * Returns the address of the client of a request, or '' if there is none.
	 *
	 * @param array<string, mixed> $server The contents of `$_SERVER` without slashes.
	 */
	public function of( array $server ): string {
		return $this->proxies()->clientAddress( Request::peer( $server ), Request::forwarding( $server ) ) ?? '';
	}

	/**
	 * Tells whether the current request has a forwarding header although its peer is not a trusted proxy. Then the site is
	 * probably behind a proxy that it does not know, and all clients behind the proxy seem to have one address.
	 */
	public function is_forwarded_by_unknown_peer(): bool {
		$server = wp_unslash( $_SERVER ); // phpcs:ignore WordPress.Security.ValidatedSanitizedInput -- Only compared.
		return [] !== Request::forwarding( $server ) && ! $this->proxies()->trusts( Request::peer( $server ) );
	}

	/**
	 * Returns the addresses and networks of the proxies that the site trusts: those of its settings, as its host changed them.
	 *
	 * @return list<string>
	 */
	public function networks(): array {
		/**
		 * Filters the proxies that this site trusts to name the address of their peer.
		 *
		 * A host can use it in a must-use plugin, to set the proxies of all its sites. Do not decide by the current request.
		 *
		 * @param list<string> $networks Addresses and networks, such as `192.0.2.1` and `2001:db8::/32`. An entry that the
		 *                               extension does not accept is left out.
		 */
		$networks = (array) apply_filters( 'countersign_trusted_proxies', $this->settings->trusted_proxies() );
		$usable   = Settings::usable_proxies( $networks );
		if ( array_filter( $networks, static fn( mixed $network ): bool => ! in_array( $network, $usable, true ) ) ) {
			_doing_it_wrong( 'countersign_trusted_proxies', 'Each trusted proxy must be an IP address or a network.', '0.1.0' );
		}
		return $usable;
	}

	/** Returns the name of the header that the trusted proxies set, in lower case. */
	public function header(): string {
		/**
		 * Filters the header in which the trusted proxies name the address of their peer. See `countersign_trusted_proxies`.
		 *
		 * @param string $header `x-forwarded-for` or `forwarded`. Anything else is replaced by the setting of the site.
		 */
		$header = apply_filters( 'countersign_proxy_header', $this->settings->proxy_header() );
		return in_array( $header, Settings::PROXY_HEADERS, true ) ? $header : $this->settings->proxy_header();
	}

	private function proxies(): TrustedProxies {
		return new TrustedProxies( $this->networks(), $this->header() );
	}
}
