<?php

declare(strict_types=1);

namespace Countersign\Tests;

/** A point in the request of an agent at which it waits until another process has done something. The two use pipes. */
final class Meeting {

	private const OPTION = 'fixture_meeting';

	/** @var resource */
	private $arrived;

	/** @var resource */
	private $go;

	private readonly string $pipes;

	/**
	 * @param string $at A regular expression for a statement of SQL, before which the request waits, or `hook:` and the name of a
	 *                   hook and a priority, such as `hook:save_post:1`.
	 */
	public function __construct( string $at ) {
		$this->pipes = Site::folder() . '/tmp/meeting-' . bin2hex( random_bytes( 6 ) );
		foreach ( [ 'arrived', 'go' ] as $name ) {
			posix_mkfifo( "$this->pipes-$name", 0600 );
			// Open for both directions, so that neither side waits for the other to open it.
			$this->$name = fopen( "$this->pipes-$name", 'r+' );
		}
		touch( "$this->pipes-open" );
		update_option( self::OPTION, [ 'at' => $at, 'pipes' => $this->pipes ] );
	}

	/**
	 * Sends a request that gets to the point, and does something while it waits there.
	 *
	 * @param callable(int): mixed $meanwhile Gets the id of the process that waits.
	 */
	public function during( Pending $request, callable $meanwhile ): Answer {
		return Http::during(
			$request,
			function () use ( $meanwhile ): bool {
				$read = [ $this->arrived ];
				$none = null;
				if ( 0 === stream_select( $read, $none, $none, 0 ) ) {
					return false;
				}
				try {
					$meanwhile( (int) fgets( $this->arrived ) );
				} finally {
					fwrite( $this->go, '.' );
				}
				return true;
			}
		);
	}

	public function end(): void {
		delete_option( self::OPTION );
		fclose( $this->arrived );
		fclose( $this->go );
		array_map( unlink( ... ), glob( "$this->pipes-*" ) ?: [] );
	}
}
