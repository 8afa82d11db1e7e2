<?php
/**
 * Who: an agent with a connection, or somebody whose text it passes on.
 * Has: the arguments of its tools, which the audit log tells in words.
 * Does: sends secrets in a title, in a field with the name of a secret, across the place where a long text is cut and behind
 * invisible characters; and line breaks, control and direction characters and markup, so that people read another entry.
 * Gets: an entry and texts in which each secret is replaced, and which are one line of harmless text on the Audit page.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\Admin\AuditTable;
use Countersign\Plugin\Plugin;
use Countersign\Tests\Agent;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** The texts that the audit log tells hold no secret and cannot forge what people read. */
final class ToldTextsTest extends TestCase {

	private const SECRET = 'csat_AbCdEfGhIjKlMnOpQrStUvWxYz0123456789';

	private static ?Agent $agent = null;

	private static function agent(): Agent {
		return self::$agent ??= Site::connect( 'editor', 'full_access' );
	}

	/** @return array<string, array{string, array<string, mixed>}> Tool and arguments. */
	public function secrets(): array {
		$secret = self::SECRET;
		return [
			'in a title'                => [ 'create_draft', [ 'title' => "Use $secret now" ] ],
			'behind a name'             => [ 'create_draft', [ 'title' => 'x', 'excerpt' => "password: $secret" ] ],
			'behind invisible letters'  => [ 'create_draft', [ 'title' => implode( "\u{200b}", str_split( $secret, 5 ) ) ] ],
			'at the end of what is told' => [ 'create_draft', [ 'title' => 'x', 'content' => str_repeat( 'a ', 55 ) . $secret . str_repeat( ' b', 5000 ) ] ],
			'where reading ends'        => [ 'create_draft', [ 'title' => 'x', 'content' => str_repeat( "\u{200b}", 32760 ) . $secret . str_repeat( ' b', 5000 ) ] ],
			'in a search'               => [ 'search_content', [ 'query' => "key $secret" ] ],
			'in arguments that are wrong' => [ 'create_draft', [ 'title' => [ 'token' => $secret ] ] ],
			'as an unknown argument'    => [ 'create_draft', [ 'title' => 'x', 'api_key' => $secret ] ],
			'of a reviewed call'        => [ 'request_review', [ 'tool' => 'publish_post', 'arguments' => [ 'id' => 1, 'password' => $secret ] ] ],
		];
	}

	/**
	 * @dataProvider secrets
	 *
	 * @param array<string, mixed> $arguments
	 */
	public function test_no_secret_is_told( string $tool, array $arguments ): void {
		global $wpdb;
		$agent = self::agent();
		$from  = AuditTrail::size();
		$agent->call( $tool, $arguments );
		self::assertGreaterThan( $from, AuditTrail::size(), 'the call is recorded' );
		$all = implode( "\n", array_column( AuditTrail::since( $from ), 'body' ) )
			. implode( "\n", $wpdb->get_col( $wpdb->prepare( 'SELECT value FROM %i WHERE seq >= %d', Site::table( 'audit_text' ), $from ) ) ); // phpcs:ignore
		foreach ( [ 'AbCdEfGh', 'MnOpQrSt', '0123456789' ] as $part ) {
			self::assertStringNotContainsString( $part, $all );
		}
	}

	public function test_a_changed_text_tells_no_secret_before_and_after(): void {
		$agent = self::agent();
		$id    = Site::post( [ 'post_title' => 'Old ' . self::SECRET, 'post_status' => 'draft', 'post_content' => str_repeat( 'Same ', 300 ) . self::SECRET ] );
		$edit  = $agent->edit( $id, [ 'title' => 'New ' . strrev( self::SECRET ) . ' ' . self::SECRET, 'content' => str_repeat( 'Same ', 300 ) . 'csat_AbCdEfGhIjKlMnOpQrStUvWxYzOther' ] );
		$from  = AuditTrail::size();
		$agent->do( 'update_content', $edit );
		$fields = AuditTrail::told( $from )[1]->fields;
		self::assertSame( 'Old [redacted]', $fields['title']['from'] );
		self::assertStringNotContainsString( 'AbCdEfGh', (string) json_encode( $fields ) );
	}

	public function test_what_is_told_is_one_line_of_harmless_text(): void {
		$agent = self::agent();
		$evil  = "a\n<script>x</script>\r\u{202e}b\u{2028}c\x1b[31m\u{0007}\u{200b}<b>";
		$from  = AuditTrail::size();
		$agent->call( 'search_content', [ 'query' => $evil ] );
		self::assertSame( 'a<script>x</script>bc[31m<b>', AuditTrail::told( $from )[0]->arguments['query'] );
		wp_set_current_user( Site::user( 'admin' ) );
		require_once ABSPATH . 'wp-admin/includes/template.php';
		require_once ABSPATH . 'wp-admin/includes/screen.php';
		$GLOBALS['hook_suffix'] = 'countersign';
		$_GET                   = [ 's' => 'bc[31m' ];
		$table                  = new AuditTable( Plugin::composition()->connections() );
		$table->prepare_items();
		ob_start();
		$table->display();
		$html = (string) ob_get_clean();
		$_GET = [];
		wp_set_current_user( 0 );
		self::assertStringContainsString( '<bdi>a&lt;script&gt;x&lt;/script&gt;bc[31m&lt;b&gt;</bdi>', $html, 'the search finds it, and the page shows it' );
		self::assertStringNotContainsString( '<script>x', $html );
		self::assertDoesNotMatchRegularExpression( '/[\x{202A}-\x{202E}\x{2028}\x{200B}\x{1b}]/u', $html );
	}
}
