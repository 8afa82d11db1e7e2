<?php

declare(strict_types=1);

namespace Countersign\Plugin\Doors;

use Countersign\Access;
use Countersign\OAuth;
use Countersign\OAuthReply;
use Countersign\OAuthRequest;
use Countersign\Plugin\Accounts\ActingAccounts;
use Countersign\Plugin\Accounts\RecentLogin;
use Countersign\Plugin\Admin\ConsentChoice;
use Countersign\Plugin\Admin\ConsentPage;
use Countersign\Plugin\Admin\Mails;
use Countersign\Plugin\Audit\EntryDraft;
use Countersign\Plugin\Audit\Log;
use Countersign\Plugin\Audit\Unavailable;
use Countersign\Plugin\Audit\Unprotected;
use Countersign\Plugin\Calls\Registry;
use Countersign\Plugin\Connections\Asks;
use Countersign\Plugin\Connections\Connection;
use Countersign\Plugin\Connections\Creation;
use Countersign\Plugin\Connections\Earlier;
use Countersign\Plugin\Connections\Grants;
use Countersign\Plugin\Fetch\FetchFailed;
use Countersign\Plugin\Health\Requirements;
use Countersign\Plugin\OAuth\Clients;
use Countersign\Plugin\OAuth\MetadataDocuments;
use Countersign\Plugin\Site\Capabilities;
use Countersign\Plugin\Site\ErrorLog;
use Countersign\Plugin\Site\Extension;
use Countersign\Plugin\Site\Json;
use Countersign\Plugin\Site\Names;
use Countersign\Plugin\Site\Urls;

defined( 'ABSPATH' ) || exit;

/**
 * The page on which a person connects a client: `wp-login.php?action=countersign_authorize`.
 *
 * Viewing the page changes nothing. The decision is a form with a nonce that is bound to exactly what the page showed,
 * and the request is validated again when the form is submitted.
 */
final class Consent {

	/** The longest address in a header, in bytes. nginx by default answers 502 if the headers of PHP exceed 4 KiB. */
	private const MAX_LOCATION = 2500;

	/** @param \Closure(): Registry $registry Returns what agents can use on this site. */
	public function __construct(
		private readonly Extension $extension,
		private readonly Clients $clients,
		private readonly MetadataDocuments $documents,
		private readonly Grants $grants,
		private readonly Creation $creation,
		private readonly Earlier $earlier,
		private readonly Asks $asks,
		private readonly Log $log,
		private readonly \Closure $registry,
	) {}

	/** Callback of the action `login_form_countersign_authorize`. Shows the page or handles its form, and ends the request. */
	public function handle(): never {
		ErrorLog::guard();
		self::send_headers();
		$query = Urls::consent_query( self::text( $_REQUEST, 'request' ) ); // phpcs:ignore WordPress.Security.NonceVerification -- The nonce is checked before anything is changed.
		if ( null === $query ) {
			ConsentPage::error( __( 'This page opens when an agent asks to connect to this site, and the address lacks that request, or it is more than an hour old. Start the connection in the agent\'s program.', 'countersign' ), reason: 'oauth_request_invalid' );
		}
		if ( ! is_user_logged_in() ) {
			LoginRoad::to_login( $query );
		}
		$may_decide = self::may_decide();
		if ( ! $may_decide && ! current_user_can( 'edit_posts' ) ) {
			ConsentPage::error( __( 'Your account may not connect agents to this site. Ask an administrator, or log in with another account.', 'countersign' ), wp_logout_url( Urls::consent( $query ) ), 'consent_not_allowed' );
		}
		if ( $may_decide && ! RecentLogin::has_session() ) {
			ConsentPage::error( __( 'This page needs a login with the login form of this site. Log in there, and start the connection again in the agent\'s program.', 'countersign' ), wp_login_url( Urls::consent( $query ), true ), 'login_required' );
		}
		if ( ! Requirements::are_met() ) {
			ConsentPage::error( __( 'No agent can be connected, because the PHP extension that Countersign needs is not installed. The dashboard shows what to install.', 'countersign' ), reason: 'extension_missing' );
		}
		try {
			if ( $may_decide ) {
				$this->require_recent_login( $query );
			}
			$this->decide( $query );
		} catch ( FetchFailed $error ) {
			ConsentPage::refused( $error->reason, $error->getMessage() );
		} catch ( Unprotected $error ) {
			self::log_error( $error );
			ConsentPage::error( __( 'The agent was not connected, because the file that protects this site against restored backups could not be written. Site Health shows the reason. Then connect the agent again.', 'countersign' ), reason: $error->reason );
		} catch ( Unavailable $error ) {
			self::log_error( $error );
			ConsentPage::error( __( 'The agent was not connected, because the audit log cannot be written. The site\'s error log shows the reason. Then connect the agent again.', 'countersign' ), reason: $error->reason );
		} catch ( \Countersign\Exception | \RuntimeException $error ) {
			self::log_error( $error );
			ConsentPage::error( __( 'The agent could not be connected. The site\'s error log shows the reason. Then connect the agent again.', 'countersign' ), reason: self::reason( $error ) );
		}
	}

	/**
	 * Sends a person whose login is not recent to the login form, which asks for the password again and leads back to this
	 * page. The person then sees the whole request again and decides.
	 */
	private function require_recent_login( string $query ): void {
		if ( RecentLogin::is_recent() ) {
			return;
		}
		if ( 'POST' === ( $_SERVER['REQUEST_METHOD'] ?? '' ) ) { // phpcs:ignore WordPress.Security.ValidatedSanitizedInput -- Compared with a fixed text.
			$this->log->append( EntryDraft::admin( 'refusal', 'oauth.consent', null, [], 'login_required' ) );
		}
		self::redirect( wp_login_url( Urls::consent( $query ), true ) );
	}

	private function decide( string $query ): never {
		$oauth = $this->extension->oauth();
		if ( null !== $oauth->checkTransport() ) {
			ConsentPage::error( __( 'Agents can be connected over HTTPS only, because without it others on the network could read their access token. Set up HTTPS for this site first.', 'countersign' ), reason: 'https_required' );
		}
		$id       = OAuth::clientId( $query ) ?? '';
		$document = OAuth::isMetadataDocument( $id ) ? $this->documents->text( $id ) : null;
		$request  = $oauth->authorize( $query, $this->clients->find( $id ), $this->grants->approved( $id ), $document );
		if ( $request instanceof OAuthReply ) {
			$address = $request->redirect();
			if ( null === $address ) {
				ConsentPage::refused( (string) $request->decision()->reason(), (string) $request->detail() );
			}
			// Only a client that a person has approved with this redirect URI learns about its error.
			self::redirect( $address );
		}
		if ( 'POST' === ( $_SERVER['REQUEST_METHOD'] ?? '' ) ) { // phpcs:ignore WordPress.Security.ValidatedSanitizedInput -- Compared with a fixed text.
			self::may_decide() ? $this->submitted( $request, $query ) : $this->asked( $request, $query );
		}
		self::may_decide() ? $this->show( $request, $query ) : $this->show_ask( $request, $query );
	}

	/** Tells whether the person may connect agents. Others who can write may ask somebody who may. */
	private static function may_decide(): bool {
		return current_user_can( Capabilities::MANAGE ); // phpcs:ignore WordPress.WP.Capabilities -- A capability that this plugin adds.
	}

	/**
	 * Handles the form of a person who may only ask. The browser goes back to the client, as it does when somebody refuses: the
	 * person has pressed a button on a page that names where.
	 */
	private function asked( OAuthRequest $request, string $query ): never {
		$preset = ConsentChoice::submitted( $_POST )->preset; // phpcs:ignore WordPress.Security.NonceVerification -- Verified in the next line; only shown again without it.
		if ( ! wp_verify_nonce( self::text( $_POST, '_wpnonce' ), self::nonce( $request, $query ) ) ) {
			$this->show_ask( $request, $query, __( 'Nobody was asked yet: this page was open for too long, or the agent has changed its request. Check the page and decide again.', 'countersign' ) );
		}
		// Nobody is asked, and nothing is recorded: this person could not have decided anything.
		if ( 'ask' !== self::text( $_POST, 'decision' ) ) {
			self::redirect( $request->refuse() );
		}
		if ( ! in_array( $preset, array_keys( Access::presets() ), true ) ) {
			$this->show_ask( $request, $query, __( 'Nobody was asked yet: choose what the agent should be allowed to do.', 'countersign' ) );
		}
		if ( ! $this->asks->has( $request ) ) {
			if ( ! $this->asks->has_room() ) {
				ConsentPage::error( __( 'Nobody was asked, because too many requests of you or of others wait for an answer. Talk to an administrator.', 'countersign' ), reason: 'consent_asks_full' );
			}
			$this->log->append( EntryDraft::admin( 'refusal', 'oauth.consent', null, [ 'preset' => $preset ] + Json::decode( $request->facts() ), 'consent_asked' ) );
			if ( $this->asks->add( $request, $preset ) ) {
				Mails::asked();
			}
		}
		self::redirect( $request->refuseAsked() );
	}

	private function show_ask( OAuthRequest $request, string $query, string $error = '' ): never {
		ConsentPage::ask(
			request: $request,
			name: self::client_name( $request ),
			tools: ( $this->registry )()->tool_titles(),
			preset: 'draft_only',
			fields: self::fields( $request, $query ),
			logout: wp_logout_url( Urls::consent( $query ) ),
			error: $error
		);
	}

	/** @return array<string, string> The hidden fields of both forms. */
	private static function fields( OAuthRequest $request, string $query ): array {
		return [
			'request'  => self::text( $_REQUEST, 'request' ), // phpcs:ignore WordPress.Security.NonceVerification -- Only selects what is shown.
			'_wpnonce' => wp_create_nonce( self::nonce( $request, $query ) ),
		];
	}

	private function submitted( OAuthRequest $request, string $query ): never {
		$choice = ConsentChoice::submitted( $_POST ); // phpcs:ignore WordPress.Security.NonceVerification -- Verified in the next line; only shown again without it.
		if ( ! wp_verify_nonce( self::text( $_POST, '_wpnonce' ), self::nonce( $request, $query ) ) ) {
			$this->show( $request, $query, __( 'Nothing was decided yet: this page was open for too long, or the agent has changed its request. Check the page and decide again.', 'countersign' ) );
		}
		if ( 'allow' !== self::text( $_POST, 'decision' ) ) {
			$this->log->append( EntryDraft::admin( 'refusal', 'oauth.consent', null, Json::decode( $request->facts() ), 'consent_denied' ) );
			self::redirect( $request->refuse() );
		}
		if ( ! isset( ActingAccounts::offered()[ $choice->user ] ) ) {
			$this->show( $request, $query, __( 'Nothing was decided yet: choose the account that the agent acts as from the list, then press Allow.', 'countersign' ), $choice );
		}
		if ( ! in_array( $choice->preset, [ ...array_keys( Access::presets() ), 'custom' ], true ) || array_diff( $choice->groups, Access::groups() ) ) {
			$this->show( $request, $query, __( 'Nothing was decided yet: choose what the agent may do from the list, then press Allow.', 'countersign' ), $choice );
		}
		$name       = Names::clean( $choice->name );
		$unfinished = $this->earlier->unfinished( $request, $choice->preset );
		$continued  = array_values( array_filter( $unfinished, static fn( Connection $one ): bool => Earlier::is_same( $one, $choice->user, $choice->groups ) ) )[0] ?? null;
		$replaced   = array_filter( $this->earlier->replaceable( $request )[ $choice->preset ] ?? [], static fn( Connection $one ): bool => in_array( $one->id, $choice->replace, true ) );
		$own        = array_values( array_filter( $replaced, static fn( Connection $one ): bool => $one->own_account && false !== get_userdata( $one->user ) ) );
		$ids        = $this->creation->create(
			'' === $name ? self::client_name( $request ) : $name,
			self::client_name( $request ),
			$choice->user,
			$choice->preset,
			'custom' === $choice->preset ? $choice->groups : [],
			Json::decode( $request->facts() ),
			$request,
			$continued,
			denied_fields: array_merge( ...array_map( static fn( Connection $one ): array => $one->denied_fields, array_values( $replaced ) ) ),
			replaced: $own[0] ?? null
		);
		try {
			$address = $request->approve( (int) $ids['grant'] );
			$this->creation->replace( [ ...array_filter( $unfinished, static fn( Connection $one ): bool => $one->id !== $ids['connection'] ), ...$replaced ], $ids['connection'] );
		} catch ( \Countersign\Exception | \RuntimeException $error ) {
			$this->creation->abandon( $ids['connection'], self::reason( $error ) );
			throw $error;
		}
		$this->asks->answer( $choice->user, $request );
		self::redirect( $address );
	}

	private function show( OAuthRequest $request, string $query, string $error = '', ?ConsentChoice $choice = null ): never {
		$name = self::client_name( $request );
		ConsentPage::show(
			request: $request,
			name: $name,
			users: ActingAccounts::offered(),
			tools: ( $this->registry )()->tool_titles(),
			earlier: $this->earlier->replaceable( $request ),
			choice: $choice ?? ConsentChoice::initial( $name ),
			fields: self::fields( $request, $query ),
			logout: wp_logout_url( Urls::consent( $query ) ),
			error: $error
		);
	}

	/**
	 * Returns the nonce's action: the query, and the request as the extension validated it. A metadata document that changes
	 * while the page is open can change the client's name, and the redirect address of a query that has none.
	 */
	private static function nonce( OAuthRequest $request, string $query ): string {
		return 'countersign_authorize_' . hash( 'sha256', $query . "\0" . $request->toJson() );
	}

	private static function client_name( OAuthRequest $request ): string {
		$name = $request->clientName();
		return '' === $name ? __( 'An agent without a name', 'countersign' ) : $name;
	}

	/**
	 * Returns a submitted value as text, without slashes; '' if it is missing or not a text.
	 *
	 * @param array<array-key, mixed> $source `$_POST` or `$_REQUEST`.
	 */
	private static function text( array $source, string $key ): string {
		$value = wp_unslash( $source[ $key ] ?? '' );
		return is_string( $value ) ? $value : '';
	}

	/** Sends headers that keep frames from showing the page, caches from storing it and other sites from learning its address. */
	private static function send_headers(): void {
		nocache_headers();
		header( 'Cache-Control: no-store' );
		header( "Content-Security-Policy: frame-ancestors 'none'" );
		header( 'X-Frame-Options: DENY' );
		header( 'Referrer-Policy: no-referrer' );
	}

	/** Redirects the browser and ends the request. Does not use `wp_redirect()`, which alters addresses: clients compare bytes. */
	private static function redirect( string $url ): never {
		if ( strlen( $url ) > self::MAX_LOCATION ) {
			ConsentPage::onward( $url );
		}
		header( 'Location: ' . $url, true, 302 );
		exit;
	}

	/** Returns the reason code of an error. Other errors than those with a code are of the database. */
	private static function reason( \Throwable $error ): string {
		return match ( true ) {
			$error instanceof \Countersign\Exception => $error->reason(),
			$error instanceof Unavailable, $error instanceof Unprotected => $error->reason,
			default                                  => 'store_unavailable',
		};
	}

	private static function log_error( \Throwable $error ): void {
		ErrorLog::failure( 'connecting a client failed', $error );
	}
}
