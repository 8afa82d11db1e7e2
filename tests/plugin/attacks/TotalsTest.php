<?php
/**
 * Who: an agent whose account may not see everything, such as that of an Author.
 * Has: the tools that list and search, whose results have totals.
 * Does: searches for words of hidden posts, of hidden media and of posts with a password, and reads the totals.
 * Gets: totals and pages of what the account can see. They are the same whether a hidden item exists or not.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\AgentScope\AgentUser;
use Countersign\Plugin\Calls\Call;
use Countersign\Plugin\Tools\Content\ListPosts;
use Countersign\Plugin\Tools\Content\Posts;
use Countersign\Plugin\Tools\Content\SearchContent;
use Countersign\Plugin\Tools\Media\ListMedia;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** Lists, pages and totals have exactly what WordPress lets the account read. */
final class TotalsTest extends TestCase {

	private const WORD = 'zanzibarite';

	private const AUTHORS = [ 'admin', 'editor', 'author', 'contributor' ];

	/** @var list<int> Ids of all rows that a test has inserted. */
	private array $made = [];

	/** @var list<int> Ids of all users that a test has added. */
	private array $users = [];

	protected function setUp(): void {
		parent::setUp();
		foreach ( [ 'public', 'private', 'protected' ] as $kind ) {
			register_post_status( "fixture_$kind", [ $kind => true ] );
		}
		// A type whose capabilities are not mapped to those of single posts.
		register_post_type( 'fixture_plain', [ 'public' => true, 'show_in_rest' => true, 'capability_type' => 'fixture_plain', 'map_meta_cap' => false ] );
	}

	protected function tearDown(): void {
		global $wpdb;
		foreach ( array_chunk( $this->made, 500 ) as $ids ) {
			$list = implode( ',', $ids );
			$wpdb->query( "DELETE FROM $wpdb->posts WHERE ID IN ($list)" ); // phpcs:ignore
			$wpdb->query( "DELETE FROM $wpdb->postmeta WHERE post_id IN ($list)" ); // phpcs:ignore
		}
		unregister_post_type( 'fixture_plain' );
		array_map( wp_delete_user( ... ), $this->users );
		parent::tearDown();
	}

	/** Inserts a row as it is, without WordPress's checks. @param array<string, mixed> $fields */
	private function row( array $fields ): int {
		global $wpdb;
		static $count = 0;
		$count++;
		$wpdb->insert(
			$wpdb->posts,
			$fields + [
				'post_title'        => self::WORD . " $count",
				'post_content'      => 'gargoylite',
				'post_excerpt'      => '',
				'post_status'       => 'publish',
				'post_type'         => 'post',
				'post_author'       => Site::user( 'admin' ),
				'post_name'         => "zanzibarite-$count",
				'post_date'         => '2026-01-01 00:00:00',
				'post_date_gmt'     => '2026-01-01 00:00:00',
				'post_modified'     => '2026-01-01 00:00:00',
				'post_modified_gmt' => '2026-01-01 00:00:00',
				'to_ping'           => '',
				'pinged'            => '',
				'post_content_filtered' => '',
			]
		);
		return $this->made[] = (int) $wpdb->insert_id;
	}

	/** Accounts with capabilities of their own. The other accounts are those of WordPress's roles. */
	private const ACCOUNTS = [
		'reader of private posts only' => [ 'read', 'read_private_posts', 'read_private_pages' ],
		'reader of nothing'            => [ 'edit_posts' ],
		'editor of drafts only'        => [ 'read', 'edit_posts', 'edit_others_posts', 'edit_others_pages' ],
		'reader of other types'        => [ 'read', 'read_fixture_plain', 'edit_fixture_plain', 'read_private_fixture_ledgers', 'edit_others_fixture_ledgers' ],
	];

	/** @return array<string, int> Name of the account => id of the user. */
	private function accounts(): array {
		$users = [];
		foreach ( [ ...self::AUTHORS, 'subscriber' ] as $login ) {
			$users[ $login ] = Site::user( $login );
		}
		foreach ( self::ACCOUNTS as $name => $capabilities ) {
			$user = get_user_by( 'id', wp_insert_user( [ 'user_login' => uniqid( 'fixture' ), 'user_pass' => wp_generate_password(), 'role' => '' ] ) );
			array_map( [ $user, 'add_cap' ], $capabilities );
			$this->users[] = $users[ $name ] = $user->ID;
		}
		return $users;
	}

	/**
	 * Runs a tool for an account on all pages, and compares the result with what WordPress says about each row.
	 *
	 * @param callable(): list<int> $expected  Returns the ids, as WordPress decides for the current user.
	 * @param array<string, mixed>  $arguments
	 */
	private function compare( int $user, string $what, callable $tool, string $key, array $arguments, callable $expected ): void {
		wp_cache_flush();
		$call = ( new \ReflectionClass( Call::class ) )->newInstanceWithoutConstructor();
		( new AgentUser( static fn() => throw new \LogicException( 'a write was refused' ) ) )->act_as(
			$user,
			function () use ( $what, $tool, $key, $arguments, $expected, $call ): void {
				$ids    = [];
				$totals = [];
				for ( $page = 1; $page <= 100; $page++ ) {
					$result   = $tool( $arguments + [ 'page' => $page, 'per_page' => 50 ], $call );
					$totals[] = $result['total'];
					$ids      = [ ...$ids, ...array_column( $result[ $key ], 'id' ) ];
					self::assertSame( (int) ceil( $result['total'] / 50 ), $result['total_pages'], $what );
					self::assertCount( max( 0, min( 50, $result['total'] - 50 * ( $page - 1 ) ) ), $result[ $key ], "$what: page $page is full" );
					if ( $page >= $result['total_pages'] ) {
						break;
					}
				}
				$readable = $expected();
				sort( $ids );
				sort( $readable );
				self::assertSame( $this->rows( $readable ), $this->rows( $ids ), $what );
				self::assertSame( [ count( $readable ) ], array_values( array_unique( $totals ) ), "$what: the total" );
			}
		);
	}

	/** Describes rows, so that a failure shows which combination differs. @param list<int> $ids @return list<string> */
	private function rows( array $ids ): array {
		return array_map(
			static function ( int $id ): string {
				$post = get_post( $id );
				return implode( ' ', [ $id, $post->post_type, $post->post_status, 'by', $post->post_author, 'in', $post->post_parent, get_post( $post->post_parent )->post_status ?? '' ] );
			},
			$ids
		);
	}

	public function test_a_list_of_media_has_what_the_account_can_read(): void {
		$parents = [ 0, 999999999, 'self' ];
		foreach ( [ 'publish', 'future', 'draft', 'pending', 'private', 'auto-draft', 'inherit', 'fixture_public', 'fixture_private', 'fixture_protected', 'gone' ] as $status ) {
			foreach ( [ 'admin', 'author' ] as $author ) {
				$parents[] = $this->row( [ 'post_status' => $status, 'post_author' => Site::user( $author ) ] );
			}
		}
		foreach ( [ 'publish', 'draft', 'private', 'future', '', '0', null, 'gone' ] as $before ) {
			$id = $this->row( [ 'post_status' => 'trash' ] );
			if ( null !== $before ) {
				add_post_meta( $id, '_wp_trash_meta_status', $before );
				add_post_meta( $id, '_wp_trash_meta_status', 'publish' );
			}
			$parents[] = $id;
		}
		foreach ( [ 'publish', 'draft', 'private' ] as $status ) {
			$parents[] = $this->row( [ 'post_status' => $status, 'post_type' => 'fixture_ledger' ] );
			$parents[] = $this->row( [ 'post_status' => $status, 'post_type' => 'never_registered' ] );
			$chained   = $this->row( [ 'post_status' => $status ] );
			for ( $i = 0; $i < 3; $i++ ) {
				$parents[] = $chained = $this->row( [ 'post_type' => 'attachment', 'post_status' => 'inherit', 'post_parent' => $chained ] );
			}
		}
		$parents[] = $this->row( [ 'post_password' => 'x' ] );
		$parents[] = $this->row( [ 'post_type' => 'attachment', 'post_status' => 'private' ] );
		$parents[] = $this->row( [ 'post_type' => 'attachment', 'post_status' => 'trash' ] );
		$ids = [];
		foreach ( $parents as $parent ) {
			foreach ( [ 'inherit', 'private', 'trash', 'auto-draft' ] as $status ) {
				foreach ( 'inherit' === $status ? self::AUTHORS : [ 'admin', 'author' ] as $author ) {
					$ids[] = $id = $this->row( [ 'post_type' => 'attachment', 'post_mime_type' => 'image/png', 'post_status' => $status, 'post_parent' => 'self' === $parent ? 0 : $parent, 'post_author' => Site::user( $author ) ] );
					if ( 'self' === $parent ) {
						global $wpdb;
						$wpdb->update( $wpdb->posts, [ 'post_parent' => $id ], [ 'ID' => $id ] );
					}
				}
			}
		}
		$expected = fn(): array => array_values(
			array_filter( array_map( intval( ... ), self::column( "post_type = 'attachment' AND post_status IN ('inherit', 'private')" ) ), static fn( int $id ): bool => current_user_can( 'read_post', $id ) )
		);
		$made     = fn(): array => array_values( array_intersect( $expected(), $this->made ) );
		// WordPress warns about the post types and statuses that are not registered.
		add_filter( 'doing_it_wrong_trigger_error', '__return_false' );
		foreach ( $this->accounts() as $name => $user ) {
			$this->compare( $user, "$name: all media", new ListMedia(), 'media', [], $expected );
			$this->compare( $user, "$name: media with a word", new ListMedia(), 'media', [ 'query' => self::WORD ], $made );
			$this->compare( $user, "$name: media of a type", new ListMedia(), 'media', [ 'query' => self::WORD, 'mime_type' => 'image' ], fn(): array => array_values( array_intersect( $expected(), $ids ) ) );
		}
		remove_filter( 'doing_it_wrong_trigger_error', '__return_false' );
	}

	public function test_a_list_of_posts_has_what_the_account_can_read(): void {
		$types = [ 'post', 'page', 'fixture_book', 'fixture_ledger', 'fixture_plain' ];
		$users = $this->accounts();
		foreach ( $types as $type ) {
			foreach ( [ ...Posts::STATUSES, 'trash', 'auto-draft', 'fixture_public', 'gone' ] as $status ) {
				foreach ( [ ...$users, 0 ] as $author ) {
					foreach ( [ '', 'x' ] as $password ) {
						$this->row( [ 'post_type' => $type, 'post_status' => $status, 'post_author' => $author, 'post_password' => $password ] );
					}
				}
			}
		}
		// A page that nobody may edit who may not change the privacy policy.
		update_option( 'wp_page_for_privacy_policy', $this->row( [ 'post_type' => 'page', 'post_status' => 'draft' ] ) );
		$in       = "post_status IN ('" . implode( "', '", Posts::STATUSES ) . "') AND post_type ";
		$readable = static fn( string $where ): array => array_values( array_filter( array_map( intval( ... ), self::column( $where ) ), static fn( int $id ): bool => current_user_can( 'read_post', $id ) ) );
		$searched = static fn(): array => array_values( array_filter( $readable( "post_title LIKE '" . self::WORD . "%' AND $in IN ('" . implode( "', '", $types ) . "')" ), static fn( int $id ): bool => '' === get_post( $id )->post_password || current_user_can( 'edit_post', $id ) ) );
		foreach ( $users as $name => $user ) {
			foreach ( $types as $type ) {
				$this->compare( $user, "$name: $type", new ListPosts(), 'posts', [ 'type' => $type ], fn(): array => $readable( "$in = '$type'" ) );
			}
			foreach ( Posts::STATUSES as $status ) {
				$this->compare( $user, "$name: posts, $status", new ListPosts(), 'posts', [ 'status' => $status ], fn(): array => $readable( "post_status = '$status' AND post_type = 'post'" ) );
			}
			$this->compare( $user, "$name: a word of the titles", new SearchContent(), 'posts', [ 'query' => self::WORD ], $searched );
			$this->compare( $user, "$name: a word of the contents", new SearchContent(), 'posts', [ 'query' => 'gargoylite' ], $searched );
		}
		delete_option( 'wp_page_for_privacy_policy' );
	}

	/** @return list<string> */
	private static function column( string $where ): array {
		global $wpdb;
		return $wpdb->get_col( "SELECT ID FROM $wpdb->posts WHERE $where" ); // phpcs:ignore
	}

	public function test_an_author_cannot_find_out_by_totals_what_an_image_of_a_private_post_is_called(): void {
		$agent  = Site::connect( 'author' );
		$totals = static fn(): array => array_map( static fn( string $word ): array => array_intersect_key( $agent->do( 'list_media', [ 'query' => $word ] ), [ 'total' => 1, 'total_pages' => 1 ] ), [ 'merger', 'layoffs', 'plan.png', 'a chart' ] );
		$before = $totals();
		$post   = $this->row( [ 'post_status' => 'private' ] );
		$image  = $this->row( [ 'post_type' => 'attachment', 'post_status' => 'inherit', 'post_parent' => $post, 'post_title' => 'merger', 'post_content' => 'layoffs' ] );
		add_post_meta( $image, '_wp_attached_file', '2026/01/plan.png' );
		add_post_meta( $image, '_wp_attachment_image_alt', 'a chart' );
		self::assertSame( $before, $totals() );
		self::assertSame( 1, Site::connect( 'editor' )->do( 'list_media', [ 'query' => 'plan.png' ] )['total'] );
	}

	public function test_a_plugin_that_changes_queries_cannot_widen_what_the_account_sees(): void {
		$hidden = $this->row( [ 'post_status' => 'private' ] );
		$call   = ( new \ReflectionClass( Call::class ) )->newInstanceWithoutConstructor();
		add_filter( 'posts_where', $or = static fn( string $where ): string => "$where OR 1 = 1", PHP_INT_MAX );
		add_filter( 'posts_pre_query', $all = static function ( mixed $posts, \WP_Query $query ): array {
			$query->found_posts = 1000;
			return array_map( get_post( ... ), self::column( "post_status = 'private'" ) );
		}, PHP_INT_MAX, 2 );
		try {
			$result = ( new AgentUser( static fn() => throw new \LogicException( 'a write was refused' ) ) )->act_as( Site::user( 'author' ), static fn(): array => ( new ListPosts() )( [ 'status' => 'private' ], $call ) );
		} finally {
			remove_filter( 'posts_where', $or, PHP_INT_MAX );
			remove_filter( 'posts_pre_query', $all, PHP_INT_MAX );
		}
		self::assertNotContains( $hidden, array_column( $result['posts'], 'id' ) );
		self::assertLessThan( 1000, $result['total'] );
		self::assertCount( min( 20, $result['total'] ), $result['posts'] );
	}
}
