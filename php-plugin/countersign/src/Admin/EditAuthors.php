<?php

declare(strict_types=1);

namespace Countersign\Plugin\Admin;

use Countersign\Plugin\Connections\Connection;

defined( 'ABSPATH' ) || exit;

/** The part of the form of a connection that says whom the agent may make the author of items. */
final class EditAuthors {

	/** Largest number of people that are listed. Those who are selected are always listed. */
	private const MAX = 200;

	/** Prints the fields. */
	public static function show( Connection $connection ): void {
		?>
		<fieldset>
			<legend class="screen-reader-text"><?php esc_html_e( 'Authors', 'countersign' ); ?></legend>
			<?php foreach ( self::people( $connection ) as $id => $name ) : ?>
				<label>
					<input type="checkbox" name="authors[]" value="<?php echo esc_attr( (string) $id ); ?>" <?php checked( in_array( $id, $connection->authors, true ) ); ?>>
					<span dir="auto"><?php echo esc_html( $name ); ?></span>
				</label><br>
			<?php endforeach; ?>
		</fieldset>
		<p class="description"><?php esc_html_e( 'The people whom the agent may make the author of items, if it has the permission for authors. If nobody is selected, only the account that it acts as.', 'countersign' ); ?></p>
		<?php
	}

	/**
	 * Returns the selection that the form sent, without people who do not exist.
	 *
	 * @return list<int> In ascending order.
	 */
	public static function sent(): array {
		$sent = array_filter( array_map( absint( ... ), AdminPost::keys( 'authors' ) ) );
		$ids  = [] === $sent ? [] : array_map( intval( ... ), get_users( [ 'include' => array_slice( array_values( array_unique( $sent ) ), 0, self::MAX ), 'fields' => 'ID' ] ) ); // phpcs:ignore Universal.Arrays.MixedArrayKeyTypes,WordPress.Arrays.ArrayDeclarationSpacing -- Two short members.
		sort( $ids );
		return $ids;
	}

	/** @return array<int, string> Id => name of the people who can write, and of those who are selected. */
	private static function people( Connection $connection ): array {
		$find = static fn( array $which ): array => get_users(
			$which + [
				'fields'  => [ 'ID', 'display_name' ],
				'orderby' => 'display_name',
				'number'  => self::MAX,
			]
		);
		$found = [] === $connection->authors ? [] : $find( [ 'include' => $connection->authors ] );
		$names = [];
		foreach ( [ ...$found, ...$find( [ 'capability' => [ 'edit_posts' ] ] ) ] as $user ) {
			$names[ (int) $user->ID ] = (string) $user->display_name;
		}
		return $names;
	}
}
