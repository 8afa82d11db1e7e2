<?php

declare(strict_types=1);

namespace Countersign\Tests\Admin;

use Countersign\Plugin\Plugin;
use Countersign\Tests\Person;
use Countersign\Tests\TestCase;

use const Countersign\Plugin\FILE;

/** The verifier on the Audit page. The browser tests verify a file with it. */
final class VerifierTest extends TestCase {

	private string $page;

	private ?string $built = null;

	protected function setUp(): void {
		parent::setUp();
		$this->page  = plugin_dir_path( FILE ) . 'assets/verifier.html';
		$this->built = is_file( $this->page ) ? (string) file_get_contents( $this->page ) : null;
	}

	protected function tearDown(): void {
		null === $this->built ? is_file( $this->page ) && unlink( $this->page ) : file_put_contents( $this->page, $this->built );
		parent::tearDown();
	}

	private static function shown( string $login = 'admin' ): \DOMXPath {
		$document = new \DOMDocument();
		@$document->loadHTML( '<?xml encoding="utf-8">' . Person::of( $login )->page( 'countersign-audit' )->body ); // phpcs:ignore Generic.PHP.NoSilencedErrors -- WordPress's pages are HTML 5, which libxml does not know.
		return new \DOMXPath( $document );
	}

	public function test_the_verifier_is_shown_in_a_frame_that_may_run_scripts_and_nothing_else(): void {
		file_put_contents( $this->page, '<!DOCTYPE html>' );
		$frames = self::shown()->query( '//details[@class="countersign-verifier"]/iframe' );
		self::assertCount( 1, $frames );
		$frame = $frames->item( 0 );
		self::assertInstanceOf( \DOMElement::class, $frame );
		self::assertSame( 'allow-scripts', $frame->getAttribute( 'sandbox' ) );
		[ $address, $fragment ] = explode( '#', $frame->getAttribute( 'src' ) );
		self::assertStringStartsWith( plugins_url( 'assets/verifier.html', FILE ), $address );
		parse_str( $fragment, $offered );
		self::assertSame( [ 'key' => Plugin::composition()->log()->verifier_key() ], $offered );
	}

	public function test_an_auditor_without_other_rights_gets_the_verifier(): void {
		file_put_contents( $this->page, '<!DOCTYPE html>' );
		get_role( 'editor' )->add_cap( 'countersign_read_audit' );
		try {
			self::assertCount( 1, self::shown( 'editor' )->query( '//iframe[@sandbox="allow-scripts"]' ) );
		} finally {
			get_role( 'editor' )->remove_cap( 'countersign_read_audit' );
		}
	}

	public function test_a_copy_of_the_plugin_without_the_verifier_says_where_to_get_it(): void {
		is_file( $this->page ) && unlink( $this->page );
		$shown = self::shown();
		self::assertCount( 0, $shown->query( '//iframe' ) );
		$text = (string) $shown->evaluate( 'string(//details[@class="countersign-verifier"])' );
		foreach ( [ 'assets/verifier.html', 'plugin archive', 'make verifier', 'countersign audit verify' ] as $part ) {
			self::assertStringContainsString( $part, $text );
		}
	}
}
