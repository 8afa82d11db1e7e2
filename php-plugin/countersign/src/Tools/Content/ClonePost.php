<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Content;

use Countersign\Plugin\Calls\Call;
use Countersign\Plugin\Calls\Result;
use Countersign\Plugin\Site\Denied;
use Countersign\Plugin\Targets\StoredPost;

defined( 'ABSPATH' ) || exit;

/**
 * Tool `clone_post`: makes a draft of the agent's user that is a copy of a post. What this user or the connection may not
 * write is left out.
 */
final class ClonePost {

	/** @param array<string, mixed> $arguments */
	public function __invoke( array $arguments, Call $call ): Result {
		$source = Posts::permitted( $arguments['id'], 'edit_post' );
		Posts::require_status( $source, Posts::STATUSES );
		$type = Posts::type( $source->post_type );
		if ( ! current_user_can( $type->cap->create_posts ) ) {
			throw new Denied( 'capability_denied' );
		}
		$stored = StoredPost::read( $source->ID ) ?? throw new Denied( 'target_not_found', null, Posts::target( $source->ID ) ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
		$texts  = array_intersect_key( $stored->row, Posts::ARGUMENTS );
		if ( isset( $arguments['title'] ) ) {
			$texts['post_title'] = Posts::tidy( 'post_title', $arguments['title'] );
		}
		$skipped = [];
		if ( '' !== $texts['post_excerpt'] && ! self::may( $call, 'excerpt', $skipped ) ) {
			$texts['post_excerpt'] = '';
		}
		$fields = [
			'post_type'   => $type->name,
			'post_status' => 'draft',
			'post_author' => get_current_user_id(),
			'post_parent' => $type->hierarchical && $source->post_parent > 0 && self::may( $call, 'parent', $skipped ) ? $source->post_parent : 0,
			'menu_order'  => $source->menu_order,
			// WordPress makes one for the copy.
			'post_name'   => '',
		] + $texts + self::terms( $source, $call, $skipped ) + self::image( $source, $call, $skipped ) + self::template( $source, $type->name, $call, $skipped );
		$call->ensure_live();
		$copy = Posts::save( $fields );
		self::copy_meta( $source, $copy, $call, $skipped );
		$result = Posts::written( $copy, $call, array_diff_key( $texts, [ 'post_name' => true ] ) );
		return Result::structured( $result + [ 'skipped' => array_values( array_unique( $skipped ) ) ] )->about( Posts::target( $copy->ID ) );
	}

	/**
	 * Tells whether the connection may write a field.
	 *
	 * @param list<string> $skipped A field that it may not write is added.
	 */
	private static function may( Call $call, string $field, array &$skipped ): bool {
		if ( $call->may_write_field( $field ) ) {
			return true;
		}
		$skipped[] = $field;
		return false;
	}

	/**
	 * @param list<string> $skipped What is not copied is added.
	 *
	 * @return array<string, mixed>
	 */
	private static function terms( \WP_Post $source, Call $call, array &$skipped ): array {
		$ids = [];
		foreach ( TermChoice::of( $source ) as $name => $terms ) {
			$taxonomy = get_taxonomy( $name );
			if ( [] === $terms || ! $taxonomy || ! self::may( $call, "terms:$name", $skipped ) ) {
				continue;
			}
			if ( current_user_can( $taxonomy->cap->assign_terms ) ) { // phpcs:ignore WordPress.WP.Capabilities -- A capability of the taxonomy.
				$ids[ $name ] = array_column( $terms, 'id' );
			} else {
				$skipped[] = "terms:$name";
			}
		}
		$categories = isset( $ids['category'] ) ? [ 'post_category' => $ids['category'] ] : [];
		unset( $ids['category'] );
		return $categories + ( [] === $ids ? [] : [ 'tax_input' => $ids ] );
	}

	/**
	 * @param list<string> $skipped What is not copied is added.
	 *
	 * @return array{_thumbnail_id?: int}
	 */
	private static function image( \WP_Post $source, Call $call, array &$skipped ): array {
		$image = (int) get_post_thumbnail_id( $source );
		return $image > 0 && self::may( $call, 'featured_media', $skipped ) && null !== StoredPost::current( $image ) && ! StoredPost::is_in_circle( $image ) && current_user_can( 'read_post', $image ) ? [ '_thumbnail_id' => $image ] : [];
	}

	/**
	 * @param list<string> $skipped What is not copied is added.
	 *
	 * @return array{page_template?: string}
	 */
	private static function template( \WP_Post $source, string $type, Call $call, array &$skipped ): array {
		$template = (string) get_page_template_slug( $source );
		return '' !== $template && self::may( $call, 'template', $skipped ) && isset( wp_get_theme()->get_page_templates( null, $type )[ $template ] ) ? [ 'page_template' => $template ] : [];
	}

	/** @param list<string> $skipped What is not copied is added. */
	private static function copy_meta( \WP_Post $source, \WP_Post $copy, Call $call, array &$skipped ): void {
		$all = get_post_meta( $source->ID );
		foreach ( array_map( strval( ... ), array_keys( is_array( $all ) ? $all : [] ) ) as $key ) {
			if ( PostMeta::may_copy( $copy, $key ) && $call->may_write_field( "meta:$key" ) ) {
				foreach ( (array) get_post_meta( $source->ID, $key ) as $value ) {
					add_post_meta( $copy->ID, $key, wp_slash( PostMeta::filtered( $value ) ) );
				}
			} elseif ( ! is_protected_meta( $key, 'post' ) ) {
				$skipped[] = "meta:$key";
			}
		}
	}
}
