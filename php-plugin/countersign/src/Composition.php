<?php

declare(strict_types=1);

namespace Countersign\Plugin;

use Countersign\Budgets;
use Countersign\Decision;
use Countersign\Limits;
use Countersign\Plugin\Abilities\Governor;
use Countersign\Plugin\Abilities\OfferedAbilities;
use Countersign\Plugin\Abilities\OwnAbilities;
use Countersign\Plugin\Abilities\Running;
use Countersign\Plugin\Accounts\AgentAccounts;
use Countersign\Plugin\Accounts\Standing;
use Countersign\Plugin\Admin\AccountForms;
use Countersign\Plugin\Admin\AbilitiesPage;
use Countersign\Plugin\Admin\AdminBar;
use Countersign\Plugin\Admin\AuditForms;
use Countersign\Plugin\Admin\AuditPage;
use Countersign\Plugin\Admin\ConnectionForms;
use Countersign\Plugin\Admin\ConnectionsPage;
use Countersign\Plugin\Admin\ConnectView;
use Countersign\Plugin\Admin\FirstCall;
use Countersign\Plugin\Admin\HeldPosts;
use Countersign\Plugin\Admin\KnownChanges;
use Countersign\Plugin\Admin\Menu;
use Countersign\Plugin\Admin\NewConnections;
use Countersign\Plugin\Admin\PasswordPage;
use Countersign\Plugin\Admin\ImageServicesForm;
use Countersign\Plugin\Admin\SettingsChange;
use Countersign\Plugin\Admin\SettingsForm;
use Countersign\Plugin\Admin\StateForms;
use Countersign\Plugin\Admin\StateView;
use Countersign\Plugin\Admin\UploadSessionsView;
use Countersign\Plugin\Admin\Welcome;
use Countersign\Plugin\Audit\Log;
use Countersign\Plugin\Calls\CallBudgets;
use Countersign\Plugin\Calls\DirectCalls;
use Countersign\Plugin\Calls\OutputGuard;
use Countersign\Plugin\Calls\Procedure;
use Countersign\Plugin\Calls\Registry;
use Countersign\Plugin\Calls\Runner;
use Countersign\Plugin\Connections\Asks;
use Countersign\Plugin\Connections\Connection;
use Countersign\Plugin\Connections\Creation;
use Countersign\Plugin\Connections\Current;
use Countersign\Plugin\Connections\Earlier;
use Countersign\Plugin\Connections\Grants;
use Countersign\Plugin\Connections\KillSwitch;
use Countersign\Plugin\Connections\Manager;
use Countersign\Plugin\Connections\ReplyChanges;
use Countersign\Plugin\Connections\Repository;
use Countersign\Plugin\Deferred\CallEffects;
use Countersign\Plugin\Deferred\Gate;
use Countersign\Plugin\Deferred\Schedules;
use Countersign\Plugin\Doors\Abilities;
use Countersign\Plugin\Doors\Consent;
use Countersign\Plugin\Doors\McpEndpoint;
use Countersign\Plugin\Doors\OAuthEndpoints;
use Countersign\Plugin\Doors\Router;
use Countersign\Plugin\Doors\UploadPage;
use Countersign\Plugin\Fetch\Fetched;
use Countersign\Plugin\Fetch\PublicFetcher;
use Countersign\Plugin\Health\AgentState;
use Countersign\Plugin\Health\Condition;
use Countersign\Plugin\Health\Notices;
use Countersign\Plugin\Health\Requirements;
use Countersign\Plugin\Health\SiteHealth;
use Countersign\Plugin\Integrity\Check;
use Countersign\Plugin\OAuth\Clients;
use Countersign\Plugin\OAuth\MetadataDocuments;
use Countersign\Plugin\Passwords\PasswordConnections;
use Countersign\Plugin\Privacy\PersonalData;
use Countersign\Plugin\Privacy\PersonalTexts;
use Countersign\Plugin\Records\Beacon;
use Countersign\Plugin\Records\Inventory;
use Countersign\Plugin\Records\Migration;
use Countersign\Plugin\Records\Reader;
use Countersign\Plugin\Records\Sightings;
use Countersign\Plugin\Records\SiteRecords;
use Countersign\Plugin\Records\SiteState;
use Countersign\Plugin\Records\Verification;
use Countersign\Plugin\Records\Writer;
use Countersign\Plugin\Site\Capabilities;
use Countersign\Plugin\Site\ClientAddress;
use Countersign\Plugin\Site\Extension;
use Countersign\Plugin\Site\SealedOptions;
use Countersign\Plugin\Site\Settings;
use Countersign\Plugin\Tools\Catalogue;
use Countersign\Plugin\Uploads\Acceptance;
use Countersign\Plugin\UploadSessions\Entrance;
use Countersign\Plugin\UploadSessions\Files;
use Countersign\Plugin\UploadSessions\Sessions;
use Countersign\Plugin\UploadSessions\Uploading;
use Countersign\Plugin\Tools\Images\ImageProviders;
use Countersign\Plugin\Tools\Images\ImageTools;
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
	private ?PublicFetcher $fetcher  = null;
	private ?Current $current        = null;
	private ?Governor $governor      = null;
	private ?Running $running        = null;
	private ?OfferedAbilities $offered = null;

	private ?AgentAccounts $agent_accounts = null;

	private ?Schedules $schedules        = null;
	private ?Gate $gate                  = null;
	private ?MetadataDocuments $documents  = null;
	private ?SealedOptions $sealed_options = null;
	private ?Writer $writer                = null;
	private ?Reader $reader                = null;
	private ?SiteRecords $site_records     = null;
	private ?SiteState $site_state         = null;
	private ?Beacon $beacon                = null;

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
		return $this->site_records ??= new SiteRecords( $this->sealed_options(), $this->reader(), $this->records_writer() );
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
			fn( string $url, string $accept, int $bytes, int $seconds ): Fetched => $this->fetcher()->get( $url, $accept, $bytes, $seconds ),
			fn(): Decision => ( new Limits( $this->extension()->store() ) )->check( $this->settings()->site_id() . '/oauth/document:' . get_current_user_id(), MetadataDocuments::LIMIT['max'], MetadataDocuments::LIMIT['window'] )
		);
	}

	/** Returns the audit log. */
	public function log(): Log {
		return $this->log ??= new Log( $this->extension(), Log::storage(), $this->client() );
	}

	/** Returns the personal data of the audit log. */
	public function personal_data(): PersonalData {
		return new PersonalData( new PersonalTexts( $this->log() ) );
	}

	/** Returns the kill switch. */
	public function kill_switch(): KillSwitch {
		return $this->kill_switch ??= new KillSwitch( $this->sealed_options(), $this->site_records(), $this->site_state(), $this->log() );
	}

	/** Returns what creates connections. */
	public function creation(): Creation {
		return new Creation( $this->connections(), $this->grants(), $this->clients(), $this->manager(), $this->records_writer(), $this->settings(), $this->agent_accounts() );
	}

	/** Returns the accounts that were made for connections. */
	public function agent_accounts(): AgentAccounts {
		return $this->agent_accounts ??= new AgentAccounts( $this->connections() );
	}

	/** Returns the operations that people perform on connections. */
	public function manager(): Manager {
		return $this->manager ??= new Manager( $this->connections(), $this->records_writer(), $this->settings() );
	}

	/** Returns the owners of the posts that agents have scheduled. */
	public function schedules(): Schedules {
		return $this->schedules ??= new Schedules( $this->log() );
	}

	/** Returns what pauses connections whose accounts have changed. */
	public function standing(): Standing {
		return new Standing( $this->connections(), $this->manager() );
	}

	/** Returns the connections of agents that have an application password. */
	public function passwords(): PasswordConnections {
		return new PasswordConnections(
			$this->connections(),
			$this->creation(),
			$this->manager(),
			$this->log(),
			fn( string $connection ): bool => ( new Limits( $this->extension()->store() ) )->check( $this->settings()->site_id() . '/password/elsewhere:' . $connection, 1, MINUTE_IN_SECONDS )->isAllowed()
		);
	}

	/** Returns what decides whether a post that an agent scheduled is published. */
	public function gate(): Gate {
		return $this->gate ??= new Gate( $this->schedules(), $this->connections(), $this->kill_switch() );
	}

	/** Returns what agents can use on this site. The first call fires the action `countersign_register`. */
	public function registry(): Registry {
		return $this->registry ??= Registry::filled( $this->handlers( ... ) );
	}

	/** @return array<string, \Closure(): callable> What makes the handler of each tool that this site has. */
	private function handlers( Registry $registry ): array {
		return Catalogue::handlers( $registry, $this->acceptance( ... ), $this->fetcher( ... ), $this->upload_sessions( ... ) ) + ImageTools::handlers( $this->image_providers() );
	}

	/** Returns the road by which files become items of the media library. */
	public function acceptance(): Acceptance {
		return new Acceptance( $this->settings()->max_upload( ... ) );
	}

	/** Returns what fetches URLs that strangers choose. */
	public function fetcher(): PublicFetcher {
		return $this->fetcher ??= PublicFetcher::of_this_site();
	}

	/** Returns the providers of images. */
	public function image_providers(): ImageProviders {
		return ImageProviders::of( $this->settings() );
	}

	/** Returns the check of what prevents the site from serving agents. */
	public function condition(): Condition {
		return new Condition( $this->extension(), $this->log(), $this->site_state() );
	}

	/** Returns whether agents can act on this site now, and otherwise why. */
	public function agent_state(): AgentState {
		return AgentState::of( $this->kill_switch(), $this->condition() );
	}

	/** Returns the MCP endpoint, for one request. */
	public function mcp_endpoint(): McpEndpoint {
		$output = new OutputGuard();
		return new McpEndpoint( $this->extension(), $this->procedure( $output ), $output, $this->passwords() );
	}

	/** Returns what makes a call that came through another door than the MCP endpoint. */
	public function direct_calls(): DirectCalls {
		return new DirectCalls( $this->extension(), $this->procedure( ... ), $this->client() );
	}

	/** Returns what finds the connection that governs the current request. */
	public function current(): Current {
		return $this->current ??= new Current(
			// The role too: the metadata may have been removed.
			static fn( int $user ): bool => AgentAccounts::is_one( $user ) || in_array( Capabilities::AGENT_ROLE, get_userdata( $user )->roles ?? [], true ),
			fn( int $user ): ?Connection => $this->agent_accounts()->connection_of( $user )
		);
	}

	/** Returns what decides about the abilities that run in this request. */
	public function governor(): Governor {
		return $this->governor ??= new Governor(
			$this->current(),
			$this->direct_calls(),
			$this->kill_switch(),
			$this->offered_abilities(),
			$this->running_abilities(),
			$this->log(),
			fn( string $what ): bool => ( new Limits( $this->extension()->store() ) )->check( $this->settings()->site_id() . '/abilities/refused:' . $what, 1, MINUTE_IN_SECONDS )->isAllowed()
		);
	}

	/** Returns the Abilities API as a door. */
	public function abilities(): Abilities {
		return new Abilities(
			$this->governor( ... ),
			fn(): OwnAbilities => new OwnAbilities( fn(): array => array_keys( $this->handlers( new Registry() ) ), $this->governor( ... ) ),
			fn( Registry $registry ) => $this->offered_abilities()->register( $registry )
		);
	}

	/** Returns the abilities of other plugins that are offered to agents. */
	public function offered_abilities(): OfferedAbilities {
		return $this->offered ??= new OfferedAbilities( $this->settings(), $this->running_abilities() );
	}

	private function running_abilities(): Running {
		return $this->running ??= new Running();
	}

	private function procedure( OutputGuard $output ): Procedure {
		$effects = fn( Connection $connection, string $correlation ): CallEffects => new CallEffects( $this->schedules(), $this->log(), $connection, $correlation );
		$runner  = new Runner( $this->registry( ... ), $this->connections(), $this->kill_switch(), $this->sealed_options(), $output, $this->log(), $effects, $this->current() );
		$budgets = new CallBudgets( fn(): Budgets => new Budgets( $this->extension()->store() ), $this->settings()->site_id( ... ), $this->log() );
		return new Procedure( $this->connections(), $this->kill_switch(), new Sightings(), $this->reply_changes(), $this->log(), $this->registry( ... ), fn(): Decision => $this->site_state()->current(), $runner, $this->standing(), $budgets );
	}

	/** Returns the OAuth endpoints. */
	public function oauth_endpoints(): OAuthEndpoints {
		return new OAuthEndpoints( $this->extension(), $this->clients(), $this->grants(), $this->reply_changes(), $this->log(), $this->documents() );
	}

	/** Returns what serves the addresses of the plugin. */
	public function router(): Router {
		return new Router( $this->settings(), $this->client(), $this->mcp_endpoint( ... ), $this->oauth_endpoints( ... ) );
	}

	/** Returns the upload sessions of connections. */
	public function upload_sessions(): Sessions {
		return new Sessions( $this->extension(), $this->connections(), $this->kill_switch(), $this->log() );
	}

	/** Returns the page on which a person without an account uploads files. */
	public function upload_page(): UploadPage {
		$entrance = fn(): Entrance => new Entrance( $this->extension(), $this->upload_sessions(), $this->connections(), $this->kill_switch(), $this->settings(), $this->log() );
		return new UploadPage( $this->client(), $entrance, fn(): Uploading => new Uploading( new Files(), $this->acceptance(), $this->connections(), $this->kill_switch(), $this->sealed_options(), $this->log() ) );
	}

	/** Returns the page on which a person connects a client. */
	public function consent(): Consent {
		return new Consent( $this->extension(), $this->clients(), $this->documents(), $this->grants(), $this->creation(), new Earlier( $this->grants() ), new Asks(), $this->log(), $this->registry( ... ) );
	}

	/** Returns the notices about new connections, and about people who ask for one. */
	public function new_connections(): NewConnections {
		return new NewConnections( $this->connections(), new Asks() );
	}

	/** Opens the record of the settings; null if the site has none, or the extension is missing. */
	private function stored_settings(): Record|Decision|null {
		if ( ! Requirements::are_met() ) {
			return null;
		}
		$record = $this->site_records()->open( SealedOptions::SETTINGS );
		return $record instanceof Decision && 'record_unsealed' === $record->reason() ? null : $record;
	}

	/** Returns the notices that say why agents cannot use the site. */
	public function notices(): Notices {
		return new Notices( $this->agent_state( ... ), fn(): array => $this->connections()->behind( new Sightings() ), Menu::url( Menu::CONNECTIONS ), fn() => $this->welcome()->show(), fn(): array => $this->site_state()->witness() );
	}

	/** Returns the tests for Site Health. */
	public function site_health(): SiteHealth {
		return new SiteHealth( $this->agent_state( ... ), $this->client(), $this->site_state(), $this->passwords(), Menu::url( Menu::CONNECTIONS ) );
	}

	/**
	 * Returns the forms of the dashboard.
	 *
	 * @return list<SettingsForm|ImageServicesForm|ConnectionForms|AccountForms|AuditForms|StateForms|HeldPosts|KnownChanges|FirstCall|NewConnections|AbilitiesPage|UploadSessionsView>
	 */
	public function forms(): array {
		return [
			$this->settings_form(),
			new ImageServicesForm( $this->settings(), $this->image_providers(), $this->site_records() ),
			new ConnectionForms( $this->connections(), $this->manager(), $this->kill_switch(), $this->log() ),
			new AccountForms( $this->connections(), $this->agent_accounts(), $this->log() ),
			new AuditForms( $this->extension(), $this->log(), $this->site_state(), $this->records_verification() ),
			new StateForms( $this->site_state(), $this->records_migration(), $this->connections(), $this->manager() ),
			$this->held_posts(),
			$this->known_changes(),
			$this->first_call(),
			$this->new_connections(),
			new UploadSessionsView( $this->upload_sessions(), $this->connections() ),
			$this->abilities_page(),
		];
	}

	/** Returns the pages of the dashboard. */
	public function menu(): Menu {
		return new Menu(
			fn() => ( new ConnectionsPage( $this->connections(), $this->settings(), $this->agent_state( ... ), $this->settings_form(), new ImageServicesForm( $this->settings(), $this->image_providers(), $this->site_records() ), $this->held_posts(), new StateView( $this->site_state(), $this->records_migration(), $this->connections(), $this->settings() ), new ConnectView( $this->first_call() ), $this->password_page(), new UploadSessionsView( $this->upload_sessions(), $this->connections() ) ) )->show(),
			fn() => ( new AuditPage( $this->connections(), $this->log(), $this->condition() ) )->show(),
			fn() => $this->abilities_page()->show()
		);
	}

	private function abilities_page(): AbilitiesPage {
		return new AbilitiesPage( $this->settings(), new SettingsChange( $this->settings(), $this->log(), $this->site_records() ) );
	}

	/** Returns what waits for the first request of a new connection. */
	public function first_call(): FirstCall {
		return new FirstCall( $this->connections() );
	}

	/** Returns the item of the admin bar that says that agents cannot act. */
	public function admin_bar(): AdminBar {
		return new AdminBar( $this->agent_state( ... ) );
	}

	/** Returns the notice after the activation. */
	public function welcome(): Welcome {
		return new Welcome( $this->connections() );
	}

	/** Returns the page on which a person makes an application password for an agent. */
	public function password_page(): PasswordPage {
		return new PasswordPage( $this->passwords(), $this->log(), $this->registry( ... ) );
	}

	/** Returns what reports changed files and administrators. */
	public function integrity(): Check {
		return new Check( $this->reader(), $this->records_writer(), $this->log(), fn( int $user ) => $this->standing()->changed( $user, 'replaced' ) );
	}

	/** Returns the notice about changed files and administrators. */
	public function known_changes(): KnownChanges {
		return new KnownChanges( $this->integrity( ... ) );
	}

	/** Returns what shows people the posts that agents have scheduled. */
	public function held_posts(): HeldPosts {
		return new HeldPosts( $this->schedules(), $this->gate(), $this->connections() );
	}

	private function settings_form(): SettingsForm {
		return new SettingsForm( $this->settings(), $this->client(), $this->log(), $this->site_records() );
	}
}
