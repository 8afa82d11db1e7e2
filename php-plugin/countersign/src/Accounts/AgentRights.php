<?php

declare(strict_types=1);

namespace Countersign\Plugin\Accounts;

use Countersign\Plugin\AgentScope\AgentCapabilities;
use Countersign\Plugin\Connections\Connection;
use Countersign\Plugin\Site\Capabilities;

defined( 'ABSPATH' ) || exit;

/**
 * The capabilities of an account that was made for a connection: those of content that the permission groups of the connection
 * need, as far as the person who approved it has them. So no such account may do what that person may not.
 */
final class AgentRights {

	/** What changing content that no visitor sees needs, as names of capabilities of a post type. */
	private const EDIT = [ 'edit_posts', 'edit_others_posts', 'edit_private_posts', 'read_private_posts' ];

	/** What changing any content needs. */
	private const CHANGE = [ ...self::EDIT, 'edit_published_posts' ];

	/** Permission group => capabilities of each post type that agents can use. */
	private const POSTS = [
		'read'          => [ 'read_private_posts' ],
		'create_edit'   => [ ...self::EDIT, 'create_posts' ],
		'publish'       => [ ...self::CHANGE, 'publish_posts' ],
		'trash_restore' => [ ...self::CHANGE, 'delete_posts', 'delete_others_posts', 'delete_private_posts', 'delete_published_posts' ],
		'media_manage'  => self::CHANGE,
		'taxonomy'      => self::CHANGE,
		'authors'       => self::CHANGE,
		'seo'           => self::CHANGE,
		'image'         => self::EDIT,
	];

	/** Permission group => capabilities of each taxonomy that agents can use. */
	private const TERMS = [
		'create_edit' => [ 'assign_terms' ],
		'taxonomy'    => [ 'manage_terms', 'edit_terms', 'assign_terms' ],
	];

	/** Permission group => capabilities of no type. */
	private const OTHERS = [
		'media_manage'  => [ 'upload_files' ],
		'image'         => [ 'upload_files' ],
		'upload_portal' => [ 'upload_files' ],
	];

	/**
	 * Returns the capabilities that the account of a connection has now. None if the connection has ended or cannot be opened.
	 *
	 * @return list<string>
	 */
	public static function of( Connection $connection ): array {
		if ( ! $connection->own_account || $connection->is_revoked() || null !== $connection->fault ) {
			return [];
		}
		$allowed = new AgentCapabilities();
		return array_values( array_filter( self::held_by( $connection->created_by, self::needed( $connection->groups ) ), $allowed->has( ... ) ) );
	}

	/**
	 * Returns the capabilities that a call can have at most, whatever its account has; null if the connection has no account of its
	 * own, whose capabilities are then what bounds it.
	 *
	 * @return list<string>|null
	 */
	public static function ceiling( Connection $connection ): ?array {
		return $connection->own_account ? self::held_by( $connection->created_by, self::needed( $connection->groups ) ) : null;
	}

	/**
	 * Returns the other roles than that of agents, and the capabilities that no agent has, among the stored rights of an account.
	 *
	 * @param array<array-key, mixed> $stored Names of roles and capabilities => whether the account has it.
	 *
	 * @return list<string>
	 */
	public static function powers( array $stored ): array {
		$has = array_map( strval( ... ), array_keys( array_filter( $stored ) ) );
		return array_values( array_filter( $has, static fn( string $name ): bool => Capabilities::AGENT_ROLE !== $name && ( wp_roles()->is_role( $name ) || in_array( $name, [ ...AgentCapabilities::NEVER, ...Capabilities::all() ], true ) ) ) );
	}

	/**
	 * @param list<string> $groups
	 *
	 * @return list<string>
	 */
	private static function needed( array $groups ): array {
		$groups = array_fill_keys( $groups, true );
		$posts  = array_merge( ...array_values( array_intersect_key( self::POSTS, $groups ) ) );
		$terms  = array_merge( ...array_values( array_intersect_key( self::TERMS, $groups ) ) );
		$needed = [ 'read', ...array_merge( ...array_values( array_intersect_key( self::OTHERS, $groups ) ) ) ];
		// The types that the tools can use. Media have the capabilities of posts.
		foreach ( get_post_types( [ 'show_in_rest' => true ], 'objects' ) as $type ) {
			if ( 'attachment' !== $type->name && is_post_type_viewable( $type ) ) {
				array_push( $needed, ...array_values( array_intersect_key( (array) $type->cap, array_fill_keys( $posts, true ) ) ) );
			}
		}
		foreach ( get_taxonomies( [ 'show_in_rest' => true ], 'objects' ) as $taxonomy ) {
			array_push( $needed, ...array_values( array_intersect_key( (array) $taxonomy->cap, array_fill_keys( $terms, true ) ) ) );
		}
		return array_values( array_unique( array_filter( $needed, is_string( ... ) ) ) );
	}

	/**
	 * Returns those of some capabilities that an account has.
	 *
	 * @param list<string> $capabilities
	 *
	 * @return list<string>
	 */
	private static function held_by( int $user, array $capabilities ): array {
		$account = get_userdata( $user );
		if ( ! $account ) {
			return [];
		}
		if ( is_multisite() && is_super_admin( $user ) ) {
			return $capabilities;
		}
		$has = array_filter( (array) apply_filters( 'user_has_cap', $account->allcaps, $capabilities, [ 'read', $user ], $account ) ); // phpcs:ignore WordPress.NamingConventions.PrefixAllGlobals -- A filter of WordPress.
		return array_values( array_filter( $capabilities, static fn( string $name ): bool => isset( $has[ $name ] ) ) );
	}
}
