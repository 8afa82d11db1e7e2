<?php

declare(strict_types=1);

namespace Countersign\Plugin\Uploads;

defined( 'ABSPATH' ) || exit;

/**
 * The plugin's own folder for files that are not complete yet, below the folder of uploads.
 *
 * Nobody can reach a file in it: web servers that read `.htaccess` or `web.config` refuse it, the folder is not listed, only the
 * user that runs PHP may read it, and all names are keyed digests. The files have no extension and hold base64, so no web server
 * would run one.
 */
final class Folder {

	private const NAME = 'countersign-parts';

	private const GUARDS = [
		'index.html' => '',
		'.htaccess'  => "<IfModule mod_authz_core.c>\nRequire all denied\n</IfModule>\n<IfModule !mod_authz_core.c>\nDeny from all\n</IfModule>\n",
		'web.config' => "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<configuration><system.webServer><security><authorization><remove users=\"*\" roles=\"\" verbs=\"\"/><add accessType=\"Deny\" users=\"*\"/></authorization></security></system.webServer></configuration>\n",
	];

	/** Returns the path of the folder, which may not exist. */
	public static function path(): string {
		return wp_upload_dir( null, false )['basedir'] . '/' . self::NAME;
	}

	/** Makes the folder with its guards, and a folder below it. Returns the path of that folder, or null if it cannot be made. */
	public static function make( string ...$names ): ?string {
		$path = self::path();
		if ( ! is_dir( $path ) && ! wp_mkdir_p( $path ) ) {
			return null;
		}
		foreach ( self::GUARDS as $name => $text ) {
			if ( ! is_file( "$path/$name" ) && false === file_put_contents( "$path/$name", $text ) ) { // phpcs:ignore WordPress.WP.AlternativeFunctions -- A file on this machine. WP_Filesystem can be a connection to an FTP server.
				return null;
			}
		}
		foreach ( $names as $name ) {
			$path .= '/' . $name;
			// Another request can make it at the same moment.
			if ( ! is_dir( $path ) && ! @mkdir( $path, 0700 ) && ! is_dir( $path ) ) { // phpcs:ignore WordPress.WP.AlternativeFunctions, WordPress.PHP.NoSilencedErrors, Generic.PHP.NoSilencedErrors -- As above.
				return null;
			}
		}
		return $path;
	}

	/** Deletes a folder below this one, with all that is in it. */
	public static function remove( string $path ): void {
		if ( ! str_starts_with( $path, self::path() . '/' ) ) {
			return;
		}
		foreach ( self::entries( $path ) as $entry ) {
			is_dir( $entry ) && ! is_link( $entry ) ? self::remove( $entry ) : wp_delete_file( $entry );
		}
		@rmdir( $path ); // phpcs:ignore WordPress.WP.AlternativeFunctions, WordPress.PHP.NoSilencedErrors, Generic.PHP.NoSilencedErrors -- Another request can have deleted it, or put a file into it.
	}

	/** Deletes what was begun and not touched since a time. Called by cron, and before something new is begun. */
	public static function sweep( int $older_than ): void {
		foreach ( self::folders( self::path() ) as $owner ) {
			foreach ( self::folders( $owner ) as $upload ) {
				clearstatcache( true, $upload );
				if ( (int) @filemtime( $upload ) < $older_than ) { // phpcs:ignore WordPress.PHP.NoSilencedErrors, Generic.PHP.NoSilencedErrors -- Another request can have deleted it.
					self::remove( $upload );
				}
			}
			if ( [] === self::entries( $owner ) ) {
				self::remove( $owner );
			}
		}
	}

	/** Deletes the folder. Called when the plugin is deleted. */
	public static function drop(): void {
		foreach ( self::entries( self::path() ) as $entry ) {
			is_dir( $entry ) ? self::remove( $entry ) : wp_delete_file( $entry );
		}
		@rmdir( self::path() ); // phpcs:ignore WordPress.WP.AlternativeFunctions, WordPress.PHP.NoSilencedErrors, Generic.PHP.NoSilencedErrors -- It may not exist.
	}

	/** @return list<string> The paths of the folders in a folder. */
	public static function folders( string $path ): array {
		return array_values( array_filter( self::entries( $path ), is_dir( ... ) ) );
	}

	/** @return list<string> */
	private static function entries( string $path ): array {
		$names = is_dir( $path ) ? scandir( $path ) : false;
		return array_map( static fn( string $name ): string => "$path/$name", array_values( array_diff( $names ?: [], [ '.', '..' ] ) ) );
	}
}
