<?php

declare(strict_types=1);

namespace Countersign\Plugin\Integrity;

defined( 'ABSPATH' ) || exit;

/**
 * The files that run on every request without being active plugins or themes, or that decide how the site runs: must-use
 * plugins, drop-ins, `wp-config.php`, `.htaccess` and `.user.ini`.
 */
final class Files {

	/** Largest number of files below the folder of must-use plugins. */
	private const MAX_FILES = 500;

	/** Bytes of a file that are read. The size counts too. */
	private const MAX_BYTES = 2 * MB_IN_BYTES;

	/** Levels of folders below the folder of must-use plugins. */
	private const MAX_DEPTH = 6;

	/** Files of the site that WordPress or the web server reads. */
	private const NAMES = [ 'wp-config.php', '.htaccess', '.user.ini' ];

	/**
	 * Returns a short digest of each file that exists. Reads no more than a bounded part of each.
	 *
	 * @return array<string, string> Name without the path of the site, such as `mu-plugins/loader.php` => 16 hexadecimal digits.
	 */
	public static function digests(): array {
		require_once ABSPATH . 'wp-admin/includes/plugin.php';
		$files = [];
		foreach ( self::NAMES as $name ) {
			$files[ $name ] = ABSPATH . $name;
		}
		if ( ! is_file( $files['wp-config.php'] ) ) {
			$files['wp-config.php'] = dirname( ABSPATH ) . '/wp-config.php';
		}
		foreach ( array_keys( _get_dropins() ) as $name ) {
			$files[ "drop-in/$name" ] = WP_CONTENT_DIR . "/$name";
		}
		$files  += self::below( WPMU_PLUGIN_DIR, 'mu-plugins' );
		$digests = array_map( self::digest( ... ), $files );
		return array_filter( $digests, static fn( ?string $digest ): bool => null !== $digest );
	}

	/** @return array<string, string> Name => path, of all files below a folder, up to a number and depth. */
	private static function below( string $folder, string $prefix ): array {
		$files  = [];
		$queue  = [ [ $folder, $prefix, 0 ] ];
		$is_cut = false;
		while ( [] !== $queue && ! $is_cut ) {
			[ $path, $name, $depth ] = array_shift( $queue );
			foreach ( is_dir( $path ) ? ( scandir( $path ) ?: [] ) : [] as $entry ) {
				if ( '.' === $entry || '..' === $entry ) {
					continue;
				}
				if ( is_dir( "$path/$entry" ) ) {
					if ( $depth < self::MAX_DEPTH && ! is_link( "$path/$entry" ) ) {
						$queue[] = [ "$path/$entry", "$name/$entry", $depth + 1 ];
					}
				} else {
					$files[ self::plain( "$name/$entry" ) ] = "$path/$entry";
				}
				$is_cut = count( $files ) >= self::MAX_FILES;
				if ( $is_cut ) {
					break;
				}
			}
		}
		return $files;
	}

	/** Returns the digest of a file; null if it does not exist. A file that cannot be read has a digest too. */
	private static function digest( string $path ): ?string {
		if ( ! is_file( $path ) ) {
			return null;
		}
		$context = hash_init( 'sha256' );
		hash_update( $context, (string) filesize( $path ) );
		$handle = is_readable( $path ) ? fopen( $path, 'rb' ) : false; // phpcs:ignore WordPress.WP.AlternativeFunctions -- A bounded part of a file is read.
		if ( false === $handle ) {
			return 'unreadable';
		}
		hash_update_stream( $context, $handle, self::MAX_BYTES );
		fclose( $handle ); // phpcs:ignore WordPress.WP.AlternativeFunctions -- As above.
		return substr( hash_final( $context ), 0, 16 );
	}

	/** Returns a name without control characters and not too long, for the audit log. */
	private static function plain( string $name ): string {
		return mb_substr( mb_scrub( (string) preg_replace( '/[\x00-\x1F\x7F]/', '?', $name ), 'UTF-8' ), 0, 150 );
	}
}
