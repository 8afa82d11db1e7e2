<?php
/**
 * Plugin Name: Test site
 * Description: Writes mail to a file instead of sending it, and answers requests to the update service of
 *              WordPress.org, which cannot be reached, with "no updates".
 */

add_filter(
	'pre_wp_mail',
	static function ( $sent, array $mail ) {
		file_put_contents( TEST_SITE_MAIL, json_encode( $mail ) . "\n", FILE_APPEND | LOCK_EX );
		return true;
	},
	10,
	2
);

add_filter(
	'pre_http_request',
	static function ( $answer, array $request, string $url ) {
		if ( 'api.wordpress.org' !== parse_url( $url, PHP_URL_HOST ) ) {
			return $answer;
		}
		return array(
			'headers'  => array(),
			// Empty, but in the shape that WordPress expects for core, plugins and themes.
			'body'     => '{"offers":[],"plugins":[],"themes":[],"no_update":[],"translations":[]}',
			'response' => array(
				'code'    => 200,
				'message' => 'OK',
			),
			'cookies'  => array(),
			'filename' => null,
		);
	},
	10,
	3
);
