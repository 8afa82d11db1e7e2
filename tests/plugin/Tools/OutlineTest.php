<?php

declare(strict_types=1);

namespace Countersign\Tests\Tools;

use Countersign\Tests\Agent;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\PostAttack;
use Countersign\Tests\Site;

/** Changes of parts of a content: by block and by exact text. All other bytes stay. */
final class OutlineTest extends PostAttack {

	/** Blocks. WordPress would note the group differently if it wrote it again. */
	private const CONTENT = "<!-- wp:heading {\"level\":3} -->\n<h3>Hours &amp; days</h3>\n<!-- /wp:heading -->\n\n"
		. "<!--  wp:group {\"layout\":{\"type\":\"constrained\"}} -->\n<div class=\"wp-block-group\"><!-- wp:paragraph -->\n<p>We open at 9.</p>\n<!-- /wp:paragraph -->\n\n<!-- wp:paragraph -->\n<p>We open at 9.</p>\n<!-- /wp:paragraph --></div>\n<!-- /wp:group -->\n\n"
		. "Text between\n\n<!-- wp:spacer {\"height\":\"20px\"} /-->\n";

	/** @var array<string, Agent> */
	private static array $agents = [];

	private static function as( string $user, string $preset = 'full_access' ): Agent {
		return self::$agents[ "$user $preset" ] ??= Site::connect( $user, $preset );
	}

	/** @group tools-main */
	public function test_an_outline_shows_paths_names_levels_and_first_words(): void {
		$id      = self::plant( [ 'post_content' => self::CONTENT ] );
		$agent   = self::as( 'editor' );
		$from    = AuditTrail::size();
		$outline = $agent->do( 'get_outline', [ 'id' => $id ] );
		self::assertRecorded( [ 'intent get_outline', 'outcome get_outline ok' ], $from );
		self::assertTrue( $outline['has_blocks'] );
		self::assertSame(
			[ '0 heading Hours & days', '1 group ', '1.0 paragraph We open at 9.', '1.1 paragraph We open at 9.', '2 text Text between', '3 spacer ' ],
			array_map( static fn( array $block ): string => "$block[path] $block[block] $block[text]", $outline['blocks'] )
		);
		self::assertSame( [ 3, 6 ], [ $outline['blocks'][0]['level'], $outline['total'] ] );
		self::assertSame( self::as( 'editor' )->fingerprint( $id ), $outline['fingerprint'] );
		self::assertSame( "<!-- wp:paragraph -->\n<p>We open at 9.</p>\n<!-- /wp:paragraph -->", self::as( 'editor' )->do( 'get_outline', [ 'id' => $id, 'path' => '1.1' ] )['content'] );
		self::assertSame( [ '3' ], array_column( self::as( 'editor' )->do( 'get_outline', [ 'id' => $id, 'from' => 5 ] )['blocks'], 'path' ) );
	}

	public function test_classic_content_has_an_outline_too(): void {
		$id      = self::plant( [ 'post_content' => "<h2>One</h2>\nFirst words.\n\nSecond words.\n<ul><li>a</li></ul>" ] );
		$outline = self::as( 'editor' )->do( 'get_outline', [ 'id' => $id ] );
		self::assertFalse( $outline['has_blocks'] );
		self::assertSame( [ 'h2 One First words.', 'p Second words.', 'ul a' ], array_map( static fn( array $part ): string => "$part[block] $part[text]", $outline['blocks'] ) );
		self::assertSame( 2, $outline['blocks'][0]['level'] );
	}

	public function test_an_outline_is_refused_where_the_post_is(): void {
		self::assertRefused( 'target_not_found', self::as( 'editor' ), 'get_outline', [ 'id' => 999999999 ] );
		self::assertRefused( 'target_not_found', self::as( 'author' ), 'get_outline', [ 'id' => self::plant( [ 'post_content' => 'x' ] ) ] );
		$locked = self::plant( [ 'post_status' => 'publish', 'post_password' => 'x', 'post_content' => 'secret' ] );
		self::assertRefused( 'capability_denied', self::as( 'author' ), 'get_outline', [ 'id' => $locked ] );
		self::assertRefused( 'arguments_invalid', self::as( 'editor' ), 'get_outline', [ 'id' => $locked, 'path' => '7' ] );
	}

	/** @return array<string, array{array<string, mixed>, array<string, string>}> Arguments, and what they replace by what. */
	public function changes(): array {
		$first = "<!-- wp:paragraph -->\n<p>We open at 9.</p>\n<!-- /wp:paragraph -->\n\n";
		$new   = '<!-- wp:paragraph --><p>New</p><!-- /wp:paragraph -->';
		return [
			'a text'             => [ [ 'replace' => [ [ 'find' => 'Hours &amp; days', 'with' => 'When' ] ] ], [ 'Hours &amp; days' => 'When' ] ],
			'a text twice'       => [ [ 'replace' => [ [ 'find' => 'at 9', 'with' => 'at 10', 'count' => 2 ] ] ], [ 'at 9' => 'at 10' ] ],
			'texts in a row'     => [ [ 'replace' => [ [ 'find' => 'between', 'with' => 'among' ], [ 'find' => 'Text among', 'with' => 'A text among' ] ] ], [ 'Text between' => 'A text among' ] ],
			'a text and nothing' => [ [ 'replace' => [ [ 'find' => 'Text between', 'with' => '' ] ] ], [ 'Text between' => '' ] ],
			'an attribute'       => [ [ 'replace' => [ [ 'find' => '"20px"', 'with' => '"30px"' ] ] ], [ '"20px"' => '"30px"' ] ],
			'across blocks'      => [ [ 'replace' => [ [ 'find' => "days</h3>\n<!-- /wp:heading -->\n\n<!--  wp:group", 'with' => "nights</h3>\n<!-- /wp:heading -->\n\n<!-- wp:group" ] ] ], [ "days</h3>\n<!-- /wp:heading -->\n\n<!--  wp:group" => "nights</h3>\n<!-- /wp:heading -->\n\n<!-- wp:group" ] ],
			'a block'            => [ [ 'blocks' => [ [ 'path' => '1.0', 'content' => $new ] ] ], [ "<div class=\"wp-block-group\">$first" => "<div class=\"wp-block-group\">$new\n\n" ] ],
			'two blocks'         => [ [ 'blocks' => [ [ 'path' => '3', 'content' => '' ], [ 'path' => '0', 'content' => $new ] ] ], [ "<!-- wp:heading {\"level\":3} -->\n<h3>Hours &amp; days</h3>\n<!-- /wp:heading -->" => $new, '<!-- wp:spacer {"height":"20px"} /-->' => '' ] ],
		];
	}

	/**
	 * @dataProvider changes
	 * @group tools-main
	 */
	public function test_only_what_is_named_changes( array $arguments, array $expected ): void {
		// An administrator has written a form, which the account of the agent could not write.
		$form  = "<!-- wp:html -->\n<form action=\"/go\"><input name=\"q\"></form><script>var a = '<p>' && 1;</script>\n<!-- /wp:html -->\n\n";
		$agent = self::as( 'editor' );
		foreach ( [ '', $form ] as $before ) {
			if ( '' !== $before && str_contains( (string) wp_json_encode( $arguments ), 'nights' ) ) {
				// Across blocks, all of the content is filtered.
				continue;
			}
			$id   = self::plant( [ 'post_content' => self::CONTENT . $before ] );
			$from = AuditTrail::size();
			$done = $agent->do( 'update_content', $agent->edit( $id, $arguments ) );
			$want = strtr( self::CONTENT, $expected ) . $before;
			self::assertSame( $want, self::row( $id )['post_content'] );
			self::assertSame( self::CONTENT . $before, self::row( $done['revision'] )['post_content'] );
			self::assertContains( 'outcome update_content ok', AuditTrail::lines( $from ) );
		}
	}

	/** @return array<string, array{string, array<string, mixed>}> Reason, arguments. */
	public function refusals(): array {
		$open = '<!-- wp:group --><div>';
		return [
			'a text that is not there'     => [ 'arguments_invalid', [ 'replace' => [ [ 'find' => 'nowhere', 'with' => 'x' ] ] ] ],
			'a text that is there twice'   => [ 'arguments_invalid', [ 'replace' => [ [ 'find' => 'at 9', 'with' => 'x' ] ] ] ],
			'a wrong count'                => [ 'arguments_invalid', [ 'replace' => [ [ 'find' => 'at 9', 'with' => 'x', 'count' => 3 ] ] ] ],
			'the second of two'            => [ 'arguments_invalid', [ 'replace' => [ [ 'find' => 'between', 'with' => 'x' ], [ 'find' => 'between', 'with' => 'y' ] ] ] ],
			'an empty text'                => [ 'arguments_invalid', [ 'replace' => [ [ 'find' => '', 'with' => 'x' ] ] ] ],
			'no text'                      => [ 'arguments_invalid', [ 'replace' => [] ] ],
			'a path that is not there'     => [ 'arguments_invalid', [ 'blocks' => [ [ 'path' => '1.7', 'content' => 'x' ] ] ] ],
			'a path that is none'          => [ 'arguments_invalid', [ 'blocks' => [ [ 'path' => '1..0', 'content' => 'x' ] ] ] ],
			'a block twice'                => [ 'arguments_invalid', [ 'blocks' => [ [ 'path' => '0', 'content' => 'x' ], [ 'path' => '0', 'content' => 'y' ] ] ] ],
			'a block and one within it'    => [ 'arguments_invalid', [ 'blocks' => [ [ 'path' => '1', 'content' => 'x' ], [ 'path' => '1.0', 'content' => 'y' ] ] ] ],
			'a block that is not closed'   => [ 'arguments_invalid', [ 'blocks' => [ [ 'path' => '0', 'content' => $open ] ] ] ],
			'a text that closes a block'   => [ 'arguments_invalid', [ 'replace' => [ [ 'find' => 'Text between', 'with' => '<!-- /wp:group -->' ] ] ] ],
			'a comment that is not closed' => [ 'arguments_invalid', [ 'blocks' => [ [ 'path' => '1.0', 'content' => '<!-- wp:group --><!-- --!><b>x</b><!-- /wp:group -->' ] ] ] ],
			'parts and all of the content' => [ 'arguments_invalid', [ 'content' => 'x', 'replace' => [ [ 'find' => 'between', 'with' => 'x' ] ] ] ],
			'two ways'                     => [ 'arguments_invalid', [ 'blocks' => [ [ 'path' => '0', 'content' => 'x' ] ], 'replace' => [ [ 'find' => 'between', 'with' => 'x' ] ] ] ],
		];
	}

	/** @dataProvider refusals */
	public function test_a_change_that_does_not_fit_changes_nothing( string $reason, array $arguments ): void {
		static $id;
		$id  ??= self::plant( [ 'post_content' => self::CONTENT ] );
		$agent = self::as( 'editor' );
		self::assertRefused( $reason, $agent, 'update_content', $agent->edit( $id, $arguments ) );
		self::assertSame( self::CONTENT, self::row( $id )['post_content'] );
	}

	public function test_the_inside_of_what_the_account_may_not_write_is_left_to_people(): void {
		$agent   = self::as( 'editor' );
		$script  = "<!-- wp:html -->\n<script>var greeting = 'hello';</script>\n<!-- /wp:html -->";
		$id      = self::plant( [ 'post_content' => "$script\n\n<!-- wp:paragraph --><p>x</p><!-- /wp:paragraph -->" ] );
		self::assertRefused( 'target_state', $agent, 'update_content', $agent->edit( $id, [ 'replace' => [ [ 'find' => "'hello'", 'with' => 'alert(1)' ] ] ] ) );
		$done    = $agent->do( 'update_content', $agent->edit( $id, [ 'blocks' => [ [ 'path' => '0', 'content' => '<!-- wp:html --><script>alert(1)</script><b>ok</b><!-- /wp:html -->' ] ] ] ) );
		self::assertSame( "<!-- wp:html -->alert(1)<b>ok</b><!-- /wp:html -->\n\n<!-- wp:paragraph --><p>x</p><!-- /wp:paragraph -->", self::row( $id )['post_content'] );
		self::assertSame( self::row( $id )['post_content'], $done['stored']['content'], 'the agent is told what was stored' );
		$open    = self::plant( [ 'post_content' => "<!-- wp:html --><script>var a = <!-- /wp:html -->\n<!-- wp:paragraph -->1<!-- /wp:paragraph -->\n<!-- wp:html --></script><!-- /wp:html -->" ] );
		self::assertRefused( 'target_state', $agent, 'update_content', $agent->edit( $open, [ 'blocks' => [ [ 'path' => '1', 'content' => 'alert(2)' ] ] ] ) );
		self::assertRefused( 'target_state', $agent, 'update_content', $agent->edit( $open, [ 'replace' => [ [ 'find' => '1', 'with' => 'alert(2)' ] ] ] ) );
	}

	public function test_a_visible_post_needs_a_review_that_shows_what_would_be_lost(): void {
		$agent = self::as( 'editor' );
		$id    = self::plant( [ 'post_status' => 'publish', 'post_content' => self::CONTENT ] );
		$edit  = $agent->edit( $id, [ 'blocks' => [ [ 'path' => '0', 'content' => '<script>x</script>' ] ] ] );
		self::assertRefused( 'confirmation_missing', $agent, 'update_content', $edit );
		self::assertRefused( 'arguments_invalid', $agent, 'request_review', [ 'tool' => 'update_content', 'arguments' => $agent->edit( $id, [ 'replace' => [ [ 'find' => 'nowhere', 'with' => 'x' ] ] ] ) ] );
		$review = $agent->do( 'request_review', [ 'tool' => 'update_content', 'arguments' => $edit ] );
		self::assertStringContainsString( 'WordPress stores the content differently', implode( ' ', $review['warnings'] ) );
		$agent->call( 'update_content', $edit + [ 'confirmation_token' => $review['confirmation_token'] ] )->content();
		self::assertStringStartsWith( "x\n\n", self::row( $id )['post_content'] );
		self::assertRefused( 'target_changed', $agent, 'request_review', [ 'tool' => 'update_content', 'arguments' => $edit ] );
	}
}
