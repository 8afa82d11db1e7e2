<?php

declare(strict_types=1);

namespace Countersign\Tests;

/** A person with a browser: logs in with the login form and keeps cookies. Follows no redirects. */
final class Person {

	/** @var array<string, self> */
	private static array $known = [];

	private readonly string $jar;

	private ?string $rest_nonce = null;

	/** Unix seconds. */
	private readonly int $since;

	private function __construct( private readonly string $login ) {
		$this->since = time();
		$this->jar   = tempnam( Site::folder() . '/tmp', 'jar' );
		Http::get( wp_login_url() );
		$answer = Http::send(
			'POST',
			site_url( 'wp-login.php' ),
			[
				'Content-Type' => 'application/x-www-form-urlencoded',
				'Cookie'       => 'wordpress_test_cookie=WP%20Cookie%20check',
			],
			http_build_query(
				[
					'log' => $login,
					'pwd' => $login,
				]
			),
			$this->jar
		);
		if ( 302 !== $answer->status ) {
			throw new \RuntimeException( "$login cannot log in: HTTP $answer->status" );
		}
	}

	/** Returns a person whose login is recent. */
	public static function of( string $login ): self {
		$known = self::$known[ $login ] ?? null;
		return self::$known[ $login ] = null === $known || $known->since < time() - 600 ? new self( $login ) : $known;
	}

	/** Returns a person with a session of their own. */
	public static function anew( string $login ): self {
		return new self( $login );
	}

	/** Changes the time of the login that the person's session has. */
	public function set_login_time( mixed $time ): void {
		$user     = Site::user( $this->login );
		$key      = hash( 'sha256', $this->session() );
		$sessions = get_user_meta( $user, 'session_tokens', true );
		if ( ! isset( $sessions[ $key ] ) ) {
			throw new \LogicException( 'the session is not in the database' );
		}
		$sessions[ $key ]['login'] = $time;
		update_user_meta( $user, 'session_tokens', $sessions );
	}

	/** Returns the id of the person's account. */
	public function id(): int {
		return Site::user( $this->login );
	}

	/** Returns the token of the person's session. */
	public function session(): string {
		return $this->cookie()['token'];
	}

	/** Logs in anew, because the keys of the cookies have changed. */
	public static function again( string $login ): self {
		return self::$known[ $login ] = new self( $login );
	}

	/** @param array<string, string> $headers */
	public function get( string $url, array $headers = [] ): Answer {
		return Http::send( 'GET', $url, $headers + [ 'Accept' => 'text/html,application/xhtml+xml,*/*;q=0.8' ], null, $this->jar );
	}

	/** @param array<string, mixed> $fields */
	public function post( string $url, array $fields ): Answer {
		return Http::send( 'POST', $url, [ 'Content-Type' => 'application/x-www-form-urlencoded' ], http_build_query( $fields ), $this->jar );
	}

	/** @param array<string, mixed>|null $body */
	public function rest( string $method, string $route, ?array $body = null, bool $nonce = true ): Answer {
		if ( $nonce && null === $this->rest_nonce ) {
			$this->rest_nonce = $this->get( admin_url( 'admin-ajax.php?action=rest-nonce' ) )->body;
		}
		$headers = [ 'Content-Type' => 'application/json' ] + ( $nonce ? [ 'X-WP-Nonce' => $this->rest_nonce ] : [] );
		return Http::send( $method, rest_url( ltrim( $route, '/' ) ), $headers, null === $body ? null : json_encode( (object) $body, JSON_THROW_ON_ERROR ), $this->jar );
	}

	/**
	 * Returns the nonce that a page of this person would contain: for the person's user and session.
	 */
	public function nonce( string $action ): string {
		$parts = $this->cookie();
		$tick  = wp_nonce_tick( $action );
		return substr( wp_hash( $tick . '|' . $action . '|' . get_user_by( 'login', $parts['username'] )->ID . '|' . $parts['token'], 'nonce' ), -12, 10 );
	}

	/** @return array{username: string, token: string, ...} The parts of the cookie that shows the login. */
	private function cookie(): array {
		$cookie = '';
		foreach ( file( $this->jar, FILE_IGNORE_NEW_LINES ) as $line ) {
			$fields = explode( "\t", $line );
			if ( LOGGED_IN_COOKIE === ( $fields[5] ?? '' ) ) {
				$cookie = rawurldecode( $fields[6] );
			}
		}
		return wp_parse_auth_cookie( $cookie, 'logged_in' ) ?: throw new \LogicException( 'not logged in' );
	}

	/** Returns a page of the dashboard. @param array<string, string|int> $query */
	public function page( string $slug, array $query = [] ): Answer {
		return $this->get( admin_url( 'admin.php?' . http_build_query( [ 'page' => $slug ] + $query ) ) );
	}

	/**
	 * Returns the values that a browser would submit for each form of a page.
	 *
	 * @return list<array<string, mixed>>
	 */
	public static function forms( string $html ): array {
		$document = new \DOMDocument();
		@$document->loadHTML( '<?xml encoding="utf-8"?>' . $html );
		$forms = [];
		foreach ( $document->getElementsByTagName( 'form' ) as $form ) {
			$query = [];
			foreach ( ( new \DOMXPath( $document ) )->query( './/input[@name]|.//select[@name]|.//textarea[@name]', $form ) as $field ) {
				$type = strtolower( $field->getAttribute( 'type' ) );
				if ( $field->hasAttribute( 'disabled' ) || 'submit' === $type || ( in_array( $type, [ 'radio', 'checkbox' ], true ) && ! $field->hasAttribute( 'checked' ) ) ) {
					continue;
				}
				$value = $field->getAttribute( 'value' );
				if ( 'select' === $field->nodeName ) {
					$options = iterator_to_array( $field->getElementsByTagName( 'option' ) );
					$chosen  = array_values( array_filter( $options, static fn( $option ): bool => $option->hasAttribute( 'selected' ) ) );
					$value   = ( $chosen[0] ?? $options[0] ?? null )?->getAttribute( 'value' ) ?? '';
				} elseif ( 'textarea' === $field->nodeName ) {
					$value = $field->textContent;
				}
				$query[] = rawurlencode( $field->getAttribute( 'name' ) ) . '=' . rawurlencode( $value );
			}
			parse_str( implode( '&', $query ), $values );
			$forms[] = $values;
		}
		return $forms;
	}

	/** Returns the form of a page with this value of the field `action`. @return array<string, mixed> */
	public static function form( Answer $page, string $action ): array {
		foreach ( self::forms( $page->body ) as $form ) {
			if ( ( $form['action'] ?? null ) === $action ) {
				return $form;
			}
		}
		throw new \UnexpectedValueException( "no form for $action (HTTP $page->status)" );
	}
}
