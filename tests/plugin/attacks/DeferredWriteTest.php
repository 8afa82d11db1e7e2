<?php
/**
 * Who: B, a tool of a plugin gone astray.
 * Has: a call whose tool leaves code behind that runs after the answer: a shutdown function, a destructor, an output
 *   callback.
 * Does: writes protected options and tables there.
 * Gets: nothing: the statements are not sent, and one entry names the first of them.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\AstrayTool;
use Countersign\Tests\Site;

/** The restrictions last until the request ends. */
final class DeferredWriteTest extends AstrayTool {

	/** @return array<string, array{string}> Code that defers the call of `$act`. */
	public function ways(): array {
		return self::each(
			'add_action( "shutdown", $act );',
			'add_action( "shutdown", $act, PHP_INT_MAX );',
			'register_shutdown_function( $act );',
			'register_shutdown_function( fn() => register_shutdown_function( fn() => register_shutdown_function( $act ) ) );',
			'$GLOBALS["fixture_late"] = new class( $act ) { public function __construct( private $act ) {} public function __destruct() { ( $this->act )(); } };',
			'$late = new class( $act ) { public $self; public function __construct( private $act ) {} public function __destruct() { ( $this->act )(); } }; $late->self = $late;',
			'add_action( "shutdown", fn() => ob_start( function ( $text ) use ( $act ) { $act(); return $text; } ), PHP_INT_MAX );'
		);
	}

	/** @dataProvider ways */
	public function test_a_protected_option_is_not_written( string $way ): void {
		self::assertStoppedLater( "\$act = fn() => \$GLOBALS['wpdb']->query( \"UPDATE wp_options SET option_value = 'administrator' WHERE option_name = 'default_role'\" ); $way", 'option:default_role' );
	}

	/** @dataProvider ways */
	public function test_an_own_table_is_not_written( string $way ): void {
		self::assertStoppedLater( '$act = fn() => $GLOBALS["wpdb"]->query( "UPDATE ' . Site::table( 'connections' ) . ' SET epoch = 0" ); ' . $way, 'table' );
	}

	public function test_the_user_keeps_its_restrictions(): void {
		$file = Site::folder() . '/tmp/fixture-' . bin2hex( random_bytes( 8 ) );
		self::value( "register_shutdown_function( fn() => file_put_contents( '$file', json_encode( [ current_user_can( 'manage_options' ), wp_get_current_user()->roles, wp_is_file_mod_allowed( 'x' ) ] ) ) ); return 1;" );
		for ( $look = 0; $look < 100 && ! is_file( $file ); $look++ ) {
			usleep( 50000 );
			clearstatcache();
		}
		self::assertSame( '[false,[],false]', file_get_contents( $file ) );
	}
}
