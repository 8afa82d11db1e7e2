<?php

declare(strict_types=1);

namespace Countersign\Plugin\UploadSessions;

use Countersign\McpServer;
use Countersign\Plugin\Site\Json;

defined( 'ABSPATH' ) || exit;

/** An upload session as its row says. Immutable. The link is bound to the terms, and the extension decides whether it is open. */
final class Session {

	/**
	 * @param string       $id         24 hexadecimal digits.
	 * @param int          $connection Id of the connection.
	 * @param int          $issued     Unix seconds.
	 * @param int          $expires    Unix seconds.
	 * @param int          $closed_at  Unix seconds, 0 if nobody has closed it.
	 * @param string       $terms      The terms as the extension returned them.
	 * @param int          $files      How many files at most.
	 * @param int          $bytes      Largest size of a file.
	 * @param list<string> $types      Accepted MIME types.
	 * @param string       $title      Text of the agent, on one line.
	 * @param string       $note       Text of the agent.
	 */
	private function __construct(
		public readonly string $id,
		public readonly int $connection,
		public readonly int $issued,
		public readonly int $expires,
		public readonly int $closed_at,
		public readonly string $terms,
		public readonly int $files,
		public readonly int $bytes,
		public readonly array $types,
		public readonly string $title,
		public readonly string $note,
	) {}

	/** @param array<string, mixed> $row Column => value. */
	public static function of( array $row ): self {
		$terms = (string) base64_decode( (string) $row['terms'], true ); // phpcs:ignore WordPress.PHP.DiscouragedPHPFunctions -- Bytes in a column of text.
		$data  = Json::decode( $terms );
		return new self(
			(string) $row['id'],
			(int) $row['connection_id'],
			(int) $row['issued'],
			(int) $row['expires'],
			(int) $row['closed_at'],
			$terms,
			(int) ( $data['files'] ?? 0 ),
			(int) ( $data['bytes'] ?? 0 ),
			array_values( array_filter( (array) ( $data['types'] ?? [] ), is_string( ... ) ) ),
			trim( (string) preg_replace( '/\s+/u', ' ', self::plain( (string) ( $data['title'] ?? '' ) ) ) ),
			self::plain( (string) ( $data['note'] ?? '' ) ),
		);
	}

	/** Returns a text of an agent without characters that change the order of others, and without controls but line breaks. */
	private static function plain( string $text ): string {
		return McpServer::plainTitle( (string) preg_replace( '/[^\P{C}\n\x{200C}-\x{200F}\x{061C}]/u', '', $text ) );
	}

	/** Returns how audit entries name the session: by the beginning of its id, because they redact long random texts. */
	public function target(): string {
		return self::named( $this->id );
	}

	/** Returns how audit entries name the session with this id. */
	public static function named( string $id ): string {
		return 'upload_session:' . substr( $id, 0, 12 );
	}
}
