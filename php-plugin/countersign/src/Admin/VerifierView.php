<?php

declare(strict_types=1);

namespace Countersign\Plugin\Admin;

use const Countersign\Plugin\FILE;
use const Countersign\Plugin\VERSION;

defined( 'ABSPATH' ) || exit;

/** The part of the Audit page that verifies an exported log in the browser, in a frame without any rights on this site. */
final class VerifierView {

	/** The page in the plugin's folder, which the build makes: one file without parts. */
	private const PAGE = 'assets/verifier.html';

	/**
	 * Prints the section.
	 *
	 * @param string|null $key The verifier key of this site, which the verifier offers to use.
	 */
	public static function show( ?string $key ): void {
		?>
		<details class="countersign-verifier">
			<summary><?php esc_html_e( 'Verify an export', 'countersign' ); ?></summary>
			<?php self::is_there() ? self::frame( $key ) : self::missing(); ?>
		</details>
		<?php
	}

	/** Returns whether this copy of the plugin contains the verifier. */
	private static function is_there(): bool {
		return is_readable( plugin_dir_path( FILE ) . self::PAGE );
	}

	private static function frame( ?string $key ): void {
		$page = add_query_arg( 'ver', VERSION, plugins_url( self::PAGE, FILE ) );
		// Browsers do not send the fragment of an address.
		$offer = null === $key ? '' : '#key=' . rawurlencode( $key );
		?>
		<p><?php esc_html_e( 'This verifies an exported log in your browser. The file stays on your computer: the verifier cannot send anything.', 'countersign' ); ?></p>
		<p>
			<?php esc_html_e( 'This verifier comes from this site. If you do not trust the site, use a verifier and a key that you got in another way, or the command “countersign audit verify”. The verifier is a single file that also works when it is opened from your disk.', 'countersign' ); ?>
			<a href="<?php echo esc_url( $page ); ?>" download="countersign-verifier.html"><?php esc_html_e( 'Download the verifier', 'countersign' ); ?></a>
		</p>
		<iframe
			title="<?php esc_attr_e( 'Verifier', 'countersign' ); ?>"
			src="<?php echo esc_url( $page . $offer ); ?>"
			sandbox="allow-scripts"
			referrerpolicy="no-referrer"
			loading="lazy"
		></iframe>
		<p class="description"><?php esc_html_e( 'If the frame above stays empty, your server forbids frames: download the verifier and open the file.', 'countersign' ); ?></p>
		<?php
	}

	private static function missing(): void {
		?>
		<p>
			<?php
			printf(
				/* translators: %s: name of a file. */
				esc_html__( 'This copy of the plugin has no verifier (%s is missing). The released plugin archive contains it: install that again. In a copy of the source code, “make verifier” makes it. Until then, use the command “countersign audit verify”.', 'countersign' ),
				'<code>' . esc_html( self::PAGE ) . '</code>'
			);
			?>
		</p>
		<?php
	}
}
