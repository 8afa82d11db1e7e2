<?php

declare(strict_types=1);

namespace Countersign\Plugin\AgentScope;

defined( 'ABSPATH' ) || exit;

/**
 * The WordPress user of an agent's call: the connection's user with the capabilities of content that it has, without a
 * role, a level or anything that administers the site. Remains for the rest of the request.
 *
 * Nobody has more than that user meanwhile, so that code which switches users gains nothing. No capability is ever added
 * to a user.
 */
final class AgentUser {

	/** @var array<int, array<string, bool>> Id of a user => the capabilities that it has during the call. */
	private array $held = [];

	/** Whether WordPress is asked for what a user really has. The filters then change nothing. */
	private bool $is_asking = false;

	/** @var array<string, array{\Closure, int}> Hook => filter and the number of its arguments. */
	private array $filters = [];

	/** Id of the agent's user; 0 before the call. */
	private int $user = 0;

	private readonly AgentCapabilities $capabilities;

	/** The key of the metadata that holds the capabilities on this site. */
	private readonly string $key;

	/** The part of such keys that is the same on all sites of the network. */
	private readonly string $prefix;

	/**
	 * @param \Closure(string): mixed $refuse  Refuses a write; takes what would be written, such as `user`.
	 * @param list<string>|null       $ceiling The capabilities that the agent has at most, whatever its account has; null for no such
	 *                                         bound.
	 */
	public function __construct( private readonly \Closure $refuse, ?array $ceiling = null ) {
		global $wpdb;
		$this->capabilities = new AgentCapabilities( $ceiling );
		$this->key          = $wpdb->get_blog_prefix() . 'capabilities';
		$this->prefix       = $wpdb->base_prefix;
	}

	/**
	 * Makes a user the current one, with what it may do during a call. This lasts until the end of the request.
	 *
	 * @param int $user Id of the user.
	 */
	public function become( int $user ): void {
		$this->held = [ $user => $this->really( $user ) ];
		$this->user = $user;
		$this->filters = $this->filters();
		foreach ( $this->filters as $hook => [ $filter, $arguments ] ) {
			add_filter( $hook, $filter, PHP_INT_MAX, $arguments );
		}
		// The administrators of a network, if wp-config.php names them.
		$GLOBALS['super_admins'] = []; // phpcs:ignore WordPress.WP.GlobalVariablesOverride -- get_super_admins() reads it first, and the request ends with the call.
		$before                  = $GLOBALS['current_user'] ?? null;
		if ( $before instanceof \WP_User ) {
			// Other code may hold this object.
			$before->roles   = [];
			$before->caps    = [];
			$before->allcaps = [];
		}
		self::switch_to( $user );
	}

	/** WordPress keeps the object of the current user and the filters of content if only the capabilities have changed. */
	private static function switch_to( int $user ): void {
		$GLOBALS['current_user'] = null; // phpcs:ignore WordPress.WP.GlobalVariablesOverride -- See above.
		wp_set_current_user( $user );
		kses_remove_filters();
		kses_init();
	}

	/**
	 * Runs a function as a user, with what it may do during a call. This ends with the function: for what is found out before a
	 * call begins.
	 *
	 * @template T
	 *
	 * @param int           $user Id of the user.
	 * @param callable(): T $act  The function.
	 *
	 * @return T What the function returned.
	 */
	public function act_as( int $user, callable $act ): mixed {
		$before = get_current_user_id();
		$admins = $GLOBALS['super_admins'] ?? null;
		try {
			$this->become( $user );
			return $act();
		} finally {
			foreach ( $this->filters as $hook => [ $filter ] ) {
				remove_filter( $hook, $filter, PHP_INT_MAX );
			}
			$GLOBALS['super_admins'] = $admins; // phpcs:ignore WordPress.WP.GlobalVariablesOverride -- As before.
			self::switch_to( $before );
		}
	}

	/** Tells whether a user's meta key holds capabilities or a way to log in. */
	public static function is_protected_meta( string $key ): bool {
		return 1 === preg_match( '/(?:capabilities|user_level|^_application_passwords|^session_tokens|^_new_email|^default_password_nag)\s*$/iD', $key );
	}

	/** @return array<string, array{\Closure, int}> Hook => filter and the number of its arguments. */
	private function filters(): array {
		return [
			'map_meta_cap'                  => [ $this->map( ... ), 4 ],
			'user_has_cap'                  => [ $this->strip( ... ), 3 ],
			'role_has_cap'                  => [ $this->strip_role( ... ), 1 ],
			'editable_roles'                => [ static fn(): array => [], 1 ],
			'get_user_metadata'             => [ $this->read( ... ), 4 ],
			'add_user_metadata'             => [ $this->keep( ... ), 3 ],
			'update_user_metadata'          => [ $this->keep( ... ), 3 ],
			'delete_user_metadata'          => [ $this->keep( ... ), 3 ],
			'update_user_metadata_by_mid'   => [ static fn(): bool => false, 1 ],
			'delete_user_metadata_by_mid'   => [ static fn(): bool => false, 1 ],
			'pre_get_users'                 => [ $this->hide_roles( ... ), 1 ],
			// is_super_admin() reads this option and asks for no capability.
			'pre_site_option_site_admins'   => [ static fn(): array => [], 1 ],
		];
	}

	/**
	 * Returns the capabilities of content that a user really has, with what other plugins add or remove by its role.
	 *
	 * @return array<string, bool>
	 */
	private function really( int $id ): array {
		$was             = $this->is_asking;
		$this->is_asking = true;
		try {
			$user = new \WP_User( $id );
			return $this->capabilities->of( (array) apply_filters( 'user_has_cap', $user->allcaps, $this->capabilities->names(), [ 'read', $id ], $user ) );
		} finally {
			$this->is_asking = $was;
		}
	}

	/** @return array<string, bool> The capabilities that a user has during the call: no more than the agent's user. */
	private function held( int $id ): array {
		return $this->held[ $id ] ??= array_intersect_key( $this->really( $id ), $this->held[ $this->user ] );
	}

	/**
	 * Callback of the filter `map_meta_cap`, the only one that also applies to super administrators of a network.
	 *
	 * @param string[]    $required  Primitive capabilities that the user needs.
	 * @param string      $asked     The capability that was asked for.
	 * @param int         $id        Id of the user.
	 * @param list<mixed> $arguments Such as the id of a post.
	 *
	 * @return string[]
	 */
	private function map( array $required, string $asked, int $id, array $arguments ): array {
		if ( $this->is_asking ) {
			return $required;
		}
		if ( $this->capabilities->never( $asked ) ) {
			$required[] = 'do_not_allow';
		}
		if ( $id !== $this->user ) {
			// What another user may do to an own post, the agent's user may not.
			$this->is_asking = true;
			try {
				$required = array_values( array_unique( [ ...$required, ...map_meta_cap( $asked, $this->user, ...$arguments ) ] ) );
			} finally {
				$this->is_asking = false;
			}
		}
		foreach ( $required as $capability ) {
			if ( ! $this->capabilities->has( (string) $capability ) ) {
				return [ ...$required, 'do_not_allow' ];
			}
		}
		return $required;
	}

	/**
	 * Callback of the filter `user_has_cap`. Runs last, so that it also removes what other filters granted.
	 *
	 * @param array<string, bool> $capabilities
	 * @param string[]            $required
	 * @param list<mixed>         $arguments    The capability that was asked for, the id of the user, and further ones.
	 *
	 * @return array<string, bool>
	 */
	private function strip( array $capabilities, array $required, array $arguments ): array {
		if ( $this->is_asking ) {
			return $capabilities;
		}
		$kept = $this->capabilities->of( $capabilities );
		return $this->user === (int) ( $arguments[1] ?? 0 ) ? $kept : array_intersect_key( $kept, $this->held[ $this->user ] );
	}

	/**
	 * Callback of the filter `role_has_cap`.
	 *
	 * @param array<string, bool> $capabilities
	 *
	 * @return array<string, bool>
	 */
	private function strip_role( array $capabilities ): array {
		return $this->is_asking ? $capabilities : $this->capabilities->of( $capabilities );
	}

	/**
	 * Callback of the filter `get_user_metadata`. A user object that is made during the call reads its roles there, and finds
	 * capabilities of content only. On other sites of the network it finds none.
	 *
	 * @param mixed  $value Null to let WordPress continue.
	 * @param int    $id    Id of the user.
	 * @param string $key   The meta key; '' for all.
	 */
	private function read( mixed $value, int $id, string $key ): mixed {
		if ( $this->is_asking ) {
			return $value;
		}
		if ( '' === $key ) {
			return $this->read_all( $value, $id );
		}
		if ( $key === $this->key ) {
			return [ $this->held( $id ) ];
		}
		return match ( $this->kind( $key ) ) {
			'capabilities' => [ [] ],
			'user_level'   => [ '0' ],
			default        => $value,
		};
	}

	/** All metadata, in which WordPress does not unserialize the values. */
	private function read_all( mixed $value, int $id ): mixed {
		$this->is_asking = true;
		try {
			$all = (array) ( $value ?? get_metadata_raw( 'user', $id ) );
		} finally {
			$this->is_asking = false;
		}
		foreach ( array_keys( $all ) as $key ) {
			$kind = $this->kind( (string) $key );
			if ( null !== $kind ) {
				$all[ $key ] = [ 'user_level' === $kind ? '0' : serialize( $key === $this->key ? $this->held( $id ) : [] ) ]; // phpcs:ignore WordPress.PHP.DiscouragedPHPFunctions -- As WordPress stores it.
			}
		}
		return $all;
	}

	/** Returns `capabilities` or `user_level` for the keys of any site of the network, else null. */
	private function kind( string $key ): ?string {
		return preg_match( '/^' . preg_quote( $this->prefix, '/' ) . '(?:\d+_)?(capabilities|user_level)$/D', $key, $found ) ? $found[1] : null;
	}

	/**
	 * Callback of the filters of writes of user metadata. The {@see WriteGuard} would end the call, and harmless code would
	 * suffer. Rights and ways to log in end it.
	 *
	 * @param mixed  $value Null to let WordPress continue.
	 * @param int    $id    Id of the user.
	 * @param string $key   The meta key.
	 */
	private function keep( mixed $value, int $id, string $key ): bool {
		if ( self::is_protected_meta( $key ) ) {
			( $this->refuse )( 'user:' . $id );
		}
		return false;
	}

	/** Callback of the action `pre_get_users`. A search for users of a role, or of a capability that no agent has, finds nobody. */
	private function hide_roles( \WP_User_Query $query ): void {
		$capabilities = [ ...(array) $query->get( 'capability' ), ...(array) $query->get( 'capability__in' ) ];
		$refused      = array_filter( $capabilities, fn( mixed $name ): bool => '' !== $name && ! $this->capabilities->has( (string) $name ) );
		if ( $query->get( 'role' ) || $query->get( 'role__in' ) || $query->get( 'role__not_in' ) || $refused ) {
			$query->set( 'include', [ 0 ] );
		}
	}
}
