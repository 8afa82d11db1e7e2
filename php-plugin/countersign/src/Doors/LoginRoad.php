<?php

declare(strict_types=1);

namespace Countersign\Plugin\Doors;

use Countersign\Plugin\Http\Response;
use Countersign\Plugin\Site\Urls;

defined( 'ABSPATH' ) || exit;

/**
 * The way of a person from an authorization request through the login form to the consent page. The form can be that of
 * WordPress or of another plugin, and other plugins can ask for more in between.
 */
final class LoginRoad {

	/** Parameters with which plugins for several languages extend every address. They are no secret. */
	private const LANGUAGE = [ 'lang', 'wp_lang' ];

	/** Registers the filters that lead from the login form to the consent page. */
	public static function register(): void {
		add_filter( 'allowed_redirect_hosts', self::allow_consent( ... ) );
		// After plugins that send everybody to one page after the login.
		add_filter( 'login_redirect', static fn( mixed $to, mixed $asked ): mixed => is_string( $asked ) && self::is_consent( $asked ) ? $asked : $to, PHP_INT_MAX, 2 );
	}

	/**
	 * Tells whether the address of the login form is not the usual one, so that it may be secret. Then only people who are logged
	 * in are sent to an address that contains it.
	 */
	public static function is_hidden(): bool {
		$usual  = untrailingslashit( (string) get_option( 'siteurl' ) ) . '/wp-login.php';
		$actual = remove_query_arg( self::LANGUAGE, wp_login_url() );
		/**
		 * Filters whether visitors must not learn the address of the login form. A site whose login form is public, but at another
		 * address than that of WordPress, can return false: people who connect an agent are then sent there.
		 *
		 * @param bool $is_hidden Whether the address is another one than WordPress's own.
		 */
		return (bool) apply_filters( 'countersign_login_is_hidden', set_url_scheme( $usual, 'https' ) !== set_url_scheme( $actual, 'https' ) );
	}

	/** Tells whether the person of this request may learn the address of the login form: those who write here log in with it. */
	public static function is_known_to_person(): bool {
		return ! self::is_hidden() || current_user_can( 'edit_posts' );
	}

	/**
	 * Sends a person who is not logged in to the login form, which leads back to the consent page, and ends the request.
	 *
	 * @param string $query The client's raw query string.
	 */
	public static function to_login( string $query ): never {
		$response = self::is_hidden() ? Page::login_first() : new Response( 302, [ 'Location' => wp_login_url( Urls::consent( $query ) ) ] + Response::NO_STORE );
		$response->send();
	}

	/** Tells whether an address is that of the consent page of this site, with a request. */
	private static function is_consent( string $url ): bool {
		$page = Urls::consent_page() . '&request=';
		return str_starts_with( $url, $page ) && null !== Urls::consent_query( substr( $url, strlen( $page ) ) );
	}

	/**
	 * Permits a redirect to the host of the consent page if this request asks for the consent page. WordPress permits only the host
	 * of the home page, but the login form and the consent page can be on another one.
	 *
	 * @param array<array-key, mixed> $hosts Permitted hosts.
	 *
	 * @return array<array-key, mixed>
	 */
	private static function allow_consent( array $hosts ): array {
		$asked = wp_unslash( $_REQUEST['redirect_to'] ?? '' ); // phpcs:ignore WordPress.Security.NonceVerification, WordPress.Security.ValidatedSanitizedInput -- Only compared.
		return is_string( $asked ) && self::is_consent( $asked ) ? [ ...$hosts, (string) wp_parse_url( $asked, PHP_URL_HOST ) ] : $hosts;
	}
}
