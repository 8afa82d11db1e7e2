<?php

declare(strict_types=1);

namespace Countersign\Tests\Tools;

use Countersign\Tests\Agent;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** Lists with filters and fields, many posts in one call, terms, and the analysis for search engines. */
final class ReadingTest extends TestCase {

	/** @var array<string, Agent> */
	private static array $agents = [];

	private static function as( string $user, string $preset = 'full_access' ): Agent {
		return self::$agents[ "$user $preset" ] ??= Site::connect( $user, $preset );
	}

	/** @group tools-main */
	public function test_lists_take_several_types_terms_and_fields(): void {
		$agent = self::as( 'editor' );
		$word  = uniqid( 'reading' );
		$genre = wp_insert_term( "Genre $word", 'fixture_genre' );
		$post  = Site::post( [ 'post_title' => "$word post", 'post_status' => 'publish' ] );
		$book  = Site::post( [ 'post_title' => "$word book", 'post_type' => 'fixture_book' ], 'author' );
		wp_set_object_terms( $book, $genre['term_id'], 'fixture_genre' );
		$both = $agent->do( 'search_content', [ 'query' => $word, 'type' => 'post,fixture_book', 'fields' => [ 'type' ] ] );
		self::assertEqualsCanonicalizing( [ [ 'id' => $post, 'type' => 'post' ], [ 'id' => $book, 'type' => 'fixture_book' ] ], $both['posts'] );
		self::assertSame( [ $book ], array_column( $agent->do( 'search_content', [ 'query' => $word, 'author' => Site::user( 'author' ) ] )['posts'], 'id' ) );
		self::assertSame( [ $book ], array_column( $agent->do( 'search_content', [ 'query' => $word, 'status' => 'draft' ] )['posts'], 'id' ) );
		foreach ( [ (string) $genre['term_id'], "genre-$word", "Genre $word" ] as $term ) {
			$listed = $agent->do( 'list_posts', [ 'type' => 'fixture_book,post', 'taxonomy' => 'fixture_genre', 'terms' => [ $term ], 'fields' => [ 'title', 'terms' ] ] );
			self::assertSame( [ [ 'id' => $book, 'title' => "$word book", 'terms' => [ 'fixture_genre' => [ [ 'id' => $genre['term_id'], 'name' => "Genre $word", 'slug' => "genre-$word" ] ] ] ] ], $listed['posts'] );
		}
		self::assertSame( 0, self::as( 'contributor' )->do( 'list_posts', [ 'type' => 'fixture_book', 'taxonomy' => 'fixture_genre', 'terms' => [ "genre-$word" ] ] )['total'], 'a draft of others is not even counted' );
		foreach ( [ [ 'terms' => [ 'no-such-term' ] ], [ 'taxonomy' => 'nav_menu', 'terms' => [ '1' ] ], [ 'type' => 'post,attachment' ], [ 'fields' => [ 'password' ] ], [ 'terms' => [ 1 ] ] ] as $arguments ) {
			self::assertSame( 'arguments_invalid', $agent->call( 'list_posts', $arguments )->reason(), (string) wp_json_encode( $arguments ) );
		}
	}

	/** @group tools-main */
	public function test_many_posts_are_read_in_one_call(): void {
		$agent = self::as( 'author' );
		$mine  = Site::post( [ 'post_content' => str_repeat( 'x', 100000 ) ], 'author' );
		$more  = [ Site::post( [ 'post_content' => str_repeat( 'y', 100000 ) ], 'author' ), Site::post( [ 'post_content' => str_repeat( 'z', 100000 ) ], 'author' ), Site::post( [ 'post_content' => str_repeat( 'w', 100000 ) ], 'author' ) ];
		$hers  = Site::post( [], 'admin' );
		$from  = AuditTrail::size();
		$posts = $agent->do( 'get_post', [ 'ids' => [ $mine, $hers, 999999999, ...$more, $mine ] ] )['posts'];
		self::assertSame( [ $mine, $hers, 999999999, ...$more ], array_column( $posts, 'id' ) );
		self::assertSame( [ true, false, false, true, true, true ], array_column( $posts, 'ok' ) );
		self::assertSame( [ 'target_not_found', 'target_not_found' ], array_column( $posts, 'reason' ) );
		self::assertSame( [ false, false, false, true ], array_column( $posts, 'truncated' ) );
		self::assertSame( 307200, array_sum( array_map( static fn( array $post ): int => strlen( $post['content'] ?? '' ), $posts ) ) );
		self::assertSame( $agent->fingerprint( $mine ), $posts[0]['fingerprint'] );
		self::assertSame( [ 'id' => $mine, 'ok' => true, 'title' => 'A post of the tests' ], $agent->do( 'get_post', [ 'ids' => [ $mine ], 'fields' => [ 'title' ] ] )['posts'][0] );
		self::assertContains( 'outcome get_post denied target_not_found', AuditTrail::lines( $from ), 'an entry for each item' );
		foreach ( [ [], [ 'id' => $mine, 'ids' => [ $mine ] ], [ 'ids' => [] ], [ 'ids' => range( 1, 51 ) ] ] as $arguments ) {
			self::assertSame( 'arguments_invalid', $agent->call( 'get_post', $arguments )->reason() );
		}
	}

	/** @group tools-main */
	public function test_terms_are_listed_searched_and_paged(): void {
		$agent  = self::as( 'subscriber', 'read_only' );
		$word   = uniqid( 'terms' );
		$parent = wp_insert_term( "$word A & B", 'category', [ 'description' => 'About <b>it</b>' ] )['term_id'];
		$child  = wp_insert_term( "$word C", 'category', [ 'parent' => $parent ] )['term_id'];
		$first  = $agent->do( 'list_terms', [ 'query' => $word, 'per_page' => 1 ] );
		self::assertSame( [ 'category', 2, 2, [ $parent ] ], [ $first['taxonomy'], $first['total'], $first['total_pages'], array_column( $first['terms'], 'id' ) ] );
		self::assertSame( [ "$word A & B", 0, 'About it' ], [ $first['terms'][0]['name'], $first['terms'][0]['count'], wp_strip_all_tags( $first['terms'][0]['description'] ) ] );
		self::assertSame( [ $child ], array_column( $agent->do( 'list_terms', [ 'query' => $word, 'per_page' => 1, 'page' => 2 ] )['terms'], 'id' ) );
		self::assertSame( [ [ 'id' => $child, 'parent' => $parent ] ], array_map( static fn( array $term ): array => array_intersect_key( $term, [ 'id' => 1, 'parent' => 1 ] ), $agent->do( 'list_terms', [ 'parent' => $parent ] )['terms'] ) );
		foreach ( [ 'nav_menu', 'wp_theme', 'link_category', 'no_such' ] as $taxonomy ) {
			self::assertRefused( 'arguments_invalid', $agent, 'list_terms', [ 'taxonomy' => $taxonomy ] );
		}
	}

	public function test_the_site_tells_what_the_tools_need(): void {
		$info = self::as( 'editor' )->do( 'get_site_info' );
		$page = array_column( $info['post_types'], null, 'name' )['page'];
		self::assertNotSame( [], $page['templates'] );
		self::assertContains( 'thumbnail', $page['supports'] );
		self::assertSame( [ 'fixture_genre' ], array_column( $info['post_types'], 'taxonomies', 'name' )['fixture_book'] );
		self::assertSame( [ 50, 102400 ], [ $info['limits']['items_per_call'], $info['limits']['content_bytes'] ] );
		self::assertGreaterThan( 0, $info['limits']['upload_bytes'] );
	}

	/** Returns what the analysis finds. @param array<string, mixed> $fields @return array{array<string, mixed>, string} Figures, and all findings. */
	private static function analysis( array $fields, ?string $keyphrase = null ): array {
		$id   = Site::post( $fields );
		$post = self::as( 'editor' )->do( 'analyze_seo', [ 'ids' => [ $id ] ] + ( null === $keyphrase ? [] : [ 'keyphrase' => $keyphrase ] ) )['posts'][0];
		foreach ( $post['findings'] as $finding ) {
			self::assertContains( $finding['severity'], [ 'error', 'warning', 'hint' ] );
			self::assertNotSame( '', $finding['advice'] );
		}
		return [ $post['figures'], implode( "\n", array_map( static fn( array $finding ): string => "$finding[severity]: $finding[finding]", $post['findings'] ) ) ];
	}

	public function test_an_analysis_finds_what_is_wrong(): void {
		$home    = home_url( '/about/' );
		$content = "<!-- wp:heading {\"level\":1} --><h1>Garden shears</h1><!-- /wp:heading -->\n<h4>Too deep</h4><h2></h2>\n<p>Buy <a href=\"$home\">here</a>, <a href=\"/local\">there</a>, <a href=\"https://example.org/\">elsewhere</a>, <a href=\"#\"></a>. <img src=\"a.jpg\"><img src=\"b.jpg\" alt=\"\"><img src=\"c.jpg\" alt=\"Shears\"></p>";
		[ $figures, $found ] = self::analysis( [ 'post_title' => str_repeat( 'long title ', 7 ), 'post_content' => $content, 'post_excerpt' => 'Short' ], 'garden shears' );
		self::assertSame( [ 76, 5, 2, 2, 3, 2, 1 ], [ $figures['title_length'], $figures['description_length'], $figures['internal_links'], $figures['external_links'], $figures['images'], $figures['images_without_alt'], $figures['keyphrase_count'] ] );
		self::assertSame( [ 'h1 Garden shears', 'h4 Too deep', 'h2 ' ], $figures['headings'] );
		foreach ( [ 'warning: The title has 76 characters', 'hint: The excerpt', 'warning: The text has only', 'warning: The content has a heading of level 1', 'warning: A heading of level 4 follows one of level 1: Too deep', 'warning: A heading has no text', 'warning: Links without text: 1', 'warning: Links that lead nowhere: 1', 'warning: Images without alt text: 2 of 3', 'hint: There is no featured image', 'warning: The keyphrase is not in the title', 'hint: The keyphrase is not in the description' ] as $expected ) {
			self::assertStringContainsString( $expected, $found );
		}
		[ , $found ] = self::analysis( [ 'post_title' => '', 'post_content' => '[gallery]', 'post_excerpt' => '' ], 'absent' );
		foreach ( [ 'error: There is no title', 'warning: There is no description', 'error: There is no text', 'error: The keyphrase does not occur' ] as $expected ) {
			self::assertStringContainsString( $expected, $found );
		}
	}

	public function test_an_analysis_is_content_with_a_good_post(): void {
		$words               = implode( ' ', array_fill( 0, 60, 'Sharp blades cut cleanly and keep plants healthy.' ) );
		[ $figures, $found ] = self::analysis( [ 'post_title' => 'How to choose garden shears for roses', 'post_name' => 'choose-garden-shears', 'post_excerpt' => 'Which garden shears suit roses, how to keep them sharp, and what they cost.', 'post_content' => "<p>Garden shears matter.</p><h2>Garden shears for roses</h2><p>$words</p><h3>More</h3><p><a href=\"/care\">Care</a> <img src=\"a.jpg\" alt=\"Shears\"></p>" ], 'garden shears' );
		self::assertSame( 'hint: There is no featured image.', $found );
		self::assertGreaterThan( 300, $figures['words'] );
	}

	public function test_an_analysis_answers_for_each_item_that_the_user_can_see(): void {
		$mine   = Site::post( [], 'author' );
		$hers   = Site::post( [], 'admin' );
		$locked = Site::post( [ 'post_status' => 'publish', 'post_password' => 'x' ], 'admin' );
		$posts  = self::as( 'author' )->do( 'analyze_seo', [ 'ids' => [ $mine, $hers, $locked ] ] )['posts'];
		self::assertSame( [ true, false, false ], array_column( $posts, 'ok' ) );
		self::assertSame( [ 'target_not_found', 'capability_denied' ], array_column( $posts, 'reason' ) );
		self::assertRefused( 'arguments_invalid', self::as( 'author' ), 'analyze_seo', [ 'ids' => [] ] );
	}
}
