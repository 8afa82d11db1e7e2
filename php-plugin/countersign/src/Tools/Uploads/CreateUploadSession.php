<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Uploads;

use Countersign\Plugin\Calls\Call;
use Countersign\Plugin\Calls\Result;
use Countersign\Plugin\Site\Denied;
use Countersign\Plugin\Uploads\Acceptance;
use Countersign\Plugin\UploadSessions\Sessions;

defined( 'ABSPATH' ) || exit;

/** Tool `create_upload_session`: makes a link by which a person without an account uploads files. */
final class CreateUploadSession {

	/** Kind => beginnings of MIME types. */
	private const KINDS = [
		'images'    => [ 'image/' ],
		'documents' => [ 'application/', 'text/' ],
		'audio'     => [ 'audio/' ],
		'video'     => [ 'video/' ],
	];

	public function __construct(
		private readonly Sessions $sessions,
		private readonly Acceptance $acceptance,
	) {}

	/** @param array<string, mixed> $arguments */
	public function __invoke( array $arguments, Call $call ): Result {
		if ( ! current_user_can( 'upload_files' ) ) {
			throw new Denied( 'capability_denied' );
		}
		$call->ensure_live();
		$made    = $this->sessions->create(
			$call->connection(),
			[
				'files' => $arguments['files'] ?? 10,
				'bytes' => min( $this->acceptance->max_bytes(), ( $arguments['max_mb'] ?? 1024 ) * MB_IN_BYTES ),
				'types' => $this->types( $arguments ),
				'title' => $arguments['title'],
				'note'  => $arguments['note'] ?? '',
			],
			$arguments['expires_in'] ?? DAY_IN_SECONDS,
			$call->correlation()
		);
		$session = $made['session'];
		return Result::structured(
			[
				'id'        => $session->id,
				'link'      => $made['link'],
				'expires'   => gmdate( 'c', $session->expires ),
				'files'     => $session->files,
				'max_bytes' => $session->bytes,
				'types'     => $session->types,
			]
		)->about( $session->target() );
	}

	/**
	 * Returns the MIME types that are asked for, of those that the site accepts from this user.
	 *
	 * @param array<string, mixed> $arguments
	 *
	 * @return list<string>
	 */
	private function types( array $arguments ): array {
		$allowed = array_values( array_unique( $this->acceptance->types() ) );
		if ( isset( $arguments['types'] ) ) {
			$other = array_diff( $arguments['types'], $allowed );
			if ( [] !== $other ) {
				throw new Denied( 'arguments_invalid', 'One of the types cannot be uploaded to this site. These can: ' . implode( ', ', $allowed ) . '.' ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
			}
			return array_values( array_unique( $arguments['types'] ) );
		}
		$starts = array_merge( ...array_map( static fn( string $kind ): array => self::KINDS[ $kind ], $arguments['kinds'] ?? [ 'images' ] ) );
		$types  = array_values( array_filter( $allowed, static fn( string $type ): bool => [] !== array_filter( $starts, static fn( string $start ): bool => str_starts_with( $type, $start ) ) ) );
		return [] === $types ? throw new Denied( 'arguments_invalid', 'The site accepts no files of these kinds.' ) : $types;
	}
}
