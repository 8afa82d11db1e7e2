<?php

declare(strict_types=1);

namespace Countersign\Plugin\AgentScope;

/**
 * Who an agent is while its call runs: the connection's WordPress user, without the capabilities that administer a site.
 * They are taken from everybody for that time, so that code which switches users in between gains nothing. Nothing is
 * ever added to a user.
 */
final class AgentUser {

	/**
	 * What no agent holds, whatever the role of the user it acts as: settings, accounts, code, look of the site, unfiltered
	 * markup, personal data, the network, and Countersign itself.
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
		// Application passwords, of the agent's own user as well.
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

	/** Own capabilities: whatever begins so is stripped too. */
	private const OWN_PREFIX = 'countersign_';

	/** @var array<string, true> */
	private readonly array $stripped;

	public function __construct() {
		/**
		 * Filters further capabilities that no agent may hold. What the plugin strips itself cannot be given back.
		 *
		 * @param list<string> $capabilities None at first.
		 */
		$more           = (array) apply_filters( 'countersign_stripped_capabilities', [] );
		$this->stripped = array_fill_keys( array_merge( self::STRIPPED, array_filter( $more, is_string( ... ) ) ), true );
	}

	/**
	 * Runs something as a connection's user, stripped; restores what was before, whatever happens.
	 *
	 * @template T
	 *
	 * @param int          $user The WordPress user.
	 * @param callable(): T $act
	 *
	 * @return T
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
			// Nobody is a super administrator of a network: not even for code that asks just that.
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
	 * Switches, and sets up content filtering for that user: WordPress itself does so only when the id changes, and the
	 * same user may have other rights now.
	 */
	private static function switch_to( int $user ): void {
		wp_set_current_user( $user );
		kses_remove_filters();
		kses_init();
	}

	/**
	 * Filter `map_meta_cap`: the one place that a super administrator of a network does not pass either.
	 *
	 * @param string[] $required Primitive capabilities WordPress asks for.
	 * @param string   $asked    The capability asked about.
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
	 * Filters `user_has_cap` and `role_has_cap`: what other filters have granted goes too.
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
	 * Filters of user metadata: roles and levels live there, and stay as they are.
	 *
	 * @param mixed  $result Null to go on.
	 * @param int    $user   The user.
	 * @param string $key    The meta key.
	 */
	private function keep_roles( mixed $result, int $user, string $key ): mixed {
		return WriteGuard::is_key_of_rights( $key ) ? false : $result;
	}

	private function is_stripped( string $capability ): bool {
		return isset( $this->stripped[ $capability ] ) || str_starts_with( $capability, self::OWN_PREFIX );
	}
}
