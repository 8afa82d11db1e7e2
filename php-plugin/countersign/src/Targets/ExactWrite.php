<?php

declare(strict_types=1);

namespace Countersign\Plugin\Targets;

use Countersign\Plugin\Site\Denied;
use Countersign\Plugin\Site\NestedStatements;

defined( 'ABSPATH' ) || exit;

/**
 * Lets WordPress save a post so that only the intended columns change.
 *
 * WordPress filters every column of a post when it saves one of them, with the rights of the current user: an agent that
 * publishes a post would strip the markup that its author was allowed to write. The hooks of WordPress and of plugins run
 * as usual; the last filter before the statement puts the stored bytes back. The statement itself writes only if the row is
 * still as it was checked.
 */
final class ExactWrite {

	/** Columns in which WordPress notes that the post was changed. */
	private const ALWAYS = [ 'post_modified', 'post_modified_gmt' ];

	/** Columns that a later save within the same change may alter, unless it passes them as they are stored. */
	private const TEXTS = [ 'post_title', 'post_content', 'post_excerpt', 'post_content_filtered' ];

	private bool $is_first = true;

	/** The condition for the statement that comes next and writes the post. */
	private ?RowCondition $condition = null;

	/** Whether the last statement can have changed the row that the condition is about. */
	private bool $is_outdated = false;

	/** The condition of a statement that was sent, and whose effect is not known yet. */
	private ?RowCondition $sent = null;

	/** Whether a statement that writes the post was sent. */
	private bool $is_written = false;

	/** What has prevented that the post was written. */
	private ?Denied $loss = null;

	/** @var array<string, string> What this change stored last, as far as it is known. */
	private array $known = [];

	/**
	 * @param int                         $id      Id of the post.
	 * @param list<string>|null           $columns Columns that the first save may change; null for those that it passes with
	 *                                             another value than the stored one.
	 * @param \Closure(StoredPost): void  $check   Checks the post directly before it is written for the first time.
	 * @param EditLock|null               $lock    The lock of the post, which must be held then.
	 * @param array<string, string>       $exact   Column => bytes that the first save stores, whatever WordPress makes of the column.
	 */
	private function __construct(
		private readonly int $id,
		private readonly ?array $columns,
		private readonly \Closure $check,
		private readonly ?EditLock $lock,
		private readonly array $exact,
	) {}

	/**
	 * Runs a function that saves a post.
	 *
	 * @template T
	 *
	 * @param list<string>|null           $columns As above.
	 * @param \Closure(StoredPost): void  $check   As above. What it throws ends the save before anything is written.
	 * @param callable(): T               $act
	 * @param EditLock|null               $lock    As above.
	 * @param array<string, string>       $exact   As above. The caller has filtered them.
	 *
	 * @return T
	 *
	 * @throws Denied `target_locked` or `target_changed` if a person opened or saved the post at the same moment.
	 */
	public static function run( int $id, ?array $columns, \Closure $check, callable $act, ?EditLock $lock = null, array $exact = [] ): mixed {
		$write    = new self( $id, $columns, $check, $lock, $exact );
		$data     = $write->data( ... );
		$template = $write->template( ... );
		$query    = $write->query( ... );
		add_filter( 'wp_insert_post_data', $data, PHP_INT_MAX, 3 );
		add_filter( 'wp_insert_attachment_data', $data, PHP_INT_MAX, 3 );
		add_filter( 'update_post_metadata', $template, PHP_INT_MAX, 4 );
		add_filter( 'query', $query, PHP_INT_MAX );
		try {
			$result = $act();
			$write->settle();
			return $result;
		} finally {
			remove_filter( 'wp_insert_post_data', $data, PHP_INT_MAX );
			remove_filter( 'wp_insert_attachment_data', $data, PHP_INT_MAX );
			remove_filter( 'update_post_metadata', $template, PHP_INT_MAX );
			remove_filter( 'query', $query, PHP_INT_MAX );
		}
	}

	/**
	 * Callback of the filter `wp_insert_post_data`, the last one before the statement.
	 *
	 * @param array<string, mixed> $data   Columns to be written, with slashes.
	 * @param array<string, mixed> $fields What is being saved.
	 * @param array<string, mixed> $passed The same before WordPress filtered it, with slashes.
	 *
	 * @return array<string, mixed>
	 */
	private function data( array $data, array $fields, array $passed ): array {
		if ( 'revision' === $data['post_type'] ) {
			return $this->is_revision( $data ) ? $this->revision( $data ) : $data;
		}
		if ( (int) ( $fields['ID'] ?? 0 ) !== $this->id ) {
			return $data;
		}
		// Before the post is read, so that nothing that is stored in between is overlooked.
		$condition = RowCondition::now( $this->id, $this->is_written ? null : $this->lock );
		$stored    = StoredPost::read( $this->id );
		if ( null === $stored ) {
			return $data;
		}
		$is_first = $this->is_first;
		if ( $is_first ) {
			$this->lock?->must_be_held();
			( $this->check )( $stored );
			$this->is_first = false;
		}
		foreach ( $stored->row as $column => $value ) {
			if ( array_key_exists( $column, $data ) && $this->stays( $column, $value, $data, $passed, $is_first ) ) {
				$data[ $column ] = wp_slash( $value );
			}
		}
		foreach ( $is_first ? $this->exact : [] as $column => $value ) {
			$data[ $column ] = wp_slash( $value );
		}
		$this->condition = $condition;
		$this->known     = array_map( strval( ... ), wp_unslash( $data ) ) + $stored->row;
		return $data;
	}

	/** Callback of the filter `query`: adds the condition to the statement that writes the post, and looks at its effect before the next one. */
	private function query( string $sql ): string {
		if ( null !== $this->sent || null !== $this->loss ) {
			NestedStatements::run( $this->settle( ... ) );
		}
		if ( null === $this->condition ) {
			return $sql;
		}
		if ( $this->is_outdated ) {
			$this->is_outdated = false;
			$this->condition   = NestedStatements::run( fn(): RowCondition => RowCondition::now( $this->id, $this->is_written ? null : $this->lock ) );
		}
		$conditional = $this->condition->add_to( $sql );
		if ( null === $conditional ) {
			// Code that WordPress calls before it writes can change the row itself.
			$this->is_outdated = RowCondition::may_concern( $sql );
			return $sql;
		}
		if ( ! $this->is_written ) {
			$this->is_written = true;
			$this->sent       = $this->condition;
		}
		$this->condition = null;
		return $conditional;
	}

	/**
	 * Finds out whether the first statement has written the post. A later save of the same change that comes too late is not needed:
	 * the save of the person has run the same hooks.
	 *
	 * @throws Denied If it has not, because a person opened or saved the post at the same moment.
	 */
	private function settle(): void {
		global $wpdb;
		if ( null !== $this->loss ) {
			// Code has caught it.
			throw $this->loss;
		}
		[ $sent, $this->sent ] = [ $this->sent, null ];
		if ( null === $sent || $wpdb->rows_affected > 0 ) {
			return;
		}
		try {
			$this->lock?->must_be_held();
			// Otherwise every value was what it is.
			if ( ! $sent->is_unchanged() ) {
				( $this->check )( StoredPost::read( $this->id ) ?? throw new Denied( 'target_not_found' ) );
				throw new Denied( 'target_changed', null, "post:$this->id" ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
			}
		} catch ( Denied $denied ) {
			$this->loss = $denied;
			throw $denied;
		}
	}

	/**
	 * Tells whether a column keeps its stored bytes.
	 *
	 * @param array<string, mixed> $data
	 * @param array<string, mixed> $passed
	 */
	private function stays( string $column, string $value, array $data, array $passed, bool $is_first ): bool {
		if ( ! $is_first && isset( $passed[ $column ], $this->known[ $column ] ) && $value !== $this->known[ $column ] && wp_unslash( $passed[ $column ] ) === $this->known[ $column ] ) {
			// Somebody else has changed it since, and this save does not mean to.
			return true;
		}
		if ( ! $is_first || null === $this->columns ) {
			return in_array( $column, self::TEXTS, true ) && isset( $passed[ $column ] ) && wp_unslash( $passed[ $column ] ) === $value;
		}
		if ( 'post_name' === $column && in_array( $column, $this->columns, true ) ) {
			// A slug that WordPress has neither made nor made unique.
			return '' !== $value && sanitize_title( $value ) === $data[ $column ];
		}
		return ! in_array( $column, [ ...self::ALWAYS, ...$this->columns ], true );
	}

	/** @param array<string, mixed> $data */
	private function is_revision( array $data ): bool {
		return (int) $data['post_parent'] === $this->id && str_contains( (string) $data['post_name'], "{$this->id}-revision" );
	}

	/**
	 * Returns a revision with the stored bytes of the post.
	 *
	 * @param array<string, mixed> $data
	 *
	 * @return array<string, mixed>
	 */
	private function revision( array $data ): array {
		$stored = StoredPost::read( $this->id );
		if ( null !== $stored ) {
			foreach ( array_keys( _wp_post_revision_fields( $stored->row ) ) as $column ) {
				if ( isset( $data[ $column ], $stored->row[ $column ] ) ) {
					$data[ $column ] = wp_slash( $stored->row[ $column ] );
				}
			}
		}
		return $data;
	}

	/**
	 * Callback of the filter `update_post_metadata`. WordPress resets the template of a page whenever it is saved, if the
	 * current theme does not have it.
	 */
	private function template( mixed $result, int $id, string $key, mixed $value ): mixed {
		return $id === $this->id && '_wp_page_template' === $key && 'default' === $value ? false : $result;
	}
}
