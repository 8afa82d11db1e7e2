<?php

declare(strict_types=1);

namespace Countersign\Plugin\Accounts;

defined( 'ABSPATH' ) || exit;

/** Listens to what WordPress does with accounts, and tells {@see Standing} about deletions, lost rights and reset passwords. */
final class Watch {

	/** @param \Closure(): Standing $standing Built only if an account changes. */
	public function __construct( private readonly \Closure $standing ) {}

	/** Registers the hooks. */
	public function register(): void {
		// All of these fire before the change. Deleting an account deletes its rights first, which is not what happened to it.
		add_action( 'delete_user', fn( int $user ) => $this->tell( $user, 'deleted' ) );
		add_action( 'wpmu_delete_user', fn( int $user ) => $this->tell( $user, 'deleted' ) );
		add_action( 'remove_user_from_blog', $this->removed( ... ), 10, 2 );
		// Roles and capabilities of an account are one value of its metadata.
		add_action( 'update_user_meta', $this->before_update( ... ), 10, 4 );
		add_action( 'delete_user_meta', $this->before_deletion( ... ), 10, 3 );
		add_action( 'after_password_reset', fn( \WP_User $user ) => $this->tell( $user->ID, 'password_reset' ) );
	}

	private function removed( int $user, int $site ): void {
		if ( get_current_blog_id() === $site ) {
			$this->tell( $user, 'deleted' );
		}
	}

	private function before_update( int $id, int $user, string $key, mixed $value ): void {
		if ( self::holds_rights( $key ) && ! AgentAccounts::is_adjusting() && array_diff_key( self::rights( get_user_meta( $user, $key, true ) ), self::rights( $value ) ) ) {
			$this->tell( $user, 'demoted' );
		}
	}

	/** @param int[] $ids */
	private function before_deletion( array $ids, int $user, string $key ): void {
		if ( self::holds_rights( $key ) && self::rights( get_user_meta( $user, $key, true ) ) ) {
			$this->tell( $user, 'demoted' );
		}
	}

	private static function holds_rights( string $key ): bool {
		global $wpdb;
		return $wpdb->get_blog_prefix() . 'capabilities' === $key;
	}

	/**
	 * Returns the capabilities of an account: those of its roles, and its own.
	 *
	 * @param mixed $stored The value of its metadata: names of roles and capabilities.
	 *
	 * @return array<string, true>
	 */
	private static function rights( mixed $stored ): array {
		$rights = [];
		foreach ( array_filter( is_array( $stored ) ? $stored : [] ) as $name => $has ) {
			$role = get_role( (string) $name );
			if ( null === $role ) {
				$rights[ (string) $name ] = true;
				continue;
			}
			foreach ( array_filter( $role->capabilities ) as $capability => $also ) {
				$rights[ (string) $capability ] = true;
			}
		}
		return $rights;
	}

	private function tell( int $user, string $why ): void {
		( $this->standing )()->changed( $user, $why );
	}
}
