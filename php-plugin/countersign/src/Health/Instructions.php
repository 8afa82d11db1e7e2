<?php

declare(strict_types=1);

namespace Countersign\Plugin\Health;

use const Countersign\Plugin\MINIMUM_EXTENSION;

defined( 'ABSPATH' ) || exit;

/** Tells an administrator how to install the PHP extension. The notice and Site Health show the same text. */
final class Instructions {

	/** Returns one sentence that says what is wrong. Call it only if {@see Requirements::are_met()} is false. */
	public static function headline(): string {
		return Requirements::MISSING === Requirements::state()
			? __( 'Countersign needs its PHP extension, which is not loaded on this server. Agents cannot use this site until it is installed. The rest of the site is not affected.', 'countersign' )
			: sprintf(
				/* translators: 1: installed version, 2: required version. */
				__( 'Countersign\'s PHP extension has version %1$s, but the plugin needs version %2$s. Agents cannot use this site until it is updated. The rest of the site is not affected.', 'countersign' ),
				\Countersign\version(),
				MINIMUM_EXTENSION
			);
	}

	/** Returns the steps of the installation as escaped HTML. */
	public static function html(): string {
		$asset = '<code>' . esc_html( Requirements::asset() ) . '</code>';
		$dir   = '<code>' . esc_html( Requirements::extension_dir() ) . '</code>';
		$line  = '<code>' . esc_html( Requirements::ini_line() ) . '</code>';
		$ini   = Requirements::ini_file();
		$steps = [
			/* translators: 1: command, 2: file name. */
			sprintf( __( 'Install the extension: run %1$s, or download %2$s from the release and unpack it.', 'countersign' ), '<code>pie install countersign/countersign</code>', $asset ),
			/* translators: 1: file name, 2: folder. */
			sprintf( __( 'If you downloaded it, copy %1$s into PHP\'s extension folder, %2$s.', 'countersign' ), '<code>countersign.so</code>', $dir ),
			'' === $ini
				/* translators: %s: line of a configuration file. */
				? sprintf( __( 'Add the line %s to PHP\'s configuration. This PHP reads no php.ini, so ask your host where to add it.', 'countersign' ), $line )
				/* translators: 1: line of a configuration file, 2: file name. */
				: sprintf( __( 'Add the line %1$s to %2$s.', 'countersign' ), $line, '<code>' . esc_html( $ini ) . '</code>' ),
			/* translators: %s: command. */
			sprintf( __( 'Create the folder for its state, as root: %s. The Debian package has already done this.', 'countersign' ), '<code>install -d -m 1733 /var/lib/countersign</code>' ),
			__( 'Restart PHP (php-fpm or the web server). Then reload this page.', 'countersign' ),
		];
		return '<ol><li>' . implode( '</li><li>', $steps ) . '</li></ol><p>' . esc_html( self::php() ) . '</p>';
	}

	/** Returns one line that describes this PHP, for a host's support staff. */
	private static function php(): string {
		return sprintf(
			/* translators: 1: PHP version, 2: thread-safe or not thread-safe, 3: processor architecture, 4: C library, 5: PHP server interface. */
			__( 'This PHP: %1$s, %2$s, %3$s, %4$s, running as %5$s.', 'countersign' ),
			PHP_VERSION,
			Requirements::is_thread_safe() ? __( 'thread-safe (ZTS)', 'countersign' ) : __( 'not thread-safe (NTS)', 'countersign' ),
			Requirements::architecture(),
			Requirements::libc(),
			PHP_SAPI
		);
	}
}
