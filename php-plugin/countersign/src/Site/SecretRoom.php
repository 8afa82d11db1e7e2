<?php

declare(strict_types=1);

namespace Countersign\Plugin\Site;

use Countersign\KeyException;
use Countersign\Secret;
use Countersign\Vault;

defined( 'ABSPATH' ) || exit;

/**
 * The secrets of other services that people have entered, such as keys of providers. They are sealed in the database by the
 * extension's {@see Vault}, whose key is wrapped by the keys of WordPress. No page shows them.
 */
final class SecretRoom {

	/** Option: the description of the vault. Not a secret by itself. */
	private const VAULT = 'countersign_vault';

	/** Option: name => sealed secret. */
	private const SECRETS = 'countersign_secrets';

	/** @param \Closure(): string $site_id Returns the identity of the site. */
	public function __construct( private readonly \Closure $site_id ) {}

	/** Tells whether a secret is stored, whether or not it can be opened. */
	public function has( string $name ): bool {
		return isset( self::sealed()[ $name ] );
	}

	/** Tells whether a stored secret can be opened. It cannot after the keys of WordPress have changed. */
	public function can_open( string $name ): bool {
		return $this->open( $name ) instanceof Secret;
	}

	/**
	 * Stores a secret in place of an earlier one.
	 *
	 * @throws KeyException If the keys of WordPress cannot protect it.
	 */
	public function store( string $name, #[\SensitiveParameter] string $secret ): void {
		$vault = $this->vault();
		$kept  = self::sealed();
		if ( null === $vault ) {
			// What another vault has sealed cannot be opened any more.
			$vault = Vault::create( ( $this->site_id )(), self::material() );
			$kept  = [];
			update_option( self::VAULT, $vault->slots(), false );
		}
		update_option( self::SECRETS, [ $name => $vault->seal( $name, $secret ) ] + $kept, false );
	}

	/** Removes a secret. */
	public function remove( string $name ): void {
		$kept = self::sealed();
		if ( isset( $kept[ $name ] ) ) {
			unset( $kept[ $name ] );
			update_option( self::SECRETS, $kept, false );
		}
	}

	/** Returns a secret, or null if there is none or it cannot be opened. A call must have declared it before it began. */
	public function open( string $name ): ?Secret {
		$sealed = self::sealed()[ $name ] ?? null;
		$opened = null === $sealed ? null : $this->vault()?->unseal( $name, $sealed );
		return $opened instanceof Secret ? $opened : null;
	}

	/** Returns the vault, or null if there is none or the keys of WordPress have changed. */
	private function vault(): ?Vault {
		$slots = get_option( self::VAULT );
		try {
			return is_string( $slots ) && '' !== $slots ? Vault::open( ( $this->site_id )(), $slots, self::material() ) : null;
		} catch ( KeyException $error ) {
			ErrorLog::failure( 'the vault cannot be opened', $error );
			return null;
		}
	}

	/** @return array<string, string> */
	private static function sealed(): array {
		$stored = get_option( self::SECRETS, [] );
		return is_array( $stored ) ? array_filter( $stored, is_string( ... ) ) : [];
	}

	private static function material(): string {
		return ( defined( 'AUTH_KEY' ) ? (string) AUTH_KEY : '' ) . ( defined( 'AUTH_SALT' ) ? (string) AUTH_SALT : '' );
	}
}
