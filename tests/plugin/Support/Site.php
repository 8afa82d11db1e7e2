<?php

declare(strict_types=1);

namespace Countersign\Tests;

use Countersign\Plugin\Audit\EntryDraft;
use Countersign\Plugin\Connections\Connection;
use Countersign\Plugin\Plugin;
use Countersign\Plugin\Site\Schema;
use Countersign\Plugin\Site\SealedOptions;
use Countersign\Plugin\Site\Settings;

/** The site under test. This process and the web server's workers share its database, keys and store. */
final class Site {

	/** Limits that no test reaches. */
	public const ROOMY = [
		'ip_limit'         => [
			'max'    => 256,
			'window' => 1,
		],
		'connection_limit' => [
			'max'    => 256,
			'window' => 1,
		],
		'registration_limit' => [
			'max'    => 256,
			'window' => 1,
		],
	];

	/** Returns a user's id by login name. */
	public static function user( string $login ): int {
		return get_user_by( 'login', $login )->ID;
	}

	/**
	 * Creates a connection as an administrator's consent does.
	 *
	 * @param string       $user   Login of the account that the agent acts as; '' for an account of its own.
	 * @param list<string> $groups Only for `custom`.
	 */
	public static function connect( string $user = 'editor', string $preset = 'standard', array $groups = [], string $by = 'admin' ): Agent {
		$before = get_current_user_id();
		wp_set_current_user( self::user( $by ) );
		$id = Plugin::composition()->creation()->create( 'Test connection', 'A test client', '' === $user ? Connection::OWN_ACCOUNT : self::user( $user ), $preset, $groups, [] )['connection'];
		wp_set_current_user( $before );
		return new Agent( $id );
	}

	/**
	 * Stores settings as the form does; those that are not given have their defaults.
	 *
	 * @param array<string, mixed> $settings
	 */
	public static function settings( array $settings ): void {
		if ( ! extension_loaded( 'countersign' ) ) {
			return;
		}
		$composition = Plugin::composition();
		$composition->sealed_options()->forget();
		$composition->settings()->forget();
		$data = array_merge( ( new Settings() )->with(), $settings );
		if ( $data !== $composition->settings()->with() ) {
			$composition->site_records()->store( SealedOptions::SETTINGS, $data, EntryDraft::admin( 'setting', 'settings.changed', 'settings' ) );
			$composition->settings()->forget();
		}
	}

	/** Writes or removes an option as somebody does who can write to the database. */
	public static function plant( string $name, ?string $text ): void {
		global $wpdb;
		null === $text
			? $wpdb->query( $wpdb->prepare( "DELETE FROM $wpdb->options WHERE option_name = %s", $name ) )
			: $wpdb->query( $wpdb->prepare( "INSERT INTO $wpdb->options (option_name, option_value, autoload) VALUES (%s, %s, 'off') ON DUPLICATE KEY UPDATE option_value = VALUES(option_value)", $name, $text ) );
		wp_cache_flush();
		self::forget();
	}

	/** Returns the text of an option as it is in the database, not in a cache; null if there is no such option. */
	public static function stored( string $name ): ?string {
		global $wpdb;
		// Not get_var(), which returns null for an empty text.
		return $wpdb->get_row( $wpdb->prepare( "SELECT option_value FROM $wpdb->options WHERE option_name = %s", $name ), ARRAY_A )['option_value'] ?? null;
	}

	/** Makes this process read the sealed options again, as a new request does. */
	public static function forget(): void {
		Plugin::composition()->sealed_options()->forget();
		Plugin::composition()->settings()->forget();
	}

	/**
	 * Runs PHP code on another machine: with the same database and keys, but with a state folder of its own.
	 *
	 * @param string $state Folder, which is made if it does not exist.
	 */
	public static function machine( string $state, string $code ): string {
		if ( ! is_dir( $state ) ) {
			mkdir( $state, 0700 );
		}
		return self::run( [ $code ], $state )[0];
	}

	/** Returns the site's folder, which holds its state, logs and extension. */
	public static function folder(): string {
		return dirname( DB_DIR );
	}

	/** Returns the files of the witnesses in the state folder of this machine. @return list<string> */
	public static function witnesses(): array {
		return array_values( array_filter( glob( self::folder() . '/state/witness-*' ) ?: [], static fn( string $file ): bool => ! str_ends_with( $file, '.lock' ) ) );
	}

	public static function is_sqlite(): bool {
		return defined( 'DB_ENGINE' ) && 'sqlite' === DB_ENGINE;
	}

	/**
	 * Runs PHP code in separate processes that load this WordPress, in parallel.
	 *
	 * @param list<string> $codes
	 *
	 * @return list<string> The output of each process.
	 */
	public static function php( string ...$codes ): array {
		return self::run( $codes, self::folder() . '/state' );
	}

	/**
	 * @param array<string> $codes
	 *
	 * @return list<string>
	 */
	private static function run( array $codes, string $state ): array {
		$running = [];
		foreach ( $codes as $code ) {
			$process   = proc_open( self::command_in( $state, '-r', $code ), [ [ 'file', '/dev/null', 'r' ], [ 'pipe', 'w' ], [ 'redirect', 1 ] ], $pipes );
			$running[] = [ $process, $pipes[1] ];
		}
		return array_map(
			static function ( array $worker ): string {
				$output = stream_get_contents( $worker[1] );
				$status = proc_close( $worker[0] );
				return 0 === $status ? $output : throw new \RuntimeException( "exit status $status: $output" );
			},
			$running
		);
	}

	/** Returns the command of a process that runs a PHP file with this WordPress loaded. @return list<string> */
	public static function command( string $file ): array {
		return self::command_in( self::folder() . '/state', $file );
	}

	/** @return list<string> */
	private static function command_in( string $state, string ...$what ): array {
		return [ PHP_BINARY, ...self::flags( $state ), dirname( __DIR__, 2 ) . '/site/php/run.php', rtrim( ABSPATH, '/' ), $_SERVER['HTTP_HOST'], ...$what ];
	}

	/** @return list<string> The flags of this PHP, and the flags for a shared cache of compiled code, since WordPress is large. */
	private static function flags( string $state ): array {
		$compiled = self::folder() . '/tmp/compiled';
		wp_mkdir_p( $compiled );
		$flags = [ '-d', 'error_log=' . ini_get( 'error_log' ), '-d', 'log_errors=1', '-d', 'display_errors=0', '-d', 'opcache.enable_cli=1', '-d', "opcache.file_cache=$compiled", '-d', 'opcache.file_cache_only=1' ];
		if ( extension_loaded( 'countersign' ) ) {
			array_push( $flags, '-d', 'extension=' . self::folder() . '/extension.so', '-d', "countersign.state_dir=$state" );
		}
		return $flags;
	}

	/** Returns the full name of one of Countersign's tables. */
	public static function table( string $name ): string {
		return Schema::table( $name );
	}

	/** Makes the access tokens of a connection invalid, as their revocation by the client does. */
	public static function end_access_tokens( int $connection ): void {
		$composition = Plugin::composition();
		$connection  = $composition->connections()->find( $connection ) ?? throw new \LogicException( 'the connection is gone' );
		$composition->manager()->end_access_tokens( $connection, $connection->epoch, EntryDraft::admin( 'revoke', 'test.end_access_tokens', $connection->target() ) );
	}

	/** Returns the number of rows in all tables of Countersign but those of the audit log. */
	public static function rows(): int {
		global $wpdb;
		return array_sum( array_map( static fn( string $table ): int => (int) $wpdb->get_var( 'SELECT COUNT(*) FROM ' . self::table( $table ) ), [ 'connections', 'grants', 'oauth_clients' ] ) );
	}

	/**
	 * Creates a post without the checks of the editor.
	 *
	 * @param array<string, mixed> $fields
	 */
	public static function post( array $fields = [], string $author = 'editor' ): int {
		$before = get_current_user_id();
		wp_set_current_user( self::user( 'admin' ) );
		$id = wp_insert_post(
			wp_slash(
				$fields + [
					'post_title'   => 'A post of the tests',
					'post_content' => '<!-- wp:paragraph --><p>Words.</p><!-- /wp:paragraph -->',
					'post_status'  => 'draft',
					'post_author'  => self::user( $author ),
				]
			),
			true
		);
		wp_set_current_user( $before );
		return is_int( $id ) ? $id : throw new \RuntimeException( $id->get_error_message() );
	}

	/** Returns an image of the media library that every user can see and that can be shown. */
	public static function image(): int {
		$images = get_posts( [ 'post_type' => 'attachment', 'post_mime_type' => 'image', 'post_status' => 'inherit', 'post_parent' => 0, 'orderby' => 'ID', 'order' => 'ASC', 'posts_per_page' => 50, 'fields' => 'ids' ] );
		return array_values( array_filter( $images, static fn( int $id ): bool => '' !== wp_get_attachment_image( $id, 'thumbnail' ) ) )[0] ?? throw new \LogicException( 'the site has no image' );
	}

	/** Reads a post's status from the database. */
	public static function status( int $id ): ?string {
		global $wpdb;
		return $wpdb->get_var( $wpdb->prepare( "SELECT post_status FROM $wpdb->posts WHERE ID = %d", $id ) );
	}

	/** Returns a value of metadata of a post as it is in the database; null if there is none. */
	public static function meta( int $post, string $key ): ?string {
		global $wpdb;
		return $wpdb->get_row( $wpdb->prepare( "SELECT meta_value FROM $wpdb->postmeta WHERE post_id = %d AND meta_key = %s", $post, $key ), ARRAY_A )['meta_value'] ?? null;
	}

	/** Reads an option from the database, not from a cache. */
	public static function option( string $name ): mixed {
		return maybe_unserialize( self::stored( $name ) );
	}

	/** Returns a hash of the site as {@see Fingerprint} sees it. Use {@see TestCase::assertSiteUnchanged()}, which names what changed. */
	public static function digest(): string {
		return Fingerprint::of_site()->digest();
	}
}
