<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Content;

use Countersign\Plugin\Calls\Call;
use Countersign\Plugin\Calls\Result;
use Countersign\Plugin\Tools\Publishing\ReviewableTool;

defined( 'ABSPATH' ) || exit;

/** Tool `restore_revision`: sets the texts of a post back to those of an earlier state, as WordPress does. */
final class RestoreRevision implements ReviewableTool {

	/** {@inheritDoc} */
	public function target( array $arguments ): ?int {
		return Posts::seen( $arguments );
	}

	/** {@inheritDoc} */
	public function check( array $arguments ): \WP_Post {
		$post = Posts::permitted( (int) ( $arguments['id'] ?? 0 ), 'edit_post' );
		Posts::require_status( $post, Posts::STATUSES );
		Revisions::of( $post, (int) ( $arguments['revision'] ?? 0 ) );
		return $post;
	}

	/** {@inheritDoc} */
	public function warnings( \WP_Post $post, array $arguments ): array {
		$fields   = self::fields( $post, Revisions::of( $post, (int) $arguments['revision'] ) );
		$warnings = [ [] === $fields ? 'The item is already as in this revision.' : 'These fields change: ' . implode( ', ', array_intersect_key( Revisions::COLUMNS, $fields ) ) . '.' ];
		if ( ! in_array( $post->post_status, [ 'draft', 'pending' ], true ) ) {
			$warnings[] = 'The change takes effect immediately on what visitors see.';
		}
		foreach ( $fields as $column => $value ) {
			if ( wp_unslash( sanitize_post_field( $column, wp_slash( $value ), $post->ID, 'db' ) ) !== $value ) {
				$warnings[] = sprintf( 'WordPress stores the %s without markup that the account may not use.', Revisions::COLUMNS[ $column ] );
			}
		}
		return $warnings;
	}

	/** @param array<string, mixed> $arguments */
	public function __invoke( array $arguments, Call $call ): Result {
		$post     = $this->check( $arguments );
		$revision = Revisions::of( $post, $arguments['revision'] );
		$fields   = self::fields( $post, $revision );
		$keys     = array_map( strval( ... ), wp_post_revision_meta_keys( $post->post_type ) );
		$restore  = static function () use ( $post, $revision, $fields ): void {
			Posts::save( [ 'ID' => $post->ID ] + $fields );
			update_post_meta( $post->ID, '_edit_last', get_current_user_id() );
			/** This action is documented in wp-includes/revision.php */
			do_action( 'wp_restore_post_revision', $post->ID, $revision->ID ); // phpcs:ignore WordPress.NamingConventions.PrefixAllGlobals -- An action of WordPress.
		};
		$before   = PostChange::run( $call, $post->ID, array_keys( $fields ), $restore, true, [], $keys );
		$result   = Posts::written( Posts::changed( $post->ID ), $call, $fields );
		return Result::structured( $result + ( null === $before ? [] : [ 'revision' => $before ] ) )->about( Posts::target( $post->ID ) );
	}

	/** @return array<string, string> Column => text of the revision, where it differs from the post. */
	private static function fields( \WP_Post $post, \WP_Post $revision ): array {
		$fields = array_map( static fn( string $column ): string => (string) $revision->$column, array_combine( array_keys( Revisions::COLUMNS ), array_keys( Revisions::COLUMNS ) ) );
		return array_filter( $fields, static fn( string $text, string $column ): bool => $text !== $post->$column, ARRAY_FILTER_USE_BOTH );
	}
}
