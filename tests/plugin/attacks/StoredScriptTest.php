<?php
/**
 * Who: a tool gone astray in an agent's call (attacker B), with arguments that an attacker chose.
 * Has: a connection that acts as an author, or as an administrator, who may write any markup in the editor.
 * Does: sends a script in every way of {@see StoredScripts} through every text field of the content tools: title, content, excerpt,
 *       slug, metadata, exact replacements, blocks and copies.
 * Gets: nothing that is stored, and nothing that a page, a feed or a list of the dashboard shows, runs.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\Tools\Content\BlockTree;
use Countersign\Tests\Agent;
use Countersign\Tests\Answer;
use Countersign\Tests\Http;
use Countersign\Tests\Pending;
use Countersign\Tests\Person;
use Countersign\Tests\PostAttack;
use Countersign\Tests\Site;
use Countersign\Tests\StoredScripts;

/** No text of an agent becomes a script. */
final class StoredScriptTest extends PostAttack {

	private const KEPT = "<!-- wp:paragraph --><p>PLACE</p><!-- /wp:paragraph -->\n\n<!-- wp:paragraph --><p>another</p><!-- /wp:paragraph -->\n\n";

	/** Requests that are sent at the same time. */
	private const AT_ONCE = 8;

	protected function tearDown(): void {
		update_option( 'posts_per_rss', 10 );
		parent::tearDown();
	}

	public function test_the_corpus_is_found_where_it_is_not_filtered(): void {
		$silent = array_keys( array_filter( StoredScripts::texts(), static fn( string $text ): bool => [] === StoredScripts::found( $text ) ) );
		// What runs only after WordPress, a plugin or a careless theme has made something else of it.
		self::assertLessThan( count( StoredScripts::texts() ) / 3, count( $silent ), implode( ', ', $silent ) );
		foreach ( [ 'a script', 'a handler', 'a javascript address with controls', 'an inner page', 'svg with a set', 'a style with an expression', 'the address of a button' ] as $way ) {
			self::assertNotSame( [], StoredScripts::found( StoredScripts::texts()[ $way ] ), $way );
		}
		self::assertSame( [], StoredScripts::found( esc_html( implode( StoredScripts::texts() ) ) ) );
	}

	public function test_nothing_of_an_administrators_agent_runs(): void {
		$this->attack( 'admin' );
	}

	/** @group mysql */
	public function test_nothing_of_an_authors_agent_runs(): void {
		$this->attack( 'author' );
	}

	private function attack( string $user ): void {
		$agent = Site::connect( $user, 'full_access' );
		$ways  = StoredScripts::texts();
		$texts = self::answers(
			$ways,
			static fn( string $text ): Pending => $agent->prepare( 'create_draft', [ 'title' => mb_substr( $text, 0, 400 ), 'content' => self::KEPT . $text, 'excerpt' => $text, 'slug' => mb_substr( $text, 0, 200 ) ] )
		);
		$ids   = [];
		foreach ( $texts as $way => $answer ) {
			$ids[ $way ] = $answer->content()['id'];
		}
		if ( 'admin' === $user ) {
			self::change( $agent, $ways, $ids );
		}
		wp_cache_flush();
		self::assertSame( [], array_filter( array_map( self::stored( ... ), $ids ) ), 'what is stored' );
		array_map( static fn( int $id ) => self::overwrite( $id, [ 'post_status' => 'publish', 'post_date' => current_time( 'mysql' ), 'post_date_gmt' => current_time( 'mysql', true ) ] ), $ids );
		self::assertSame( [], array_filter( array_map( self::shown( ... ), $ids ) ), 'what a page shows' );
		self::assertSame( [], self::in_lists( $user, $ids ) );
		array_map( static fn( int $id ) => wp_delete_post( $id, true ), $ids );
	}

	/**
	 * Sends the ways through the tools that change something. A way can be refused, because it breaks the structure of blocks.
	 *
	 * @param array<string, string> $ways
	 * @param array<string, int>    $ids
	 */
	private static function change( Agent $agent, array $ways, array &$ids ): void {
		$prints = array_map( static fn( array $post ): string => $post['fingerprint'], array_merge( ...array_map( static fn( array $some ): array => array_column( $agent->do( 'get_post', [ 'ids' => $some, 'fields' => [ 'fingerprint' ] ] )['posts'], null, 'id' ), array_chunk( array_values( $ids ), 50 ) ) ) );
		$prints = array_combine( array_keys( $ids ), $prints );
		$done   = self::answers( $ways, static fn( string $text, string $way ): Pending => $agent->prepare( 'update_content', [ 'id' => $ids[ $way ], 'fingerprint' => $prints[ $way ], 'title' => $text, 'excerpt' => $text, 'replace' => [ [ 'find' => 'PLACE', 'with' => $text ] ] ] ) );
		self::assertGreaterThan( count( $ways ) * 0.8, count( array_filter( $done, static fn( Answer $answer ): bool => null === $answer->reason() ) ), 'replacements' );
		$ids['copied'] = $agent->do( 'clone_post', [ 'id' => $ids['a script'], 'title' => $ways['a handler'] ] )['id'];
		// Each way has a block and a key of its own in one post.
		$whole   = array_values( array_filter( $ways, static fn( string $text ): bool => ! BlockTree::of( $text )->is_broken && ! BlockTree::of( wp_kses_post( self::group( $text ) ) )->is_broken ) );
		self::assertGreaterThan( count( $ways ) * 0.8, count( $whole ) );
		$ids['blocks'] = self::plant( [ 'post_content' => implode( "\n\n", array_fill( 0, count( $whole ), '<!-- wp:paragraph --><p>x</p><!-- /wp:paragraph -->' ) ) ] );
		foreach ( array_chunk( $whole, 45, true ) as $some ) {
			$blocks = array_map( static fn( string $text, int $path ): array => [ 'path' => (string) $path, 'content' => self::group( $text ) ], $some, array_keys( $some ) );
			$agent->do( 'update_content', $agent->edit( $ids['blocks'], [ 'blocks' => $blocks ] ) );
			$agent->do( 'set_post_meta', [ 'id' => $ids['blocks'], 'meta' => array_combine( array_map( static fn( int $way ): string => "my_field_$way", array_keys( $some ) ), $some ) ] );
			$agent->do( 'set_post_meta', [ 'id' => $ids['blocks'], 'meta' => array_combine( array_map( static fn( int $way ): string => "in_json_$way", array_keys( $some ) ), array_map( static fn( string $text ): string => (string) json_encode( [ 'a' => [ $text ] ], JSON_UNESCAPED_SLASHES ), $some ) ) ] );
		}
		$agent->do( 'set_post_meta', [ 'id' => $ids['blocks'], 'meta' => [ 'fixture_teaser' => $ways['a handler'], 'fixture_subtitle' => $ways['a script'] ] ] );
		wp_cache_flush();
		$GLOBALS['post'] = get_post( $ids['blocks'] );
		$content         = $GLOBALS['post']->post_content;
		foreach ( BlockTree::of( $content )->nodes as $node ) {
			self::assertSame( [], [ ...StoredScripts::found( $node->text( $content ) ), ...StoredScripts::found( do_shortcode( do_blocks( $node->text( $content ) ) ) ) ] );
		}
	}

	private static function group( string $text ): string {
		return "<!-- wp:group --><div>$text</div><!-- /wp:group -->";
	}

	/**
	 * @param array<string, string>             $ways
	 * @param callable(string, string): Pending $prepare
	 *
	 * @return array<string, Answer>
	 */
	private static function answers( array $ways, callable $prepare ): array {
		$answers = [];
		foreach ( array_chunk( $ways, self::AT_ONCE, true ) as $some ) {
			$answers += array_combine( array_keys( $some ), Http::all( array_map( $prepare, array_values( $some ), array_keys( $some ) ) ) );
		}
		return $answers;
	}

	/** Returns what of a post would run if a theme or plugin printed it as it is stored. @return list<string> */
	private static function stored( int $id ): array {
		$row = self::row( $id );
		foreach ( (array) get_post_meta( $id ) as $key => $values ) {
			$row[ $key ] = (string) $values[0];
			foreach ( (array) json_decode( (string) $values[0], true ) as $inner ) {
				$row[ "$key inside" ] = implode( ' ', array_filter( (array) $inner, is_string( ... ) ) );
			}
		}
		return array_merge( ...array_map( StoredScripts::found( ... ), array_values( $row ) ) );
	}

	/** Returns what of a post would run on its page. @return list<string> */
	private static function shown( int $id ): array {
		global $post;
		$post = get_post( $id );
		setup_postdata( $post );
		$html = apply_filters( 'the_content', $post->post_content ) . '<h1>' . get_the_title( $id ) . '</h1><a title="' . the_title_attribute( [ 'echo' => false, 'post' => $id ] ) . '" href="' . esc_url( get_permalink( $id ) ) . '">'
			. apply_filters( 'the_excerpt', get_the_excerpt( $id ) ) . '</a>' . do_shortcode( $post->post_excerpt );
		ob_start();
		foreach ( get_post_custom_keys( $id ) ?? [] as $key ) {
			echo '<li>' . get_post_meta( $id, $key, true ) . '</li>';
		}
		$html .= ob_get_clean();
		wp_reset_postdata();
		return StoredScripts::found( $html );
	}

	/**
	 * Returns what would run in the feed, in the list of the dashboard and on the front page of posts.
	 *
	 * @param array<string, int> $ids
	 *
	 * @return list<string>
	 */
	private static function in_lists( string $user, array $ids ): array {
		update_option( 'posts_per_rss', count( $ids ) );
		update_user_option( Site::user( 'admin' ), 'edit_post_per_page', count( $ids ), true );
		$found = [];
		$feed  = Http::get( home_url( '/?feed=rss2&author=' . Site::user( $user ) ) )->body;
		$items = simplexml_load_string( $feed )->channel->item ?? [];
		self::assertGreaterThanOrEqual( count( $ids ), count( $items ) );
		foreach ( $items as $item ) {
			// A title of a feed is a text, not markup.
			$content = (string) $item->children( 'http://purl.org/rss/1.0/modules/content/' )->encoded;
			array_push( $found, ...StoredScripts::found( '<b>' . esc_html( (string) $item->title ) . "</b><a href=\"" . esc_url( (string) $item->link ) . "\">x</a>$item->description$content" ) );
		}
		$list = Person::of( 'admin' )->get( admin_url( 'edit.php?mode=excerpt&post_status=publish&author=' . Site::user( $user ) ) )->body;
		self::assertStringContainsString( 'post-' . end( $ids ), $list );
		return [ ...$found, ...StoredScripts::found( $list ) ];
	}
}
