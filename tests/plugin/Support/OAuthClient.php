<?php

declare(strict_types=1);

namespace Countersign\Tests;

use Countersign\Plugin\Site\Urls;

/** An OAuth client that uses plain HTTP requests, from registration to tokens. */
final class OAuthClient {

	public const REDIRECT = 'http://127.0.0.1:7799/callback';

	public readonly string $verifier;

	/** @param string|null $secret The client's secret, or null for a public client. */
	private function __construct( public readonly string $id, public readonly ?string $secret = null ) {
		$this->verifier = rtrim( strtr( base64_encode( random_bytes( 32 ) ), '+/', '-_' ), '=' );
	}

	/** Registers a client. */
	public static function registered( array $metadata = [] ): self {
		$answer = self::register( $metadata );
		return 201 === $answer->status ? new self( $answer->json()['client_id'], $answer->json()['client_secret'] ?? null ) : throw new \RuntimeException( "registration: HTTP $answer->status $answer->body" );
	}

	/** Returns a client that knows an id and perhaps a secret. */
	public static function with_id( string $id, ?string $secret = null ): self {
		return new self( $id, $secret );
	}

	/** Returns a client whose id is the address of a metadata document. */
	public static function described_at( string $url ): self {
		return new self( $url );
	}

	public static function register( array $metadata = [] ): Answer {
		$body = $metadata + [
			'client_name'                => 'A test client',
			'redirect_uris'              => [ self::REDIRECT ],
			'grant_types'                => [ 'authorization_code', 'refresh_token' ],
			'token_endpoint_auth_method' => 'none',
		];
		return Http::send( 'POST', Urls::register(), [ 'Content-Type' => 'application/json' ], json_encode( $body ) );
	}

	/** @param array<string, string|null> $more Replace the usual parameters; null omits one. */
	public function authorize_url( array $more = [] ): string {
		$parameters = array_filter(
			$more + [
				'response_type'         => 'code',
				'client_id'             => $this->id,
				'redirect_uri'          => self::REDIRECT,
				'code_challenge'        => rtrim( strtr( base64_encode( hash( 'sha256', $this->verifier, true ) ), '+/', '-_' ), '=' ),
				'code_challenge_method' => 'S256',
				'resource'              => Urls::mcp(),
				'state'                 => 'a state & more',
			],
			is_string( ... )
		);
		return add_query_arg( [], Urls::authorize() ) . ( str_contains( Urls::authorize(), '?' ) ? '&' : '?' ) . http_build_query( $parameters, '', '&', PHP_QUERY_RFC3986 );
	}

	/** Returns the consent page, or the error page before it, as the person sees it. @param array<string, string|null> $more */
	public function consent_page( Person $person, array $more = [] ): Answer {
		$sent_on = $person->get( $this->authorize_url( $more ) );
		return 302 === $sent_on->status ? $person->get( $sent_on->header( 'Location' ) ) : $sent_on;
	}

	/** Returns the page of a request that is refused, before the login or on the consent page. @param array<string, string|null> $more */
	public function refusal( Person $person, array $more = [] ): Answer {
		$answer = $person->get( $this->authorize_url( $more ), [ 'Accept' => 'text/html' ] );
		return 302 === $answer->status ? $person->get( (string) $answer->header( 'Location' ) ) : $answer;
	}

	/**
	 * Submits the consent page. Earlier connections stay, unless the choices name them under `replace`. The agent acts as the person,
	 * unless the choices name another account under `user`; 'own' is one of its own, which the page offers first.
	 *
	 * @param array<string, mixed>       $choices Replace values of the form.
	 * @param array<string, string|null> $more    Replace parameters of the request.
	 */
	public function decide( Person $person, array $choices = [], array $more = [] ): Answer {
		$page = $this->consent_page( $person, $more );
		$form = Person::forms( $page->body )[0] ?? throw new \RuntimeException( 'no form: ' . wp_strip_all_tags( $page->body ) );
		return $person->post( site_url( 'wp-login.php?action=countersign_authorize' ), $choices + [ 'decision' => 'allow', 'replace' => [], 'user' => $person->id() ] + $form );
	}

	/** Returns the parameters that the browser is redirected with. @return array<string, string> */
	public static function parameters( Answer $answer ): array {
		$location = $answer->header( 'Location' ) ?? throw new \RuntimeException( "sent nowhere: HTTP $answer->status " . wp_strip_all_tags( $answer->body ) );
		parse_str( (string) parse_url( $location, PHP_URL_QUERY ), $parameters );
		return $parameters;
	}

	/** Returns an authorization code, after an administrator's consent. @param array<string, mixed> $choices */
	public function code( array $choices = [] ): string {
		return self::parameters( $this->decide( Person::of( 'admin' ), $choices ) )['code'];
	}

	/** @param array<string, string> $form */
	public static function token( array $form, string $from = '127.0.0.1' ): Answer {
		return Http::form( Urls::token(), $form, $from );
	}

	/** Asks the site to revoke a token. */
	public function revoke( string $token, string $from = '127.0.0.1' ): Answer {
		return Http::form( Urls::revoke(), $this->revoking( $token ), $from );
	}

	/** @return array<string, string> The form that revokes. */
	public function revoking( string $token ): array {
		return [ 'token' => $token ] + $this->credentials();
	}

	/** @return array<string, string> */
	private function credentials(): array {
		return array_filter( [ 'client_id' => $this->id, 'client_secret' => $this->secret ], is_string( ... ) );
	}

	/** @return array<string, string> The form that redeems a code. */
	public function redeeming( string $code ): array {
		return [
			'grant_type'    => 'authorization_code',
			'code'          => $code,
			'redirect_uri'  => self::REDIRECT,
			'code_verifier' => $this->verifier,
			'resource'      => Urls::mcp(),
		] + $this->credentials();
	}

	/** @return array<string, string> The form that refreshes. */
	public function refreshing( string $token ): array {
		return [
			'grant_type'    => 'refresh_token',
			'refresh_token' => $token,
		] + $this->credentials();
	}

	/** Returns tokens, after consent and redemption. @param array<string, mixed> $choices @return array<string, mixed> */
	public function tokens( array $choices = [] ): array {
		return self::token( $this->redeeming( $this->code( $choices ) ) )->json();
	}

	/** Returns the id of the newest connection, as the audit log names it: ids are random. */
	public static function newest(): int {
		global $wpdb;
		$target = (string) $wpdb->get_var( 'SELECT target FROM ' . Site::table( 'audit_entry' ) . " WHERE action = 'connection.created' ORDER BY seq DESC LIMIT 1" );
		return (int) substr( $target, strlen( 'connection:' ) );
	}
}
