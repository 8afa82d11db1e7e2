<?php

declare(strict_types=1);

namespace Countersign\Plugin\Doors;

use Countersign\Decision;
use Countersign\OAuthReply;
use Countersign\OAuthRequest;
use Countersign\Plugin\Admin\ConsentPage;
use Countersign\Plugin\Audit\Draft;
use Countersign\Plugin\Audit\Unavailable;
use Countersign\Plugin\Connections\Connection;
use Countersign\Plugin\Health\Requirements;
use Countersign\Plugin\Services;
use Countersign\Plugin\Site\Capabilities;
use Countersign\Plugin\Site\Json;
use Countersign\Plugin\Site\Urls;

/**
 * Where a person connects a client: `wp-login.php?action=countersign_authorize`. Looking changes nothing; the decision
 * is a form with a nonce that is bound to exactly what was shown, and the request is validated again when it comes.
 */
final class Consent {

	/** Most accounts offered to act as. */
	private const MAX_USERS = 200;

	private function __construct( private readonly Services $services ) {}

	/** Registers the page with WordPress's login screen. */
	public static function register( Services $services ): void {
		$consent = new self( $services );
		add_action( 'login_form_countersign_authorize', $consent->handle( ... ) );
	}

	/** Action `login_form_countersign_authorize`. */
	private function handle(): never {
		self::headers();
		$query = Urls::consent_query( self::text( $_REQUEST, 'request' ) ); // phpcs:ignore WordPress.Security.NonceVerification -- read, not acted on.
		if ( null === $query ) {
			ConsentPage::error( __( 'This page is opened by a program that wants to connect to the site. Start from there.', 'countersign' ) );
		}
		if ( ! is_user_logged_in() ) {
			self::redirect( wp_login_url( Urls::consent( $query ) ) );
		}
		if ( ! current_user_can( Capabilities::MANAGE ) ) { // phpcs:ignore WordPress.WP.Capabilities
			ConsentPage::error( __( 'Your account may not connect clients to this site. Ask an administrator.', 'countersign' ), wp_logout_url( Urls::consent( $query ) ) );
		}
		if ( ! Requirements::are_met() ) {
			ConsentPage::error( __( 'The PHP extension that decides for agents is not installed, so no client can be connected. The dashboard says what to install.', 'countersign' ) );
		}
		try {
			$this->decide( $query );
		} catch ( Unavailable $error ) {
			self::log( $error );
			ConsentPage::error( __( 'The audit log cannot be written, so nothing was done. The site\'s error log says why.', 'countersign' ) );
		} catch ( \Countersign\Exception | \RuntimeException $error ) {
			self::log( $error );
			ConsentPage::error( __( 'The connection could not be made. The site\'s error log says why.', 'countersign' ) );
		}
	}

	private function decide( string $query ): never {
		$oauth = $this->services->oauth();
		if ( null !== $oauth->checkTransport() ) {
			ConsentPage::error( __( 'Clients can be connected over HTTPS only: what they are given would travel readable for everybody. Set up HTTPS for this site first.', 'countersign' ) );
		}
		$client = $this->services->clients()->resolve( $oauth, \Countersign\OAuth::clientId( $query ) );
		if ( $client instanceof Decision ) {
			ConsentPage::error( (string) $client->message() );
		}
		$request = $oauth->authorize( $query, $client );
		if ( $request instanceof OAuthReply ) {
			if ( null === $request->redirect() ) {
				ConsentPage::error( (string) $request->decision()->message() );
			}
			self::redirect( $request->redirect() );
		}
		if ( 'POST' === ( $_SERVER['REQUEST_METHOD'] ?? '' ) ) {
			$this->submitted( $request, (string) $client, $query );
		}
		$this->show( $request, $query );
	}

	private function submitted( OAuthRequest $request, string $client, string $query ): void {
		if ( ! wp_verify_nonce( self::text( $_POST, '_wpnonce' ), self::nonce( $request, $query ) ) ) {
			$this->show( $request, $query, __( 'The page was open for too long, or the client has changed. Look again and decide.', 'countersign' ) );
		}
		if ( 'allow' !== self::text( $_POST, 'decision' ) ) {
			$this->services->log()->append( Draft::admin( 'refusal', 'oauth.consent', null, Json::decode( $request->facts() ), 'consent_denied' ) );
			self::redirect( $request->refuse() );
		}
		$user = (int) self::text( $_POST, 'user' );
		if ( ! isset( $this->users()[ $user ] ) ) {
			$this->show( $request, $query, __( 'Choose the account the client acts as.', 'countersign' ) );
		}
		$preset = self::text( $_POST, 'preset' );
		$groups = array_filter( array_map( sanitize_key( ... ), (array) wp_unslash( $_POST['groups'] ?? [] ) ) );
		$known  = array_keys( \Countersign\Access::presets() );
		if ( ! in_array( $preset, [ ...$known, 'custom' ], true ) || array_diff( $groups, \Countersign\Access::groups() ) ) {
			$this->show( $request, $query, __( 'Choose what the client may do.', 'countersign' ) );
		}
		$name  = sanitize_text_field( self::text( $_POST, 'name' ) );
		$grant = $this->services->manager()->create(
			'' === $name ? self::client_name( $request ) : $name,
			self::client_name( $request ),
			$user,
			$preset,
			'custom' === $preset ? array_values( $groups ) : [],
			Json::decode( $request->facts() ),
			function ( Connection $connection ) use ( $request, $client ): int {
				// A document may change or vanish: what was consented to is kept.
				$this->services->clients()->store( $client );
				return $this->services->grants()->insert( $connection, $request->clientId(), $request->toJson() );
			}
		);
		self::redirect( $request->approve( $grant ) );
	}

	private function show( OAuthRequest $request, string $query, string $error = '' ): never {
		ConsentPage::show(
			client: self::client_name( $request ),
			host: $request->redirectHost(),
			is_loopback: $request->isLoopback(),
			users: $this->users(),
			tools: \Countersign\Plugin\Site\Labels::tools_by_group( $this->services->registry() ),
			fields: [
				'request'  => self::text( $_REQUEST, 'request' ), // phpcs:ignore WordPress.Security.NonceVerification
				'_wpnonce' => wp_create_nonce( self::nonce( $request, $query ) ),
			],
			error: $error
		);
	}

	/**
	 * Accounts the client may act as: those that can write, and that this person may edit anyway. The person's own comes
	 * first: nobody else's name stands on what an agent does unless someone chose it.
	 *
	 * @return array<int, string> User id => name and role.
	 */
	private function users(): array {
		$users = [];
		$found = get_users(
			[
				'capability' => 'edit_posts',
				'number'     => self::MAX_USERS,
				'orderby'    => 'display_name',
			]
		);
		foreach ( [ wp_get_current_user(), ...$found ] as $user ) {
			if ( get_current_user_id() === $user->ID || current_user_can( 'edit_user', $user->ID ) ) {
				$roles              = array_map( static fn( string $role ): string => translate_user_role( wp_roles()->role_names[ $role ] ?? $role ), $user->roles );
				$users[ $user->ID ] = sprintf( '%1$s (%2$s)', $user->display_name, implode( ', ', $roles ) ?: $user->user_login );
			}
		}
		return $users;
	}

	/** The nonce's action: this request, and everything of the client that the page showed. */
	private static function nonce( OAuthRequest $request, string $query ): string {
		return 'countersign_authorize_' . hash( 'sha256', $query . "\0" . $request->clientName() . "\0" . $request->redirectHost() );
	}

	private static function client_name( OAuthRequest $request ): string {
		$name = $request->clientName();
		return '' === $name ? __( 'A client without a name', 'countersign' ) : $name;
	}

	/** A value from the browser as text, without slashes. */
	private static function text( array $source, string $key ): string {
		$value = wp_unslash( $source[ $key ] ?? '' );
		return is_string( $value ) ? $value : '';
	}

	/** No frame may hold this page, no cache may keep it, and no address of it may leak. */
	private static function headers(): void {
		nocache_headers();
		header( 'Cache-Control: no-store' );
		header( "Content-Security-Policy: frame-ancestors 'none'" );
		header( 'X-Frame-Options: DENY' );
		header( 'Referrer-Policy: no-referrer' );
	}

	/** Sends the browser on. Not wp_redirect(), which rewrites addresses: clients compare bytes. */
	private static function redirect( string $url ): never {
		header( 'Location: ' . $url, true, 302 );
		exit;
	}

	private static function log( \Throwable $error ): void {
		error_log( 'Countersign: consent failed: ' . get_class( $error ) . ': ' . $error->getMessage() ); // phpcs:ignore WordPress.PHP.DevelopmentFunctions
	}
}
