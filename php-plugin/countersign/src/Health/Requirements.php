<?php

declare(strict_types=1);

namespace Countersign\Plugin\Health;

use const Countersign\Plugin\MINIMUM_EXTENSION;

/** Whether the extension is there, and what exactly has to be installed for this PHP if not. */
final class Requirements {

	public const OK       = 'ok';
	public const MISSING  = 'extension_missing';
	public const OUTDATED = 'extension_outdated';

	/** One of the constants; the last two are reason codes of answers. */
	public static function state(): string {
		if ( ! extension_loaded( 'countersign' ) || ! function_exists( 'Countersign\version' ) ) {
			return self::MISSING;
		}
		return version_compare( \Countersign\version(), MINIMUM_EXTENSION, '<' ) ? self::OUTDATED : self::OK;
	}

	public static function are_met(): bool {
		return self::OK === self::state();
	}

	/** One sentence for a client that is refused. Not translated: it stands in answers of the protocol. */
	public static function message(): string {
		return self::MISSING === self::state()
			? 'The PHP extension "countersign" is not loaded on this server: agents are not served. The site\'s administrator finds what to install in the dashboard.'
			: 'The PHP extension "countersign" on this server is older than the plugin needs: agents are not served. The site\'s administrator finds what to install in the dashboard.';
	}

	/** The file to install, as PIE names the builds of a release. */
	public static function asset(): string {
		return sprintf(
			'php_countersign-%s_php%d.%d-%s-linux-%s%s.zip',
			MINIMUM_EXTENSION,
			PHP_MAJOR_VERSION,
			PHP_MINOR_VERSION,
			self::architecture(),
			self::libc(),
			self::is_thread_safe() ? '-zts' : ''
		);
	}

	public static function is_thread_safe(): bool {
		return (bool) PHP_ZTS;
	}

	public static function architecture(): string {
		$machine = strtolower( php_uname( 'm' ) );
		return match ( $machine ) {
			'amd64', 'x64'  => 'x86_64',
			'aarch64'       => 'arm64',
			default         => $machine,
		};
	}

	/** `musl` on Alpine and its kin, else `glibc`: told by the dynamic loader's file, which may be out of PHP's reach. */
	public static function libc(): string {
		$loaders = @glob( '/lib/ld-musl-*' ); // phpcs:ignore WordPress.PHP.NoSilencedErrors -- open_basedir warns.
		return $loaders ? 'musl' : 'glibc';
	}

	public static function extension_dir(): string {
		return (string) ini_get( 'extension_dir' );
	}

	/** Where the line goes: an ini file of its own where PHP reads a folder of them, else php.ini. */
	public static function ini_file(): string {
		$scanned = php_ini_scanned_files();
		if ( is_string( $scanned ) && '' !== trim( $scanned ) ) {
			return dirname( trim( explode( ',', $scanned )[0] ) ) . '/20-countersign.ini';
		}
		$loaded = php_ini_loaded_file();
		return false === $loaded ? '' : $loaded;
	}

	/** The line to add. */
	public static function ini_line(): string {
		return 'extension=countersign';
	}
}
