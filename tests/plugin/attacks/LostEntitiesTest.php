<?php
/**
 * Who: a tool gone astray in an agent's call (attacker B), with arguments that an attacker chose.
 * Has: a post whose title, excerpt and content have entities, slashes, emoji, and markup that only its author may write.
 * Does: reads the post and sends every field back unchanged, as an administrator's agent and as an Author's.
 * Gets: success, and the same bytes: no text becomes markup, and none is lost.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\PostAttack;
use Countersign\Tests\Site;

/** What get_post gives can be sent back. */
final class LostEntitiesTest extends PostAttack {

	/** @return array<string, array{string}> */
	public function texts(): array {
		return array_map(
			static fn( string $text ): array => [ $text ],
			[
				'an escaped script'   => '&lt;script&gt;alert(1)&lt;/script&gt;',
				'entities'            => 'T &amp; J &amp;amp; &#039;x&#039; &nbsp;&hellip; & <',
				'slashes and quotes'  => 'C:\\new\\t "q" \'s\' \\\\',
				'emoji'               => '🦔👩‍👩‍👧‍👦 ‮ é é',
				'a script'            => 'A <script>x</script> <b onclick="y">z</b>',
				'blanks'              => "  two  spaces\tand\n\nlines  ",
				'JSON'                => '{"a":"\\u0041"}',
			]
		);
	}

	/** @dataProvider texts */
	public function test_every_field_comes_back( string $text ): void {
		foreach ( [ 'admin', 'author' ] as $user ) {
			$agent  = Site::connect( $user );
			$id     = self::plant( [ 'post_title' => $text, 'post_excerpt' => $text, 'post_content' => $text . self::MARKUP, 'post_name' => '%e3%81%82-x', 'post_author' => Site::user( $user ) ] );
			$before = self::row( $id );
			$read   = $agent->do( 'get_post', [ 'id' => $id ] );
			self::assertSame( [ $text, $text, $text . self::MARKUP ], [ $read['title'], $read['excerpt'], $read['content'] ] );
			$sent   = array_intersect_key( $read, array_flip( [ 'id', 'title', 'excerpt', 'content', 'slug', 'fingerprint' ] ) );
			$done   = $agent->do( 'update_content', $sent );
			self::assertSame( $before, self::row( $id ) );
			self::assertArrayNotHasKey( 'stored', $done );
			// With one field changed, the others stay.
			$agent->do( 'update_content', [ 'slug' => 'y', 'fingerprint' => $done['fingerprint'] ] + $sent );
			self::assertOnlyChanged( [ 'post_name' ], $before, $id );
		}
	}

	public function test_the_answer_says_what_wordpress_made_of_a_text(): void {
		$agent = Site::connect( 'author' );
		$id    = Site::post( [], 'author' );
		$done  = $agent->do( 'update_content', $agent->edit( $id, [ 'title' => 'R & D <script>x</script>', 'content' => '<p>ok</p>', 'excerpt' => '<iframe src="x"></iframe>E' ] ) );
		self::assertSame( [ 'title' => 'R &amp; D x', 'excerpt' => 'E' ], $done['stored'] );
		self::assertSame( 'R &amp; D x', $done['title'] );
	}
}
