<?php

declare(strict_types=1);

namespace Countersign\Tests;

use Countersign\Plugin\Plugin;
use Countersign\Plugin\Site\Identity;
use Countersign\Plugin\Site\SealedOptions;

/** The base of the tests of the state of the whole site. After each test the site is as it was before: its options and its witnesses. */
abstract class StateTest extends TestCase {

	/** @var array<string, string|null> */
	private array $options = [];

	/** @var array<string, string> */
	private array $witnesses = [];

	/** @var list<array<string, string|null>> Connections that other tests share. */
	private array $connections = [];

	protected function setUp(): void {
		parent::setUp();
		foreach ( [ SealedOptions::SITE, SealedOptions::KILL_SWITCH, SealedOptions::SETTINGS, SealedOptions::BEACON, SealedOptions::WATCH, Identity::OPTION, 'home' ] as $option ) {
			$this->options[ $option ] = Site::stored( $option );
		}
		global $wpdb;
		$this->connections = $wpdb->get_results( 'SELECT * FROM ' . Site::table( 'connections' ), ARRAY_A );
		// The site would otherwise spend seconds on ending the connections that other tests left.
		$wpdb->query( 'DELETE FROM ' . Site::table( 'connections' ) );
		foreach ( self::witnesses() as $file ) {
			$this->witnesses[ $file ] = (string) file_get_contents( $file );
		}
	}

	protected function tearDown(): void {
		foreach ( $this->options as $option => $text ) {
			Site::plant( $option, $text );
		}
		global $wpdb;
		foreach ( $this->connections as $row ) {
			$wpdb->replace( Site::table( 'connections' ), $row );
		}
		array_map( unlink( ... ), self::witnesses() );
		foreach ( $this->witnesses as $file => $text ) {
			file_put_contents( $file, $text );
			chmod( $file, 0600 );
		}
		foreach ( glob( Site::folder() . '/tmp/machine-*' ) ?: [] as $folder ) {
			self::remove( $folder );
		}
		self::fresh();
		parent::tearDown();
	}

	/** @return list<string> */
	protected static function witnesses(): array {
		return Site::witnesses();
	}

	/** Makes this process forget what it read, as a new request does. */
	protected static function fresh(): void {
		wp_cache_flush();
		Site::forget();
		Plugin::composition()->extension()->forget();
		( function (): void {
			$this->site_state = null;
		} )->call( Plugin::composition() );
	}

	/** Returns the reason for which no agent can act on the site, or null. */
	protected static function state(): ?string {
		self::fresh();
		return Plugin::composition()->site_state()->current()->reason();
	}

	/** Loses the witness, as a new machine or a container does. */
	protected static function lose_witness(): void {
		array_map( unlink( ... ), self::witnesses() );
	}

	/** Returns the path of a state folder for another machine. */
	protected static function elsewhere( string $name ): string {
		return Site::folder() . "/tmp/machine-$name";
	}

	/** Asserts that the page asks a question, and presses one of its buttons. */
	protected static function answer( string $title, string $action, ?Person $person = null ): void {
		$admin = $person ?? Person::of( 'admin' );
		$page  = $admin->page( 'countersign' );
		self::assertStringContainsString( $title, html_entity_decode( wp_strip_all_tags( $page->body ), ENT_QUOTES ) );
		self::assertSame( 302, $admin->post( admin_url( 'admin-post.php' ), Person::form( $page, $action ) )->status );
		self::fresh();
	}

	/** Asserts that no agent can act, for a reason that the agent and the log learn, and that nothing changes. */
	protected static function assertStopped( string $reason, Agent $agent ): void {
		$size = AuditTrail::size();
		self::assertRefused( $reason, $agent, 'whoami' );
		self::assertContains( $reason, array_column( AuditTrail::since( $size ), 'reason' ) );
		self::assertTrue( countersign_kill_switch(), 'agents count as stopped' );
	}

	private static function remove( string $folder ): void {
		foreach ( array_diff( scandir( $folder ) ?: [], [ '.', '..' ] ) as $name ) {
			is_dir( "$folder/$name" ) ? self::remove( "$folder/$name" ) : unlink( "$folder/$name" );
		}
		rmdir( $folder );
	}
}
