<?php

declare(strict_types=1);

namespace Countersign\Plugin\Health;

use const Countersign\Plugin\MINIMUM_EXTENSION;

defined( 'ABSPATH' ) || exit;

/** Tells whether the PHP extension is installed, and otherwise exactly what to install for this PHP. */
final class Requirements {

	/** State: the extension is loaded and new enough. */
	public const OK = 'ok';

	/** State and reason code: the extension is not loaded. */
	public const MISSING = 'extension_missing';

	/** State and reason code: the extension is older than the plugin needs. */
	public const OUTDATED = 'extension_outdated';

	/** Returns the state, one of the constants. */
	public static function state(): string {
		if ( ! extension_loaded( 'countersign' ) || ! function_exists( 'Countersign\version' ) ) {
			return self::MISSING;
		}
		return version_compare( \Countersign\version(), MINIMUM_EXTENSION, '<' ) ? self::OUTDATED : self::OK;
	}

	/** Tells whether the extension is loaded and new enough. */
	public static function are_met(): bool {
		return self::OK === self::state();
	}

	/** Returns one English sentence for clients, which are refused while the requirements are not met. Not translated, since clients do not choose a language. */
	public static function message(): string {
		return self::MISSING === self::state()
			? 'The PHP extension "countersign" is not loaded on this server, so agents cannot use this site. The dashboard tells the site\'s administrator what to install.'
			: 'The PHP extension "countersign" on this server is too old for the plugin, so agents cannot use this site. The dashboard tells the site\'s administrator what to install.';
	}

	/** Returns the name of the release file for this PHP, in the format that PIE (the PHP installer for extensions) uses. */
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

	/** Tells whether this PHP is thread-safe (ZTS). Extensions for it are separate builds. */
	public static function is_thread_safe(): bool {
		return (bool) PHP_ZTS;
	}

	/** Returns the processor architecture as PIE names it, such as `x86_64` or `arm64`. */
	public static function architecture(): string {
		$machine = strtolower( php_uname( 'm' ) );
		return match ( $machine ) {
			'amd64', 'x64'  => 'x86_64',
			'aarch64'       => 'arm64',
			default         => $machine,
		};
	}

	/**
	 * Returns `musl` on Alpine Linux and similar systems, else `glibc`. The name of the dynamic loader tells them apart. If
	 * PHP may not read its folder, the result is `glibc`.
	 */
	public static function libc(): string {
		$loaders = @glob( '/lib/ld-musl-*' ); // phpcs:ignore WordPress.PHP.NoSilencedErrors, Generic.PHP.NoSilencedErrors -- Warns if open_basedir excludes the folder.
		return $loaders ? 'musl' : 'glibc';
	}

	/** Returns the folder of PHP's extensions. */
	public static function extension_dir(): string {
		return (string) ini_get( 'extension_dir' );
	}

	/**
	 * Returns the file for the configuration line: a file of its own if PHP reads a folder of configuration files, else
	 * php.ini, or '' if PHP reads no file.
	 */
	public static function ini_file(): string {
		$scanned = php_ini_scanned_files();
		if ( is_string( $scanned ) && '' !== trim( $scanned ) ) {
			return dirname( trim( explode( ',', $scanned )[0] ) ) . '/20-countersign.ini';
		}
		$loaded = php_ini_loaded_file();
		return false === $loaded ? '' : $loaded;
	}

	/** Returns the configuration line that loads the extension. */
	public static function ini_line(): string {
		return 'extension=countersign';
	}
}
