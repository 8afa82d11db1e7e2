<?php

declare(strict_types=1);

namespace Countersign\Plugin\Doors;

use Countersign\Plugin\Http\Response;
use Countersign\Plugin\Site\Names;

defined( 'ABSPATH' ) || exit;

/**
 * A plain page for a person whose browser was sent to an address for clients. It uses nothing of the theme or of WordPress's
 * login screen: no other plugin adds to it, and it contains no address of this site.
 */
final class Page {

	/** Keeps other sites from framing the page, caches from storing it, and other sites from learning its address. */
	private const HEADERS = [
		'Content-Type'            => 'text/html; charset=utf-8',
		'Content-Security-Policy' => "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
		'X-Frame-Options'         => 'DENY',
		'X-Content-Type-Options'  => 'nosniff',
		'Referrer-Policy'         => 'no-referrer',
	];

	private const STYLE = 'body{margin:4em auto;max-width:36em;padding:0 1.5em;font:16px/1.6 system-ui,sans-serif;color:#1d2327;background:#fff}h1{font-size:1.4em;line-height:1.3}code{padding:.1em .3em;background:#f0f0f1}.detail{color:#50575e;overflow-wrap:anywhere}';

	/**
	 * Returns the page for a request that this site does not accept, or cannot serve now.
	 *
	 * @param int    $status   HTTP status code.
	 * @param string $reason   Reason code.
	 * @param string $sentence One or two English sentences for the makers of the program.
	 */
	public static function refused( int $status, string $reason, string $sentence ): Response {
		$texts = match ( true ) {
			$status >= 500 || 'https_required' === $reason => [
				__( 'An agent asks to connect to this site, but the site cannot connect agents now. Nothing was connected, and nothing was changed.', 'countersign' ),
				__( 'An administrator finds the cause in the dashboard, under Tools, Site Health. When it is mended, reload this page.', 'countersign' ),
			],
			'client_unknown' === $reason => [
				__( 'An agent sent you here, but this site does not know it, or no longer knows it. Nothing was connected, and nothing was changed.', 'countersign' ),
				__( 'Remove the connector, server or app for this site in the agent\'s program and add it again. It then registers anew and leads you to the right page.', 'countersign' ),
				self::not_started(),
			],
			default => [
				__( 'An agent sent you here with a request that this site does not accept. Nothing was connected, and nothing was changed.', 'countersign' ),
				__( 'Close this page and start the connection once more in the agent\'s program. If you see this page again, the makers of that program need the text below.', 'countersign' ),
				self::not_started(),
			],
		};
		return self::show( $status, __( 'This agent could not be connected', 'countersign' ), $texts, $reason, $sentence );
	}

	private static function not_started(): string {
		return __( 'If you have not started anything, somebody may have wanted to use this site to send you elsewhere.', 'countersign' );
	}

	/** Returns the page for a person who is not logged in, on a site that hides its login form. */
	public static function login_first(): Response {
		return self::show(
			403,
			__( 'Log in first', 'countersign' ),
			[
				__( 'An agent asks to connect to this site. Only people who are logged in can decide about it, and this site does not show where its login page is.', 'countersign' ),
				__( 'Open the login page of this site in another tab, the way you always do, and log in. Then come back to this tab and reload this page.', 'countersign' ),
			],
			'login_required',
			\Countersign\reasons()['login_required']
		);
	}

	/**
	 * Returns a page.
	 *
	 * @param int          $status   HTTP status code.
	 * @param string       $title    Plain text.
	 * @param list<string> $texts    Plain text, one paragraph each.
	 * @param string       $reason   Reason code, which docs/reasons.md explains.
	 * @param string       $sentence English text beside the code, or ''.
	 */
	private static function show( int $status, string $title, array $texts, string $reason, string $sentence = '' ): Response {
		$site = Names::text( wp_specialchars_decode( get_bloginfo( 'name', 'display' ), ENT_QUOTES ) );
		$body = sprintf( '<!DOCTYPE html><html %s><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex"><title>%s</title><style>%s</style></head>', get_language_attributes(), esc_html( "$title – $site" ), self::STYLE );
		$body .= sprintf( '<body><main><p>%s</p><h1>%s</h1>', esc_html( $site ), esc_html( $title ) );
		$body .= implode( '', array_map( static fn( string $text ): string => '<p>' . esc_html( $text ) . '</p>', $texts ) );
		$body .= sprintf( '<p class="detail" lang="en" dir="ltr"><code>%s</code> %s</p></main></body></html>', esc_html( $reason ), esc_html( $sentence ) );
		return new Response( $status, self::HEADERS + Response::NO_STORE, $body );
	}
}
