<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Images;

use Countersign\McpServer;

defined( 'ABSPATH' ) || exit;

/** A stock photo, as its provider describes it. Its texts are one line without markup; they are written by strangers. */
final class StockPhoto {

	public readonly string $id;

	public readonly string $description;

	public readonly string $photographer;

	/**
	 * @param mixed  $id           Id of the photo.
	 * @param mixed  $description  What it shows.
	 * @param mixed  $photographer Name of the photographer.
	 * @param int    $width        In pixels.
	 * @param int    $height       In pixels.
	 * @param string $preview      Address of a small version; '' if there is none.
	 * @param string $page         Address of its page; '' if there is none.
	 * @param string $file         Address of the file.
	 * @param string $credit       Whom to name, such as `Photo by A. Finch on Unsplash`.
	 * @param string $tracking     Address that the provider wants to have called when the photo is downloaded; '' for none.
	 */
	public function __construct(
		mixed $id,
		mixed $description,
		mixed $photographer,
		public readonly int $width,
		public readonly int $height,
		public readonly string $preview,
		public readonly string $page,
		public readonly string $file,
		public readonly string $credit,
		public readonly string $tracking = '',
	) {
		$this->id           = self::line( $id, 100 );
		$this->description  = self::line( $description, 500 );
		$this->photographer = self::line( $photographer, 100 );
	}

	/** Returns a text as one line without markup. */
	public static function line( mixed $text, int $length ): string {
		return is_string( $text ) ? mb_substr( McpServer::plainTitle( trim( wp_strip_all_tags( wp_check_invalid_utf8( $text ), true ) ) ), 0, $length ) : '';
	}

	/** Returns an address of the web, or ''. */
	public static function address( mixed $url ): string {
		return is_string( $url ) && strlen( $url ) <= 2000 ? sanitize_url( $url, [ 'http', 'https' ] ) : '';
	}
}
