<?php

declare(strict_types=1);

namespace Countersign\Plugin\Health;

defined( 'ABSPATH' ) || exit;

/** The ways in which the PHP extension can come to this server, as far as PHP can see which of them exist. */
final class Ways {

	/** Way: the package for Debian's own PHP. */
	public const PACKAGE = 'package';

	/** Way: PIE, the installer of PHP for extensions, on the command line. */
	public const PIE = 'pie';

	/** Way: the person's own php.ini, which PHP really reads. */
	public const OWN_INI = 'own_ini';

	/** Way: the side module for PHP in WebAssembly, which is loaded when PHP starts. */
	public const MODULE = 'module';

	/** Way: only the host can do it. */
	public const HOST = 'host';

	/** Oldest and newest PHP that the extension exists for, newest excluded, as `PHP_VERSION_ID`. */
	private const PHP = [ 80200, 80600 ];

	/** The versions of PHP that the side module exists for: `PHP_VERSION_ID` without its last two digits. */
	private const MODULES = [ 802, 804 ];

	/** The processors that the extension exists for. */
	private const ARCHITECTURES = [ 'x86_64', 'arm64' ];

	/**
	 * Returns what can be seen of this PHP.
	 *
	 * @return array{system: string, version: int, architecture: string, debian: bool, folder: string, ini: string, writable: bool}
	 */
	public static function facts(): array {
		$ini = php_ini_loaded_file();
		return [
			'system'       => PHP_OS_FAMILY,
			'version'      => PHP_VERSION_ID,
			'architecture' => Requirements::architecture(),
			'debian'       => @is_file( '/etc/debian_version' ), // phpcs:ignore WordPress.PHP.NoSilencedErrors, Generic.PHP.NoSilencedErrors -- Warns if open_basedir excludes the file.
			'folder'       => Requirements::extension_dir(),
			'ini'          => false === $ini ? '' : $ini,
			'writable'     => false !== $ini && @is_writable( $ini ), // phpcs:ignore WordPress.PHP.NoSilencedErrors, Generic.PHP.NoSilencedErrors, WordPress.WP.AlternativeFunctions -- As above. Not a file of WordPress.
		];
	}

	/**
	 * Returns the ways that can exist, the easiest first. Nobody can tell from here whether the person has a shell or is root, so the
	 * first two are offered wherever they would work.
	 *
	 * @param array{system: string, version: int, architecture: string, debian: bool, folder: string, ini: string, writable: bool, ...} $facts As {@see facts()} returned them.
	 *
	 * @return list<string> Some of the constants. Empty if the extension does not exist for this PHP.
	 */
	public static function possible( array $facts ): array {
		if ( self::is_wasm( $facts['architecture'] ) ) {
			return in_array( intdiv( $facts['version'], 100 ), self::MODULES, true ) ? [ self::MODULE ] : [];
		}
		if ( 'Linux' !== $facts['system'] || $facts['version'] < self::PHP[0] || $facts['version'] >= self::PHP[1] || ! in_array( $facts['architecture'], self::ARCHITECTURES, true ) ) {
			return [];
		}
		$ways = [];
		if ( $facts['debian'] && str_starts_with( $facts['folder'], '/usr/lib/php/' ) ) {
			$ways[] = self::PACKAGE;
		}
		// PHP ignores `extension=` in .user.ini and .htaccess. Only a php.ini that it loads at its start counts. That of the system is
		// not a person's own, even if PHP runs as root.
		if ( $facts['writable'] && ! str_starts_with( $facts['ini'], '/etc/' ) ) {
			$ways[] = self::OWN_INI;
		} else {
			$ways[] = self::PIE;
		}
		$ways[] = self::HOST;
		return $ways;
	}

	/**
	 * Tells whether PHP runs in WebAssembly, as in WordPress Playground.
	 *
	 * @param string $architecture As {@see Requirements::architecture()} returns it.
	 */
	public static function is_wasm( string $architecture ): bool {
		return str_starts_with( $architecture, 'wasm' );
	}
}
