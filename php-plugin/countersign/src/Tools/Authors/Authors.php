<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Authors;

use Countersign\Plugin\Connections\Connection;

defined( 'ABSPATH' ) || exit;

/** Who can be the author of items. */
final class Authors {

	/** Tells whether somebody can be the author of items of a type. */
	public static function can_write( int $user, \WP_Post_Type $type ): bool {
		return $user > 0 && user_can( $user, $type->cap->edit_posts );
	}

	/** Tells what the extension decides in `reassign_posts`: the author is in the allowlist, or the connection's own user if it is empty. */
	public static function is_allowed( Connection $connection, int $user ): bool {
		return in_array( $user, [] === $connection->authors ? [ $connection->user ] : $connection->authors, true );
	}
}
