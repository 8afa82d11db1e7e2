<?php

declare(strict_types=1);

namespace Countersign\Plugin;

use Countersign\Plugin\Accounts\AgentLogins;
use Countersign\Plugin\Accounts\AgentMails;
use Countersign\Plugin\Accounts\Watch;
use Countersign\Plugin\Admin\AgentUsers;
use Countersign\Plugin\Admin\ConsentPage;
use Countersign\Plugin\Admin\Mails;
use Countersign\Plugin\Admin\SpentBudgets;
use Countersign\Plugin\Calls\CallBudgets;
use Countersign\Plugin\Calls\PageSetup;
use Countersign\Plugin\Connections\Asks;
use Countersign\Plugin\Doors\Cli\CallCommand;
use Countersign\Plugin\Doors\Cli\KillSwitchCommand;
use Countersign\Plugin\Doors\Cli\StatusCommand;
use Countersign\Plugin\Doors\KillSwitchRoute;
use Countersign\Plugin\Doors\LoginRoad;
use Countersign\Plugin\Integrity\Check;
use Countersign\Plugin\Passwords\AgentPasswords;
use Countersign\Plugin\Privacy\PersonalData;
use Countersign\Plugin\Records\Beacon;
use Countersign\Plugin\Records\Verification;
use Countersign\Plugin\Site\ErrorLog;
use Countersign\Plugin\Targets\StateBefore;
use Countersign\Plugin\Uploads\Parts;
use Countersign\Plugin\UploadSessions\Sessions;

defined( 'ABSPATH' ) || exit;

/** The hooks of WordPress that the plugin uses, and what it does for each. */
final class Hooks {

	public function __construct( private readonly Composition $objects ) {}

	/** Registers the plugin's hooks. Each callback builds what it needs when its hook fires. */
	public function register(): void {
		// An ordinary page does not load the class.
		if ( str_contains( (string) wp_unslash( $_SERVER['REQUEST_URI'] ?? '' ), '/mcp' ) ) { // phpcs:ignore WordPress.Security.ValidatedSanitizedInput -- Only compared.
			add_action( 'init', PageSetup::postpone( ... ), PHP_INT_MIN );
		}
		add_action( 'parse_request', fn( \WP $wp ) => $this->objects->router()->parse_request( $wp ), PHP_INT_MIN );
		if ( isset( $_GET[ Sessions::PARAMETER ] ) ) { // phpcs:ignore WordPress.Security.NonceVerification -- The extension verifies the token.
			add_action( 'parse_request', fn() => $this->objects->upload_page()->serve(), PHP_INT_MIN );
		}
		// Before WordPress's own REST server, which listens at priority 10.
		add_action( 'parse_request', fn() => $this->objects->router()->parse_shared(), 1 );
		add_action( 'rest_api_init', fn() => $this->objects->router()->register_routes() );
		add_action( 'rest_api_init', fn() => ( new KillSwitchRoute( $this->objects->kill_switch() ) )->register_routes() );
		add_action( 'login_form_countersign_authorize', fn() => $this->objects->consent()->handle() );
		LoginRoad::register();
		add_filter( 'login_message', static fn( string $message ): string => ConsentPage::login_message( $message ) );
		// After the items of WordPress.
		add_action( 'admin_bar_menu', fn( \WP_Admin_Bar $bar ) => $this->objects->admin_bar()->add( $bar ), 90 );
		$this->register_gate();
		$this->objects->abilities()->register();
		( new Watch( $this->objects->standing( ... ) ) )->register();
		$this->register_passwords();
		$this->register_agent_accounts();
		add_action( Check::EVENT, fn() => $this->look_daily() );
		add_filter( 'site_status_tests', fn( array $tests ): array => $this->objects->site_health()->add_test( $tests ) );
		add_filter( 'wp_save_post_revision_revisions_before_deletion', static fn( array $revisions ): array => StateBefore::without_copies( $revisions ) );
		add_action( Verification::HOOK, fn() => $this->objects->records_verification()->daily() );
		add_action( Beacon::EVENT, fn() => $this->objects->kill_switch()->seal_stop() );
		add_action( Beacon::EVENT, fn() => $this->objects->beacon()->make() );
		add_action( 'countersign_connection_created', fn( mixed $id ) => $this->objects->settings()->mail_on_connect() && Mails::connected( $this->objects->connections(), (int) $id ) );
		add_action( 'countersign_budget_spent', fn( int $id, string $every, string $of ) => ( new SpentBudgets( $this->objects->connections() ) )->told( $id, $every, $of ), 10, 3 );
		add_action( 'countersign_connection_revoked', static fn( int $id ) => CallBudgets::forget( $id ) );
		// What agents and clients cause can wait for the hourly one.
		add_action( 'countersign_records_written', fn() => defined( 'REST_REQUEST' ) || $this->objects->beacon()->make_later() );
		if ( is_admin() ) {
			$this->register_admin_hooks();
		}
		if ( defined( 'WP_CLI' ) && WP_CLI ) {
			\WP_CLI::add_command( 'countersign kill-switch', new KillSwitchCommand( $this->objects->kill_switch() ) );
			\WP_CLI::add_command( 'countersign call', new CallCommand( $this->objects->direct_calls() ) );
			\WP_CLI::add_command( 'countersign status', new StatusCommand( $this->objects->kill_switch(), $this->objects->site_state(), $this->objects->connections(), $this->objects->agent_state( ... ), $this->objects->passwords() ) );
		}
	}

	/** WordPress calls these before its own callbacks, and the filter after all others. */
	private function register_gate(): void {
		add_action( 'publish_future_post', fn( mixed $id ) => $this->objects->gate()->before_publication( $id ), PHP_INT_MIN );
		add_filter( 'wp_insert_post_data', fn( array $data, array $postarr ): array => $this->objects->gate()->before_save( $data, $postarr ), PHP_INT_MAX, 2 );
		add_action( 'transition_post_status', fn( string $status, string $old, \WP_Post $post ) => $this->objects->gate()->after_transition( $status, $old, $post ), PHP_INT_MIN, 3 );
		add_action( 'deleted_post', fn( int $id ) => $this->objects->gate()->after_deletion( $id ) );
	}

	private function register_passwords(): void {
		AgentPasswords::restrict();
		add_action( 'countersign_connection_revoked', fn( int $id ) => $this->objects->passwords()->after_end( $id ) );
		add_action( 'countersign_password_elsewhere', fn( string $uuid ) => $this->objects->passwords()->after_use_elsewhere( $uuid ) );
		$after = function ( mixed $ids, int $user, string $key ): void {
			if ( \WP_Application_Passwords::USERMETA_KEY_APPLICATION_PASSWORDS === $key ) {
				$this->objects->passwords()->after_change( $user );
			}
		};
		add_action( 'updated_user_meta', $after, 10, 3 );
		add_action( 'deleted_user_meta', $after, 10, 3 );
	}

	private function register_agent_accounts(): void {
		AgentLogins::refuse();
		( new AgentMails( $this->objects->agent_accounts( ... ) ) )->register();
		add_filter( 'editable_roles', AgentUsers::roles( ... ) );
		foreach ( [ 'countersign_connection_created', 'countersign_connection_changed', 'countersign_connection_revoked' ] as $event ) {
			add_action( $event, fn( int $id ) => $this->objects->agent_accounts()->adjust( $id ), 5 );
		}
	}

	private function register_admin_hooks(): void {
		$this->objects->personal_data()->register();
		add_action( 'admin_init', PersonalData::propose_policy( ... ) );
		( new AgentUsers( $this->objects->agent_accounts( ... ) ) )->register();
		add_action( 'admin_menu', fn() => $this->objects->menu()->add_pages() );
		add_action( 'admin_enqueue_scripts', fn( string $hook ) => $this->objects->menu()->enqueue_assets( $hook ) );
		add_filter( 'plugin_action_links_' . plugin_basename( FILE ), fn( array $links ): array => $this->objects->menu()->add_links( $links ) );
		add_action( 'admin_notices', fn() => $this->objects->notices()->show() );
		add_action( 'admin_notices', fn() => $this->objects->held_posts()->notice() );
		add_action( 'admin_notices', fn() => $this->objects->known_changes()->notice() );
		add_action( 'admin_notices', fn() => $this->objects->new_connections()->notice() );
		add_action( 'admin_notices', fn() => ( new SpentBudgets( $this->objects->connections() ) )->notice() );
		add_filter( 'display_post_states', fn( array $states, \WP_Post $post ): array => $this->objects->held_posts()->add_state( $states, $post ), 10, 2 );
		add_action( 'after_plugin_row_' . plugin_basename( FILE ), fn() => $this->objects->held_posts()->plugin_row() );
		add_action( 'after_plugin_row_' . plugin_basename( FILE ), fn() => $this->objects->password_page()->plugin_row() );
		// WordPress fires this before it handles a form that was sent to admin-post.php.
		add_action(
			'admin_init',
			function (): void {
				Verification::schedule();
				Beacon::schedule();
				if ( ! wp_doing_ajax() ) {
					$this->objects->kill_switch()->seal_stop();
				}
				foreach ( $this->objects->forms() as $form ) {
					$form->register();
				}
				Check::plan();
			}
		);
	}

	/** Checks once a day what is changed past the plugin. One check does not keep the other from being made. */
	private function look_daily(): void {
		foreach ( [ fn() => $this->objects->standing()->check_all(), fn() => $this->objects->passwords()->check_all(), fn() => $this->objects->agent_accounts()->check_all(), fn() => $this->objects->integrity()->run(), fn() => ( new Asks() )->prune(), fn() => Parts::sweep(), fn() => $this->objects->upload_sessions()->prune() ] as $check ) {
			try {
				$check();
			} catch ( \Throwable $error ) {
				ErrorLog::failure( 'a daily check failed', $error );
			}
		}
	}
}
