<?php

declare(strict_types=1);

namespace Countersign\Plugin\Admin;

defined( 'ABSPATH' ) || exit;

/** A line of text with a button that copies it. */
final class Copyable {

	/**
	 * Prints the line.
	 *
	 * @param string $id   Id of the field, which is unique on the page.
	 * @param string $text The text.
	 */
	public static function line( string $id, string $text ): void {
		?>
		<p class="countersign-copy">
			<label class="screen-reader-text" for="<?php echo esc_attr( $id ); ?>"><?php esc_html_e( 'Text to copy', 'countersign' ); ?></label>
			<input type="text" id="<?php echo esc_attr( $id ); ?>" class="code" readonly value="<?php echo esc_attr( $text ); ?>">
			<button type="button" class="button" data-countersign-copy="<?php echo esc_attr( $id ); ?>"><?php esc_html_e( 'Copy', 'countersign' ); ?></button>
		</p>
		<?php
	}
}
