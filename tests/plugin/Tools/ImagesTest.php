<?php

declare(strict_types=1);

namespace Countersign\Tests\Tools;

use Countersign\Plugin\Plugin;
use Countersign\Plugin\Site\ImageService;
use Countersign\Plugin\Site\SecretRoom;
use Countersign\Tests\Agent;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\ImageServer;
use Countersign\Tests\Person;
use Countersign\Tests\Site;
use Countersign\Tests\StoredScripts;
use Countersign\Tests\TestCase;

/** Images of other services, with a provider on this machine that speaks their protocols over HTTP. */
final class ImagesTest extends TestCase {

	private const KEY = 'sk-test-7f3a9d2c41b8e6f0';

	private static ImageServer $server;

	/** @var array<string, Agent> */
	private static array $agents = [];

	public static function setUpBeforeClass(): void {
		self::$server = new ImageServer( self::KEY );
	}

	public static function tearDownAfterClass(): void {
		self::$server->stop();
		delete_option( 'countersign_vault' );
		delete_option( 'countersign_secrets' );
		Site::settings( Site::ROOMY );
	}

	protected function setUp(): void {
		parent::setUp();
		self::configure();
		self::$server->requests();
	}

	private static function as( string $user, string $preset = 'full_access' ): Agent {
		return self::$agents[ "$user $preset" ] ??= Site::connect( $user, $preset );
	}

	private static function room(): SecretRoom {
		return Plugin::composition()->image_providers()->secrets;
	}

	/** @param array<string, array<string, mixed>> $more */
	private static function configure( array $more = [], ?string $key = self::KEY ): void {
		$services = [];
		foreach ( [ 'generate' => 'openai', 'stock' => 'unsplash' ] as $kind => $provider ) {
			$services[ $kind ] = ( $more[ $kind ] ?? [] ) + [ 'provider' => $provider, 'url' => self::$server->url, 'model' => '', 'price' => 'generate' === $kind ? 40000 : 0 ];
		}
		Site::settings( [ 'image_services' => $services ] + Site::ROOMY );
		delete_option( 'countersign_secrets' );
		foreach ( null === $key ? [] : $services as $kind => $settings ) {
			self::room()->store( ImageService::of( $kind, $settings )->secret(), $key );
		}
	}

	private static function files(): int {
		return iterator_count( new \RecursiveIteratorIterator( new \RecursiveDirectoryIterator( wp_upload_dir()['basedir'], \FilesystemIterator::SKIP_DOTS ) ) );
	}

	/** @group tools-main */
	public function test_a_generated_image_lands_in_the_media_library(): void {
		$since = AuditTrail::size();
		$image = self::as( 'author' )->do( 'generate_image', [ 'prompt' => 'A hedgehog & a “paper”', 'shape' => 'landscape', 'alt' => 'A hedgehog' ] );
		$item  = get_post( $image['id'] );
		self::assertSame( [ 'attachment', 'image/png', (string) Site::user( 'author' ), 'A hedgehog & a “paper”' ], [ $item->post_type, $item->post_mime_type, $item->post_author, html_entity_decode( $item->post_title ) ] );
		self::assertSame( [ 'A hedgehog', 64, 48, 0.04 ], [ $image['alt'], $image['width'], $image['height'], $image['cost'] ] );
		self::assertSame( 'A hedgehog & a “paper”', get_post_meta( $image['id'], '_countersign_image_prompt', true ) );
		[ $request ] = self::$server->requests();
		self::assertSame( [ 'POST', '/v1/images/generations', 'Bearer ' . self::KEY ], [ $request['method'], $request['uri'], $request['authorization'] ] );
		self::assertSame( [ 'model' => 'gpt-image-1', 'prompt' => 'A hedgehog & a “paper”', 'n' => 1, 'size' => '1536x1024' ], json_decode( $request['body'], true ) );
		$entries = AuditTrail::since( $since );
		self::assertContains( "media:{$image['id']}", array_column( $entries, 'target' ) );
		self::assertStringNotContainsString( self::KEY, serialize( $entries ) );
		wp_delete_attachment( $image['id'], true );
	}

	public function test_the_model_of_the_settings_is_asked(): void {
		self::configure( [ 'generate' => [ 'model' => 'dall-e-3' ] ] );
		wp_delete_attachment( self::as( 'author' )->do( 'generate_image', [ 'prompt' => 'x', 'shape' => 'portrait' ] )['id'], true );
		self::assertSame( [ 'model' => 'dall-e-3', 'prompt' => 'x', 'n' => 1, 'size' => '1024x1792', 'response_format' => 'b64_json' ], json_decode( self::$server->requests()[0]['body'], true ) );
	}

	/** @return array<string, array{string, string, string}> */
	public function failures(): array {
		return [
			'the provider refuses the prompt' => [ 'refuse', 'image_provider_failed', '(content_policy_violation)' ],
			'too many requests'               => [ 'limit', 'image_provider_failed', 'status 429). Try again later.' ],
			'a fault'                         => [ 'fault', 'image_provider_failed', 'status 503' ],
			'a redirect'                      => [ 'redirect', 'image_provider_failed', 'status 302' ],
			'an answer without an image'      => [ 'none', 'image_provider_failed', 'form' ],
			'no image'                        => [ 'html', 'image_provider_failed', 'form' ],
			'an image with code'              => [ 'polyglot', 'file_refused', '' ],
		];
	}

	/** @dataProvider failures */
	public function test_what_a_provider_answers_to_a_failed_request_is_not_repeated( string $prompt, string $reason, string $text ): void {
		$files  = self::files();
		$answer = self::assertRefused( $reason, self::as( 'author' ), 'generate_image', [ 'prompt' => $prompt ] );
		self::assertStringContainsString( $text, $answer->body );
		foreach ( [ self::KEY, '<script>', 'xxxxx' ] as $secret ) {
			self::assertStringNotContainsString( $secret, $answer->body );
		}
		self::assertStringNotContainsString( self::KEY, $this->logged() );
		self::assertSame( $files, self::files() );
		self::assertCount( 1, self::$server->requests(), 'no redirect was followed' );
	}

	public function test_a_wrong_key_is_told_without_the_key(): void {
		self::configure( [], 'sk-wrong-key' );
		$answer = self::assertRefused( 'image_provider_failed', self::as( 'author' ), 'generate_image', [ 'prompt' => 'x' ] );
		self::assertStringContainsString( 'does not accept the key (status 401) (invalid_api_key)', $answer->body );
		self::assertStringNotContainsString( 'sk-wrong-key', $answer->body );
	}

	/** @group tools-main */
	public function test_stock_photos_are_searched_and_imported_with_their_photographer(): void {
		$agent = self::as( 'author' );
		$found = $agent->do( 'search_stock_photos', [ 'query' => 'alder & tree', 'shape' => 'square', 'page' => 2, 'per_page' => 5 ] );
		self::assertSame( [ 2, 3, 2 ], [ $found['page'], $found['total'], $found['total_pages'] ] );
		self::assertSame( [ 'photo' => 'LBI7cgq3pbM', 'description' => 'green alder & more', 'photographer' => 'A. Finch', 'width' => 64, 'height' => 48, 'preview' => self::$server->url . '/img/LBI7cgq3pbM-small.jpg', 'page' => 'https://unsplash.com/photos/LBI7cgq3pbM' ], $found['photos'][0] );
		[ $request ] = self::$server->requests();
		self::assertSame( [ '/search/photos?query=alder%20%26%20tree&page=2&per_page=5&orientation=squarish', 'Client-ID ' . self::KEY ], [ $request['uri'], $request['authorization'] ] );
		self::assertSame( [], $agent->do( 'search_stock_photos', [ 'query' => 'nothing' ] )['photos'] );
		self::$server->requests();
		$photo = $agent->do( 'import_stock_photo', [ 'photo' => 'abc_DE-1' ] );
		$item  = get_post( $photo['id'] );
		self::assertSame( [ 'Photo by A. Finch on Unsplash', 'Photo by A. Finch on Unsplash', 'Photo by A. Finch on Unsplash' ], [ $photo['attribution'], $item->post_excerpt, get_post_meta( $item->ID, '_countersign_attribution', true ) ] );
		self::assertStringContainsString( 'https://unsplash.com/photos/abc_DE-1', $item->post_content );
		self::assertSame( 'unsplash:abc_DE-1', get_post_meta( $item->ID, '_countersign_image_source', true ) );
		$requests = self::$server->requests();
		self::assertSame( [ '/photos/abc_DE-1', '/img/abc_DE-1.jpg', '/photos/abc_DE-1/download?ixid=1' ], array_column( $requests, 'uri' ), 'the provider is told about the download' );
		self::assertSame( '', $requests[1]['authorization'], 'the file comes from any host, so the key is not sent' );
		wp_delete_attachment( $item->ID, true );
	}

	public function test_addresses_of_a_provider_lead_nowhere_else(): void {
		$agent = self::as( 'author' );
		$files = self::files();
		self::assertRefused( 'image_provider_failed', $agent, 'import_stock_photo', [ 'photo' => 'elsewhere' ] );
		self::assertRefused( 'image_provider_failed', $agent, 'import_stock_photo', [ 'photo' => 'missing' ] );
		self::assertRefused( 'arguments_invalid', $agent, 'import_stock_photo', [ 'photo' => '../search' ] );
		self::assertSame( $files, self::files() );
		$item = $agent->do( 'import_stock_photo', [ 'photo' => 'other-host' ] )['id'];
		self::assertNotContains( '/photos/other-host/download?ixid=1', array_column( self::$server->requests(), 'uri' ) );
		wp_delete_attachment( $item, true );
	}

	public function test_without_a_provider_the_tools_do_not_exist(): void {
		$agent = Site::connect( 'author', 'full_access' );
		$tools = [ 'generate_image', 'search_stock_photos', 'import_stock_photo' ];
		self::assertSame( $tools, array_values( array_intersect( $agent->tools(), $tools ) ) );
		foreach ( [ [ [ 'stock' => [ 'provider' => '' ] ], self::KEY, [ 'generate_image' ] ], [ [ 'generate' => [ 'url' => 'http://192.0.2.1' ] ], self::KEY, [ 'search_stock_photos', 'import_stock_photo' ] ], [ [], null, [] ] ] as [ $settings, $key, $left ] ) {
			self::configure( $settings, $key );
			self::assertSame( $left, array_values( array_intersect( $agent->tools(), $tools ) ) );
			self::assertSame( [] !== $left, in_array( 'image', $agent->do( 'whoami' )['groups'], true ) );
			foreach ( array_diff( $tools, $left ) as $tool ) {
				self::assertRefused( 'tool_unknown', $agent, $tool, [ 'prompt' => 'x', 'query' => 'x', 'photo' => 'x' ] );
			}
		}
		self::assertSame( [], self::$server->requests() );
	}

	public function test_a_changed_host_does_not_get_the_key(): void {
		$other = new ImageServer( self::KEY );
		try {
			$settings = [ 'provider' => 'openai', 'url' => $other->url ];
			Site::settings( [ 'image_services' => [ 'generate' => $settings ] ] + Site::ROOMY );
			self::assertFalse( Plugin::composition()->image_providers()->has( 'generate' ) );
			// Even if the sealed text is copied to the name of the other host.
			$secrets = get_option( 'countersign_secrets' );
			update_option( 'countersign_secrets', [ ImageService::of( 'generate', $settings )->secret() => array_values( $secrets )[0] ] );
			self::assertRefused( 'image_provider_failed', self::as( 'author' ), 'generate_image', [ 'prompt' => 'x' ] );
			self::assertSame( [], $other->requests() );
		} finally {
			$other->stop();
		}
	}

	public function test_who_may_not_upload_may_not_generate(): void {
		$agent = self::as( 'contributor' );
		foreach ( [ [ 'generate_image', [ 'prompt' => 'x' ] ], [ 'search_stock_photos', [ 'query' => 'x' ] ], [ 'import_stock_photo', [ 'photo' => 'x' ] ] ] as [ $tool, $arguments ] ) {
			self::assertRefused( 'capability_denied', $agent, $tool, $arguments );
			self::assertRefused( 'tool_unknown', self::as( 'author', 'media_manager' ), $tool, $arguments );
		}
		self::assertSame( [], self::$server->requests(), 'nothing was asked, and nothing paid' );
		self::assertRefused( 'arguments_invalid', self::as( 'author' ), 'generate_image', [ 'prompt' => '' ] );
		self::assertRefused( 'arguments_invalid', self::as( 'author' ), 'generate_image', [ 'prompt' => 'x', 'shape' => 'round' ] );
	}

	public function test_other_tools_cannot_open_the_key(): void {
		$code = 'return \Countersign\Plugin\Plugin::composition()->image_providers()->secrets->open( ' . var_export( ImageService::of( 'generate', [ 'provider' => 'openai', 'url' => self::$server->url ] )->secret(), true ) . ' )?->expose() ?? "nothing";';
		self::assertSame( 'tool_failed', self::as( 'author' )->call( 'fixture_php', [ 'code' => $code ] )->reason() );
		self::assertStringNotContainsString( self::KEY, (string) Site::stored( 'countersign_secrets' ) );
		$this->expected_error = '~~';
	}

	public function test_scripts_in_prompts_stay_text(): void {
		foreach ( [ 'a script' => '<script>alert(/xss7331/)</script>', 'an event' => '<img src=x onerror=alert(/xss7331/)> hedgehog' ] as $text ) {
			$id = self::as( 'author' )->do( 'generate_image', [ 'prompt' => $text, 'title' => $text . 'x', 'alt' => $text ] )['id'];
			self::assertSame( [], StoredScripts::found( wp_get_attachment_image( $id ) . get_the_title( $id ) . get_post_meta( $id, '_countersign_image_prompt', true ) . wp_get_attachment_caption( $id ) ) );
			wp_delete_attachment( $id, true );
		}
	}

	public function test_an_administrator_sets_up_a_service_and_never_sees_the_key(): void {
		self::configure( [], null );
		$admin = Person::of( 'admin' );
		$form  = Person::form( $admin->page( 'countersign' ), 'countersign_images' );
		$send  = static fn( array $fields ) => $admin->post( admin_url( 'admin-post.php' ), $fields + $form );
		$name  = ImageService::of( 'generate', [ 'provider' => 'openai', 'url' => self::$server->url ] )->secret();
		$since = AuditTrail::size();
		$send( [ 'generate_key' => ' ' . self::KEY . "\r\n", 'generate_price' => '0.08', 'generate_model' => 'gpt-image-1-mini' ] );
		Site::forget();
		wp_cache_flush();
		self::assertTrue( self::room()->can_open( $name ) );
		self::assertSame( [ 80000, 'gpt-image-1-mini' ], [ Plugin::composition()->settings()->image_service( 'generate' )->price, Plugin::composition()->settings()->image_service( 'generate' )->model ] );
		$page = $admin->page( 'countersign' )->body;
		self::assertStringContainsString( 'A key is stored.', $page );
		self::assertStringNotContainsString( self::KEY, $page );
		self::assertStringNotContainsString( self::KEY, serialize( AuditTrail::since( $since ) ) );
		self::assertRecorded( [ 'setting settings.changed ok' ], $since );
		$send( [ 'generate_key' => '' ] );
		wp_cache_flush();
		self::assertTrue( self::room()->can_open( $name ), 'an empty field keeps the key' );
		$send( [ 'generate_url' => 'http://example.org' ] );
		self::assertStringContainsString( 'must begin with https://', wp_strip_all_tags( $admin->page( 'countersign' )->body ) );
		$send( [ 'generate_url' => 'https://images.example.org/api/' ] );
		Site::forget();
		wp_cache_flush();
		self::assertSame( [ 'https://images.example.org/api', false, false ], [ Plugin::composition()->settings()->image_service( 'generate' )->url, self::room()->has( $name ), Plugin::composition()->image_providers()->has( 'generate' ) ], 'another host needs its own key' );
	}

	public function test_only_administrators_set_up_services(): void {
		get_role( 'editor' )->add_cap( 'countersign_manage' );
		try {
			$editor = Person::of( 'editor' );
			$page   = $editor->page( 'countersign' )->body;
			self::assertStringNotContainsString( 'countersign_images', $page );
			$before = Site::stored( 'countersign_settings' );
			$answer = $editor->post( admin_url( 'admin-post.php' ), [ 'action' => 'countersign_images', '_wpnonce' => $editor->nonce( 'countersign_images' ), 'generate_provider' => 'openai', 'generate_url' => 'https://evil.example', 'generate_key' => 'x' ] );
			self::assertSame( [ 403, $before ], [ $answer->status, Site::stored( 'countersign_settings' ) ] );
		} finally {
			get_role( 'editor' )->remove_cap( 'countersign_manage' );
		}
	}
}
