<?php
/**
 * Who: whoever makes an agent upload a file: a person in a conversation, a page that it read, or the agent itself.
 * Has: a connection that may upload media, or a link of the upload page.
 * Does: sends a file that a server would run, that a browser would run, that two programs read differently, or that needs too much
 *   memory: PHP under many names and inside of images, SVG, HTML, archives, PDFs with scripts, huge dimensions.
 * Gets: `file_refused`. No file stays on the disk, not even a part, and there is no item of the media library.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\Plugin;
use Countersign\Plugin\Site\Denied;
use Countersign\Plugin\Uploads\Folder;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Files;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** Files that harm the site or its visitors. */
final class HostileFileTest extends TestCase {

	public static function setUpBeforeClass(): void {
		// With its guards, which the first upload makes.
		Folder::make();
	}

	/** @return array<string, array{string, string}> */
	public function files(): array {
		return Files::hostile();
	}

	private static function items(): int {
		return array_sum( (array) wp_count_posts( 'attachment' ) );
	}

	/** @dataProvider files */
	public function test_a_hostile_file_is_refused_and_leaves_nothing( string $name, string $bytes ): void {
		wp_set_current_user( Site::user( 'author' ) );
		$before = [ Files::uploads(), self::items() ];
		$path   = wp_tempnam( 'countersign' );
		file_put_contents( $path, $bytes );
		try {
			Plugin::composition()->acceptance()->accept( $path, $name );
			self::fail( 'the file was accepted' );
		} catch ( Denied $denied ) {
			self::assertSame( 'file_refused', $denied->reason );
			self::assertStringNotContainsString( $name, (string) $denied->detail );
		}
		self::assertFileDoesNotExist( $path );
		self::assertSame( $before, [ Files::uploads(), self::items() ] );
	}

	/** @return array<string, array{string, string}> */
	public function good_files(): array {
		$jpeg = Files::picture( 'jpeg' );
		return [
			'PNG'                        => [ 'river.png', Files::picture( 'png' ) ],
			'JPEG'                       => [ 'River at dawn.JPG', $jpeg ],
			'JPEG with a comment'        => [ 'river.jpg', Files::with_segment( $jpeg, "\xfe", 'Made with a camera; see https://example.com' ) ],
			'GIF'                        => [ 'river.gif', Files::picture( 'gif' ) ],
			'GIF with a comment'         => [ 'river.gif', Files::with_comment( Files::picture( 'gif' ), 'Created with GIMP' ) ],
			'WebP'                       => [ 'river.webp', Files::picture( 'webp' ) ],
			'PDF'                        => [ 'paper.pdf', Files::pdf() ],
			'text'                       => [ 'notes.txt', "Dear reader,\nthis is a text.\n" ],
			'table'                      => [ 'prices.csv', "name,price\nA,1\nB,2\n" ],
			'sound'                      => [ 'river.wav', 'RIFF' . pack( 'V', 36 + 800 ) . 'WAVEfmt ' . pack( 'VvvVVvv', 16, 1, 1, 8000, 8000, 1, 8 ) . 'data' . pack( 'V', 800 ) . str_repeat( "\x80", 800 ) ],
			'video'                      => [ 'river.mp4', pack( 'N', 24 ) . 'ftypisom' . pack( 'N', 512 ) . 'isomiso2' . pack( 'N', 8 ) . 'mdat' ],
			'document'                   => [ 'paper.docx', Files::zip( '[Content_Types].xml', '<?xml version="1.0"?><Types/>' ) ],
			'a name with letters of the world' => [ 'fluß-река-河.png', Files::picture( 'png' ) ],
			'a name with several dots'   => [ 'report.v2.2026.pdf', Files::pdf() ],
		];
	}

	/** @dataProvider good_files */
	public function test_an_ordinary_file_is_accepted_byte_for_byte( string $name, string $bytes ): void {
		wp_set_current_user( Site::user( 'author' ) );
		$path = wp_tempnam( 'countersign' );
		file_put_contents( $path, $bytes );
		$id = Plugin::composition()->acceptance()->accept( $path, $name );
		self::assertSame( bin2hex( $bytes ), bin2hex( (string) file_get_contents( (string) get_attached_file( $id ) ) ) );
		self::assertSame( [ Site::user( 'author' ), 'inherit' ], [ (int) get_post( $id )->post_author, get_post( $id )->post_status ] );
		wp_delete_attachment( $id, true );
	}

	public function test_what_follows_the_end_of_an_image_is_cut_off(): void {
		wp_set_current_user( Site::user( 'author' ) );
		foreach ( [ 'jpeg' => 'jpg', 'png' => 'png', 'gif' => 'gif', 'webp' => 'webp' ] as $format => $extension ) {
			self::assertCutOff( Files::picture( $format ), "\0\0 a second picture of the camera", "river.$extension" );
		}
		// A script that begins as a picture of 10,799 pixels: the comment of the script would end after the picture.
		self::assertCutOff( 'GIF89a/*' . substr( Files::picture( 'gif' ), 8 ), '*/=1;alert(1)', 'river.gif' );
	}

	private static function assertCutOff( string $picture, string $rest, string $name ): void {
		$path = wp_tempnam( 'countersign' );
		file_put_contents( $path, $picture . $rest );
		$id = Plugin::composition()->acceptance()->accept( $path, $name );
		self::assertSame( bin2hex( $picture ), bin2hex( (string) file_get_contents( (string) wp_get_original_image_path( $id ) ) ), $name );
		wp_delete_attachment( $id, true );
	}

	public function test_the_tool_refuses_them_too_and_records_it(): void {
		$agent = Site::connect( 'author', 'custom', [ 'read', 'media_manage' ] );
		$all   = Files::hostile();
		foreach ( [ 'PHP', 'PHP after a JPEG', 'two extensions', 'SVG with a script', 'an archive after a JPEG' ] as $which ) {
			[ $name, $bytes ] = $all[ $which ];
			$files = Files::uploads();
			$from  = AuditTrail::size();
			self::assertRefused( 'file_refused', $agent, 'upload_media', [ 'filename' => $name, 'data' => base64_encode( $bytes ) ] );
			self::assertSame( $files, Files::uploads(), $which );
			self::assertRecorded( [ 'intent upload_media', 'outcome upload_media denied file_refused' ], $from );
		}
		// In parts: the refusal comes with the last one, and the others are deleted.
		[ $name, $bytes ] = $all['PHP after a JPEG'];
		$files = Files::uploads();
		$first = $agent->do( 'upload_media', [ 'filename' => $name, 'parts' => 2, 'data' => base64_encode( substr( $bytes, 0, 300 ) ) ] );
		self::assertSame( 'file_refused', $agent->call( 'upload_media', [ 'upload' => $first['upload'], 'part' => 2, 'data' => base64_encode( substr( $bytes, 300 ) ) ] )->reason() );
		self::assertRefused( 'upload_unknown', $agent, 'upload_media', [ 'upload' => $first['upload'], 'part' => 2, 'data' => base64_encode( substr( $bytes, 300 ) ) ] );
		self::assertSame( $files, Files::uploads() );
	}
}
