<?php

declare(strict_types=1);

namespace Countersign\Plugin\Admin;

use Countersign\Access;
use Countersign\Plugin\Accounts\ActingAccounts;
use Countersign\Plugin\Connections\Connection;

defined( 'ABSPATH' ) || exit;

/** What is selected and filled in on the consent page, as the browser sent it. Nothing of it is checked. */
final class ConsentChoice {

	/**
	 * @param string       $preset  Name of a preset, or `custom`.
	 * @param list<string> $groups  Permission groups, for `custom`.
	 * @param int          $user    Id of the account that the agent acts as; {@see Connection::OWN_ACCOUNT} for one of its own; -1 if
	 *                              none is chosen.
	 * @param string       $name    Name of the connection.
	 * @param list<int>    $replace Ids of the connections that the new one replaces.
	 */
	private function __construct(
		public readonly string $preset,
		public readonly array $groups,
		public readonly int $user,
		public readonly string $name,
		public readonly array $replace,
	) {}

	/**
	 * Returns what is selected before a person has chosen anything: an account of its own.
	 *
	 * @param string $name Name that the client gave itself.
	 */
	public static function initial( string $name ): self {
		return new self( Access::defaultPreset(), [], Connection::OWN_ACCOUNT, $name, [] );
	}

	/**
	 * Returns what was submitted.
	 *
	 * @param array<array-key, mixed> $form The form, with slashes.
	 */
	public static function submitted( array $form ): self {
		$form = wp_unslash( $form );
		$text = static fn( string $key ): string => is_string( $form[ $key ] ?? null ) ? $form[ $key ] : '';
		$list = static fn( string $key ): array => array_values( array_filter( is_array( $form[ $key ] ?? null ) ? $form[ $key ] : [], is_string( ... ) ) );
		return new self(
			sanitize_key( $text( 'preset' ) ),
			array_map( sanitize_key( ... ), $list( 'groups' ) ),
			ActingAccounts::OWN === $text( 'user' ) ? Connection::OWN_ACCOUNT : ( (int) $text( 'user' ) ?: -1 ),
			sanitize_text_field( $text( 'name' ) ),
			array_map( intval( ... ), $list( 'replace' ) ),
		);
	}
}
