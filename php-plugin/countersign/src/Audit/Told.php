<?php

declare(strict_types=1);

namespace Countersign\Plugin\Audit;

use Countersign\Plugin\Site\Json;

defined( 'ABSPATH' ) || exit;

/** What an audit entry tells in words: its change and its texts, each in its place. An erased text is told as null. */
final class Told {

	/** The address of the client. Null if there is none, or if it was erased. */
	public readonly ?string $address;

	/** @var array<string, mixed> Arguments of the call, by their names. */
	public readonly array $arguments;

	/** @var array<string, mixed> Fields that the call changed: `from` and `to` of each. */
	public readonly array $fields;

	/** @var array<string, mixed> The other members of the change. */
	public readonly array $others;

	/** @param array<string, mixed> $row A row with its `texts`, as {@see Entries} returns it. */
	public function __construct( array $row ) {
		$body  = Json::decode( (string) $row['body'] );
		$texts = array_fill_keys( array_keys( (array) ( $body['texts'] ?? [] ) ), null );
		foreach ( (array) ( $row['texts'] ?? [] ) as $text ) {
			// A text that the entry does not have was put beside it by somebody else.
			if ( array_key_exists( $text['path'], $texts ) ) {
				$texts[ $text['path'] ] = json_decode( (string) $text['value'], true );
			}
		}
		$change    = (array) ( $body['change'] ?? [] );
		$arguments = (array) ( $change['arguments'] ?? [] );
		$fields    = (array) ( $change['fields'] ?? [] );
		foreach ( $texts as $path => $value ) {
			[ $place, $group, $name ] = explode( '.', $path, 3 ) + [ '', '', '' ];
			if ( 'change' === $place && 'arguments' === $group ) {
				$arguments[ $name ] = $value;
			} elseif ( 'change' === $place && 'fields' === $group ) {
				$fields[ $name ] = $value;
			} elseif ( 'change' === $place ) {
				$change[ '' === $name ? $group : "$group.$name" ] = $value;
			}
		}
		$address         = $texts['actor.ip'] ?? $body['actor']['ip'] ?? null;
		$this->address   = is_string( $address ) ? $address : null;
		$this->arguments = $arguments;
		$this->fields    = $fields;
		$this->others    = array_diff_key( $change, [ 'arguments' => '', 'fields' => '' ] );
	}

	/** Returns a value as one line of text. */
	public static function line( mixed $value ): string {
		return match ( true ) {
			null === $value     => __( '(erased)', 'countersign' ),
			is_string( $value ) => $value,
			! is_array( $value ) => (string) wp_json_encode( $value ),
			self::is_part( $value ) => sprintf(
				/* translators: 1: beginning of a text, 2: number of characters, 3: digest. */
				__( '%1$s (%2$s characters, SHA-256 %3$s)', 'countersign' ),
				(string) $value['text'],
				number_format_i18n( (int) $value['length'] ),
				(string) $value['sha256']
			),
			[ 'sha256', 'type' ] === array_keys( $value ) => sprintf(
				/* translators: 1: type of a value, such as "string", 2: digest. */
				__( '%1$s, SHA-256 %2$s', 'countersign' ),
				(string) $value['type'],
				(string) $value['sha256']
			),
			self::is_change( $value ) => self::line( $value['from'] ) . ' → ' . self::line( $value['to'] ),
			array_is_list( $value ) && [] === array_filter( $value, static fn( mixed $item ): bool => ! is_scalar( $item ) ) => implode( ', ', array_map( self::line( ... ), $value ) ),
			default => (string) wp_json_encode( $value, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE ),
		};
	}

	/** Returns the part of a long text that is told, without its length and digest, and any other value as it is. */
	public static function part( mixed $value ): mixed {
		return is_array( $value ) && self::is_part( $value ) ? $value['text'] : $value;
	}

	/** Tells whether a value says from what to what something was changed. */
	public static function is_change( mixed $value ): bool {
		return is_array( $value ) && [ 'from', 'to' ] === array_keys( $value );
	}

	/** @param array<array-key, mixed> $value */
	private static function is_part( array $value ): bool {
		return isset( $value['text'], $value['length'], $value['sha256'] ) && 3 === count( $value );
	}
}
