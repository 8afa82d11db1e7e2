<?php

declare(strict_types=1);

namespace Countersign\Plugin\Site;

defined( 'ABSPATH' ) || exit;

/**
 * Writes to the site's error log; no other class does.
 *
 * A line holds texts of this plugin and of the extension, names, files and line numbers. It never holds the message or
 * the arguments of an error of other code: an agent, a client or another plugin can choose them, and a line break in them
 * would look like a line of PHP. Each line is printable ASCII and short enough that php-fpm does not split it.
 */
final class ErrorLog {

	/** Largest length of a line in bytes. Below the `log_limit` of php-fpm, which is 1024. */
	private const MAX_LINE = 900;

	/** Largest length of a name and of a file in bytes. */
	private const MAX_NAME = 64;
	private const MAX_FILE = 120;

	/** How many callers, causes and, for each request, places of warnings are named. */
	private const MAX_CALLERS = 4;
	private const MAX_CAUSES  = 3;
	private const MAX_PLACES  = 20;

	/** The line of the extension about a panic, which holds a place in its source and nothing else. */
	private const PANIC = '~^countersign: internal error at [A-Za-z0-9_./-]{1,100}:\d{1,6}$~D';

	/** Names of the levels of errors after which PHP continues, as PHP writes them. */
	private const LEVELS = [
		E_WARNING         => 'PHP Warning',
		E_NOTICE          => 'PHP Notice',
		E_DEPRECATED      => 'PHP Deprecated',
		E_USER_WARNING    => 'PHP Warning',
		E_USER_NOTICE     => 'PHP Notice',
		E_USER_DEPRECATED => 'PHP Deprecated',
	];

	/** @var array<string, true> Places of warnings that this request has logged. */
	private static array $places = [];

	private static bool $is_guarding = false;

	/**
	 * Writes a line.
	 *
	 * @param string $text English text of this plugin. Names in it go through {@see name()}.
	 */
	public static function note( string $text ): void {
		error_log( substr( self::printable( 'Countersign: ' . $text ), 0, self::MAX_LINE ) ); // phpcs:ignore WordPress.PHP.DevelopmentFunctions -- For the site's error log.
	}

	/**
	 * Writes what failed, and the class, file and line of the error, of its callers and of its causes. The message is
	 * written only if it is one of the extension or {@see Loggable}, which hold no input.
	 *
	 * @param string     $what  What failed, as for {@see note()}.
	 * @param \Throwable $error Why.
	 */
	public static function failure( string $what, \Throwable $error ): void {
		$text    = $what . ': ' . self::describe( $error );
		$callers = [];
		foreach ( array_slice( $error->getTrace(), 0, self::MAX_CALLERS ) as $frame ) {
			if ( isset( $frame['file'] ) ) {
				$callers[] = self::place( $frame['file'], $frame['line'] ?? 0 );
			}
		}
		if ( $callers ) {
			$text .= ', called from ' . implode( ', ', $callers );
		}
		$cause = $error->getPrevious();
		for ( $count = 0; $cause && $count < self::MAX_CAUSES; $count++ ) {
			$text .= '; caused by ' . self::describe( $cause );
			$cause = $cause->getPrevious();
		}
		self::note( $text );
	}

	/**
	 * Keeps texts of others out of the error log for the rest of the request: the messages of warnings and of uncaught
	 * exceptions, which PHP would write, and the SQL of statements that the database refused, which WordPress would write.
	 * Their places are written instead. PHP itself still writes the message of an exception that leaves a destructor, or a
	 * function of `register_shutdown_function()`.
	 */
	public static function guard(): void {
		if ( self::$is_guarding ) {
			return;
		}
		self::$is_guarding = true;
		// A handler that another plugin has set before still learns of every error.
		$before = set_error_handler( // phpcs:ignore WordPress.PHP.DevelopmentFunctions -- Replaces the text that PHP would log.
			static function ( int $level, string $message, string $file, int $line ) use ( &$before ): bool {
				if ( ! ( error_reporting() & $level ) ) { // phpcs:ignore WordPress.PHP.DevelopmentFunctions,WordPress.PHP.DiscouragedPHPFunctions -- Only read.
					return false;
				}
				if ( null !== $before && false !== $before( $level, $message, $file, $line ) ) {
					return true;
				}
				self::warning( $level, $file, $line, preg_match( self::PANIC, $message ) ? $message : '' );
				return true;
			}
		);
		set_exception_handler(
			static function ( \Throwable $error ): void {
				self::failure( 'the request ended with an uncaught exception', $error );
				if ( ! headers_sent() ) {
					http_response_code( 500 );
				}
			}
		);
		add_action( 'shutdown', self::run_shutdown_actions( ... ), PHP_INT_MIN + 1 );
		global $wpdb;
		$wpdb->suppress_errors();
		$refused = self::refused_statements();
		register_shutdown_function(
			static function () use ( $refused ): void {
				$count = self::refused_statements() - $refused;
				if ( $count > 0 ) {
					self::note( sprintf( 'WordPress database error: %d refused in this request', $count ) );
				}
			}
		);
	}

	/** Returns a name that other code chose, such as that of a tool or of a class, with only the characters of identifiers. */
	public static function name( string $name ): string {
		// PHP appends a NUL byte and the place to the name of an anonymous class.
		$name = substr( explode( "\0", $name, 2 )[0], 0, self::MAX_NAME );
		return (string) preg_replace( '~[^A-Za-z0-9_.:/{}@\\\\-]~', '?', $name );
	}

	/** Returns a file, relative to WordPress's folder if it is in it, and a line. A long path loses its beginning. */
	public static function place( string $file, int $line ): string {
		$file = str_starts_with( $file, ABSPATH ) ? substr( $file, strlen( ABSPATH ) ) : $file;
		$file = strlen( $file ) > self::MAX_FILE ? '...' . substr( $file, -self::MAX_FILE ) : $file;
		return self::printable( $file ) . ':' . $line;
	}

	/** Returns the message of an exception of the extension or of this plugin, which holds no input, or null. */
	public static function message( \Throwable $error ): ?string {
		return $error instanceof Loggable || self::is_of_extension( $error ) ? $error->getMessage() : null;
	}

	/**
	 * Logs a warning of PHP or of a plugin, once for each place.
	 *
	 * @param int    $level E_WARNING or another level.
	 * @param string $file  Where it was raised.
	 * @param int    $line  Where it was raised.
	 * @param string $text  Text of the extension, or ''.
	 *
	 * @throws \ErrorException If the code that raised it must not continue.
	 */
	private static function warning( int $level, string $file, int $line, string $text ): void {
		if ( ! isset( self::LEVELS[ $level ] ) ) {
			throw new \ErrorException( 'PHP raised an error', 0, $level, $file, $line ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- A place, for the error log.
		}
		$place = self::place( $file, $line );
		if ( ! isset( self::$places[ $place ] ) && count( self::$places ) < self::MAX_PLACES ) {
			self::$places[ $place ] = true;
			self::note( self::LEVELS[ $level ] . ( '' === $text ? '' : ', ' . $text . ',' ) . ' in ' . $place );
		}
	}

	/**
	 * Callback of the action `shutdown`, before all others. Runs the others, because PHP does not call the handler of uncaught
	 * exceptions for them.
	 */
	private static function run_shutdown_actions(): void {
		global $wp_filter;
		$hook = $wp_filter['shutdown'] ?? null;
		foreach ( $hook instanceof \WP_Hook ? $hook->callbacks : [] as $priority => $callbacks ) {
			foreach ( $priority > PHP_INT_MIN + 1 ? $callbacks : [] as $callback ) {
				remove_action( 'shutdown', $callback['function'], $priority );
				try {
					// WordPress passes an empty text to the callbacks of an action without arguments.
					call_user_func_array( $callback['function'], array_slice( [ '' ], 0, $callback['accepted_args'] ) );
				} catch ( \Throwable $error ) {
					self::failure( 'an action at the end of the request failed', $error );
				}
			}
		}
	}

	private static function describe( \Throwable $error ): string {
		$text = self::name( get_class( $error ) );
		$code = $error->getCode();
		if ( is_int( $code ) && 0 !== $code ) {
			$text .= ' ' . $code;
		}
		if ( $error instanceof Denied ) {
			$text .= ' (' . self::name( $error->reason ) . ')';
		} elseif ( self::is_of_extension( $error ) ) {
			$text .= ' (' . self::name( $error->reason() ) . ')';
		}
		$message = self::message( $error );
		if ( null !== $message ) {
			$text .= ', ' . self::printable( $message ) . ',';
		}
		return $text . ' in ' . self::place( $error->getFile(), $error->getLine() );
	}

	/**
	 * Tells whether the extension threw the exception. A class that another plugin derives from one of the extension does not
	 * count.
	 *
	 * @phpstan-assert-if-true \Countersign\Exception $error
	 */
	public static function is_of_extension( \Throwable $error ): bool {
		return in_array( get_class( $error ), [ \Countersign\Exception::class, \Countersign\KeyException::class, \Countersign\StoreException::class ], true );
	}

	/** Returns a text with a question mark for each byte that is not printable ASCII. */
	private static function printable( string $text ): string {
		return (string) preg_replace( '/[^\x20-\x7e]/', '?', $text );
	}

	/**
	 * Runs a function of which the database may refuse a statement because another request was faster. That is no error of the
	 * site, so nothing is written about it.
	 *
	 * @template T
	 *
	 * @param callable(): T $act
	 *
	 * @return T What the function returned.
	 */
	public static function without_refusals( callable $act ): mixed {
		global $wpdb, $EZSQL_ERROR; // phpcs:ignore WordPress.NamingConventions.ValidVariableName -- A variable of WordPress.
		$before = self::refused_statements();
		$quiet  = $wpdb->suppress_errors();
		try {
			return $act();
		} finally {
			$wpdb->suppress_errors( $quiet );
			if ( self::refused_statements() > $before ) {
				array_splice( $EZSQL_ERROR, $before ); // phpcs:ignore WordPress.NamingConventions.ValidVariableName -- As above.
			}
		}
	}

	/** Returns how many statements the database has refused in this request, as WordPress counts them. */
	private static function refused_statements(): int {
		global $EZSQL_ERROR; // phpcs:ignore WordPress.NamingConventions.ValidVariableName -- A variable of WordPress.
		return is_array( $EZSQL_ERROR ) ? count( $EZSQL_ERROR ) : 0; // phpcs:ignore WordPress.NamingConventions.ValidVariableName -- A variable of WordPress.
	}
}
