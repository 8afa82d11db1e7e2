<?php

declare(strict_types=1);

namespace Countersign\Plugin\Admin;

use Countersign\Plugin\Audit\EntryDraft;
use Countersign\Plugin\Audit\Unprotected;
use Countersign\Plugin\Connections\Connection;
use Countersign\Plugin\Connections\Manager;
use Countersign\Plugin\Connections\Repository;
use Countersign\Plugin\Records\Migration;
use Countersign\Plugin\Records\SiteState;

defined( 'ABSPATH' ) || exit;

/** The answers to the questions of {@see StateView}. Each can let agents act again, so each needs an administrator. */
final class StateForms {

	/** Capability that every answer needs. */
	public const CAPABILITY = 'manage_options';

	/** Faults of connections from before a new beginning. */
	private const FROM_BEFORE = [ 'keys_changed', 'record_foreign' ];

	/** Connections that are read at a time. */
	private const BATCH = 100;

	public function __construct(
		private readonly SiteState $state,
		private readonly Migration $migration,
		private readonly Repository $connections,
		private readonly Manager $manager,
	) {}

	/** Registers the actions. */
	public function register(): void {
		AdminPost::register( 'countersign_moved', self::CAPABILITY, $this->moved( ... ) );
		AdminPost::register( 'countersign_copied', self::CAPABILITY, $this->copied( ... ) );
		AdminPost::register( 'countersign_permalinks', self::CAPABILITY, $this->permalinks( ... ) );
		AdminPost::register( 'countersign_continue', self::CAPABILITY, $this->confirm_current( ... ) );
		AdminPost::register( 'countersign_restored', self::CAPABILITY, $this->restored( ... ) );
		AdminPost::register( 'countersign_start_again', self::CAPABILITY, $this->start_again( ... ) );
		AdminPost::register( 'countersign_take_over', self::CAPABILITY, $this->take_over( ... ) );
	}

	private function moved(): string {
		$this->state->moved();
		return self::done( __( 'The site has its new address. Agents that use the old one have to be connected again.', 'countersign' ) );
	}

	private function permalinks(): string {
		$this->state->choose_permalinks();
		return self::done( __( 'Agents use the new address from now on. Connect each agent again with it.', 'countersign' ) );
	}

	private function copied(): string {
		$late = null;
		try {
			$this->state->copied();
		} catch ( Unprotected $error ) {
			// The answer holds, so no connection may stay active on the copy.
			$late = $error;
		}
		[ $count, $also_late ] = $this->end_all( $this->each(), 'site_moved' );
		if ( null !== ( $late ?? $also_late ) ) {
			throw $late ?? $also_late;
		}
		/* translators: %s: number of connections. */
		return self::done( sprintf( _n( 'This site is a copy from now on. %s connection was revoked on it.', 'This site is a copy from now on. %s connections were revoked on it.', $count, 'countersign' ), number_format_i18n( $count ) ) );
	}

	private function confirm_current(): string {
		$this->state->confirm_current();
		return self::done( __( 'Agents can use the site again. Agents get new access by themselves.', 'countersign' ) );
	}

	private function restored(): string {
		if ( $this->state->is_of_another_address() ) {
			return $this->begin_anew( $this->state->restored( ... ) );
		}
		$this->state->restored();
		return self::done( __( 'Agents can use the site again. Agents get new access by themselves.', 'countersign' ) );
	}

	private function start_again(): string {
		return $this->begin_anew( $this->state->start_again( ... ) );
	}

	/** @param \Closure(): void $answer Stores the answer, after which no record from before is believed. */
	private function begin_anew( \Closure $answer ): string {
		$late = null;
		try {
			$answer();
		} catch ( Unprotected $error ) {
			$late = $error;
		}
		[ $count, $also_late ] = $this->end_all( array_filter( $this->each(), static fn( Connection $connection ): bool => in_array( $connection->fault, self::FROM_BEFORE, true ) ) );
		if ( null !== ( $late ?? $also_late ) ) {
			throw $late ?? $also_late;
		}
		$stopped = __( 'Agents are stopped until you let them continue.', 'countersign' );
		/* translators: 1: number of connections, 2: sentence that says that agents are stopped. */
		return self::done( sprintf( _n( 'The site has a new record. %1$s old connection was revoked: connect its agent again. %2$s', 'The site has a new record. %1$s old connections were revoked: connect their agents again. %2$s', $count, 'countersign' ), number_format_i18n( $count ), $stopped ) );
	}

	private function take_over(): string {
		$is_unknown = $this->state->is_unknown();
		if ( $is_unknown ) {
			$this->state->start_again();
		}
		$count = $this->migration->seal( AdminPost::text( 'seen' ) );
		if ( null === $count ) {
			Flash::add( 'error', __( 'The connections have changed since you looked at them, so none was taken over. Look at the list again.', 'countersign' ) );
			return Menu::url( Menu::CONNECTIONS );
		}
		return self::done(
			$is_unknown
				? __( 'The connections were taken over. Agents are stopped until you let them continue.', 'countersign' )
				: __( 'The connections were taken over. Agents can use them again.', 'countersign' )
		);
	}

	/**
	 * Ends connections. That one of them is not protected yet does not keep the others from being ended.
	 *
	 * @param array<Connection> $connections The connections.
	 * @param string|null       $reason      Why they end; null for the reason for which each one's record cannot be used.
	 *
	 * @return array{int, Unprotected|null} The number of connections that were ended, and what prevents their protection.
	 */
	private function end_all( array $connections, ?string $reason = null ): array {
		$count = 0;
		$late  = null;
		foreach ( $connections as $connection ) {
			$because = $reason ?? (string) $connection->fault;
			try {
				$count += (int) $this->manager->end( $connection, $because, EntryDraft::admin( 'revoke', 'connection.revoked', $connection->target(), [ 'because' => $because ] ) );
			} catch ( Unprotected $error ) {
				++$count;
				$late = $error;
			}
		}
		return [ $count, $late ];
	}

	/** @return list<Connection> The connections that have not ended. All are read first, because ending one changes the order. */
	private function each(): array {
		$all = [];
		do {
			$page = $this->connections->page( '', '', self::BATCH, count( $all ) );
			array_push( $all, ...$page );
		} while ( count( $page ) === self::BATCH );
		return array_values( array_filter( $all, static fn( Connection $connection ): bool => ! $connection->is_revoked() ) );
	}

	private static function done( string $message ): string {
		Flash::add( 'success', $message );
		return Menu::url( Menu::CONNECTIONS );
	}
}
