<?php

declare(strict_types=1);

namespace Countersign\Plugin\Targets;

defined( 'ABSPATH' ) || exit;

/**
 * Lets WordPress save a post so that only the intended columns change.
 *
 * WordPress filters every column of a post when it saves one of them, with the rights of the current user: an agent that
 * publishes a post would strip the markup that its author was allowed to write. The hooks of WordPress and of plugins run
 * as usual; the last filter before the statement puts the stored bytes back.
 */
final class ExactWrite {

	/** Columns in which WordPress notes that the post was changed. */
	private const ALWAYS = [ 'post_modified', 'post_modified_gmt' ];

	/** Columns that a later save within the same change may alter, unless it passes them as they are stored. */
	private const TEXTS = [ 'post_title', 'post_content', 'post_excerpt', 'post_content_filtered' ];

	private bool $is_first = true;

	/**
	 * @param int                         $id      Id of the post.
	 * @param list<string>|null           $columns Columns that the first save may change; null for those that it passes with
	 *                                             another value than the stored one.
	 * @param \Closure(StoredPost): void  $check   Checks the post directly before it is written for the first time.
	 */
	private function __construct(
		private readonly int $id,
		private readonly ?array $columns,
		private readonly \Closure $check,
	) {}

	/**
	 * Runs a function that saves a post.
	 *
	 * @template T
	 *
	 * @param list<string>|null           $columns As above.
	 * @param \Closure(StoredPost): void  $check   As above. What it throws ends the save before anything is written.
	 * @param callable(): T               $act
	 *
	 * @return T
	 */
	public static function run( int $id, ?array $columns, \Closure $check, callable $act ): mixed {
		$write    = new self( $id, $columns, $check );
		$data     = $write->data( ... );
		$template = $write->template( ... );
		add_filter( 'wp_insert_post_data', $data, PHP_INT_MAX, 3 );
		add_filter( 'wp_insert_attachment_data', $data, PHP_INT_MAX, 3 );
		add_filter( 'update_post_metadata', $template, PHP_INT_MAX, 4 );
		try {
			return $act();
		} finally {
			remove_filter( 'wp_insert_post_data', $data, PHP_INT_MAX );
			remove_filter( 'wp_insert_attachment_data', $data, PHP_INT_MAX );
			remove_filter( 'update_post_metadata', $template, PHP_INT_MAX );
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
		$stored = StoredPost::read( $this->id );
		if ( null === $stored ) {
			return $data;
		}
		$is_first = $this->is_first;
		if ( $is_first ) {
			( $this->check )( $stored );
			$this->is_first = false;
		}
		foreach ( $stored->row as $column => $value ) {
			if ( array_key_exists( $column, $data ) && $this->stays( $column, $value, $data, $passed, $is_first ) ) {
				$data[ $column ] = wp_slash( $value );
			}
		}
		return $data;
	}

	/**
	 * Tells whether a column keeps its stored bytes.
	 *
	 * @param array<string, mixed> $data
	 * @param array<string, mixed> $passed
	 */
	private function stays( string $column, string $value, array $data, array $passed, bool $is_first ): bool {
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
