<?php

declare(strict_types=1);

namespace Countersign\Tests;

/** A second process of the site, which lives until the test ends it and runs code that the test sends over a pipe. */
final class Worker {

	/** Seconds to wait for an answer. */
	private const PATIENCE = 30;

	/** @var resource */
	private $process;

	/** @var resource */
	private $input;

	/** @var resource */
	private $output;

	public function __construct() {
		$log           = Site::folder() . '/tmp/worker.log';
		$this->process = proc_open( Site::command( dirname( __DIR__ ) . '/fixtures/worker.php' ), [ [ 'pipe', 'r' ], [ 'pipe', 'w' ], [ 'file', $log, 'a' ] ], $pipes );
		[ $this->input, $this->output ] = $pipes;
	}

	/**
	 * Runs PHP code there and waits for it.
	 *
	 * @param string $code Returns what JSON can express.
	 *
	 * @return mixed What the code returned.
	 */
	public function run( string $code ): mixed {
		fwrite( $this->input, json_encode( $code, JSON_THROW_ON_ERROR ) . "\n" );
		$until = microtime( true ) + self::PATIENCE;
		do {
			$read = [ $this->output ];
			$none = null;
			$line = stream_select( $read, $none, $none, self::PATIENCE ) > 0 ? fgets( $this->output ) : false;
			if ( false === $line || microtime( true ) > $until ) {
				throw new \RuntimeException( 'the process gives no answer; its errors are in tmp/worker.log of the site' );
			}
			// Other lines are what WordPress or a plugin prints.
		} while ( ! str_starts_with( $line, 'worker:' ) );
		$answer = json_decode( substr( $line, strlen( 'worker:' ) ), true, 512, JSON_THROW_ON_ERROR );
		return isset( $answer['error'] ) ? throw new \RuntimeException( $answer['error'] ) : $answer['value'];
	}

	/** Ends the process, which ends by itself when it can read no more. */
	public function end(): void {
		fclose( $this->input );
		fclose( $this->output );
		proc_close( $this->process );
	}
}
