<?php

declare(strict_types=1);

namespace Countersign\Plugin\UploadSessions;

defined( 'ABSPATH' ) || exit;

/** A file of an upload session, as its row says. Immutable. */
final class File {

	/** State: parts are missing, or the file is being stored. It has a place. */
	public const UPLOADING = 'uploading';

	/** State: it is in the media library. It has a place. */
	public const DONE = 'done';

	/** State: it was refused. */
	public const FAILED = 'failed';

	/** State: the person has cancelled it, or it got no more parts. */
	public const CANCELLED = 'cancelled';

	/**
	 * @param string   $id         The handle of its parts, 32 hexadecimal digits.
	 * @param string   $session    Id of the session.
	 * @param int|null $place      Its place in the session, from 1; null if it has none.
	 * @param int      $attempts   How often it was begun.
	 * @param string   $name       The name that the sender gave it.
	 * @param string   $type       The MIME type that its name stands for.
	 * @param int      $size       The announced size in bytes.
	 * @param string   $state      One of the constants.
	 * @param int|null $attachment Id of the item of the media library.
	 * @param string   $reason     Reason code of the refusal, or ''.
	 * @param int      $changed_at Unix seconds.
	 */
	private function __construct(
		public readonly string $id,
		public readonly string $session,
		public readonly ?int $place,
		public readonly int $attempts,
		public readonly string $name,
		public readonly string $type,
		public readonly int $size,
		public readonly string $state,
		public readonly ?int $attachment,
		public readonly string $reason,
		public readonly int $changed_at,
	) {}

	/** @param array<string, mixed> $row Column => value. */
	public static function of( array $row ): self {
		return new self(
			(string) $row['id'],
			(string) $row['session'],
			null === $row['place'] ? null : (int) $row['place'],
			(int) $row['attempts'],
			(string) $row['name'],
			(string) $row['type'],
			(int) $row['size'],
			(string) $row['state'],
			(int) $row['attachment'] ?: null,
			(string) $row['reason'],
			(int) $row['changed_at'],
		);
	}
}
