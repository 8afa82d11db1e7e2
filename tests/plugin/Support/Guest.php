<?php

declare(strict_types=1);

namespace Countersign\Tests;

/** A person without an account who has the link of an upload session, and a browser that sends files in parts. */
final class Guest {

	/** The length of a part. */
	public const PART = 786432;

	/** @param string $id Id of the session, if it is known. */
	public function __construct( public readonly string $link, public readonly string $id = '', private readonly string $from = '127.0.0.1' ) {}

	/** Returns a guest of a new session. @param array<string, mixed> $arguments */
	public static function invited( Agent $agent, array $arguments = [] ): self {
		$made = $agent->do( 'create_upload_session', $arguments + [ 'title' => 'Photos' ] );
		return new self( $made['link'], $made['id'], Http::stranger() );
	}

	/** Returns a picture of a few colours that no other call returns. */
	public static function png( int $width = 8 ): string {
		$image = imagecreatetruecolor( $width, $width );
		for ( $i = 0; $i < $width; $i++ ) {
			imagesetpixel( $image, $i, $i, random_int( 0, 0xffffff ) );
		}
		ob_start();
		imagepng( $image );
		return (string) ob_get_clean();
	}

	/** Returns a picture that is larger than one part. */
	public static function large(): string {
		$image = imagecreatetruecolor( 700, 700 );
		for ( $x = 0; $x < 700; $x++ ) {
			for ( $y = 0; $y < 700; $y++ ) {
				imagesetpixel( $image, $x, $y, random_int( 0, 0xffffff ) );
			}
		}
		ob_start();
		imagepng( $image );
		return (string) ob_get_clean();
	}

	public function token(): string {
		return explode( '=', (string) wp_parse_url( $this->link, PHP_URL_QUERY ), 2 )[1];
	}

	/** Opens the page. */
	public function page(): Answer {
		return Http::all( [ ( new Pending( 'GET', $this->link ) )->from( $this->from ) ] )[0];
	}

	/** Prepares a request of the script of the page. @param array<string, string|int> $query */
	public function request( string $do, array $query = [], string $body = '{}', string $type = 'application/json' ): Pending {
		return ( new Pending( 'POST', add_query_arg( [ 'do' => $do ] + $query, $this->link ), [ 'Content-Type' => $type ], $body ) )->from( $this->from );
	}

	/** @param array<string, string|int> $query */
	public function ask( string $do, array $query = [], string $body = '{}', string $type = 'application/json' ): Answer {
		return Http::all( [ $this->request( $do, $query, $body, $type ) ] )[0];
	}

	public function begin( string $name, int $size, string $key = 'k' ): Answer {
		return $this->ask( 'begin', [], (string) wp_json_encode( [ 'key' => $key, 'name' => $name, 'size' => $size ] ) );
	}

	public function part( string $upload, int $number, string $bytes ): Answer {
		return $this->ask( 'part', [ 'upload' => $upload, 'part' => $number ], $bytes, 'application/octet-stream' );
	}

	public function finish( string $upload ): Answer {
		return $this->ask( 'finish', [ 'upload' => $upload ] );
	}

	/** Sends a whole file, and returns the last answer. */
	public function send( string $name, string $bytes, ?string $key = null ): Answer {
		$answer = $this->begin( $name, strlen( $bytes ), $key ?? uniqid( 'key', true ) );
		if ( 200 !== $answer->status ) {
			return $answer;
		}
		$upload = $answer->json()['upload'];
		foreach ( str_split( $bytes, self::PART ) as $i => $part ) {
			$answer = $this->part( $upload, $i + 1, $part );
			if ( 200 !== $answer->status ) {
				return $answer;
			}
		}
		return $this->finish( $upload );
	}
}
