<?php
/**
 * Attacker: anybody on the internet who runs a domain, its DNS and a web server, and shows a link to an administrator.
 * Has: a client id that is the address of a metadata document on that domain, so that this site fetches it.
 * Does: makes the site contact what only the site can reach. The DNS gives a public address first and a private one later
 *   (rebinding), a private IPv6 address next to a public IPv4 one, an IPv4 address inside an IPv6 one, or very many. The
 *   server redirects to a private address, or never ends its answer. A proxy or another plugin wants to send the request
 *   elsewhere. A page that the administrator visits opens the consent page again and again, unseen.
 * Gets: a refusal with its reason. No connection goes to an address that was not checked, or to a server that cannot prove
 *   the name.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Decision;
use Countersign\Limits;
use Countersign\OAuth;
use Countersign\OAuthRequest;
use Countersign\Plugin\Composition;
use Countersign\Plugin\Fetch\Dns;
use Countersign\Plugin\Fetch\Fetched;
use Countersign\Plugin\Fetch\FetchFailed;
use Countersign\Plugin\Fetch\PublicFetcher;
use Countersign\Plugin\OAuth\MetadataDocuments;
use Countersign\Plugin\Plugin;
use Countersign\Plugin\Site\Urls;
use Countersign\PublicUrl;
use Countersign\Tests\TestCase;
use Countersign\Tests\TlsServer;

/** A site that is made to send requests for a stranger (SSRF). The servers are real ones on this machine. */
final class DocumentFetchTest extends TestCase {

	/** @var list<TlsServer> */
	private array $servers = [];

	/** @var list<string> The hosts that were looked up. */
	private array $looked_up = [];

	protected function tearDown(): void {
		array_map( static fn( TlsServer $server ) => $server->stop(), $this->servers );
		parent::tearDown();
	}

	private function server( string $address = '127.0.0.1' ): TlsServer {
		return $this->servers[] = TlsServer::on( $address );
	}

	/**
	 * Returns a fetcher whose lookups have these results one after the other. The addresses of the test servers count as
	 * public; all others are judged by the extension.
	 *
	 * @param list<string> ...$answers
	 */
	private function fetcher( array ...$answers ): PublicFetcher {
		$resolve = function ( string $host ) use ( &$answers ): array {
			$this->looked_up[] = $host;
			return array_shift( $answers ) ?? throw new \LogicException( 'looked up again' );
		};
		$check   = static fn( PublicUrl $url, array $addresses ): array|Decision => [] !== $addresses && [] === array_diff( $addresses, [ '127.0.0.1', '127.0.0.3', '::1' ] ) ? $addresses : $url->check( $addresses );
		return new PublicFetcher( static fn(): ?string => null, $resolve, $check, TlsServer::certificate( 'client.example' ) );
	}

	/** Returns the client that a document describes, as a person's request with its client id would get it. */
	private static function client( MetadataDocuments $documents, OAuth $oauth, string $url ): string|Decision {
		$text    = $documents->text( $url );
		$query   = http_build_query(
			[
				'redirect_uri'          => json_decode( $text )->redirect_uris[0],
				'response_type'         => 'code',
				'client_id'             => $url,
				'code_challenge'        => str_repeat( 'A', 43 ),
				'code_challenge_method' => 'S256',
				'resource'              => Urls::mcp(),
			]
		);
		$request = $oauth->authorize( $query, null, null, $text );
		return $request instanceof OAuthRequest ? $request->client() : $request->decision();
	}

	private static function get( PublicFetcher $fetcher, string $url, int $seconds = 5 ): Fetched {
		return $fetcher->get( $url, 'application/json', 65536, $seconds );
	}

	/** Asserts that a URL is not fetched, for a reason and with details that match a pattern. */
	private static function assertNotFetched( string $reason, string $details, \Closure $act ): void {
		try {
			$act();
		} catch ( FetchFailed $failed ) {
			self::assertSame( $reason, $failed->reason );
			self::assertMatchesRegularExpression( $details, $failed->getMessage() );
			self::assertStringNotContainsString( 'example', $failed->getMessage(), 'input is not repeated' );
			return;
		}
		self::fail( 'it was fetched' );
	}

	public function test_a_document_is_fetched_from_the_checked_address_under_its_name(): void {
		$server = $this->server();
		$answer = self::get( $this->fetcher( [ '127.0.0.1' ] ), "https://client.example:$server->port/client.json" );
		self::assertSame( [ 200, 'application/json', 'Described' ], [ $answer->status, $answer->type(), json_decode( $answer->body )->client_name ] );
		self::assertSame( [ 'client.example' ], $this->looked_up );
		[ $seen ] = $server->seen();
		self::assertSame( [ 'GET /client.json HTTP/1.1', "client.example:$server->port" ], [ $seen['request'], $seen['host'] ] );
		self::assertDoesNotMatchRegularExpression( '/^(?:cookie|authorization|referer):/mi', $seen['text'] );
	}

	public function test_an_address_that_the_dns_gives_later_is_never_contacted(): void {
		$checked  = $this->server();
		$url      = "https://client.example:$checked->port/client.json";
		$fetcher  = $this->fetcher( [ '127.0.0.1' ], [ '169.254.169.254' ] );
		self::assertSame( 200, self::get( $fetcher, $url )->status );
		self::assertCount( 1, $this->looked_up, 'the name is resolved once for a request' );
		// The next request looks it up again, and the new address is refused before anything is sent.
		self::assertNotFetched( 'fetch_address_refused', '/addresses/', static fn() => self::get( $fetcher, $url ) );
		self::assertCount( 1, $checked->seen() );
	}

	public function test_the_next_of_the_checked_addresses_is_used_if_one_does_not_answer(): void {
		$server = $this->server( '127.0.0.3' );
		self::assertSame( 200, self::get( $this->fetcher( [ '127.0.0.1', '127.0.0.3' ] ), "https://client.example:$server->port/x" )->status );
	}

	public function test_an_ipv6_address_is_contacted_as_it_was_checked(): void {
		if ( ! @stream_socket_server( 'tcp://[::1]:0' ) ) {
			// A machine without IPv6: the address must at least be what curl is told to contact.
			self::assertNotFetched( 'fetch_failed', '/could not be reached/', fn() => self::get( $this->fetcher( [ '::1' ] ), 'https://client.example:1/x' ) );
			return;
		}
		$server = $this->server( '[::1]' );
		self::assertSame( 200, self::get( $this->fetcher( [ '::1' ] ), "https://client.example:$server->port/x" )->status );
	}

	/** @return array<string, array{list<string>}> The addresses of a name. */
	public function addresses(): array {
		return [
			'none (NXDOMAIN)'                => [ [] ],
			'loopback'                       => [ [ '127.0.0.2' ] ],
			'a private one next to a public one' => [ [ '9.9.9.9', '10.0.0.1' ] ],
			'a private IPv6 address next to a public IPv4 address' => [ [ '9.9.9.9', 'fd00::1' ] ],
			'an IPv4 address inside an IPv6 address' => [ [ '::ffff:127.0.0.1' ] ],
			'link-local'                     => [ [ 'fe80::1' ] ],
			'the metadata service of a cloud' => [ [ '169.254.169.254' ] ],
			'a translated private address'   => [ [ '64:ff9b::a00:1' ] ],
			'very many'                      => [ array_map( static fn( int $last ): string => "9.9.9.$last", range( 1, 200 ) ) ],
			'no address at all'              => [ [ 'localhost' ] ],
		];
	}

	/** @dataProvider addresses */
	public function test_a_name_with_an_address_that_is_not_public_is_refused( array $addresses ): void {
		$server = $this->server( '127.0.0.2' );
		self::assertNotFetched( 'fetch_address_refused', '/addresses/', fn() => self::get( $this->fetcher( $addresses ), "https://client.example:$server->port/x" ) );
		self::assertSame( [], $server->seen() );
	}

	public function test_a_redirect_is_not_followed(): void {
		$private = $this->server( '127.0.0.2' );
		$server  = $this->server();
		$to      = rawurlencode( "https://127.0.0.2:$private->port/latest/meta-data" );
		$url     = "https://client.example:$server->port/redirect?$to";
		self::assertSame( [ 302, '' ], [ self::get( $this->fetcher( [ '127.0.0.1' ] ), $url )->status, self::get( $this->fetcher( [ '127.0.0.1' ] ), $url )->body ] );
		self::assertNotFetched( 'fetch_failed', '/status 302/', fn() => $this->documents( [ '127.0.0.1' ] )->text( $url ) );
		self::assertSame( [], $private->seen() );
	}

	public function test_a_server_that_cannot_prove_the_name_receives_no_request(): void {
		$server = $this->server();
		self::assertNotFetched( 'fetch_failed', '/certificate/', fn() => self::get( $this->fetcher( [ '127.0.0.1' ] ), "https://other.example:$server->port/x" ) );
		// A certificate of a trusted authority, but for another name.
		$trusting_others = new PublicFetcher( static fn(): ?string => null, static fn(): array => [ '127.0.0.1' ], static fn( PublicUrl $url, array $addresses ): array => $addresses, TlsServer::certificate( 'other.example' ) );
		self::assertNotFetched( 'fetch_failed', '/certificate/', static fn() => self::get( $trusting_others, "https://third.example:$server->port/x" ) );
		self::assertSame( [], array_filter( $server->seen(), static fn( array $seen ): bool => isset( $seen['request'] ) ) );
	}

	public function test_an_answer_is_bounded_in_time_and_size(): void {
		foreach ( [
			'/slow'    => '/in time/',
			'/huge'    => '/too large/',
			'/headers' => '/too large/',
			'/cut'     => '/complete answer/',
		] as $path => $details ) {
			// Each has a server of its own, since the slow one is busy for longer than the client waits.
			$server = $this->server();
			self::assertNotFetched( 'fetch_failed', $details, fn() => self::get( $this->fetcher( [ '127.0.0.1' ] ), "https://client.example:$server->port$path", 1 ) );
		}
	}

	public function test_only_json_is_read_as_a_document(): void {
		$server = $this->server();
		$oauth  = Plugin::composition()->extension()->oauth();
		$url    = "https://client.example:$server->port/html";
		self::assertNotFetched( 'fetch_failed', '/media type/', fn() => self::client( $this->documents( [ '127.0.0.1' ] ), $oauth, $url ) );
		$url = "https://client.example:$server->port/client.json";
		self::assertSame( $url, json_decode( self::client( $this->documents( [ '127.0.0.1' ] ), $oauth, $url ) )->client_id );
	}

	public function test_neither_a_proxy_nor_another_plugin_can_send_the_request_elsewhere(): void {
		$server = $this->server();
		$proxy  = $this->server( '127.0.0.2' );
		$fired  = [];
		$note   = static function ( mixed $value ) use ( &$fired ): mixed {
			$fired[] = current_filter();
			return $value;
		};
		$hooks = [ 'pre_http_request', 'http_request_args', 'http_api_curl', 'http_request_host_is_external', 'https_ssl_verify', 'http_request_redirection_count' ];
		array_map( static fn( string $hook ) => add_filter( $hook, $note ), $hooks );
		putenv( "HTTPS_PROXY=http://127.0.0.2:$proxy->port" );
		putenv( "ALL_PROXY=http://127.0.0.2:$proxy->port" );
		try {
			self::assertSame( 200, self::get( $this->fetcher( [ '127.0.0.1' ] ), "https://client.example:$server->port/x" )->status );
		} finally {
			putenv( 'HTTPS_PROXY' );
			putenv( 'ALL_PROXY' );
			array_map( static fn( string $hook ) => remove_filter( $hook, $note ), $hooks );
		}
		self::assertSame( [], $proxy->seen() );
		self::assertSame( [], $fired );
	}

	public function test_a_check_without_a_result_contacts_nothing(): void {
		$server  = $this->server();
		$fetcher = new PublicFetcher( static fn(): ?string => null, static fn(): array => [ '127.0.0.1' ], static fn(): array => [], TlsServer::certificate( 'client.example' ) );
		self::assertNotFetched( 'fetch_address_refused', '/addresses/', static fn() => self::get( $fetcher, "https://client.example:$server->port/x" ) );
		self::assertSame( [], $server->seen() );
	}

	public function test_the_owner_of_the_site_can_forbid_all_requests(): void {
		self::assertTrue( WP_HTTP_BLOCK_EXTERNAL, 'as the sites of the tests do' );
		self::assertNotFetched( 'fetch_failed', '/WP_HTTP_BLOCK_EXTERNAL/', static fn() => self::get( PublicFetcher::of_this_site(), 'https://client.example/x' ) );
	}

	public function test_a_page_that_opens_the_consent_page_unseen_causes_few_fetches(): void {
		// The composition of the site, not that of the fixtures, with an account that no other test fetches for.
		$site = new Composition();
		wp_set_current_user( wp_insert_user( [ 'user_login' => 'fetch' . bin2hex( random_bytes( 4 ) ), 'user_pass' => 'x', 'role' => 'administrator' ] ) );
		$reasons = [];
		for ( $i = 0; $i <= MetadataDocuments::LIMIT['max']; $i++ ) {
			try {
				$site->documents()->text( "https://client.example/$i.json" );
			} catch ( FetchFailed $failed ) {
				$reasons[] = $failed->reason;
			}
		}
		wp_delete_user( get_current_user_id() );
		self::assertSame( [ ...array_fill( 0, MetadataDocuments::LIMIT['max'], 'fetch_failed' ), 'rate_limited' ], $reasons );
	}

	/** @return array<string, array{string}> */
	public function urls(): array {
		$urls = [ 'https://127.0.0.1/client.json', 'https://localhost/client.json', 'https://10.0.0.1/client.json', 'https://169.254.169.254/latest/meta-data', 'https://[::1]/client.json', 'https://127.1/client.json', 'https://2130706433/client.json', 'https://[::ffff:127.0.0.1]/c.json', 'http://client.example/c.json', 'file:///etc/passwd', 'https://client.example@127.0.0.1/', 'https://intranet/c.json', "https://client.example/\r\nX: y", '' ];
		return array_combine( $urls, array_map( static fn( string $url ): array => [ $url ], $urls ) );
	}

	/** @dataProvider urls */
	public function test_a_url_without_the_name_of_a_public_host_is_not_even_looked_up( string $url ): void {
		self::assertNotFetched( 'fetch_url_refused', '/URL/', fn() => self::get( $this->fetcher(), $url ) );
		self::assertSame( [], $this->looked_up );
	}

	public function test_the_addresses_at_the_end_of_aliases_are_found_in_both_families(): void {
		$asked = [];
		$dns   = new Dns(
			static function ( string $host, int $type ) use ( &$asked ): array|false {
				$asked[] = [ $host, $type ];
				return DNS_A === $type
					? [
						[ 'host' => 'client.example', 'type' => 'CNAME', 'target' => 'cdn.example' ],
						[ 'host' => 'cdn.example', 'type' => 'A', 'ip' => '9.9.9.9' ],
						[ 'host' => 'cdn.example', 'type' => 'A', 'ip' => '9.9.9.9' ],
					]
					: [ [ 'host' => 'cdn.example', 'type' => 'AAAA', 'ipv6' => '::ffff:10.0.0.1' ] ];
			}
		);
		self::assertSame( [ '9.9.9.9', '::ffff:10.0.0.1' ], $dns->addresses( 'client.example' ) );
		self::assertSame( [ [ 'client.example.', DNS_A ], [ 'client.example.', DNS_AAAA ] ], $asked, 'as absolute names, without search domains' );
		$asked = [];
		$slow  = new Dns(
			static function ( string $host, int $type ) use ( &$asked ): bool {
				$asked[] = $type;
				return false;
			}
		);
		self::assertSame( [ [], [ DNS_A ] ], [ $slow->addresses( 'client.example' ), $asked ], 'not asked again' );
		$half = new Dns( static fn( string $host, int $type ): array|false => DNS_A === $type ? [ [ 'ip' => '9.9.9.9' ] ] : false );
		self::assertSame( [ '9.9.9.9' ], $half->addresses( 'client.example' ) );
	}

	/** Returns the documents, fetched with the lookups of {@see fetcher()}. @param list<string> ...$answers */
	private function documents( array ...$answers ): MetadataDocuments {
		return new MetadataDocuments( $this->fetcher( ...$answers )->get( ... ), static fn(): Decision => ( new Limits( Plugin::composition()->extension()->store() ) )->check( 'test-' . bin2hex( random_bytes( 8 ) ), 1, 60 ) );
	}
}
