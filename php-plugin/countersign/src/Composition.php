<?php

declare(strict_types=1);

namespace Countersign\Plugin;

use Countersign\Decision;
use Countersign\Limits;
use Countersign\Plugin\Accounts\Standing;
use Countersign\Plugin\Accounts\Watch;
use Countersign\Plugin\Admin\AuditForms;
use Countersign\Plugin\Admin\AuditPage;
use Countersign\Plugin\Admin\ConnectionForms;
use Countersign\Plugin\Admin\ConnectionsPage;
use Countersign\Plugin\Admin\ConsentPage;
use Countersign\Plugin\Admin\HeldPosts;
use Countersign\Plugin\Admin\KnownChanges;
use Countersign\Plugin\Admin\Menu;
use Countersign\Plugin\Admin\SettingsForm;
use Countersign\Plugin\Admin\StateForms;
use Countersign\Plugin\Admin\StateView;
use Countersign\Plugin\Audit\Log;
use Countersign\Plugin\Calls\OutputGuard;
use Countersign\Plugin\Calls\PageSetup;
use Countersign\Plugin\Calls\Registry;
use Countersign\Plugin\Calls\Runner;
use Countersign\Plugin\Connections\Connection;
use Countersign\Plugin\Connections\Grants;
use Countersign\Plugin\Connections\KillSwitch;
use Countersign\Plugin\Connections\Manager;
use Countersign\Plugin\Connections\ReplyChanges;
use Countersign\Plugin\Connections\Repository;
use Countersign\Plugin\Deferred\CallEffects;
use Countersign\Plugin\Deferred\Gate;
use Countersign\Plugin\Deferred\Schedules;
use Countersign\Plugin\Doors\Cli\KillSwitchCommand;
use Countersign\Plugin\Doors\Cli\StatusCommand;
use Countersign\Plugin\Doors\Consent;
use Countersign\Plugin\Doors\KillSwitchRoute;
use Countersign\Plugin\Doors\McpEndpoint;
use Countersign\Plugin\Doors\OAuthEndpoints;
use Countersign\Plugin\Doors\Router;
use Countersign\Plugin\Fetch\Fetched;
use Countersign\Plugin\Fetch\PublicFetcher;
use Countersign\Plugin\Health\Condition;
use Countersign\Plugin\Health\Notices;
use Countersign\Plugin\Health\Requirements;
use Countersign\Plugin\Health\SiteHealth;
use Countersign\Plugin\Integrity\Check;
use Countersign\Plugin\OAuth\Clients;
use Countersign\Plugin\OAuth\MetadataDocuments;
use Countersign\Plugin\Records\Beacon;
use Countersign\Plugin\Records\Inventory;
use Countersign\Plugin\Records\Migration;
use Countersign\Plugin\Records\Reader;
use Countersign\Plugin\Records\Sightings;
use Countersign\Plugin\Records\SiteRecords;
use Countersign\Plugin\Records\SiteState;
use Countersign\Plugin\Records\Verification;
use Countersign\Plugin\Records\Writer;
use Countersign\Plugin\Site\ClientAddress;
use Countersign\Plugin\Site\ErrorLog;
use Countersign\Plugin\Site\Extension;
use Countersign\Plugin\Site\SealedOptions;
use Countersign\Plugin\Site\Settings;
use Countersign\Plugin\Targets\StateBefore;
use Countersign\Plugin\Tools\Catalogue;
use Countersign\Record;

defined( 'ABSPATH' ) || exit;

/**
 * The composition root: the only class that knows how the plugin's objects are built from each other. Every other class
 * receives what it needs through its constructor.
 *
 * Objects are built when they are first needed, so that an ordinary page view loads few files. Building one never
 * touches the PHP extension, which may be missing: {@see Extension} opens the extension's objects when they are used.
 */
final class Composition {

	private ?Extension $extension    = null;
	private ?Settings $settings      = null;
	private ?ClientAddress $client   = null;
	private ?Repository $connections = null;
	private ?Grants $grants          = null;
	private ?Clients $clients        = null;
	private ?KillSwitch $kill_switch = null;
	private ?Manager $manager        = null;
	private ?Log $log                = null;
	private ?Registry $registry      = null;

	private ?Schedules $schedules        = null;
	private ?Gate $gate                  = null;
	private ?MetadataDocuments $documents  = null;
	private ?SealedOptions $sealed_options = null;
	private ?Writer $writer                = null;
	private ?Reader $reader                = null;
	private ?SiteRecords $site_records     = null;
	private ?SiteState $site_state         = null;
	private ?Beacon $beacon                = null;

	/** Registers the plugin's hooks. Each callback builds what it needs when its hook fires. */
	public function register_hooks(): void {
		// An ordinary page does not load the class.
		if ( str_contains( (string) wp_unslash( $_SERVER['REQUEST_URI'] ?? '' ), '/mcp' ) ) { // phpcs:ignore WordPress.Security.ValidatedSanitizedInput -- Only compared.
			add_action( 'init', PageSetup::postpone( ... ), PHP_INT_MIN );
		}
		// Before WordPress's own REST server, which listens at priority 10.
		add_action( 'parse_request', fn( \WP $wp ) => $this->router()->parse_request( $wp ), 1 );
		add_action( 'rest_api_init', fn() => $this->router()->register_routes() );
		add_action( 'rest_api_init', fn() => ( new KillSwitchRoute( $this->kill_switch() ) )->register_routes() );
		add_action( 'login_form_countersign_authorize', fn() => $this->consent()->handle() );
		add_filter( 'login_message', static fn( string $message ): string => ConsentPage::login_message( $message ) );
		$this->register_gate();
		( new Watch( $this->standing( ... ) ) )->register();
		add_action( Check::EVENT, fn() => $this->look_daily() );
		add_filter( 'site_status_tests', fn( array $tests ): array => ( new SiteHealth( $this->condition(), $this->client(), $this->site_state() ) )->add_test( $tests ) );
		add_filter( 'wp_save_post_revision_revisions_before_deletion', static fn( array $revisions ): array => StateBefore::without_copies( $revisions ) );
		add_action( Verification::HOOK, fn() => $this->records_verification()->daily() );
		add_action( Beacon::EVENT, fn() => $this->kill_switch()->seal_stop() );
		add_action( Beacon::EVENT, fn() => $this->beacon()->make() );
		// What agents and clients cause can wait for the hourly one.
		add_action( 'countersign_records_written', fn() => defined( 'REST_REQUEST' ) || $this->beacon()->make_later() );
		if ( is_admin() ) {
			$this->register_admin_hooks();
		}
		if ( defined( 'WP_CLI' ) && WP_CLI ) {
			\WP_CLI::add_command( 'countersign kill-switch', new KillSwitchCommand( $this->kill_switch() ) );
			\WP_CLI::add_command( 'countersign status', new StatusCommand( $this->kill_switch(), $this->site_state(), $this->connections(), $this->condition( ... ) ) );
		}
	}

	/** Returns the objects of the PHP extension for this site. */
	public function extension(): Extension {
		return $this->extension ??= new Extension( $this->settings(), $this->sealed_options() );
	}

	/** Returns the options that hold sealed records. */
	public function sealed_options(): SealedOptions {
		return $this->sealed_options ??= new SealedOptions();
	}

	/** Returns what opens the records of tables. */
	public function reader(): Reader {
		return $this->reader ??= new Reader( $this->extension(), $this->sealed_options(), $this->log() );
	}

	/** Returns the check that the audit log explains every record. */
	public function records_verification(): Verification {
		return new Verification( $this->reader(), $this->inventory(), $this->log() );
	}

	/** Returns what seals the rows of a version without records. */
	public function records_migration(): Migration {
		return new Migration( $this->reader(), $this->inventory(), $this->records_writer() );
	}

	private function inventory(): Inventory {
		return new Inventory( $this->reader(), $this->sealed_options() );
	}

	/** Returns what makes the changes that replies of the extension ask for. */
	public function reply_changes(): ReplyChanges {
		return new ReplyChanges( $this->connections(), $this->grants(), $this->manager(), $this->log() );
	}

	/** Returns the records that the site has once: the kill switch and the settings. */
	public function site_records(): SiteRecords {
		return $this->site_records ??= new SiteRecords( $this->extension(), $this->sealed_options(), $this->reader(), $this->records_writer() );
	}

	/** Returns whether the records of the site as a whole can be believed, and the answers of people if not. */
	public function site_state(): SiteState {
		return $this->site_state ??= new SiteState( $this->extension(), $this->sealed_options(), $this->reader(), $this->inventory(), $this->records_writer(), $this->log() );
	}

	/** Returns what makes the hourly copy of the witness. */
	public function beacon(): Beacon {
		return $this->beacon ??= new Beacon( $this->extension(), $this->sealed_options() );
	}

	/** Returns what stores new versions of records. */
	public function records_writer(): Writer {
		return $this->writer ??= new Writer( $this->extension(), $this->sealed_options(), $this->log() );
	}

	/** Returns the plugin's settings. */
	public function settings(): Settings {
		return $this->settings ??= new Settings( fn(): Record|Decision|null => $this->stored_settings() );
	}

	/** Returns the address of the client of this request. */
	public function client(): ClientAddress {
		return $this->client ??= new ClientAddress( $this->settings() );
	}

	/** Returns the connections in the database. */
	public function connections(): Repository {
		return $this->connections ??= new Repository( $this->reader() );
	}

	/** Returns the grants in the database. */
	public function grants(): Grants {
		return $this->grants ??= new Grants( $this->reader() );
	}

	/** Returns the OAuth clients in the database. */
	public function clients(): Clients {
		return $this->clients ??= new Clients( $this->reader() );
	}

	/** Returns the metadata documents of OAuth clients. */
	public function documents(): MetadataDocuments {
		return $this->documents ??= new MetadataDocuments(
			static fn( string $url, string $accept, int $bytes, int $seconds ): Fetched => PublicFetcher::of_this_site()->get( $url, $accept, $bytes, $seconds ),
			fn(): Decision => ( new Limits( $this->extension()->store() ) )->check( $this->settings()->site_id() . '/oauth/document:' . get_current_user_id(), MetadataDocuments::LIMIT['max'], MetadataDocuments::LIMIT['window'] )
		);
	}

	/** Returns the audit log. */
	public function log(): Log {
		return $this->log ??= new Log( $this->extension(), Log::storage(), $this->client() );
	}

	/** Returns the kill switch. */
	public function kill_switch(): KillSwitch {
		return $this->kill_switch ??= new KillSwitch( $this->sealed_options(), $this->site_records(), $this->site_state(), $this->log() );
	}

	/** Returns the operations that people perform on connections. */
	public function manager(): Manager {
		return $this->manager ??= new Manager( $this->connections(), $this->grants(), $this->clients(), $this->records_writer(), $this->settings() );
	}

	/** Returns the owners of the posts that agents have scheduled. */
	public function schedules(): Schedules {
		return $this->schedules ??= new Schedules( $this->log() );
	}

	/** Returns what pauses connections whose accounts have changed. */
	public function standing(): Standing {
		return new Standing( $this->connections(), $this->manager() );
	}

	/** Returns what decides whether a post that an agent scheduled is published. */
	public function gate(): Gate {
		return $this->gate ??= new Gate( $this->schedules(), $this->connections(), $this->kill_switch() );
	}

	/** Returns what agents can use on this site. The first call fires the action `countersign_register`. */
	public function registry(): Registry {
		return $this->registry ??= Registry::filled( Catalogue::handlers( ... ) );
	}

	/** Returns the check of what prevents the site from serving agents. */
	public function condition(): Condition {
		return new Condition( $this->extension(), $this->log(), $this->site_state() );
	}

	/** Returns the MCP endpoint, for one request. */
	public function mcp_endpoint(): McpEndpoint {
		$output = new OutputGuard();
		$runner = new Runner( $this->registry( ... ), $this->connections(), $this->kill_switch(), $this->sealed_options(), $output, $this->log(), fn( Connection $connection, string $correlation ): CallEffects => new CallEffects( $this->schedules(), $this->log(), $connection, $correlation ) );
		return new McpEndpoint( $this->extension(), $this->connections(), $this->kill_switch(), new Sightings(), $this->reply_changes(), $this->log(), $this->registry( ... ), fn(): Decision => $this->site_state()->current(), $runner, $output, $this->standing() );
	}

	/** Returns the OAuth endpoints. */
	public function oauth_endpoints(): OAuthEndpoints {
		return new OAuthEndpoints( $this->extension(), $this->clients(), $this->grants(), $this->reply_changes(), $this->log() );
	}

	private function router(): Router {
		return new Router( $this->settings(), $this->client(), $this->mcp_endpoint( ... ), $this->oauth_endpoints( ... ) );
	}

	private function consent(): Consent {
		return new Consent( $this->extension(), $this->clients(), $this->documents(), $this->grants(), $this->manager(), $this->log(), $this->registry( ... ) );
	}

	/** WordPress calls these before its own callbacks, and the filter after all others. */
	private function register_gate(): void {
		add_action( 'publish_future_post', fn( mixed $id ) => $this->gate()->before_publication( $id ), PHP_INT_MIN );
		add_filter( 'wp_insert_post_data', fn( array $data, array $postarr ): array => $this->gate()->before_save( $data, $postarr ), PHP_INT_MAX, 2 );
		add_action( 'transition_post_status', fn( string $status, string $old, \WP_Post $post ) => $this->gate()->after_transition( $status, $old, $post ), PHP_INT_MIN, 3 );
		add_action( 'deleted_post', fn( int $id ) => $this->gate()->after_deletion( $id ) );
	}

	private function register_admin_hooks(): void {
		add_action( 'admin_menu', fn() => $this->menu()->add_pages() );
		add_action( 'admin_enqueue_scripts', fn( string $hook ) => $this->menu()->enqueue_assets( $hook ) );
		add_filter( 'plugin_action_links_' . plugin_basename( FILE ), fn( array $links ): array => $this->menu()->add_links( $links ) );
		add_action( 'admin_notices', fn() => ( new Notices( $this->kill_switch(), $this->condition(), fn(): array => $this->connections()->behind( new Sightings() ), Menu::url( Menu::CONNECTIONS ) ) )->show() );
		add_action( 'admin_notices', fn() => $this->held_posts()->notice() );
		add_action( 'admin_notices', fn() => $this->known_changes()->notice() );
		add_filter( 'display_post_states', fn( array $states, \WP_Post $post ): array => $this->held_posts()->add_state( $states, $post ), 10, 2 );
		add_action( 'after_plugin_row_' . plugin_basename( FILE ), fn() => $this->held_posts()->plugin_row() );
		// WordPress fires this before it handles a form that was sent to admin-post.php.
		add_action(
			'admin_init',
			function (): void {
				Verification::schedule();
				Beacon::schedule();
				if ( ! wp_doing_ajax() ) {
					$this->kill_switch()->seal_stop();
				}
				$this->settings_form()->register();
				( new ConnectionForms( $this->connections(), $this->manager(), $this->kill_switch(), $this->log() ) )->register();
				( new AuditForms( $this->extension(), $this->log(), $this->site_state(), $this->records_verification() ) )->register();
				( new StateForms( $this->site_state(), $this->records_migration(), $this->connections(), $this->manager() ) )->register();
				$this->held_posts()->register();
				$this->known_changes()->register();
				Check::plan();
			}
		);
	}

	/** Opens the record of the settings; null if the site has none, or the extension is missing. */
	private function stored_settings(): Record|Decision|null {
		if ( ! Requirements::are_met() ) {
			return null;
		}
		$record = $this->site_records()->open( SealedOptions::SETTINGS );
		return $record instanceof Decision && 'record_unsealed' === $record->reason() ? null : $record;
	}

	private function menu(): Menu {
		return new Menu(
			fn() => ( new ConnectionsPage( $this->connections(), $this->settings(), $this->kill_switch(), $this->settings_form(), $this->held_posts(), new StateView( $this->site_state(), $this->records_migration(), $this->connections(), $this->settings() ) ) )->show(),
			fn() => ( new AuditPage( $this->connections(), $this->log(), $this->condition() ) )->show()
		);
	}

	/** Checks once a day what is changed past the plugin. One check does not keep the other from being made. */
	private function look_daily(): void {
		foreach ( [ fn() => $this->standing()->check_all(), fn() => $this->integrity()->run() ] as $check ) {
			try {
				$check();
			} catch ( \Throwable $error ) {
				ErrorLog::failure( 'a daily check failed', $error );
			}
		}
	}

	/** Returns what reports changed files and administrators. */
	public function integrity(): Check {
		return new Check( $this->reader(), $this->records_writer(), $this->log(), fn( int $user ) => $this->standing()->changed( $user, 'replaced' ) );
	}

	private function known_changes(): KnownChanges {
		return new KnownChanges( $this->integrity( ... ) );
	}

	private function held_posts(): HeldPosts {
		return new HeldPosts( $this->schedules(), $this->gate(), $this->connections() );
	}

	private function settings_form(): SettingsForm {
		return new SettingsForm( $this->settings(), $this->client(), $this->log(), $this->site_records() );
	}
}
