<?php

declare(strict_types=1);

namespace Countersign\Plugin\Records;

use Countersign\Decision;
use Countersign\Plugin\Audit\ChangeFailed;
use Countersign\Plugin\Audit\EntryDraft;
use Countersign\Plugin\Audit\Unavailable;
use Countersign\Plugin\Audit\Unprotected;
use Countersign\Plugin\Site\Failure;
use Countersign\Plugin\Site\SealedOptions;
use Countersign\Record;

defined( 'ABSPATH' ) || exit;

/** Opens and stores the records that the site has once, each in its option: the kill switch and the settings. */
final class SiteRecords {

	/** Option => kind of its record. */
	private const KINDS = [
		SealedOptions::KILL_SWITCH => 'kill_switch',
		SealedOptions::SETTINGS    => 'settings',
	];

	private const BEHIND = 'record_rolled_back';

	public function __construct(
		private readonly SealedOptions $options,
		private readonly Reader $reader,
		private readonly Writer $writer,
	) {}

	/**
	 * Opens a record. One that is behind its witness is read once more from the primary database, because a replica can lag.
	 *
	 * @param string $option {@see SealedOptions::KILL_SWITCH} or {@see SealedOptions::SETTINGS}.
	 *
	 * @return Record|Decision The record, or the reason for which it cannot be believed: `record_unsealed` if the site never had
	 *                         one, `record_missing` if it is gone.
	 *
	 * @throws \Countersign\Exception If the extension's keys or store cannot be used.
	 * @throws Failure                If the database cannot be read.
	 */
	public function open( string $option ): Record|Decision {
		$records = $this->reader->records();
		$text    = $this->options->get( $option );
		$opened  = $records->open( self::KINDS[ $option ], 0, (string) $text );
		if ( $opened instanceof Decision && self::BEHIND === $opened->reason() ) {
			$again = $this->reader->primary_option( $option );
			if ( $again !== $text ) {
				$this->options->correct( $option, $again );
				$opened = $records->open( self::KINDS[ $option ], 0, (string) $again );
			}
		}
		return $opened;
	}

	/**
	 * Returns the text from which {@see open()} last opened the record in this request, for {@see replace()}.
	 *
	 * @param string $option {@see SealedOptions::KILL_SWITCH} or {@see SealedOptions::SETTINGS}.
	 *
	 * @throws Failure If the database cannot be read.
	 */
	public function text( string $option ): ?string {
		return $this->options->get( $option );
	}

	/**
	 * Stores a new version, together with the entry that explains it. It takes the place of whatever the option holds.
	 *
	 * @param string               $option {@see SealedOptions::KILL_SWITCH} or {@see SealedOptions::SETTINGS}.
	 * @param array<string, mixed> $data   What the record decides.
	 * @param EntryDraft           $draft  The entry.
	 *
	 * @throws \RuntimeException As {@see replace()} describes.
	 */
	public function store( string $option, array $data, EntryDraft $draft ): void {
		$this->replace( $option, $this->reader->primary_option( $option ), $data, $draft );
	}

	/**
	 * Stores a new version like {@see store()}, if the option still holds the text from which the new version was decided.
	 *
	 * @param string               $option {@see SealedOptions::KILL_SWITCH} or {@see SealedOptions::SETTINGS}.
	 * @param string|null          $text   What the option holds, or null if it holds nothing.
	 * @param array<string, mixed> $data   What the record decides.
	 * @param EntryDraft           $draft  The entry.
	 *
	 * @throws ChangeFailed If the database refused the change.
	 * @throws Unavailable  If nothing was stored, because the entry or the record could not be made.
	 * @throws Unprotected  If it is stored and in effect, but the witness could not be raised.
	 * @throws Failure      If the option holds another text, because another request was faster, or the database cannot be read.
	 */
	public function replace( string $option, ?string $text, array $data, EntryDraft $draft ): void {
		try {
			$records  = $this->reader->records();
			$version  = $records->nextVersion( self::KINDS[ $option ], 0, $text );
			$previous = $records->open( self::KINDS[ $option ], 0, (string) $text ) instanceof Record ? $text : null;
		} catch ( \Countersign\Exception $error ) {
			throw new Unavailable( $error->reason(), $error->getMessage(), $error ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- For the error log.
		}
		if ( null === $text ) {
			SealedOptions::create_row( $option );
		}
		$revision = new Revision( self::KINDS[ $option ], 0, $version, $data, $previous );
		try {
			$is_done = $this->writer->write( $draft, [ $revision ], static fn( \Closure $sealed ): array => [ Writer::option( $option, $sealed, $text ) ] );
		} finally {
			SealedOptions::forget_caches( $option );
			$this->options->forget();
		}
		if ( ! $is_done ) {
			throw new Failure( 'Another request changed this at the same time.' );
		}
	}
}
