<?php

declare(strict_types=1);

namespace Countersign\Plugin\Integrity;

use Countersign\Decision;
use Countersign\Plugin\Audit\EntryDraft;
use Countersign\Plugin\Audit\Log;
use Countersign\Plugin\Audit\Unavailable;
use Countersign\Plugin\Records\Reader;
use Countersign\Plugin\Records\Revision;
use Countersign\Plugin\Records\Writer;
use Countersign\Plugin\Site\Failure;
use Countersign\Plugin\Site\Json;
use Countersign\Plugin\Site\SealedOptions;

defined( 'ABSPATH' ) || exit;

/**
 * Reports once a day what hostile code on the site would change to stay: must-use plugins, drop-ins, `wp-config.php`,
 * `.htaccess`, and the accounts that administer the site. It prevents nothing. It records changes in the audit log and shows
 * them until an administrator says that they are known.
 *
 * The last look is a sealed record, so that whoever writes the database can neither change it nor bring an older one back
 * unnoticed.
 */
final class Check {

	/** The event of WordPress's cron. */
	public const EVENT = 'countersign_integrity';

	/** Option: what was found and is not known yet, for the notice. */
	public const FOUND = 'countersign_integrity';

	private const KIND = 'watch';

	/** @param \Closure(int): mixed $replaced Called with the id of an account that a connection relies on and that is another person's now. */
	public function __construct(
		private readonly Reader $reader,
		private readonly Writer $writer,
		private readonly Log $log,
		private readonly \Closure $replaced,
	) {}

	/** Plans the daily event, unless it is planned. */
	public static function plan(): void {
		if ( ! wp_next_scheduled( self::EVENT ) ) {
			wp_schedule_event( time() + HOUR_IN_SECONDS, 'daily', self::EVENT );
		}
	}

	/**
	 * Looks at the site and compares it with the last look. The first look is taken as it is. Differences are recorded once,
	 * and remain in the notice until they are acknowledged or undone. Does nothing while the records of the site cannot be used,
	 * which stops all agents and has a notice of its own.
	 *
	 * @throws \Countersign\Exception If the extension's keys or store cannot be used.
	 * @throws Unavailable            If it cannot be recorded.
	 * @throws Failure                If the database cannot be read.
	 */
	public function run(): Differences {
		$now = self::look();
		if ( ! $this->reader->records()->state()->isAllowed() ) {
			return Differences::between( $now, $now );
		}
		$before = $this->baseline();
		if ( null === $before ) {
			$this->seal( $now, EntryDraft::admin( 'system', 'integrity.begun', 'site', [ 'watched' => count( $now ) ] ) );
			$before = $now;
		}
		$before = is_array( $before ) ? $this->follow_connections( $before, $now ) : $before;
		$found  = Differences::between( $before, $now );
		foreach ( $found->changed as $name ) {
			$user = str_ends_with( $name, '/rights' ) ? null : Accounts::of_connection( $name );
			if ( null !== $user ) {
				( $this->replaced )( $user );
			}
		}
		$known = get_option( self::FOUND );
		if ( $found->are_none() ) {
			delete_option( self::FOUND );
		} elseif ( ! is_array( $known ) || ( $known['state'] ?? '' ) !== $found->state ) {
			$this->log->append( EntryDraft::admin( 'refusal', 'integrity.changed', 'site', $found->names(), '' === $found->fault ? 'record_unexplained' : $found->fault ) );
			update_option(
				self::FOUND,
				[
					'state' => $found->state,
					'fault' => $found->fault,
					'names' => $found->names(),
					'time'  => time(),
				],
				false
			);
		}
		return $found;
	}

	/**
	 * Takes the site as it is now as known, because an administrator says so.
	 *
	 * @param string $state The state that the administrator has seen, from {@see Differences::$state}.
	 *
	 * @return bool False if the site has changed again since, or another request was faster. Then nothing is known.
	 *
	 * @throws \Countersign\Exception If the extension's keys or store cannot be used.
	 * @throws Unavailable            If it cannot be recorded.
	 * @throws Failure                If the database cannot be read.
	 */
	public function acknowledge( string $state ): bool {
		$state_of_site = $this->reader->records()->state();
		if ( ! $state_of_site->isAllowed() ) {
			throw new Unavailable( (string) $state_of_site->reason(), 'the records of the site cannot be used' ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- For the error log.
		}
		$now   = self::look();
		$found = Differences::between( $this->baseline() ?? $now, $now );
		if ( ! hash_equals( $found->state, $state ) ) {
			return false;
		}
		if ( ! $this->seal( $now, EntryDraft::admin( 'system', 'integrity.acknowledged', 'site', $found->names() + ( '' === $found->fault ? [] : [ 'fault' => $found->fault ] ) ) ) ) {
			return false;
		}
		delete_option( self::FOUND );
		return true;
	}

	/**
	 * Returns what was found and is not known yet, or null.
	 *
	 * @return array{state: string, fault: string, names: array<string, mixed>, time: int}|null
	 */
	public static function found(): ?array {
		$found = get_option( self::FOUND );
		return is_array( $found ) && is_string( $found['state'] ?? null ) && is_array( $found['names'] ?? null )
			? [
				'state' => $found['state'],
				'fault' => (string) ( $found['fault'] ?? '' ),
				'names' => $found['names'],
				'time'  => (int) ( $found['time'] ?? 0 ),
			]
			: null;
	}

	/**
	 * Adds accounts to the last look that connections rely on since, and removes those that none relies on any more. That is no
	 * change of an account.
	 *
	 * @param array<string, string> $before Name => digest.
	 * @param array<string, string> $now    Name => digest.
	 *
	 * @return array<string, string> The last look as it is sealed now.
	 */
	private function follow_connections( array $before, array $now ): array {
		$is_of_one = static fn( string $name ): bool => null !== Accounts::of_connection( $name );
		$new       = array_filter( array_diff_key( $now, $before ), $is_of_one, ARRAY_FILTER_USE_KEY );
		$gone      = array_filter( array_diff_key( $before, $now ), $is_of_one, ARRAY_FILTER_USE_KEY );
		if ( [] === $new && [] === $gone ) {
			return $before;
		}
		$before = array_diff_key( $before, $gone ) + $new;
		$this->seal( $before, EntryDraft::admin( 'system', 'integrity.accounts', 'site', Differences::between( $gone, $new )->names() ) );
		return $before;
	}

	/** @return array<string, string> Name => digest. */
	private static function look(): array {
		return Files::digests() + Accounts::digests();
	}

	/**
	 * Returns the last look; a reason code if it is not to be believed; null if there was none.
	 *
	 * @return array<string, string>|string|null
	 */
	private function baseline(): array|string|null {
		$text   = $this->reader->primary_option( SealedOptions::WATCH );
		$opened = $this->reader->records()->open( self::KIND, 0, (string) $text );
		if ( $opened instanceof Decision ) {
			$reason = (string) $opened->reason();
			return 'record_unsealed' === $reason ? null : $reason;
		}
		return array_map( strval( ... ), (array) ( Json::decode( $opened->data() )['items'] ?? [] ) );
	}

	/**
	 * @param array<string, string> $items Name => digest.
	 *
	 * @return bool False if another request was faster. Then nothing was stored.
	 */
	private function seal( array $items, EntryDraft $draft ): bool {
		$text     = $this->reader->primary_option( SealedOptions::WATCH );
		$revision = new Revision( self::KIND, 0, $this->reader->records()->nextVersion( self::KIND, 0, $text ), [ 'items' => (object) $items ] );
		SealedOptions::create_row( SealedOptions::WATCH );
		$is_done = $this->writer->write( $draft, [ $revision ], static fn( \Closure $sealed ): array => [ Writer::option( SealedOptions::WATCH, $sealed, $text ) ] );
		SealedOptions::forget_caches( SealedOptions::WATCH );
		return $is_done;
	}
}
