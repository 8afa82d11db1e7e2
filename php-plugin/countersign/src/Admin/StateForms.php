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
		AdminPost::register( 'countersign_continue', self::CAPABILITY, $this->confirm_current( ... ) );
		AdminPost::register( 'countersign_restored', self::CAPABILITY, $this->restored( ... ) );
		AdminPost::register( 'countersign_start_again', self::CAPABILITY, $this->start_again( ... ) );
		AdminPost::register( 'countersign_take_over', self::CAPABILITY, $this->take_over( ... ) );
	}

	private function moved(): string {
		$this->state->moved();
		return self::done( __( 'The site has its new address. Clients that use the old one have to be connected again.', 'countersign' ) );
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
		return self::done( __( 'Agents can use the site again. Clients get new access by themselves.', 'countersign' ) );
	}

	private function restored(): string {
		$this->state->restored();
		return self::done( __( 'Agents can use the site again. Clients get new access by themselves.', 'countersign' ) );
	}

	private function start_again(): string {
		$had_keys = 'keys_changed' !== $this->state->current()->reason();
		$late     = null;
		try {
			$this->state->start_again();
		} catch ( Unprotected $error ) {
			$late = $error;
		}
		if ( $had_keys && null === $late ) {
			return self::done( __( 'The site has a new record. Agents can use the site again.', 'countersign' ) );
		}
		$old                   = $had_keys ? [] : array_filter( $this->each(), static fn( Connection $connection ): bool => 'keys_changed' === $connection->fault );
		[ $count, $also_late ] = $this->end_all( $old, 'keys_changed' );
		if ( null !== ( $late ?? $also_late ) ) {
			throw $late ?? $also_late;
		}
		/* translators: %s: number of connections. */
		return self::done( sprintf( _n( 'The site has a new record. %s old connection was revoked: connect its client again.', 'The site has a new record. %s old connections were revoked: connect their clients again.', $count, 'countersign' ), number_format_i18n( $count ) ) );
	}

	private function take_over(): string {
		if ( $this->state->is_unknown() ) {
			$this->state->start_again();
		}
		$count = $this->migration->seal( AdminPost::text( 'seen' ) );
		if ( null === $count ) {
			Flash::add( 'error', __( 'The connections have changed since you looked at them, so none was taken over. Look at the list again.', 'countersign' ) );
			return Menu::url( Menu::CONNECTIONS );
		}
		return self::done( __( 'The connections were taken over. Agents can use them again.', 'countersign' ) );
	}

	/**
	 * Ends connections. That one of them is not protected yet does not keep the others from being ended.
	 *
	 * @param array<Connection> $connections The connections.
	 * @param string            $reason      Why they end.
	 *
	 * @return array{int, Unprotected|null} The number of connections that were ended, and what prevents their protection.
	 */
	private function end_all( array $connections, string $reason ): array {
		$count = 0;
		$late  = null;
		foreach ( $connections as $connection ) {
			try {
				$count += (int) $this->manager->end( $connection, $reason, EntryDraft::admin( 'revoke', 'connection.revoked', $connection->target(), [ 'because' => $reason ] ) );
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
