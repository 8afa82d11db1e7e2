<?php

declare(strict_types=1);

namespace Countersign\Plugin\Health;

use Countersign\Plugin\Site\Urls;

use const Countersign\Plugin\MINIMUM_EXTENSION;
use const Countersign\Plugin\RELEASES;

defined( 'ABSPATH' ) || exit;

/** Says that the PHP extension is missing or too old, and what a host has to do about it. */
final class Instructions {

	/** Command that makes the folder for the state of the extension. */
	public const STATE_FOLDER = 'install -d -m 1733 /var/lib/countersign';

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

	/**
	 * Returns what describes this PHP, as far as it matters for an extension.
	 *
	 * @return array<string, string> Label => value.
	 */
	public static function php(): array {
		return [
			__( 'PHP version', 'countersign' )      => PHP_VERSION,
			__( 'Thread safety', 'countersign' )    => Requirements::is_thread_safe() ? __( 'thread-safe (ZTS)', 'countersign' ) : __( 'not thread-safe (NTS)', 'countersign' ),
			__( 'Architecture', 'countersign' )     => Requirements::architecture(),
			__( 'C library', 'countersign' )        => Requirements::libc(),
			__( 'Runs as', 'countersign' )          => PHP_SAPI,
			__( 'Extension folder', 'countersign' ) => Requirements::extension_dir(),
			__( 'Configuration', 'countersign' )    => Requirements::ini_file() ?: __( 'reads no php.ini', 'countersign' ),
		];
	}

	/** Returns a message for the host as plain text, with everything that its support staff needs to know. */
	public static function message(): string {
		$ini   = Requirements::ini_file();
		$facts = [];
		foreach ( self::php() as $label => $value ) {
			$facts[] = "- $label: $value";
		}
		return implode(
			"\n",
			[
				__( 'Hello,', 'countersign' ),
				'',
				/* translators: 1: address of a site, 2: version. */
				sprintf( __( 'my site %1$s uses the WordPress plugin Countersign, which needs the PHP extension "countersign", version %2$s or newer. Could you please install it for the PHP of this site?', 'countersign' ), Urls::address(), MINIMUM_EXTENSION ),
				'',
				...$facts,
				'',
				/* translators: 1: file name, 2: address of a web page. */
				sprintf( __( '1. Download %1$s from %2$s and check it against SHA256SUMS. For the PHP of Debian there is a package instead, which does everything below. "pie install countersign/countersign" works too.', 'countersign' ), Requirements::asset(), RELEASES ),
				/* translators: %s: folder. */
				sprintf( __( '2. Copy countersign.so from it to %s.', 'countersign' ), Requirements::extension_dir() ),
				'' === $ini
					/* translators: %s: line of a configuration file. */
					? sprintf( __( '3. Add the line %s to PHP\'s configuration.', 'countersign' ), Requirements::ini_line() )
					/* translators: 1: line of a configuration file, 2: file name. */
					: sprintf( __( '3. Add the line %1$s to %2$s.', 'countersign' ), Requirements::ini_line(), $ini ),
				/* translators: %s: command. */
				sprintf( __( '4. As root: %s', 'countersign' ), self::STATE_FOLDER ),
				__( '5. Restart PHP.', 'countersign' ),
				'',
				__( 'The extension is one file. It runs no service, and does nothing for sites that do not use it.', 'countersign' ),
				'',
				__( 'Thank you!', 'countersign' ),
			]
		);
	}
}
