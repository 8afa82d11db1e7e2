<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Content;

use Countersign\Plugin\Calls\Call;
use Countersign\Plugin\Calls\Result;
use Countersign\Plugin\Site\Denied;
use Countersign\Plugin\Targets\StoredPost;
use Countersign\Plugin\Tools\Publishing\ReviewableTool;

defined( 'ABSPATH' ) || exit;

/** Tool `update_content`: changes title, content, excerpt or slug of a post. Does not change its status. */
final class UpdateContent implements ReviewableTool {

	/** {@inheritDoc} */
	public function target( array $arguments ): ?int {
		return Posts::seen( $arguments );
	}

	/** {@inheritDoc} */
	public function check( array $arguments ): \WP_Post {
		$post = Posts::permitted( (int) ( $arguments['id'] ?? 0 ), 'edit_post' );
		Posts::require_status( $post, Posts::STATUSES );
		if ( isset( $arguments['content'] ) && strlen( $post->post_content ) > Posts::MAX_CONTENT ) {
			throw new Denied( 'target_state', 'The content is longer than get_post returns, so the end of it would be lost. Change parts of it with replace or blocks.', Posts::target( $post->ID ) ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
		}
		return $post;
	}

	/** {@inheritDoc} */
	public function warnings( \WP_Post $post, array $arguments ): array {
		$warnings = [];
		if ( ! in_array( $post->post_status, [ 'draft', 'pending' ], true ) ) {
			$warnings[] = 'The change takes effect immediately on what visitors see.';
		}
		$edit = ContentEdit::of( $post, $arguments );
		foreach ( self::changed( $post, $arguments, $edit ) as $column => $value ) {
			if ( 'post_name' === $column ) {
				$warnings[] = 'The address of the item changes.';
				continue;
			}
			$is_part = 'post_content' === $column && null !== $edit;
			$sent    = $is_part ? $edit->asked : $arguments[ Posts::ARGUMENTS[ $column ] ];
			if ( ( $is_part ? $value : wp_unslash( sanitize_post_field( $column, wp_slash( $value ), $post->ID, 'db' ) ) ) !== $sent ) {
				$warnings[] = sprintf( 'WordPress stores the %s differently from what was sent, for instance without markup that the account may not use.', Posts::ARGUMENTS[ $column ] );
			}
		}
		return $warnings;
	}

	/** @param array<string, mixed> $arguments */
	public function __invoke( array $arguments, Call $call ): Result {
		$post     = $this->check( $arguments );
		$stored   = StoredPost::read( $post->ID ) ?? throw new Denied( 'target_not_found', null, Posts::target( $post->ID ) ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
		$edit     = ContentEdit::of( $stored->post(), $arguments );
		$fields   = self::changed( $stored->post(), $arguments, $edit );
		$exact    = null === $edit ? [] : array_intersect_key( $fields, [ 'post_content' => true ] );
		$revision = null;
		if ( [] !== $fields ) {
			$revision = PostChange::run( $call, $post->ID, array_keys( $fields ), static fn() => self::save( $post->ID, $fields ), true, $exact );
		}
		$sent   = array_filter( array_map( static fn( string $argument ): ?string => $arguments[ $argument ] ?? null, Posts::ARGUMENTS ), is_string( ... ) );
		$sent  += null === $edit ? [] : [ 'post_content' => $edit->asked ];
		$result = Posts::written( Posts::changed( $post->ID ), $call, $sent );
		return Result::structured( $result + ( null === $revision ? [] : [ 'revision' => $revision ] ) )->about( Posts::target( $post->ID ) );
	}

	/** @param array<string, string> $fields */
	private static function save( int $id, array $fields ): void {
		if ( isset( $fields['post_name'] ) ) {
			$fields['post_name'] = sanitize_title( $fields['post_name'] );
		}
		Posts::save( [ 'ID' => $id ] + $fields );
	}

	/**
	 * Returns what differs from the stored post.
	 *
	 * @param array<string, mixed> $arguments
	 * @param ContentEdit|null     $edit      The change of parts of the content.
	 *
	 * @return array<string, string> Column => new value.
	 */
	private static function changed( \WP_Post $post, array $arguments, ?ContentEdit $edit ): array {
		$fields = [];
		foreach ( Posts::ARGUMENTS as $column => $argument ) {
			$sent = $arguments[ $argument ] ?? $post->$column;
			// What is stored stays as it is if it is sent back.
			$plain = $sent === $post->$column ? $sent : Posts::tidy( $column, $sent );
			if ( $plain !== $post->$column ) {
				$fields[ $column ] = $plain;
			}
		}
		if ( null !== $edit && $edit->stored !== $post->post_content ) {
			$fields['post_content'] = $edit->stored;
		}
		return $fields;
	}
}
