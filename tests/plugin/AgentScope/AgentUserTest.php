<?php

declare(strict_types=1);

namespace Countersign\Tests\AgentScope;

use Countersign\Plugin\AgentScope\AgentUser;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** An agent cannot administer the site, whatever user it acts as. */
final class AgentUserTest extends TestCase {

	/**
	 * Capabilities that WordPress documents for administering a site, listed independently of the plugin, each with the
	 * arguments of the check.
	 *
	 * @return array<string, list<mixed>>
	 */
	public function capabilities(): array {
		$plain = [
			'manage_options', 'manage_privacy_options', 'edit_dashboard', 'delete_site', 'view_site_health_checks',
			'list_users', 'create_users', 'edit_users', 'promote_users', 'delete_users', 'add_users', 'remove_users',
			'activate_plugins', 'deactivate_plugins', 'install_plugins', 'upload_plugins', 'update_plugins', 'delete_plugins', 'edit_plugins', 'resume_plugins',
			'install_themes', 'upload_themes', 'switch_themes', 'update_themes', 'delete_themes', 'edit_themes', 'resume_themes',
			'edit_files', 'update_core', 'update_php', 'update_https', 'install_languages', 'update_languages',
			'edit_theme_options', 'customize', 'edit_css', 'unfiltered_html', 'unfiltered_upload',
			'import', 'export', 'export_others_personal_data', 'erase_others_personal_data',
			'manage_network', 'manage_sites', 'create_sites', 'delete_sites', 'manage_network_users', 'manage_network_plugins', 'manage_network_themes', 'manage_network_options', 'upgrade_network', 'setup_network',
			'countersign_manage_connections', 'countersign_read_audit', 'countersign_anything_of_tomorrow',
		];
		$cases = [];
		foreach ( $plain as $capability ) {
			$cases[ $capability ] = [ $capability ];
		}
		$others = [
			[ 'edit_user', 'subscriber' ], [ 'edit_user', 'admin' ], [ 'promote_user', 'subscriber' ], [ 'delete_user', 'subscriber' ], [ 'remove_user', 'subscriber' ],
			[ 'activate_plugin', 'countersign/countersign.php' ], [ 'deactivate_plugin', 'countersign/countersign.php' ], [ 'resume_plugin', 'countersign/countersign.php' ], [ 'resume_theme', 'twentytwentyfive' ],
			[ 'create_app_password', 'admin' ], [ 'list_app_passwords', 'admin' ], [ 'read_app_password', 'admin', 'x' ], [ 'edit_app_password', 'admin', 'x' ], [ 'delete_app_password', 'admin', 'x' ], [ 'delete_app_passwords', 'admin' ],
		];
		foreach ( $others as $case ) {
			$cases[ implode( ' ', $case ) ] = $case;
		}
		return $cases;
	}

	public function test_capabilities_derived_by_wordpress_are_removed(): void {
		$derived = [ 'edit_user_meta', 'add_user_meta', 'delete_user_meta' ];
		$has     = ( new AgentUser() )->act_as( Site::user( 'admin' ), static fn(): array => array_filter( $derived, static fn( string $capability ): bool => current_user_can( $capability, Site::user( 'subscriber' ), 'nickname' ) ) );
		self::assertSame( [], $has );
	}

	/**
	 * @dataProvider capabilities
	 *
	 * @param string     $capability The capability.
	 * @param string|int ...$of      Arguments of the check; a login name stands for the user.
	 */
	public function test_an_administrators_agent_lacks_the_capability( string $capability, string|int ...$of ): void {
		foreach ( $of as $i => $name ) {
			$user     = is_string( $name ) ? get_user_by( 'login', $name ) : false;
			$of[ $i ] = $user ? $user->ID : $name;
		}
		$admin  = Site::user( 'admin' );
		$inside = ( new AgentUser() )->act_as(
			$admin,
			static fn(): array => [
				current_user_can( $capability, ...$of ),
				user_can( $admin, $capability, ...$of ),
				( new \WP_User( $admin ) )->has_cap( $capability, ...$of ),
				get_role( 'administrator' )->has_cap( $capability ),
			]
		);
		self::assertSame( [ false, false, false, false ], $inside );
	}

	/** @dataProvider capabilities */
	public function test_a_filter_cannot_grant_the_capability( string $capability ): void {
		$grant = static fn( array $all ): array => [ $capability => true ] + $all;
		$map   = static fn( array $required, string $asked ): array => $asked === $capability ? [ 'exist' ] : $required;
		$run   = static fn() => ( new AgentUser() )->act_as(
			Site::user( 'admin' ),
			static function () use ( $capability, $grant, $map ): bool {
				add_filter( 'user_has_cap', $grant, PHP_INT_MAX );
				add_filter( 'map_meta_cap', $map, 1, 2 );
				try {
					return current_user_can( $capability, Site::user( 'admin' ), 'x' );
				} finally {
					remove_filter( 'user_has_cap', $grant, PHP_INT_MAX );
					remove_filter( 'map_meta_cap', $map, 1 );
				}
			}
		);
		self::assertFalse( $run() );
	}

	public function test_all_capabilities_that_only_administrators_have_are_removed(): void {
		$only  = array_diff_key( get_role( 'administrator' )->capabilities, get_role( 'editor' )->capabilities );
		$left  = ( new AgentUser() )->act_as( Site::user( 'admin' ), static fn(): array => array_filter( array_keys( $only ), current_user_can( ... ) ) );
		// Levels have no effect since WordPress 2.0. The capabilities of the fixtures are for content.
		$left = array_filter( $left, static fn( string $capability ): bool => ! str_starts_with( $capability, 'level_' ) && ! str_contains( $capability, 'fixture_' ) );
		self::assertSame( [], array_values( $left ) );
	}

	public function test_capabilities_for_content_are_kept(): void {
		$post     = Site::post( [], 'author' );
		$expected = [ 'edit_posts', 'edit_others_posts', 'publish_posts', 'upload_files', 'edit_pages', 'manage_categories', 'read_private_posts', 'delete_posts' ];
		$has      = ( new AgentUser() )->act_as( Site::user( 'admin' ), static fn(): array => array_values( array_filter( $expected, current_user_can( ... ) ) ) );
		self::assertSame( $expected, $has );
		self::assertTrue( ( new AgentUser() )->act_as( Site::user( 'editor' ), static fn(): bool => current_user_can( 'edit_post', $post ) ) );
	}

	public function test_no_capability_is_added(): void {
		$all    = array_keys( get_role( 'administrator' )->capabilities );
		$before = array_filter( $all, static fn( string $capability ): bool => user_can( Site::user( 'contributor' ), $capability ) );
		$within = ( new AgentUser() )->act_as( Site::user( 'contributor' ), static fn(): array => array_filter( $all, current_user_can( ... ) ) );
		self::assertSame( $before, $within );
		self::assertNotContains( 'publish_posts', $within );
	}

	public function test_user_filters_and_capabilities_are_restored_afterwards(): void {
		global $wp_filter;
		wp_set_current_user( Site::user( 'admin' ) );
		$count  = static fn(): array => array_map( static fn( string $hook ): int => array_sum( array_map( count( ... ), isset( $wp_filter[ $hook ] ) ? $wp_filter[ $hook ]->callbacks : [] ) ), [ 'map_meta_cap', 'user_has_cap', 'role_has_cap', 'editable_roles', 'update_user_metadata', 'content_save_pre' ] );
		$before = $count();
		self::assertTrue( current_user_can( 'manage_options' ) );
		( new AgentUser() )->act_as( Site::user( 'contributor' ), static fn() => self::assertSame( Site::user( 'contributor' ), get_current_user_id() ) );
		self::assertSame( Site::user( 'admin' ), get_current_user_id() );
		self::assertTrue( current_user_can( 'manage_options' ) );
		self::assertTrue( current_user_can( 'unfiltered_html' ) );
		self::assertFalse( has_filter( 'content_save_pre', 'wp_filter_post_kses' ), 'content of an administrator is not filtered any more' );
		self::assertSame( $before, $count() );
		try {
			( new AgentUser() )->act_as( Site::user( 'contributor' ), static fn() => throw new \LogicException( 'it broke' ) );
			self::fail( 'the exception was lost' );
		} catch ( \LogicException ) {
			self::assertSame( Site::user( 'admin' ), get_current_user_id() );
			self::assertTrue( current_user_can( 'manage_options' ) );
			self::assertSame( $before, $count() );
		}
	}

	public function test_switching_users_during_a_call_gains_no_capability(): void {
		$answer = Site::connect( 'author', 'read_only' )->do(
			'fixture_can',
			[
				'capabilities' => [ [ 'manage_options' ], [ 'unfiltered_html' ], [ 'edit_users' ], [ 'edit_others_posts' ] ],
				'switch_to'    => Site::user( 'admin' ),
			]
		);
		self::assertSame( [ false, false, false, false ], $answer['before'] );
		self::assertSame( [ false, false, false, true ], $answer['after'] );
		self::assertSame( [], $answer['roles'], 'no role is editable' );
	}

	public function test_an_administrators_agent_cannot_write_unfiltered_markup(): void {
		$agent = Site::connect( 'admin', 'full_access' );
		$id    = $agent->do( 'create_draft', [ 'title' => 'Filtered <script>x</script>', 'content' => '<p onclick="x()">Text</p><script>alert(1)</script><iframe src="https://evil.example"></iframe>' ] )['id'];
		$post  = get_post( $id );
		self::assertStringNotContainsString( '<script', $post->post_content . $post->post_title );
		self::assertStringNotContainsString( 'onclick', $post->post_content );
		self::assertStringNotContainsString( '<iframe', $post->post_content );
		self::assertStringContainsString( '<p>Text</p>', $post->post_content );
		$done = $agent->do( 'update_content', $agent->edit( $id, [ 'content' => '<b>x</b><script>alert(2)</script>' ] ) );
		self::assertSame( '<b>x</b>alert(2)', $done['stored']['content'], 'the answer says what was stored' );
		wp_cache_flush();
		self::assertStringNotContainsString( '<script', get_post( $id )->post_content );
	}

	public function test_the_filter_removes_further_capabilities_and_restores_none(): void {
		$more = static fn(): array => [ 'publish_posts', 42 ];
		add_filter( 'countersign_stripped_capabilities', $more );
		try {
			self::assertSame( [ false, false, true ], ( new AgentUser() )->act_as( Site::user( 'admin' ), static fn(): array => [ current_user_can( 'publish_posts' ), current_user_can( 'manage_options' ), current_user_can( 'edit_posts' ) ] ) );
		} finally {
			remove_filter( 'countersign_stripped_capabilities', $more );
		}
	}
}
