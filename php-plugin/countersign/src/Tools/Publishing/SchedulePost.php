<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Publishing;

use Countersign\Plugin\Calls\Call;
use Countersign\Plugin\Calls\Result;
use Countersign\Plugin\Site\Denied;
use Countersign\Plugin\Tools\Content\PostChange;
use Countersign\Plugin\Tools\Content\Posts;

defined( 'ABSPATH' ) || exit;

/** Tool `schedule_post`: schedules a draft, pending or scheduled item for publication. */
final class SchedulePost implements ReviewableTool {

	/** {@inheritDoc} */
	public function target( array $arguments ): ?int {
		return Posts::seen( $arguments );
	}

	/** {@inheritDoc} */
	public function check( array $arguments ): \WP_Post {
		$post = Posts::permitted( (int) ( $arguments['id'] ?? 0 ), 'edit_post', 'publish_post' );
		Posts::require_status( $post, [ 'draft', 'pending', 'future' ] );
		$this->date( $arguments );
		return $post;
	}

	/** {@inheritDoc} */
	public function warnings( \WP_Post $post, array $arguments ): array {
		$date     = $this->date( $arguments )->setTimezone( wp_timezone() )->format( DATE_RFC3339 );
		$warnings = [ "The item becomes public at $date (the site's time zone)." ];
		if ( 'future' === $post->post_status ) {
			$warnings[] = 'It is currently scheduled for ' . Posts::moment( $post, 'date' ) . '.';
		}
		return [ ...$warnings, ...Readiness::warnings( $post ) ];
	}

	/** @param array<string, mixed> $arguments */
	public function __invoke( array $arguments, Call $call ): Result {
		$post   = $this->check( $arguments );
		$date   = $this->date( $arguments );
		$fields = [
			'ID'            => $post->ID,
			'post_status'   => 'future',
			'post_date'     => $date->setTimezone( wp_timezone() )->format( 'Y-m-d H:i:s' ),
			'post_date_gmt' => $date->setTimezone( new \DateTimeZone( 'UTC' ) )->format( 'Y-m-d H:i:s' ),
			'edit_date'     => true,
		];
		PostChange::run( $call, $post->ID, [ 'post_status', 'post_name', 'post_date', 'post_date_gmt' ], static fn() => Posts::save( $fields ) );
		return Result::structured( Posts::written( Posts::changed( $post->ID ), $call ) )->about( Posts::target( $post->ID ) );
	}

	/** @param array<string, mixed> $arguments */
	private function date( array $arguments ): \DateTimeImmutable {
		try {
			$date = new \DateTimeImmutable( (string) ( $arguments['date'] ?? '' ) );
		} catch ( \Exception ) {
			throw new Denied( 'arguments_invalid', 'The date is not in the format RFC 3339, such as 2026-12-24T08:00:00+01:00.' );
		}
		if ( $date->getTimestamp() < time() + MINUTE_IN_SECONDS ) {
			throw new Denied( 'arguments_invalid', 'The date must be at least one minute in the future. To publish now, call publish_post.' );
		}
		return $date;
	}
}
