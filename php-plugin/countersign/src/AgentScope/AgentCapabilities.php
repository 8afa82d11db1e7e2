<?php

declare(strict_types=1);

namespace Countersign\Plugin\AgentScope;

defined( 'ABSPATH' ) || exit;

/**
 * The capabilities that an agent can have: those of content. They are what the registered post types and taxonomies map
 * to, and a few of WordPress's own.
 */
final class AgentCapabilities {

	/** Capabilities of content that belong to no post type. `exist` is what WordPress asks for where everybody may. */
	private const CONTENT = [ 'exist', 'read', 'upload_files', 'edit_comment', 'moderate_comments' ];

	/** Capabilities of taxonomies may begin with this. Those of post types may not, because plugins map it to their settings. */
	private const MANAGE = 'manage_';

	/** Prefix of Countersign's own capabilities, which no agent has. */
	private const OWN = 'countersign_';

	/**
	 * Capabilities that no agent has, even if a post type maps to them, as templates, menus and styles do. They cover settings,
	 * accounts, code, the look of the site, unfiltered markup, personal data and the network.
	 */
	public const NEVER = [
		// Settings and the site as a whole.
		'manage_options',
		'manage_privacy_options',
		'edit_dashboard',
		'delete_site',
		'view_site_health_checks',
		// Accounts.
		'list_users',
		'create_users',
		'edit_users',
		'promote_users',
		'delete_users',
		'add_users',
		'remove_users',
		'edit_user',
		'promote_user',
		'delete_user',
		'remove_user',
		'edit_user_meta',
		'add_user_meta',
		'delete_user_meta',
		// Application passwords, including those of the agent's own user.
		'create_app_password',
		'list_app_passwords',
		'read_app_password',
		'edit_app_password',
		'delete_app_password',
		'delete_app_passwords',
		// Code.
		'activate_plugins',
		'activate_plugin',
		'deactivate_plugin',
		'deactivate_plugins',
		'install_plugins',
		'upload_plugins',
		'update_plugins',
		'delete_plugins',
		'edit_plugins',
		'resume_plugins',
		'resume_plugin',
		'install_themes',
		'upload_themes',
		'switch_themes',
		'update_themes',
		'delete_themes',
		'edit_themes',
		'resume_themes',
		'resume_theme',
		'edit_files',
		'update_core',
		'update_php',
		'update_https',
		'install_languages',
		'update_languages',
		// The look of the site: templates, menus, widgets, global styles.
		'edit_theme_options',
		'customize',
		'edit_css',
		// Markup and files that WordPress would otherwise filter.
		'unfiltered_html',
		'unfiltered_upload',
		// Whole-site transfer and personal data.
		'import',
		'export',
		'export_others_personal_data',
		'erase_others_personal_data',
		// Networks.
		'manage_network',
		'manage_sites',
		'create_sites',
		'delete_sites',
		'manage_network_users',
		'manage_network_plugins',
		'manage_network_themes',
		'manage_network_options',
		'upgrade_network',
		'setup_network',
	];

	/** @var array<string, true> */
	private readonly array $allowed;

	/**
	 * Determines the capabilities from the post types and taxonomies that are registered now.
	 *
	 * @param list<string>|null $ceiling The capabilities that this agent has at most; null for no such bound.
	 */
	public function __construct( ?array $ceiling = null ) {
		$mapped = self::CONTENT;
		foreach ( get_post_types( [], 'objects' ) as $type ) {
			foreach ( array_filter( array_values( (array) $type->cap ), is_string( ... ) ) as $capability ) {
				if ( ! str_starts_with( $capability, self::MANAGE ) ) {
					$mapped[] = $capability;
				}
			}
		}
		foreach ( get_taxonomies( [], 'objects' ) as $taxonomy ) {
			array_push( $mapped, ...array_filter( array_values( (array) $taxonomy->cap ), is_string( ... ) ) );
		}
		/**
		 * Filters further capabilities that agents may have if their user has them.
		 *
		 * Applied once per call, before the user is switched. Capabilities that administer the site cannot be added; see
		 * {@see self::NEVER}.
		 *
		 * @param list<string> $capabilities Names of capabilities. Empty at first.
		 */
		$more = (array) apply_filters( 'countersign_agent_capabilities', [] );
		/**
		 * Filters the capabilities of content that no agent may have.
		 *
		 * Applied once per call, before the user is switched.
		 *
		 * @param list<string> $capabilities Names of capabilities. Empty at first.
		 */
		$less    = (array) apply_filters( 'countersign_stripped_capabilities', [] );
		$allowed = array_fill_keys( [ ...$mapped, ...array_filter( $more, is_string( ... ) ) ], true );
		// A role would count as a capability of the same name.
		$allowed       = array_diff_key( $allowed, array_fill_keys( [ 'do_not_allow', ...self::NEVER, ...array_filter( $less, is_string( ... ) ) ], true ), wp_roles()->roles );
		if ( null !== $ceiling ) {
			$allowed = array_intersect_key( $allowed, array_fill_keys( [ 'exist', 'read', ...$ceiling ], true ) );
		}
		$this->allowed = array_filter( $allowed, static fn( int|string $name ): bool => ! str_starts_with( (string) $name, self::OWN ) && ! str_starts_with( (string) $name, 'level_' ), ARRAY_FILTER_USE_KEY );
	}

	/** Tells whether an agent can have a capability. */
	public function has( string $capability ): bool {
		return isset( $this->allowed[ $capability ] );
	}

	/** Tells whether no agent may have a capability, whatever it maps to. */
	public function never( string $capability ): bool {
		return in_array( $capability, self::NEVER, true ) || str_starts_with( $capability, self::OWN );
	}

	/** @return list<string> All of them. */
	public function names(): array {
		return array_map( strval( ... ), array_keys( $this->allowed ) );
	}

	/**
	 * Returns those of a user's capabilities that an agent can have.
	 *
	 * @param array<array-key, mixed> $capabilities Name => whether the user has it.
	 *
	 * @return array<string, bool>
	 */
	public function of( array $capabilities ): array {
		return array_intersect_key( array_filter( $capabilities ), $this->allowed );
	}
}
