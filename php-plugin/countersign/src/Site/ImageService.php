<?php

declare(strict_types=1);

namespace Countersign\Plugin\Site;

use Countersign\Decision;
use Countersign\PublicUrl;

defined( 'ABSPATH' ) || exit;

/** The settings of a service for images: which provider, at which address, and what an image costs. */
final class ImageService {

	/** Services: one that generates images, and one that has stock photos. */
	public const KINDS = [ 'generate', 'stock' ];

	/** Largest price of an image, in millionths of a unit of money. */
	public const MAX_PRICE = 1_000_000_000;

	private const LOOPBACK = [ '127.0.0.1', 'localhost' ];

	/**
	 * @param string $kind     One of `KINDS`.
	 * @param string $provider Id of the provider; '' if there is no such service on this site.
	 * @param string $url      Address of its API, without a slash at the end.
	 * @param string $model    Name of the model; '' if the provider needs none.
	 * @param int    $price    Estimated price of an image in millionths.
	 */
	private function __construct(
		public readonly string $kind,
		public readonly string $provider,
		public readonly string $url,
		public readonly string $model,
		public readonly int $price,
	) {}

	/** Returns a service of stored or submitted settings. Values of another type or range are replaced. */
	public static function of( string $kind, mixed $given ): self {
		$given = is_array( $given ) ? $given : [];
		$text  = static fn( string $key, int $length ): string => is_string( $given[ $key ] ?? null ) ? mb_substr( trim( $given[ $key ] ), 0, $length ) : '';
		$name  = $text( 'provider', 40 );
		return new self(
			$kind,
			preg_match( '/^[a-z0-9-]+$/D', $name ) ? $name : '',
			untrailingslashit( $text( 'url', 1000 ) ),
			preg_match( '~^[\w.:/-]*$~D', $text( 'model', 100 ) ) ? $text( 'model', 100 ) : '',
			min( self::MAX_PRICE, max( 0, (int) ( $given['price'] ?? 0 ) ) )
		);
	}

	/**
	 * Returns the services as settings hold them.
	 *
	 * @return array<string, array{provider: string, url: string, model: string, price: int}>
	 */
	public static function all( mixed $given ): array {
		$all = [];
		foreach ( self::KINDS as $kind ) {
			$all[ $kind ] = self::of( $kind, is_array( $given ) ? $given[ $kind ] ?? null : null )->to_array();
		}
		return $all;
	}

	/** @return array{provider: string, url: string, model: string, price: int} */
	public function to_array(): array {
		return [
			'provider' => $this->provider,
			'url'      => $this->url,
			'model'    => $this->model,
			'price'    => $this->price,
		];
	}

	/** Tells whether requests may go to the address: a public host over https, or this machine if the site is a local one. */
	public function has_usable_url(): bool {
		return null !== self::origin( $this->url ) && null === wp_parse_url( $this->url, PHP_URL_QUERY ) && null === wp_parse_url( $this->url, PHP_URL_FRAGMENT )
			&& ( self::is_of_this_machine( $this->url ) || ! PublicUrl::parse( $this->url ) instanceof Decision );
	}

	/**
	 * Returns the name under which the vault seals the key. It contains the host, so that a key can be opened only for the host for
	 * which a person has entered it.
	 */
	public function secret(): string {
		return "images/$this->provider@" . ( self::origin( $this->url ) ?? '' );
	}

	/** Returns scheme, host and port of an address in a comparable form, or null if it has no host. */
	public static function origin( string $url ): ?string {
		$parts = wp_parse_url( $url );
		if ( ! is_array( $parts ) || ! in_array( $parts['scheme'] ?? '', [ 'http', 'https' ], true ) || ! isset( $parts['host'] ) || isset( $parts['user'] ) ) {
			return null;
		}
		return $parts['scheme'] . '://' . strtolower( $parts['host'] ) . ':' . ( $parts['port'] ?? ( 'https' === $parts['scheme'] ? 443 : 80 ) );
	}

	/** Tells whether an address is one of this machine, and the site is a local one, where that is permitted. */
	public static function is_of_this_machine( string $url ): bool {
		return 'local' === wp_get_environment_type() && 'http' === wp_parse_url( $url, PHP_URL_SCHEME ) && in_array( wp_parse_url( $url, PHP_URL_HOST ), self::LOOPBACK, true );
	}
}
