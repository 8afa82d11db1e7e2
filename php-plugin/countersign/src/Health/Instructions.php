<?php

declare(strict_types=1);

namespace Countersign\Plugin\Health;

/** What to install, for the person who can: the same text in the notice and in Site Health. */
final class Instructions {

	/** The steps as HTML, escaped. */
	public static function html(): string {
		$asset = '<code>' . esc_html( Requirements::asset() ) . '</code>';
		$dir   = '<code>' . esc_html( Requirements::extension_dir() ) . '</code>';
		$line  = '<code>' . esc_html( Requirements::ini_line() ) . '</code>';
		$ini   = Requirements::ini_file();
		$steps = [
			/* translators: 1: command, 2: file name. */
			sprintf( __( 'Install the extension: run %1$s, or download %2$s from the release and unpack it.', 'countersign' ), '<code>pie install countersign/countersign</code>', $asset ),
			/* translators: 1: file name, 2: folder. */
			sprintf( __( 'Put %1$s into PHP\'s extension folder, %2$s. (pie has done that.)', 'countersign' ), '<code>countersign.so</code>', $dir ),
			'' === $ini
				/* translators: %s: line of a configuration file. */
				? sprintf( __( 'Add the line %s to PHP\'s configuration. This PHP reads no php.ini: your host can say where to put it.', 'countersign' ), $line )
				/* translators: 1: line of a configuration file, 2: file. */
				: sprintf( __( 'Add the line %1$s to %2$s.', 'countersign' ), $line, '<code>' . esc_html( $ini ) . '</code>' ),
			__( 'Restart PHP (php-fpm or the web server), then load this page again.', 'countersign' ),
		];
		return '<ol><li>' . implode( '</li><li>', $steps ) . '</li></ol><p>' . esc_html( self::build() ) . '</p>';
	}

	/** What this PHP is, in one line. */
	private static function build(): string {
		return sprintf(
			/* translators: 1: PHP version, 2: kind of build, 3: processor architecture, 4: C library, 5: server interface. */
			__( 'This PHP: %1$s, %2$s, %3$s, %4$s, running as %5$s.', 'countersign' ),
			PHP_VERSION,
			Requirements::is_thread_safe() ? __( 'thread-safe (ZTS)', 'countersign' ) : __( 'not thread-safe (NTS)', 'countersign' ),
			Requirements::architecture(),
			Requirements::libc(),
			PHP_SAPI
		);
	}

	/** One sentence that says what is the matter. */
	public static function headline(): string {
		return Requirements::MISSING === Requirements::state()
			? __( 'Countersign needs its PHP extension, which is not loaded on this server. Until it is, no agent is served; the rest of the site is not affected.', 'countersign' )
			: sprintf(
				/* translators: 1: version that is there, 2: version that is needed. */
				__( 'Countersign\'s PHP extension is version %1$s, but the plugin needs %2$s. Until it is updated, no agent is served; the rest of the site is not affected.', 'countersign' ),
				\Countersign\version(),
				\Countersign\Plugin\MINIMUM_EXTENSION
			);
	}
}
