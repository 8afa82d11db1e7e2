<?php

declare(strict_types=1);

namespace Countersign\Tests\AgentScope;

use Countersign\Tests\Agent;
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

	/** Runs code in a call of an agent that acts as a user, and returns what it returns. */
	private static function within( string $user, string $code ): mixed {
		static $agents = [];
		$agent = $agents[ $user ] ??= Site::connect( $user, 'full_access' );
		return $agent->do( 'fixture_php', [ 'code' => $code ] )['returned'];
	}

	public function test_an_administrators_agent_lacks_every_administrative_capability(): void {
		$asked = array_map( static fn( array $case ): array => array_map( static fn( string $name ): string|int => is_object( get_user_by( 'login', $name ) ) ? Site::user( $name ) : $name, $case ), $this->capabilities() );
		$has   = self::within( 'admin', 'return array_keys( array_filter( ' . var_export( $asked, true ) . ', fn( $case ) => current_user_can( ...$case ) ) );' );
		self::assertSame( [], $has );
		$derived = self::within( 'admin', 'return array_filter( [ "edit_user_meta", "add_user_meta", "delete_user_meta" ], fn( $name ) => current_user_can( $name, 1, "nickname" ) );' );
		self::assertSame( [], $derived );
	}

	public function test_every_capability_that_an_agent_keeps_is_one_of_content(): void {
		$kept = self::within( 'admin', 'return array_keys( wp_get_current_user()->allcaps );' );
		sort( $kept );
		$expected = [
			'delete_others_pages', 'delete_others_posts', 'delete_pages', 'delete_posts', 'delete_private_pages', 'delete_private_posts', 'delete_published_pages', 'delete_published_posts',
			'edit_others_pages', 'edit_others_posts', 'edit_pages', 'edit_posts', 'edit_private_pages', 'edit_private_posts', 'edit_published_pages', 'edit_published_posts',
			'manage_categories', 'manage_links', 'moderate_comments', 'publish_pages', 'publish_posts', 'read', 'read_private_pages', 'read_private_posts', 'upload_files',
		];
		self::assertSame( $expected, $kept );
	}

	public function test_capabilities_for_content_are_kept(): void {
		$post     = Site::post( [], 'author' );
		$expected = [ 'edit_posts', 'edit_others_posts', 'publish_posts', 'upload_files', 'edit_pages', 'manage_categories', 'read_private_posts', 'delete_posts' ];
		self::assertSame( $expected, self::within( 'admin', 'return array_values( array_filter( ' . var_export( $expected, true ) . ', current_user_can( ... ) ) );' ) );
		self::assertTrue( self::within( 'editor', "return current_user_can( 'edit_post', $post ) && current_user_can( 'delete_post', $post ) && current_user_can( 'edit_post_meta', $post, 'x' );" ) );
	}

	public function test_no_capability_is_added(): void {
		$all    = array_keys( get_role( 'administrator' )->capabilities );
		$before = array_values( array_filter( $all, static fn( string $capability ): bool => user_can( Site::user( 'contributor' ), $capability ) ) );
		$within = self::within( 'contributor', 'return array_values( array_filter( ' . var_export( $all, true ) . ', fn( $name ) => current_user_can( $name ) ) );' );
		self::assertSame( array_values( array_filter( $before, static fn( string $name ): bool => ! str_starts_with( $name, 'level_' ) ) ), $within );
		self::assertNotContains( 'publish_posts', $within );
	}

	public function test_what_other_plugins_grant_or_remove_by_role_counts(): void {
		$code = 'add_filter( "user_has_cap", function ( $all, $caps, $args, $user ) { $grants = in_array( "author", $user->roles, true ); unset( $all["upload_files"] ); return $grants ? [ "edit_pages" => true, "manage_options" => true ] + $all : $all; }, 10, 4 );
			$agent = new Countersign\Plugin\AgentScope\AgentUser( fn() => null ); $agent->become( ' . Site::user( 'author' ) . ' );
			return [ current_user_can( "edit_pages" ), current_user_can( "upload_files" ), current_user_can( "manage_options" ), current_user_can( "edit_posts" ), wp_get_current_user()->roles ];';
		[ $output ] = Site::php( 'echo json_encode( ( function () { ' . $code . ' } )() );' );
		self::assertSame( '[true,false,false,true,[]]', $output );
	}

	public function test_filters_add_and_remove_capabilities_of_content_only(): void {
		$code = 'add_filter( "countersign_agent_capabilities", fn() => [ "fixture_special", "manage_options", "countersign_manage_connections", "level_10", "administrator" ] );
			add_filter( "countersign_stripped_capabilities", fn() => [ "publish_posts", 42 ] );
			wp_get_current_user(); get_role( "administrator" ); add_filter( "user_has_cap", fn( $all ) => [ "fixture_special" => true ] + $all );
			( new Countersign\Plugin\AgentScope\AgentUser( fn() => null ) )->become( ' . Site::user( 'admin' ) . ' );
			return array_map( fn( $name ) => current_user_can( $name ), [ "fixture_special", "manage_options", "countersign_manage_connections", "level_10", "administrator", "publish_posts", "edit_posts" ] );';
		[ $output ] = Site::php( 'echo json_encode( ( function () { ' . $code . ' } )() );' );
		self::assertSame( '[true,false,false,false,false,false,true]', $output );
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
		self::assertSame( [ false, false, false, false ], $answer['after'] );
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
}
