<?php

declare(strict_types=1);

namespace Countersign\Plugin\Admin;

use Countersign\Plugin\Connections\Connection;
use Countersign\Plugin\Connections\Repository;
use Countersign\Plugin\Site\ErrorLog;
use Countersign\Plugin\Site\Failure;
use Countersign\Plugin\Site\Labels;
use Countersign\Plugin\Site\Names;

defined( 'ABSPATH' ) || exit;

/**
 * E-mails to the site's administrator. They name no text that an agent chose: a program could write to the administrator with it.
 * An e-mail that cannot be sent prevents nothing.
 */
final class Mails {

	/** Tells the administrator that a person asks for an agent. */
	public static function asked(): void {
		self::send(
			/* translators: %s: name of the site. */
			__( '[%s] Somebody asks to connect an agent', 'countersign' ),
			[
				/* translators: %s: name and role of a user. */
				sprintf( __( '%s may not connect agents, and asks you to connect one. Nothing was connected, and nothing was approved.', 'countersign' ), Names::text( Format::user( get_current_user_id() ) ) ),
				__( 'The Connections page shows the request, and what to do. It is forgotten after a week. Further requests of the next hour send no e-mail.', 'countersign' ),
			]
		);
	}

	/**
	 * Tells the administrator that an agent was connected.
	 *
	 * @param Repository $connections The connections.
	 * @param int        $id          Id of the new one.
	 */
	public static function connected( Repository $connections, int $id ): void {
		try {
			$connection = $connections->find( $id );
		} catch ( \Countersign\Exception | Failure $error ) {
			ErrorLog::failure( 'an e-mail about a new connection could not be written', $error );
			return;
		}
		if ( null === $connection || null !== $connection->fault ) {
			return;
		}
		self::send(
			/* translators: %s: name of the site. */
			__( '[%s] An agent was connected', 'countersign' ),
			[
				/* translators: 1: name and role of the user who allowed it, 2: name of a set of permissions, 3: name and role of the user that the agent acts as. */
				sprintf( __( '%1$s has connected an agent with the permissions "%2$s". It acts as %3$s.', 'countersign' ), Names::text( Format::user( $connection->created_by ) ), Labels::preset( $connection->preset ), Names::text( Format::user( $connection->user ) ) ),
				__( 'If you do not expect this, revoke the connection on the Connections page.', 'countersign' ),
			]
		);
	}

	/**
	 * Tells the administrator that a budget of a connection is used up.
	 *
	 * @param Connection|null $connection The connection, or null if it cannot be read.
	 * @param string          $every      `day` or `month`.
	 * @param string          $of         `calls` or `cost`.
	 */
	public static function budget_spent( ?Connection $connection, string $every, string $of ): void {
		self::send(
			/* translators: %s: name of the site. */
			__( '[%s] The budget of an agent is used up', 'countersign' ),
			[
				SpentBudgets::sentence( (string) ( $connection->id ?? '?' ), $every, $of ),
				__( 'The number is that of the connection. The Connections page shows its name and its budget.', 'countersign' ),
			]
		);
	}

	/** @param list<string> $paragraphs */
	private static function send( string $subject, array $paragraphs ): void {
		$site = wp_specialchars_decode( get_bloginfo( 'name', 'display' ), ENT_QUOTES );
		try {
			wp_mail( (string) get_option( 'admin_email' ), sprintf( $subject, $site ), implode( "\n\n", [ ...$paragraphs, Menu::url( Menu::CONNECTIONS ) ] ) . "\n" );
		} catch ( \Throwable $error ) {
			ErrorLog::failure( 'an e-mail to the administrator could not be sent', $error );
		}
	}
}
