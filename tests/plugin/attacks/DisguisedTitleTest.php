<?php
/**
 * Who: a tool gone astray in an agent's call (attacker B), with arguments that an attacker chose.
 * Has: a connection that may write drafts.
 * Does: stores titles and excerpts with controls that reorder the text around them, as characters and as HTML references.
 * Gets: the same text without the controls, and is told so. Marks and joiners that scripts need stay, and so does what a
 *       person has stored.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\Site\Names;
use Countersign\Tests\PostAttack;
use Countersign\Tests\Site;

/** A title cannot reorder the text around it. */
final class DisguisedTitleTest extends PostAttack {

	private const OTHERS = "\u{5e9}\u{200f}!\u{200e} \u{645}\u{200c}\u{62e} \u{1f469}\u{200d}\u{1f4bb}\u{200b}";

	/** @return array<string, array{string, string}> */
	public function texts(): array {
		return [
			'an override'               => [ "Invoice \u{202e}fdp.exe", 'Invoice fdp.exe' ],
			'isolates'                  => [ "a\u{2066}b\u{2067}c\u{2068}d\u{2069}e", 'abcde' ],
			'embeddings'                => [ "a\u{202a}b\u{202b}c\u{202c}d\u{202d}e", 'abcde' ],
			'references'                => [ 'a&#8238;b&#x202e;c&#&#8238;8238;d', 'abcd' ],
			'marks, joiners and spaces' => [ self::OTHERS, self::OTHERS ],
		];
	}

	/** @dataProvider texts */
	public function test_a_title_loses_controls( string $text, string $expected ): void {
		$agent   = Site::connect();
		$created = $agent->do( 'create_draft', [ 'title' => $text, 'excerpt' => $text, 'content' => "<p>$text</p>" ] );
		$row     = self::row( $created['id'] );
		self::assertSame( [ $expected, $expected ], [ $row['post_title'], $row['post_excerpt'] ] );
		self::assertSame( $expected, $created['title'] );
		self::assertSame( $text !== $expected, isset( $created['stored']['title'] ), 'the agent is told' );
		$edited = $agent->do( 'update_content', $agent->edit( $created['id'], [ 'title' => "New $text" ] ) );
		self::assertSame( "New $expected", self::row( $created['id'] )['post_title'] );
		self::assertSame( $text !== $expected, isset( $edited['stored']['title'] ) );
	}

	public function test_what_a_person_has_stored_can_be_sent_back(): void {
		$agent = Site::connect();
		$id    = Site::post( [ 'post_title' => "A \u{202e}person's title" ] );
		$read  = $agent->do( 'get_post', [ 'id' => $id ] );
		$agent->do( 'update_content', [ 'content' => '<p>New</p>' ] + array_intersect_key( $read, array_flip( [ 'id', 'title', 'fingerprint' ] ) ) );
		self::assertSame( "A \u{202e}person's title", self::row( $id )['post_title'] );
	}

	public function test_no_title_ends_its_isolation_in_plain_text(): void {
		self::assertSame( "\u{2068}ab\u{200f}\u{2069}", Names::text( "a\u{2069}\u{202e}b\u{200f}" ) );
	}
}
