<?php

declare(strict_types=1);

namespace Countersign\Tests\Support;

use Countersign\Tests\Fingerprint;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** A fingerprint names each change of the site, and nothing that changes by itself. */
final class FingerprintTest extends TestCase {

	/** @param callable(): mixed $change @return list<string> */
	private static function changes( callable $change, bool $sessions = false ): array {
		$before = Fingerprint::of_site( $sessions );
		$change();
		return $before->difference( Fingerprint::of_site( $sessions ) );
	}

	public function test_it_names_what_changed(): void {
		global $wpdb;
		$post = Site::post( [ 'post_name' => 'fingerprinted' ] );
		self::assertSame( [], self::changes( static fn() => null ) );
		self::assertSame( [ "posts $post (post, fingerprinted): post_title" ], self::changes( static fn() => $wpdb->update( $wpdb->posts, [ 'post_title' => 'x' ], [ 'ID' => $post ] ) ) );
		$meta = self::changes( static fn() => add_post_meta( $post, 'fixture', str_repeat( 'x', 200 ) ) );
		self::assertMatchesRegularExpression( "~^postmeta \\d+ \\($post, fixture\\): new$~", implode( '|', $meta ) );
		$meta = self::changes( static fn() => update_post_meta( $post, 'fixture', str_repeat( 'x', 199 ) . 'y' ) );
		self::assertMatchesRegularExpression( "~^postmeta \\d+ \\($post, fixture\\): meta_value$~", implode( '|', $meta ) );
		self::assertSame( [ 'options fixture_fingerprint: new' ], self::changes( static fn() => add_option( 'fixture_fingerprint', 1 ) ) );
		self::assertSame( [ 'options fixture_fingerprint: option_value' ], self::changes( static fn() => update_option( 'fixture_fingerprint', 2 ) ) );
		self::assertSame( [ 'options fixture_fingerprint: gone' ], self::changes( static fn() => delete_option( 'fixture_fingerprint' ) ) );
		self::assertSame( [ 'event fixture_event ["x"]: new' ], self::changes( static fn() => wp_schedule_single_event( time() + 999, 'fixture_event', [ 'x' ] ) ) );
		self::assertSame( [ 'event fixture_event ["x"]: gone' ], self::changes( static fn() => wp_clear_scheduled_hook( 'fixture_event', [ 'x' ] ) ) );
		$author = Site::user( 'author' );
		self::assertSame( [ "users $author (author): user_url" ], self::changes( static fn() => $wpdb->update( $wpdb->users, [ 'user_url' => 'x' ], [ 'ID' => $author ] ) ) );
		self::assertSame( [ "users $author (author): user_url" ], self::changes( static fn() => $wpdb->update( $wpdb->users, [ 'user_url' => '' ], [ 'ID' => $author ] ) ) );
	}

	public function test_it_names_tables_and_files(): void {
		global $wpdb;
		$table   = $wpdb->prefix . 'fixture_fingerprint';
		$changes = self::changes( static fn() => $wpdb->query( "CREATE TABLE $table (id bigint NOT NULL, PRIMARY KEY (id))" ) ); // phpcs:ignore
		self::assertContains( "structure of table $table: new", $changes );
		self::assertSame( [ 'fixture_fingerprint 7: new' ], self::changes( static fn() => $wpdb->insert( $table, [ 'id' => 7 ] ) ) );
		$changes = self::changes( static fn() => $wpdb->query( "ALTER TABLE $table ADD COLUMN more int" ) ); // phpcs:ignore
		self::assertContains( "structure of table $table: definition", $changes );
		$wpdb->query( "DROP TABLE $table" ); // phpcs:ignore
		$file = WPMU_PLUGIN_DIR . '/fixture-fingerprint.php';
		self::assertSame( [ 'file wp-content/mu-plugins/fixture-fingerprint.php: new' ], self::changes( static fn() => file_put_contents( $file, '<?php' ) ) );
		self::assertSame( [ 'file wp-content/mu-plugins/fixture-fingerprint.php: content' ], self::changes( static fn() => file_put_contents( $file, '<?php ' ) ) );
		unlink( $file );
	}

	public function test_what_changes_by_itself_is_left_out(): void {
		$author = Site::user( 'author' );
		$agent  = Site::connect( 'author' );
		self::assertSame( [], self::changes( static fn() => set_transient( 'fixture', 1, 60 ) ) );
		self::assertSame( [], self::changes( static fn() => $agent->do( 'whoami' ) ), 'a call that reads' );
		$log_in = static fn() => \WP_Session_Tokens::get_instance( $author )->create( time() + 60 );
		self::assertSame( [], self::changes( $log_in ) );
		self::assertNotSame( [], self::changes( $log_in, true ) );
		\WP_Session_Tokens::get_instance( $author )->destroy_all();
	}
}
