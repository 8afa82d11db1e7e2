<?php

declare(strict_types=1);

namespace Countersign\Plugin\Records;

use Countersign\Decision;
use Countersign\Plugin\Audit\Change;
use Countersign\Plugin\Audit\EntryDraft;
use Countersign\Plugin\Audit\Log;
use Countersign\Plugin\Audit\Unavailable;
use Countersign\Plugin\Audit\Unprotected;
use Countersign\Plugin\Site\ErrorLog;
use Countersign\Plugin\Site\Extension;
use Countersign\Plugin\Site\Failure;
use Countersign\Plugin\Site\Identity;
use Countersign\Plugin\Site\Json;
use Countersign\Plugin\Site\SealedOptions;
use Countersign\Plugin\Site\Urls;
use Countersign\Record;
use Countersign\Records;

defined( 'ABSPATH' ) || exit;

/**
 * Whether the records of the site as a whole can be believed, and what a person answers if not: after a move, on a copy, on a new
 * machine, after a restored backup and after a change of keys. The extension decides about the state; this class stores answers.
 *
 * Each answer is a new version of the record `site`. The methods throw {@see Unavailable} if the answer cannot be recorded,
 * {@see Failure} if the site is in another state or something else was faster, and {@see Unprotected} if the answer holds but is
 * not yet protected against a restored backup.
 */
final class SiteState {

	/** States in which the record of the site cannot be read, so that only a new beginning helps. */
	public const LOST = [ 'record_missing', 'record_forged', 'keys_changed' ];

	/** States in which the site has no usable witness. */
	public const UNWITNESSED = [ 'witness_missing', 'witness_unusable' ];

	/** Option => kind of its record: what a copy takes along from its original. */
	private const CARRIED = [
		SealedOptions::SETTINGS    => 'settings',
		SealedOptions::KILL_SWITCH => 'kill_switch',
		SealedOptions::WATCH       => 'watch',
	];

	/** Whether this request has tried to take over the beacon. */
	private bool $has_tried = false;

	public function __construct(
		private readonly Extension $extension,
		private readonly SealedOptions $options,
		private readonly Reader $reader,
		private readonly Inventory $inventory,
		private readonly Writer $writer,
		private readonly Log $log,
	) {}

	/**
	 * Returns whether agents may act on this site at all. A machine without a witness takes over a young beacon first, and says
	 * so in the audit log.
	 *
	 * @throws \Countersign\Exception If the extension's keys or store cannot be used.
	 * @throws Failure                If the database cannot be read.
	 */
	public function current(): Decision {
		$state = $this->reader->records()->state();
		if ( 'witness_missing' !== $state->reason() || $this->has_tried ) {
			return $state;
		}
		$this->has_tried = true;
		$beacon          = $this->options->get( SealedOptions::BEACON );
		if ( null === $beacon ) {
			return $state;
		}
		try {
			$state = $this->extension->records()->adopt( $beacon, $this->inventory->texts(), false );
			if ( $state->isAllowed() ) {
				$this->log->append( EntryDraft::admin( 'system', 'site.witness_adopted', 'site' ) );
			}
		} catch ( \Countersign\Exception | Unavailable $error ) {
			ErrorLog::failure( 'the witness was not made from its hourly copy', $error );
		}
		return $this->extension->records()->state();
	}

	/**
	 * Tells whether the site never had a record, as far as the witness knows: after an update from a version without records.
	 *
	 * @throws \Countersign\Exception If the extension's keys or store cannot be used.
	 * @throws Failure                If the database cannot be read.
	 */
	public function is_unknown(): bool {
		return 'record_missing' === $this->current()->reason() && 1 === $this->extension->records()->nextVersion( 'site', 0 );
	}

	/** Returns the address that the site had when its record was sealed; null if the record cannot be opened. */
	public function stored_address(): ?string {
		$record = $this->reader->records()->open( 'site', 0, (string) $this->options->get( SealedOptions::SITE ) );
		return $record instanceof Record ? (string) ( Json::decode( $record->data() )['address'] ?? '' ) : null;
	}

	/** Tells whether the record of the site was sealed for another address than the current one. */
	public function is_of_another_address(): bool {
		$stored = $this->stored_address();
		return null !== $stored && Urls::address() !== $stored;
	}

	/**
	 * Stores the addresses for clients if none are stored, or those of another address of the site. Does nothing while the site is not
	 * at the address of its record: a person has to say first what happened, and a request could have chosen the address.
	 *
	 * @throws \Countersign\Exception If the extension's keys or store cannot be used.
	 * @throws Failure                If the database cannot be read.
	 */
	public function keep_identity(): void {
		if ( Identity::is_missing() && Urls::address() === $this->stored_address() ) {
			Identity::store();
		}
	}

	/** Answers that clients shall use the addresses of the current permalinks. Those that use the earlier ones have to be connected again. */
	public function choose_permalinks(): void {
		$this->log->append( EntryDraft::admin( 'setting', 'site.permalinks_chosen', 'site', [ 'from' => Identity::rest() ] ) );
		Identity::store();
	}

	/**
	 * Returns where the witness lies and whether it works, as {@see Records::witness()} tells it.
	 *
	 * @return array{place: string, keeps_data: bool|null, records: int, failure: string|null}
	 */
	public function witness(): array {
		return $this->extension->records()->witness();
	}

	/**
	 * Seals the first records of a new site: its epoch and address, and that agents may act. To be called only by the request that has
	 * created the site's random identity: no earlier record can belong to it.
	 */
	public function begin(): void {
		$this->start( 'site.created' );
		$text = $this->reader->primary_option( SealedOptions::KILL_SWITCH );
		if ( '' === (string) $text ) {
			// Otherwise it is older than the site, and stops all agents.
			$this->set_switch( false );
		}
	}

	/**
	 * Answers that the site shall begin anew, because its record cannot be read. No record from before is believed any more, so
	 * clients have to be connected again, the settings have their defaults, and agents are stopped until a person lets them continue.
	 */
	public function start_again(): void {
		$this->must_be( self::LOST );
		$this->start( 'site.started_again' );
		$this->set_switch( true );
	}

	/** Answers that the site has moved to its current address. Connections and their tokens stay. */
	public function moved(): void {
		$this->must_be( [ 'site_moved' ] );
		$beacon = $this->options->get( SealedOptions::BEACON );
		$texts  = $this->inventory->texts();
		$this->write( 'moved', 'site.moved', $this->difference(), static fn( Records $records, array $sealed ) => $records->moved( $beacon, [ ...$texts, ...$sealed ] ) );
	}

	/**
	 * Answers that this site is a copy of the one at the stored address. No token and no record of the original is believed on it,
	 * and none of its own on the original. It takes along the settings and whether agents are stopped.
	 */
	public function copied(): void {
		$this->must_be( [ 'site_moved' ] );
		$texts   = $this->inventory->texts();
		$carried = $this->to_carry();
		$this->write( 'copied', 'site.copied', $this->difference(), static fn( Records $records, array $sealed ) => $records->copied( [ ...$texts, ...$sealed ] ) );
		$this->carry( $carried );
	}

	/** Answers that the database is current although the witness is lost or damaged. All access tokens end. */
	public function confirm_current(): void {
		$this->must_be( self::UNWITNESSED );
		$beacon = $this->options->get( SealedOptions::BEACON );
		$texts  = $this->inventory->texts();
		$this->write( 'restored', 'site.confirmed_current', [], static fn( Records $records, array $sealed ) => $records->adopt( $beacon, [ ...$texts, ...$sealed ], true ) );
	}

	/**
	 * Answers that the database was restored. All access tokens end; clients get new ones with their refresh tokens.
	 *
	 * If the database is that of another address, the site begins anew as for {@see start_again()}: its decisions can be older than
	 * those that were made at this address.
	 */
	public function restored(): void {
		$state = $this->current();
		if ( ! $state->isAllowed() ) {
			$this->must_be( [ 'record_rolled_back' ] );
		}
		$is_new = $this->is_of_another_address();
		$beacon = $this->options->get( SealedOptions::BEACON );
		$texts  = $this->inventory->texts();
		$commit = static function ( Records $records, array $sealed ) use ( $beacon, $texts ): void {
			try {
				$records->committed( $sealed );
			} catch ( \Countersign\Exception $error ) {
				if ( 'site_moved' !== $error->reason() ) {
					throw $error;
				}
				// The restored database is one of another address. The witness of the current address learns what it knows.
				$records->moved( $beacon, [ ...$texts, ...$sealed ] );
			}
		};
		$this->write( 'restored', 'site.restored', [], $commit );
		if ( $is_new ) {
			$this->set_switch( true );
		}
	}

	/** Stores the first record of the kill switch of a site, in place of whatever is there. */
	private function set_switch( bool $on ): void {
		SealedOptions::create_row( SealedOptions::KILL_SWITCH );
		$text     = $this->reader->primary_option( SealedOptions::KILL_SWITCH );
		$why      = $on ? [
			'by'      => get_current_user_id(),
			'at'      => time(),
			'because' => 'new_beginning',
		] : [];
		$revision = new Revision( 'kill_switch', 0, $this->extension->records()->nextVersion( 'kill_switch', 0 ), [ 'on' => $on ] + $why );
		$this->store( $on ? 'kill_switch.on' : 'kill_switch.off', [ $revision ], static fn( \Closure $sealed ): array => [ Writer::option( SealedOptions::KILL_SWITCH, $sealed, $text ) ] );
	}

	/** Stores a first record of the site, or a new one in place of one that cannot be read. */
	private function start( string $action ): void {
		SealedOptions::create_row( SealedOptions::SITE );
		$text    = $this->reread();
		$records = $this->extension->records();
		$commit  = function ( Records $records, array $texts ): void {
			try {
				$records->committed( $texts );
			} catch ( \Countersign\Exception $error ) {
				if ( ! in_array( $error->reason(), self::UNWITNESSED, true ) ) {
					throw $error;
				}
				// The new record of the site can be believed, so a witness can be made for it.
				$this->options->forget();
				$this->extension->records()->adopt( $this->options->get( SealedOptions::BEACON ), $texts, true );
			}
		};
		$this->store(
			$action,
			[ new Revision( 'site', 0, $records->nextVersion( 'site', 0, $text ), $records->siteData( 'created' ) ) ],
			static fn( \Closure $site ): array => [ Writer::option( SealedOptions::SITE, $site, $text ) ],
			[ 'address' => Urls::address() ],
			$commit
		);
	}

	/**
	 * Stores a new version of the record of the site.
	 *
	 * @param 'moved'|'copied'|'restored' $event  Why it is sealed.
	 * @param string                      $action Action of the entry that explains it.
	 * @param array<string, mixed>        $change What the entry says.
	 * @param \Closure|null               $commit As for {@see Writer::write()}.
	 */
	private function write( string $event, string $action, array $change, ?\Closure $commit = null ): void {
		$text     = $this->reread();
		$records  = $this->extension->records();
		$revision = new Revision( 'site', 0, $records->nextVersion( 'site', 0, $text ), $records->siteData( $event ), $text );
		SealedOptions::create_row( SealedOptions::SITE );
		$this->store( $action, [ $revision ], static fn( \Closure $sealed ): array => [ Writer::option( SealedOptions::SITE, $sealed, $text ) ], $change, $commit );
	}

	/** @return array<string, Record> Option => its record, as far as it can be believed. */
	private function to_carry(): array {
		$opened = [];
		foreach ( self::CARRIED as $option => $kind ) {
			$opened[ $option ] = $this->extension->records()->open( $kind, 0, (string) $this->options->get( $option ) );
		}
		return array_filter( $opened, static fn( Record|Decision $record ): bool => $record instanceof Record );
	}

	/**
	 * Seals again what the original had decided before this site became a copy.
	 *
	 * @param array<string, Record> $carried As {@see to_carry()} returned it then.
	 */
	private function carry( array $carried ): void {
		$revisions = [];
		$texts     = [];
		foreach ( $carried as $option => $before ) {
			$revisions[] = new Revision( $before->kind(), 0, $this->extension->records()->nextVersion( $before->kind(), 0 ), $before->data() );
			$texts[]     = [ $option, (string) $this->options->get( $option ) ];
		}
		if ( [] !== $revisions ) {
			$this->store( 'site.carried_over', $revisions, static fn( \Closure ...$sealed ): array => array_map( static fn( \Closure $text, array $from ): Change => Writer::option( $from[0], $text, $from[1] ), $sealed, $texts ) );
		}
	}

	/**
	 * Stores versions of records with an entry about the site.
	 *
	 * @param string               $action    Action of the entry.
	 * @param list<Revision>       $revisions As for {@see Writer::write()}, and so are the next ones.
	 * @param \Closure             $changes   What is stored.
	 * @param array<string, mixed> $change    What the entry says.
	 * @param \Closure|null        $commit    Tells the witness.
	 */
	private function store( string $action, array $revisions, \Closure $changes, array $change = [], ?\Closure $commit = null ): void {
		$is_done = $this->writer->write( EntryDraft::admin( 'system', $action, 'site', $change ), $revisions, $changes, $commit );
		foreach ( [ SealedOptions::SITE, ...array_keys( self::CARRIED ) ] as $option ) {
			SealedOptions::forget_caches( $option );
		}
		$this->options->forget();
		if ( ! $is_done ) {
			throw new Failure( 'Another request changed the state of the site at the same time.' );
		}
	}

	/** Reads the record of the site past replicas, and has the extension use that text. */
	private function reread(): ?string {
		$this->options->forget();
		$text = $this->reader->primary_option( SealedOptions::SITE );
		$this->options->correct( SealedOptions::SITE, $text );
		return $text;
	}

	/**
	 * @param list<string> $reasons States that the answer is for.
	 *
	 * @throws Failure If the site is in another state.
	 */
	private function must_be( array $reasons ): void {
		if ( ! in_array( $this->current()->reason(), $reasons, true ) ) {
			throw new Failure( 'The site is not in the state that this answer is for.' );
		}
	}

	/** @return array{from: string|null, to: string} */
	private function difference(): array {
		return [
			'from' => $this->stored_address(),
			'to'   => Urls::address(),
		];
	}
}
