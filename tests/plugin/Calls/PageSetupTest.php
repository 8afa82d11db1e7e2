<?php

declare(strict_types=1);

namespace Countersign\Tests\Calls;

use Countersign\Plugin\Calls\PageSetup;
use Countersign\Plugin\Site\Urls;
use Countersign\Tests\Http;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

use function Countersign\Tests\Fixtures\page;

/** What WordPress prepares for pages is postponed for the plugin's own tools that read, and for nothing else. */
final class PageSetupTest extends TestCase {

	public function test_a_tool_of_a_plugin_finds_everything_prepared(): void {
		$here = page();
		self::assertGreaterThan( 0, $here['widgets'] );
		self::assertGreaterThan( 0, $here['patterns'] );
		self::assertSame( $here, Site::connect()->do( 'fixture_page' ) );
	}

	public function test_a_tool_that_reads_does_not_pay_for_pages(): void {
		$seen  = Site::folder() . '/tmp/page-seen.json';
		self::with_code(
			"add_action( 'shutdown', static fn() => file_put_contents( " . var_export( $seen, true ) . ', json_encode( [ count( $GLOBALS[\'wp_widget_factory\']->widgets ?? [] ) ] ) ) );',
			static function () use ( $seen ): void {
				Site::connect()->do( 'whoami' );
				self::assertSame( '[0]', file_get_contents( $seen ) );
				// Neither a page nor another route of the same server goes without them.
				foreach ( [ home_url( '/' ), rest_url( 'wp/v2/types' ), Urls::mcp() . '/other', Urls::mcp() . 'x' ] as $url ) {
					Http::get( $url );
					self::assertSame( '[' . page()['widgets'] . ']', file_get_contents( $seen ), $url );
				}
			}
		);
	}

	/** Paragraphs, and what WordPress adds to blocks after it has registered all of them. */
	private const HAS_BLOCKS = "json_encode( [ \\WP_Block_Type_Registry::get_instance()->is_registered( 'core/paragraph' ), \\WP_Block_Type_Registry::get_instance()->is_registered( 'core/query' ), count( \\WP_Block_Patterns_Registry::get_instance()->get_all_registered() ) > 0 ] )";

	public function test_a_tool_that_looks_at_no_blocks_does_not_wait_for_them(): void {
		$seen = Site::folder() . '/tmp/blocks-seen.json';
		$id   = Site::post();
		self::with_code(
			"add_action( 'shutdown', static fn() => file_put_contents( " . var_export( $seen, true ) . ', ' . self::HAS_BLOCKS . ' ) );',
			static function () use ( $seen, $id ): void {
				$agent = Site::connect();
				foreach ( [ 'whoami', 'get_site_info', 'get_post', 'list_media' ] as $tool ) {
					$agent->do( $tool, 'get_post' === $tool ? [ 'id' => $id ] : [] );
					self::assertSame( '[false,false,false]', file_get_contents( $seen ), $tool );
				}
				// WordPress renders some blocks for an excerpt. A plugin's tool, and one that saves, can do anything.
				foreach ( [ 'list_posts', 'fixture_page' ] as $tool ) {
					$agent->do( $tool );
					self::assertStringStartsWith( '[true,true', (string) file_get_contents( $seen ), $tool );
				}
				$agent->do( 'update_content', $agent->edit( $id, [ 'title' => 'Another title' ] ) );
				self::assertSame( '[true,true,true]', file_get_contents( $seen ) );
				$agent->send( 'tools/list' );
				self::assertStringStartsWith( '[true,true', (string) file_get_contents( $seen ) );
			}
		);
	}

	public function test_a_plugin_that_needs_blocks_at_once_fails_no_more_than_once(): void {
		$this->expected_error = '~is_dynamic~';
		self::with_code(
			"add_action( 'init', static fn() => \\WP_Block_Type_Registry::get_instance()->get_registered( 'core/paragraph' )->is_dynamic(), 30 );",
			static function (): void {
				$agent = Site::connect();
				try {
					self::assertSame( 500, $agent->call( 'whoami' )->status );
					$agent->do( 'whoami' );
					$agent->do( 'get_site_info' );
				} finally {
					delete_option( PageSetup::NEEDS_BLOCKS );
				}
			}
		);
	}

	/** Runs a function while a must-use plugin consists of some code. */
	private static function with_code( string $code, callable $act ): void {
		$file = WPMU_PLUGIN_DIR . '/page-probe.php';
		file_put_contents( $file, '<?php ' . $code );
		try {
			$act();
		} finally {
			unlink( $file );
		}
	}
}
