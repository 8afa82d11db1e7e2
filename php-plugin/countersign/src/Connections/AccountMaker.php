<?php

declare(strict_types=1);

namespace Countersign\Plugin\Connections;

use Countersign\Plugin\Site\Failure;

defined( 'ABSPATH' ) || exit;

/** Makes the accounts that belong to one connection each. */
interface AccountMaker {

	/**
	 * Makes an account to which nobody can log in.
	 *
	 * @param string $name       Name of the connection.
	 * @param int    $connection Id of the connection.
	 *
	 * @return int Id of the account. It can read, and nothing else yet.
	 *
	 * @throws Failure If WordPress did not make it.
	 */
	public function make( string $name, int $connection ): int;

	/**
	 * Deletes an account that was made for a connection, has no content, and belongs to no connection that has not ended. Does nothing with
	 * any other account.
	 */
	public function discard( int $user ): void;
}
