<?php

declare(strict_types=1);

namespace Countersign\Tests\Calls;

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
		$probe = WPMU_PLUGIN_DIR . '/page-probe.php';
		file_put_contents( $probe, "<?php add_action( 'shutdown', static fn() => file_put_contents( " . var_export( $seen, true ) . ', json_encode( [ count( $GLOBALS[\'wp_widget_factory\']->widgets ?? [] ) ] ) ) );' );
		try {
			Site::connect()->do( 'whoami' );
			self::assertSame( '[0]', file_get_contents( $seen ) );
			// Neither a page nor another route of the same server goes without them.
			foreach ( [ home_url( '/' ), rest_url( 'wp/v2/types' ), Urls::mcp() . '/other', Urls::mcp() . 'x' ] as $url ) {
				Http::get( $url );
				self::assertSame( '[' . page()['widgets'] . ']', file_get_contents( $seen ), $url );
			}
		} finally {
			unlink( $probe );
		}
	}
}
