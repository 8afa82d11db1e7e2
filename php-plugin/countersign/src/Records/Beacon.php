<?php

declare(strict_types=1);

namespace Countersign\Plugin\Records;

use Countersign\Plugin\Site\ErrorLog;
use Countersign\Plugin\Site\Extension;
use Countersign\Plugin\Site\Failure;
use Countersign\Plugin\Site\SealedOptions;

defined( 'ABSPATH' ) || exit;

/**
 * The beacon: a sealed copy of the witness in the database, made once an hour and after each change that a person makes. A machine
 * that has no witness yet takes a young beacon for it.
 */
final class Beacon {

	/** Event of WordPress's cron: makes the beacon. */
	public const EVENT = 'countersign_beacon';

	private bool $is_due = false;

	public function __construct(
		private readonly Extension $extension,
		private readonly SealedOptions $options,
	) {}

	/** Has WordPress make a beacon every hour from now on. */
	public static function schedule(): void {
		if ( ! wp_next_scheduled( self::EVENT ) ) {
			wp_schedule_event( time(), 'hourly', self::EVENT );
		}
	}

	/** Tells whether the hourly beacon has not been made for more than an hour. */
	public static function is_late(): bool {
		$next = wp_next_scheduled( self::EVENT );
		return false === $next || $next < time() - HOUR_IN_SECONDS;
	}

	/** Makes a beacon at the end of this request, once. */
	public function make_later(): void {
		if ( ! $this->is_due ) {
			$this->is_due = true;
			add_action( 'shutdown', $this->make( ... ), PHP_INT_MAX );
		}
	}

	/** Makes a beacon. Keeps the last one while the state of the site does not allow a new one. */
	public function make(): void {
		$this->is_due = false;
		try {
			$this->options->forget();
			$records = $this->extension->records();
			if ( $records->state()->isAllowed() ) {
				$this->options->put( SealedOptions::BEACON, $records->beacon() );
			}
		} catch ( \Countersign\Exception | Failure $error ) {
			ErrorLog::failure( 'the hourly copy of the witness could not be made', $error );
		}
	}
}
