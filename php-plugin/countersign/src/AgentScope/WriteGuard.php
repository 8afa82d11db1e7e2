<?php

declare(strict_types=1);

namespace Countersign\Plugin\AgentScope;

use Countersign\Plugin\Site\Denied;
use Countersign\Plugin\Site\ErrorLog;
use Countersign\Plugin\Site\NestedStatements;

defined( 'ABSPATH' ) || exit;

/**
 * Restricts what an agent's call can write to the database, whichever code does the work, until the request ends.
 *
 * Statements of the forms that {@see SqlStatement} knows pass if they change tables of this site that hold content, or
 * options that are not protected. Everything else is refused. Before each write it checks that the connection may still
 * act, and that it may change what visitors see of the change ({@see VisibleChanges}). What a call has inserted itself it may
 * delete in any case, so that a call that was ended leaves nothing half done. While the handler runs, a refusal
 * ends the call, also if the handler catches it. Afterwards, in shutdown functions, destructors and output callbacks, a
 * refused statement is not sent, and the first one is recorded.
 *
 * It protects against code that is misled by an agent's arguments, not against malicious PHP code on the site, which could
 * remove the hooks or use another connection; see {@see RulingOptions}.
 */
final class WriteGuard {

	/** The statements by which WordPress deletes transients that have expired. No protected option is named like that. */
	private const CLEANUPS = [
		"DELETE a, b FROM %s a, %s b WHERE a.option_name LIKE '\\\\_transient\\\\_%%' AND a.option_name NOT LIKE '\\\\_transient\\\\_timeout\\\\_%%' AND b.option_name = CONCAT( '_transient_timeout_', SUBSTRING( a.option_name, 12 ) ) AND b.option_value < 1",
		"DELETE a, b FROM %s a, %s b WHERE a.option_name LIKE '\\\\_site\\\\_transient\\\\_%%' AND a.option_name NOT LIKE '\\\\_site\\\\_transient\\\\_timeout\\\\_%%' AND b.option_name = CONCAT( '_site_transient_timeout_', SUBSTRING( a.option_name, 17 ) ) AND b.option_value < 1",
	];

	/** Character sets in which the second byte of a character can be a quote or a backslash. */
	private const AMBIGUOUS = [ 'big5', 'cp932', 'gb18030', 'gbk', 'sjis' ];

	private readonly SiteTables $tables;

	private readonly VisibleChanges $visible;

	/** Null if the connection may write every field. */
	private readonly ?FieldWrites $fields;

	/** The first refusal while the handler ran. */
	private ?Denied $refusal = null;

	/** Whether the handler has ended. */
	private bool $is_late = false;

	/** Whether the plugin itself asks the database. */
	private bool $is_own = false;

	private bool $is_reported = false;

	private bool $reads_committed = false;

	/**
	 * @param LiveCheck                   $live_check The check before each write.
	 * @param bool                        $may_write  Whether the call may write at all.
	 * @param \Closure(Denied): void      $record     Records a refusal after the handler has ended.
	 */
	public function __construct(
		private readonly LiveCheck $live_check,
		private readonly bool $may_write,
		private readonly \Closure $record,
	) {
		$this->tables  = new SiteTables();
		$this->visible = new VisibleChanges();
		$this->fields  = $live_check->may_write_every_field() ? null : new FieldWrites( $live_check->forbids( ... ) );
	}

	/**
	 * Runs a function under the restrictions, which end with it: for what is found out before a call begins.
	 *
	 * @template T
	 *
	 * @param callable(): T $act The function.
	 *
	 * @return T What the function returned.
	 */
	public function watch( callable $act ): mixed {
		$filter = $this->before_query( ... );
		add_filter( 'query', $filter, PHP_INT_MAX );
		try {
			return $act();
		} finally {
			remove_filter( 'query', $filter, PHP_INT_MAX );
		}
	}

	/** Begins to restrict. There is no end: the request of a call does nothing afterwards that would need it. */
	public function begin(): void {
		add_filter( 'query', $this->before_query( ... ), PHP_INT_MAX );
		add_filter( 'file_mod_allowed', '__return_false', PHP_INT_MAX );
		foreach ( [ 'pre_trash_post', 'pre_delete_post', 'pre_delete_attachment' ] as $hook ) {
			add_filter( $hook, $this->before_removal( ... ), PHP_INT_MAX, 2 );
		}
		add_action( 'pre_delete_term', $this->before_term_removal( ... ), PHP_INT_MIN );
		// If the handler ends the request.
		add_action( 'shutdown', $this->end_of_call( ... ), PHP_INT_MIN );
	}

	/** Tells the guard that the handler has ended. */
	public function end_of_call(): void {
		$this->is_late = true;
	}

	/** Returns the first refusal while the handler ran, or null. The handler may have caught it. */
	public function refusal(): ?Denied {
		return $this->refusal;
	}

	/**
	 * Refuses a write.
	 *
	 * @param string $target What would be written, such as `option:home`.
	 *
	 * @return string '' instead of the statement, after the handler has ended.
	 *
	 * @throws Denied `write_refused` while the handler runs.
	 */
	public function refuse( string $target ): string {
		return $this->stop( new Denied( 'write_refused', null, $target ) );
	}

	/** Records a refusal that ends nothing. Only the first one of a request is recorded. */
	public function report( Denied $refusal ): void {
		if ( ! $this->is_reported ) {
			$this->is_reported = true;
			ErrorLog::note( 'a write in the request of an agent\'s call was refused: ' . ErrorLog::name( $refusal->target ?? 'statement' ) );
			( $this->record )( $refusal );
		}
	}

	/**
	 * Runs a function of this plugin whose statements are not restricted.
	 *
	 * @template T
	 *
	 * @param callable(): T $act
	 *
	 * @return T What the function returned.
	 */
	public function own( callable $act ): mixed {
		$was          = $this->is_own;
		$this->is_own = true;
		try {
			return NestedStatements::run( $act );
		} finally {
			$this->is_own = $was;
		}
	}

	/** Callback of the filter `query`, which covers every SQL statement of WordPress and its plugins. */
	private function before_query( mixed $sql ): string {
		$sql = (string) $sql;
		$this->visible->inserted();
		if ( $this->is_own || '' === $sql || SqlStatement::is_plain_read( $sql ) ) {
			return $sql;
		}
		if ( ! $this->is_unambiguous( $sql ) ) {
			return $this->refuse( 'statement' );
		}
		$statement = $this->analyze( $sql );
		switch ( $statement->kind ) {
			case SqlStatement::READ:
				// A lock on the plugin's rows would keep people from revoking the connection.
				return $statement->locks() && $this->names_protected( $statement ) ? $this->refuse( 'statement' ) : $sql;
			case SqlStatement::SESSION:
				return $sql;
			case SqlStatement::TRANSACTION:
				$this->read_committed();
				return $sql;
			case SqlStatement::WRITE:
				return $this->before_write( $sql, $statement );
			default:
				return $this->refuse( 'statement' );
		}
	}

	private function before_write( string $sql, SqlStatement $statement ): string {
		$is_cleanup = $this->is_cleanup( $statement );
		$target     = $is_cleanup ? null : $this->forbidden( $statement );
		if ( null !== $target ) {
			return $this->refuse( $target );
		}
		if ( ! $this->may_write ) {
			// Caches that WordPress fills while it reads are not stored. After the handler, nothing that other plugins store is.
			return $this->is_late || $is_cleanup || $this->is_cache( $statement ) ? '' : $this->refuse( 'statement' );
		}
		if ( 'DELETE' === $statement->verb && $this->visible->concern( $statement ) && $this->own( fn(): bool => $this->visible->takes_back( $statement ) ) ) {
			return $sql;
		}
		try {
			$this->own( fn() => $this->live_check->ensure_still_live() );
			if ( $this->fields?->concern( $statement ) ) {
				$this->ensure_fields( fn( FieldWrites $fields ): ?string => $fields->rule( $statement ) );
			}
			if ( $this->visible->concern( $statement ) && ! $this->may_change( fn(): array => $this->visible->reports( $statement ), $this->is_cache( $statement ) ) ) {
				return '';
			}
			$this->visible->insert( $statement, self::sender( ... ) );
		} catch ( Denied $denied ) {
			return $this->stop( $denied );
		} catch ( \RuntimeException $error ) {
			if ( $this->is_late ) {
				return '';
			}
			throw $error;
		}
		return $sql;
	}

	/**
	 * Ends the call if it may not change what visitors see.
	 *
	 * @param \Closure(): list<string> $reports  As for {@see LiveCheck::ensure_may_change()}.
	 * @param bool                     $is_cache Whether the change is one that WordPress does without.
	 *
	 * @return bool False if the change is such a one and is not to be made.
	 *
	 * @throws Denied As {@see LiveCheck::ensure_may_change()}.
	 */
	private function may_change( \Closure $reports, bool $is_cache = false ): bool {
		try {
			$this->own( fn() => $this->live_check->ensure_may_change( $reports ) );
			return true;
		} catch ( Denied $denied ) {
			return $is_cache ? false : throw $denied;
		}
	}

	/**
	 * Ends the call if it would write a field that the connection may not write.
	 *
	 * @param \Closure(FieldWrites): ?string $find Returns the rule that forbids it, or null.
	 *
	 * @throws Denied `field_denied`.
	 */
	private function ensure_fields( \Closure $find ): void {
		$rule = null === $this->fields ? null : $this->own( fn(): ?string => $find( $this->fields ) );
		if ( null !== $rule ) {
			throw new Denied( 'field_denied', "The rule of this connection is: $rule.", 'field' ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
		}
	}

	/** Returns what a statement may not change, or null. */
	private function forbidden( SqlStatement $statement ): ?string {
		if ( $this->names_protected( $statement ) ) {
			return 'table';
		}
		$written = $statement->written;
		if ( [ $this->tables->options ] === $written || [ DB_NAME . '.' . $this->tables->options ] === $written ) {
			return $this->forbidden_option( $statement );
		}
		foreach ( $written as $table ) {
			if ( ! $this->tables->may_write( $table ) || str_ends_with( $table, $this->tables->options ) ) {
				return 'table';
			}
		}
		return null;
	}

	/**
	 * Callback of the filters by which WordPress asks whether a post may be removed: it deletes metadata and terms before the post.
	 *
	 * @param mixed $result Null to let WordPress continue.
	 */
	private function before_removal( mixed $result, \WP_Post $post ): mixed {
		try {
			if ( $this->may_write ) {
				$this->may_change( fn(): array => $this->visible->of_post( $post->ID ) );
				if ( 'pre_trash_post' !== current_filter() ) {
					$this->ensure_fields( static fn( FieldWrites $fields ): ?string => $fields->rule_of_removal( $post ) );
				}
			}
		} catch ( Denied $denied ) {
			$this->stop( $denied );
			return false;
		}
		return $result;
	}

	/** Callback of the action `pre_delete_term`: WordPress takes the term from its posts, one after the other, before it deletes it. */
	private function before_term_removal( int $term ): void {
		try {
			if ( $this->may_write ) {
				$this->may_change( fn(): array => $this->visible->of_term( $term ) );
			}
		} catch ( Denied $denied ) {
			$this->stop( $denied );
		}
	}

	private function forbidden_option( SqlStatement $statement ): ?string {
		$names = OptionWrite::names( $statement );
		if ( null === $names ) {
			return 'option';
		}
		foreach ( $names as [ $operator, $text ] ) {
			$option = $this->own( static fn(): ?string => ProtectedOptions::matched( $operator, $text ) );
			if ( null !== $option ) {
				return 'option:' . $option;
			}
		}
		return null;
	}

	private function names_protected( SqlStatement $statement ): bool {
		foreach ( $statement->names() as $name ) {
			if ( $this->tables->is_protected( $name ) ) {
				return true;
			}
		}
		return false;
	}

	private function is_cleanup( SqlStatement $statement ): bool {
		if ( 'DELETE' !== $statement->verb || 2 !== count( $statement->written ) ) {
			return false;
		}
		foreach ( self::CLEANUPS as $cleanup ) {
			if ( $statement->resembles( SqlStatement::of( sprintf( $cleanup, $this->tables->options, $this->tables->options ) ) ) ) {
				return true;
			}
		}
		return false;
	}

	/** Tells whether a statement stores something that WordPress can compute again: a transient, or an embedded page. */
	private function is_cache( SqlStatement $statement ): bool {
		global $wpdb;
		if ( [ strtolower( $wpdb->postmeta ) ] === $statement->written ) {
			return 1 === preg_match( '/\'_oembed_(?:time_)?[0-9a-f]{32}\'/', implode( ' ', array_column( $statement->tokens, 1 ) ) );
		}
		$names = [ $this->tables->options ] === $statement->written ? OptionWrite::names( $statement ) : null;
		return null !== $names && [] === array_filter( $names, static fn( array $name ): bool => ! ProtectedOptions::is_cache( $name[1] ) );
	}

	/** Ends the call, or only the statement if the handler has ended. */
	private function stop( Denied $denied ): string {
		if ( $this->is_late ) {
			$this->report( $denied );
			return '';
		}
		$this->refusal ??= $denied;
		$this->live_check->note_refusal();
		throw $denied;
	}

	private function analyze( string $sql ): SqlStatement {
		// The mode decides what a backslash and a double quote mean.
		$mode = strpbrk( $sql, '\\"' ) ? $this->sql_mode() : '';
		return SqlStatement::of( $sql, ! str_contains( $mode, 'NO_BACKSLASH_ESCAPES' ), str_contains( $mode, 'ANSI_QUOTES' ) );
	}

	/** Returns the SQL mode of the connection. Functions of `wpdb` set it without a statement that could be checked. */
	private function sql_mode(): string {
		$db = self::sender();
		return defined( 'DB_ENGINE' ) && 'sqlite' === DB_ENGINE ? '' : strtoupper( (string) $this->own( static fn() => $db->get_var( 'SELECT @@SESSION.sql_mode' ) ) ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- A setting of the connection.
	}

	/** Tells whether each quote and backslash of a statement is one, in the character set of the connection. */
	private function is_unambiguous( string $sql ): bool {
		if ( ! preg_match( '/[\x80-\xff][\\\\\'"`]/', $sql ) ) {
			return true;
		}
		$db      = self::sender();
		$charset = $db->dbh instanceof \mysqli ? $db->dbh->character_set_name() : (string) $db->charset;
		return ! in_array( strtolower( $charset ), self::AMBIGUOUS, true );
	}

	/** Returns the object that is about to send the statement: code can make others than WordPress's own. */
	private static function sender(): \wpdb {
		foreach ( debug_backtrace( DEBUG_BACKTRACE_PROVIDE_OBJECT | DEBUG_BACKTRACE_IGNORE_ARGS, 10 ) as $frame ) { // phpcs:ignore WordPress.PHP.DevelopmentFunctions -- The filter does not tell it.
			if ( ( $frame['object'] ?? null ) instanceof \wpdb ) {
				return $frame['object'];
			}
		}
		return $GLOBALS['wpdb'];
	}

	/** Lets the statements of a transaction see what others commit meanwhile: {@see LiveCheck} would otherwise read the past. */
	private function read_committed(): void {
		global $wpdb;
		if ( ! $this->reads_committed && ! ( defined( 'DB_ENGINE' ) && 'sqlite' === DB_ENGINE ) ) {
			$this->reads_committed = true;
			$this->own( static fn() => $wpdb->query( 'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED' ) ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- A setting of the connection.
		}
	}
}
