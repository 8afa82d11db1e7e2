<?php

declare(strict_types=1);

namespace Countersign\Plugin\Admin;

use Countersign\Access;

defined( 'ABSPATH' ) || exit;

/** The part of a form in which a person names fields that an agent may not write: one on each line. */
final class FieldRules {

	private const MAX = 50;

	/**
	 * Prints a text area.
	 *
	 * @param list<string> $fields    Fields that are excluded.
	 * @param bool         $may_widen Whether fields can be taken from the list.
	 */
	public static function show( array $fields, bool $may_widen ): void {
		?>
		<textarea class="regular-text code" id="countersign-fields" name="denied_fields" rows="<?php echo esc_attr( (string) max( 3, min( 10, count( $fields ) + 1 ) ) ); ?>" spellcheck="false" autocapitalize="off" aria-describedby="countersign-fields-help" placeholder="meta:_price"><?php echo esc_textarea( implode( "\n", $fields ) ); ?></textarea>
		<div id="countersign-fields-help" class="description">
			<p><?php esc_html_e( 'One name on each line. The agent is told, and a tool that writes such a field is refused, whichever plugin it belongs to.', 'countersign' ); ?></p>
			<ul>
				<li><?php self::example( 'title', 'content, excerpt, slug, date, author, status, parent, template, featured_media', __( 'a field of posts, pages and products', 'countersign' ) ); ?></li>
				<li><?php self::example( 'meta:_price', 'meta:_*_price', __( 'metadata, here the prices of WooCommerce; * stands for any characters', 'countersign' ) ); ?></li>
				<li><?php self::example( 'terms:category', 'terms', __( 'the terms of one taxonomy, or of all', 'countersign' ) ); ?></li>
			</ul>
			<?php if ( ! $may_widen && [] !== $fields ) : ?>
				<p><?php esc_html_e( 'You can add names and not remove any. To let the agent write such a field, revoke the connection and connect the agent again.', 'countersign' ); ?></p>
			<?php endif; ?>
		</div>
		<?php
	}

	/**
	 * Reads what a person typed.
	 *
	 * @return list<string>|string The fields as {@see Access::fields()} returns them, or what is wrong, for the person.
	 */
	public static function parse( string $text ): array|string {
		$lines = preg_split( '/\R/', $text ) ?: [];
		foreach ( $lines as $index => $line ) {
			$fault = Access::fieldFault( $line );
			if ( null !== $fault ) {
				/* translators: 1: number of a line, 2: what is wrong with it. */
				return sprintf( __( 'Nothing was saved: line %1$d of the fields %2$s', 'countersign' ), $index + 1, self::words( $fault ) );
			}
		}
		$lines = array_values( array_unique( array_filter( array_map( trim( ... ), $lines ), static fn( string $line ): bool => '' !== $line ) ) );
		if ( count( $lines ) > self::MAX ) {
			/* translators: %d: greatest number of names. */
			return sprintf( __( 'Nothing was saved: there are more than %d names of fields. Use * for names that are alike.', 'countersign' ), self::MAX );
		}
		return Access::fields( $lines );
	}

	private static function words( string $fault ): string {
		return match ( $fault ) {
			'empty'      => __( 'ends after the colon. Name the metadata or the taxonomy, such as meta:_price or terms:category.', 'countersign' ),
			'characters' => __( 'has a character that it cannot have: use letters without accents, digits and signs, and * for any others.', 'countersign' ),
			'long'       => __( 'is too long: use * for a part of the name.', 'countersign' ),
			default      => __( 'is not the name of a field. For metadata, begin with meta: such as meta:_price. For terms, begin with terms: such as terms:category.', 'countersign' ),
		};
	}

	private static function example( string $name, string $more, string $meaning ): void {
		echo '<code>' . esc_html( $name ) . '</code>, <code>' . implode( '</code>, <code>', array_map( esc_html( ... ), explode( ', ', $more ) ) ) . '</code>: ' . esc_html( $meaning ); // phpcs:ignore WordPress.Security.EscapeOutput.OutputNotEscaped -- Each part is escaped.
	}
}
