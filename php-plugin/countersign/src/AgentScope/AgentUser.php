<?php

declare(strict_types=1);

namespace Countersign\Plugin\AgentScope;

defined( 'ABSPATH' ) || exit;

/**
 * The WordPress user of an agent's call: the connection's user, without the capabilities that administer a site.
 *
 * While the call runs no user has these capabilities, so that code which switches users during the call gains nothing.
 * No capability is ever added to a user.
 */
final class AgentUser {

	/**
	 * Capabilities that no agent has, whatever the role of its user. Together with {@see self::OWN_PREFIX} they cover settings,
	 * accounts, code, the look of the site, unfiltered markup, personal data, the network, and Countersign itself.
	 */
	public const STRIPPED = [
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

	/** Prefix of Countersign's own capabilities, which no agent has either. */
	private const OWN_PREFIX = 'countersign_';

	/** @var array<string, true> */
	private readonly array $stripped;

	public function __construct() {
		/**
		 * Filters the further capabilities that no agent may have.
		 *
		 * Applied once per call, before the user is switched. The filter can only add to the list that the plugin always
		 * removes.
		 *
		 * @param list<string> $capabilities Names of capabilities. Empty at first.
		 */
		$more           = (array) apply_filters( 'countersign_stripped_capabilities', [] );
		$this->stripped = array_fill_keys( array_merge( self::STRIPPED, array_filter( $more, is_string( ... ) ) ), true );
	}

	/**
	 * Runs a function as the given user, without the removed capabilities. Restores the previous user afterwards, also after
	 * an exception.
	 *
	 * @template T
	 *
	 * @param int           $user Id of the WordPress user.
	 * @param callable(): T $act  The function.
	 *
	 * @return T What the function returned.
	 */
	public function act_as( int $user, callable $act ): mixed {
		$before  = get_current_user_id();
		$filters = [
			'map_meta_cap'                => $this->deny_meta( ... ),
			'user_has_cap'                => $this->strip( ... ),
			'role_has_cap'                => $this->strip( ... ),
			'editable_roles'              => static fn(): array => [],
			'add_user_metadata'           => $this->keep_roles( ... ),
			'update_user_metadata'        => $this->keep_roles( ... ),
			'delete_user_metadata'        => $this->keep_roles( ... ),
			// is_super_admin() reads this option and asks for no capability.
			'pre_site_option_site_admins' => static fn(): array => [],
		];
		try {
			foreach ( $filters as $hook => $filter ) {
				add_filter( $hook, $filter, PHP_INT_MAX, 4 );
			}
			self::switch_to( $user );
			return $act();
		} finally {
			foreach ( $filters as $hook => $filter ) {
				remove_filter( $hook, $filter, PHP_INT_MAX );
			}
			self::switch_to( $before );
		}
	}

	/**
	 * Switches the user and sets up content filtering for it. WordPress does the latter only when the user's id changes,
	 * but the same user can have other capabilities now.
	 */
	private static function switch_to( int $user ): void {
		wp_set_current_user( $user );
		kses_remove_filters();
		kses_init();
	}

	/**
	 * Callback of the filter `map_meta_cap`, the only one that also applies to super administrators of a network.
	 *
	 * @param string[] $required Primitive capabilities that the user needs.
	 * @param string   $asked    The capability that was asked for.
	 *
	 * @return string[]
	 */
	private function deny_meta( array $required, string $asked ): array {
		foreach ( [ $asked, ...$required ] as $capability ) {
			if ( $this->is_stripped( (string) $capability ) ) {
				$required[] = 'do_not_allow';
				break;
			}
		}
		return $required;
	}

	/**
	 * Callback of the filters `user_has_cap` and `role_has_cap`. Runs last, so that it also removes what other filters granted.
	 *
	 * @param array<string, bool> $capabilities
	 *
	 * @return array<string, bool>
	 */
	private function strip( array $capabilities ): array {
		foreach ( $capabilities as $capability => $has ) {
			if ( $has && $this->is_stripped( (string) $capability ) ) {
				$capabilities[ $capability ] = false;
			}
		}
		return $capabilities;
	}

	/**
	 * Callback of the filters of user metadata. Prevents changes of roles, levels and ways to log in, which WordPress stores
	 * there.
	 *
	 * @param mixed  $result Null to let WordPress continue.
	 * @param int    $user   Id of the user.
	 * @param string $key    The meta key.
	 */
	private function keep_roles( mixed $result, int $user, string $key ): mixed {
		return WriteGuard::is_protected_user_meta( $key ) ? false : $result;
	}

	private function is_stripped( string $capability ): bool {
		return isset( $this->stripped[ $capability ] ) || str_starts_with( $capability, self::OWN_PREFIX );
	}
}
