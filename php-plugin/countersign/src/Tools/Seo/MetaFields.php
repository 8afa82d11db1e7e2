<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Seo;

defined( 'ABSPATH' ) || exit;

/** Reads and writes texts that an SEO plugin keeps in the metadata of posts. */
final class MetaFields {

	/** @param array<string, string> $keys Field => meta key. */
	public function __construct( private readonly array $keys ) {}

	/**
	 * Returns the texts of a post.
	 *
	 * @return array<string, string> Field => text; '' if it is not stored.
	 */
	public function read( int $id ): array {
		return array_map( static fn( string $key ): string => self::text( $id, $key ), $this->keys );
	}

	/**
	 * Writes the texts among the fields. An empty one is removed.
	 *
	 * @param array<string, mixed> $fields Field => value.
	 */
	public function write( int $id, array $fields ): void {
		foreach ( array_intersect_key( $fields, $this->keys ) as $field => $text ) {
			self::set( $id, $this->keys[ $field ], (string) $text );
		}
	}

	/** Returns a text of the metadata, or ''. */
	public static function text( int $id, string $key ): string {
		$value = get_post_meta( $id, $key, true );
		return is_scalar( $value ) ? (string) $value : '';
	}

	/** Stores a text, or removes the metadata if it is empty: the plugin then takes its template. */
	public static function set( int $id, string $key, string $text ): void {
		'' === $text ? delete_post_meta( $id, $key ) : update_post_meta( $id, $key, wp_slash( $text ) );
	}
}
