<?php
/**
 * Who: whoever makes an agent upload a file from a URL.
 * Has: a connection that may upload media; a domain, its DNS and a web server.
 * Does: makes the site contact what only the site can reach (SSRF): an address of its own network in any spelling, a name that has
 *   such an address, has one beside a public one, or has another one the second time; a redirect to one. Or lets a stranger's
 *   server answer with something that is no file, without end, or with a script.
 * Gets: a refusal with its reason, and an entry in the audit log. Nothing that is not public is contacted, and nothing stays.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\Plugin;
use Countersign\Plugin\Uploads\Folder;
use Countersign\Tests\Agent;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Files;
use Countersign\Tests\Http;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;
use Countersign\Tests\TlsServer;

/** URLs that the site fetches for an agent. The servers are real ones on this machine; 127.0.0.3 counts as public. */
final class FetchedFileTest extends TestCase {

	private static Agent $agent;

	/** What no request may reach. */
	private static TlsServer $private;

	private static TlsServer $public;

	public static function setUpBeforeClass(): void {
		Folder::make();
		self::$agent   = Site::connect( 'author', 'custom', [ 'read', 'media_manage' ] );
		self::$private = TlsServer::on( '127.0.0.2' );
		self::$public  = TlsServer::on( '127.0.0.3' );
	}

	public static function tearDownAfterClass(): void {
		self::$private->stop();
		self::$public->stop();
		delete_option( 'fixture_dns' );
	}

	/** @param list<list<string>> $answers The addresses of `client.example` at each lookup. */
	private static function names( array $answers ): void {
		@unlink( Site::folder() . '/tmp/looked-up' );
		update_option( 'fixture_dns', [ 'client.example' => $answers ] );
	}

	private static function url( string $path ): string {
		return 'https://client.example:' . self::$public->port . $path;
	}

	/** @return list<string> */
	private static function looked_up(): array {
		return file( Site::folder() . '/tmp/looked-up', FILE_IGNORE_NEW_LINES ) ?: [];
	}

	private static function assertNothingFetched( string $reason, string $url ): void {
		$files = Files::uploads();
		$from  = AuditTrail::size();
		self::assertRefused( $reason, self::$agent, 'upload_media', [ 'url' => $url ] );
		self::assertSame( $files, Files::uploads() );
		self::assertRecorded( [ 'intent upload_media', "outcome upload_media denied $reason" ], $from );
		self::assertSame( [], self::$private->seen() );
	}

	/** @return array<string, array{string}> */
	public function urls(): array {
		return [
			'loopback'               => [ 'https://127.0.0.2:PORT/x.png' ],
			'loopback of IPv6'       => [ 'https://[::1]:PORT/x.png' ],
			'IPv4 in IPv6'           => [ 'https://[::ffff:127.0.0.2]:PORT/x.png' ],
			'NAT64'                  => [ 'https://[64:ff9b::7f00:2]:PORT/x.png' ],
			'6to4'                   => [ 'https://[2002:7f00:2::]:PORT/x.png' ],
			'unique local'           => [ 'https://[fd00::1]:PORT/x.png' ],
			'link-local with a zone' => [ 'https://[fe80::1%25lo]:PORT/x.png' ],
			'private'                => [ 'https://10.0.0.1/x.png' ],
			'metadata of a cloud'    => [ 'https://169.254.169.254/latest/meta-data/' ],
			'a decimal address'      => [ 'https://2130706434:PORT/x.png' ],
			'an octal address'       => [ 'https://0177.0.0.2:PORT/x.png' ],
			'a hexadecimal address'  => [ 'https://0x7f.0.0.2:PORT/x.png' ],
			'a short address'        => [ 'https://127.2:PORT/x.png' ],
			'localhost'              => [ 'https://localhost:PORT/x.png' ],
			'below localhost'        => [ 'https://a.localhost:PORT/x.png' ],
			'a name without a dot'   => [ 'https://intranet/x.png' ],
			'a dot at the end'       => [ 'https://client.example.:PORT/x.png' ],
			'an address and a dot'   => [ 'https://127.0.0.2.:PORT/x.png' ],
			'credentials'            => [ 'https://user:secret@client.example:PORT/x.png' ],
			'another host as credentials' => [ 'https://client.example@127.0.0.2:PORT/x.png' ],
			'a backslash'            => [ 'https://client.example\\@127.0.0.2:PORT/x.png' ],
			'letters of other scripts' => [ 'https://ｃlient.example:PORT/x.png' ],
			'digits of other scripts' => [ 'https://①②⑦.0.0.2:PORT/x.png' ],
			'a name that is not in ASCII' => [ 'https://bücher.example/x.png' ],
			'http'                   => [ 'http://client.example:PORT/x.png' ],
			'ftp'                    => [ 'ftp://127.0.0.2:PORT/x.png' ],
			'file'                   => [ 'file:///etc/passwd' ],
			'gopher'                 => [ 'gopher://127.0.0.2:PORT/_x' ],
			'dict'                   => [ 'dict://127.0.0.2:PORT/x' ],
			'php'                    => [ 'php://filter/resource=/etc/passwd' ],
			'phar'                   => [ 'phar:///tmp/x.phar/x.png' ],
			'data'                   => [ 'data:image/png;base64,iVBORw0KGgo=' ],
			'a line break'           => [ "https://client.example:PORT/x.png\r\nHost: 127.0.0.2" ],
			'no scheme'              => [ '//127.0.0.2:PORT/x.png' ],
			'no host'                => [ 'https:///x.png' ],
		];
	}

	/** @dataProvider urls */
	public function test_a_url_without_the_name_of_a_public_host_is_not_even_looked_up( string $url ): void {
		self::names( [ [ '127.0.0.2' ] ] );
		self::assertNothingFetched( 'fetch_url_refused', str_replace( 'PORT', (string) self::$private->port, $url ) );
		self::assertSame( [], is_file( Site::folder() . '/tmp/looked-up' ) ? self::looked_up() : [] );
	}

	/** @return array<string, array{list<string>}> */
	public function addresses(): array {
		return [
			'loopback'                  => [ [ '127.0.0.2' ] ],
			'any address'               => [ [ '0.0.0.0' ] ],
			'private'                   => [ [ '10.1.2.3' ] ],
			'private 172'               => [ [ '172.16.0.1' ] ],
			'private 192'               => [ [ '192.168.0.1' ] ],
			'shared'                    => [ [ '100.64.0.1' ] ],
			'link-local'                => [ [ '169.254.169.254' ] ],
			'multicast'                 => [ [ '224.0.0.1' ] ],
			'IPv6 loopback'             => [ [ '::1' ] ],
			'IPv4 in IPv6'              => [ [ '::ffff:127.0.0.2' ] ],
			'IPv4 compatible'           => [ [ '::127.0.0.2' ] ],
			'NAT64'                     => [ [ '64:ff9b::7f00:2' ] ],
			'local NAT64'               => [ [ '64:ff9b:1::7f00:2' ] ],
			'6to4'                      => [ [ '2002:7f00:2::' ] ],
			'Teredo'                    => [ [ '2001:0:7f00:2::' ] ],
			'unique local'              => [ [ 'fd12::1' ] ],
			'IPv6 link-local'           => [ [ 'fe80::1' ] ],
			'with a zone'               => [ [ 'fe80::1%lo' ] ],
			'a private one beside a public one' => [ [ '9.9.9.9', '127.0.0.2' ] ],
			'none'                      => [ [] ],
		];
	}

	/** @dataProvider addresses */
	public function test_a_name_with_an_address_that_is_not_public_is_not_contacted( array $addresses ): void {
		self::names( [ $addresses ] );
		self::assertNothingFetched( 'fetch_address_refused', 'https://client.example:' . self::$private->port . '/picture.png' );
	}

	public function test_a_name_is_looked_up_once_so_that_a_second_answer_has_no_effect(): void {
		self::names( [ [ '127.0.0.3' ], [ '127.0.0.2' ] ] );
		$item = self::$agent->do( 'upload_media', [ 'url' => self::url( '/picture.png' ) ] );
		self::assertSame( [ 'client.example' ], self::looked_up() );
		self::assertSame( [], self::$private->seen() );
		wp_delete_attachment( $item['id'], true );
	}

	public function test_every_redirect_is_checked_like_the_first_url(): void {
		$private = self::$private->port;
		foreach ( [
			"https://127.0.0.2:$private/x.png"      => 'fetch_url_refused',
			"http://client.example:$private/x.png"  => 'fetch_url_refused',
			'file:///etc/passwd'                    => 'fetch_url_refused',
			"https://other.example:$private/x.png"  => 'fetch_address_refused',
			"//localhost:$private/x.png"            => 'fetch_url_refused',
		] as $to => $reason ) {
			self::names( [ [ '127.0.0.3' ] ] );
			self::assertNothingFetched( $reason, self::url( '/redirect?' . rawurlencode( $to ) ) );
		}
		// The name has another address when the redirect is followed.
		self::names( [ [ '127.0.0.3' ], [ '127.0.0.2' ] ] );
		self::assertNothingFetched( 'fetch_address_refused', self::url( '/redirect?' . rawurlencode( "https://client.example:$private/x.png" ) ) );
		self::names( [ [ '127.0.0.3' ] ] );
		self::assertNothingFetched( 'fetch_failed', self::url( str_repeat( '/redirect?', 1 ) . rawurlencode( self::url( '/redirect?' . rawurlencode( self::url( '/redirect?' . rawurlencode( self::url( '/redirect?' . rawurlencode( '/picture.png' ) ) ) ) ) ) ) ) );
		$item = self::$agent->do( 'upload_media', [ 'url' => self::url( '/redirect?' . rawurlencode( '/picture-of-a-river.png' ) ), 'filename' => 'river.png' ] );
		self::assertSame( 'image/png', $item['mime_type'] );
		wp_delete_attachment( $item['id'], true );
	}

	public function test_a_url_is_written_out_as_standards_do(): void {
		self::names( [ [ '127.0.0.3' ] ] );
		$item = self::$agent->do( 'upload_media', [ 'url' => 'HTTPS://Client.Example:' . self::$public->port . '/picture of a flüß "1".png' ] );
		self::assertSame( 'picture-of-a-fl-1', $item['title'] );
		$seen = array_column( self::$public->seen(), 'request' );
		self::assertSame( 'GET /picture%20of%20a%20fl%C3%BC%C3%9F%20%221%22.png HTTP/1.1', end( $seen ) );
		wp_delete_attachment( $item['id'], true );
	}

	public function test_an_answer_that_is_no_file_is_refused(): void {
		self::names( [ [ '127.0.0.3' ] ] );
		self::assertNothingFetched( 'file_refused', self::url( '/html' ) );
		self::assertNothingFetched( 'file_refused', self::url( '/client.json' ) );
		self::assertNothingFetched( 'file_refused', self::url( '/shell.png' ) );
		self::assertNothingFetched( 'fetch_failed', self::url( '/missing' ) );
		self::assertNothingFetched( 'fetch_failed', self::url( '/cut' ) );
		self::assertNothingFetched( 'fetch_failed', self::url( '/headers' ) );
	}

	public function test_an_answer_that_is_too_large_is_refused_early(): void {
		Site::settings( [ 'max_upload' => 1048576 ] + Site::ROOMY );
		self::names( [ [ '127.0.0.3' ] ] );
		self::assertNothingFetched( 'file_too_large', self::url( '/huge' ) );
	}

	public function test_a_download_ends_when_the_connection_is_revoked(): void {
		$agent = Site::connect( 'author', 'custom', [ 'read', 'media_manage' ] );
		// A server of its own, which is busy for long.
		$server = TlsServer::on( '127.0.0.3' );
		self::names( [ [ '127.0.0.3' ] ] );
		$files  = Files::uploads();
		$from   = AuditTrail::size();
		$answer = Http::during(
			$agent->prepare( 'upload_media', [ 'url' => "https://client.example:$server->port/slow.png" ] ),
			static function () use ( $agent, $server ): bool {
				if ( [] === $server->seen() ) {
					return false;
				}
				Plugin::composition()->manager()->revoke( $agent->connection() );
				return true;
			}
		);
		$server->stop();
		$lines = AuditTrail::lines( $from );
		// Otherwise the answer would be that the file is incomplete.
		self::assertSame( 'outcome upload_media denied connection_revoked', end( $lines ), $answer->body );
		self::assertSame( $files, Files::uploads() );
	}

	public function test_the_owner_of_the_site_can_forbid_all_requests(): void {
		delete_option( 'fixture_dns' );
		$answer = self::assertRefused( 'fetch_failed', self::$agent, 'upload_media', [ 'url' => 'https://client.example/x.png' ] );
		self::assertStringContainsString( 'WP_HTTP_BLOCK_EXTERNAL', $answer->body );
	}
}
