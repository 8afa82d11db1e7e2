<?php

declare(strict_types=1);

namespace Countersign\Tests;

use Countersign\Plugin\Audit\EntryDraft;
use Countersign\Plugin\Plugin;
use Countersign\Plugin\Site\Schema;

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
	 * @param list<string> $groups Only for `custom`.
	 */
	public static function connect( string $user = 'editor', string $preset = 'standard', array $groups = [] ): Agent {
		$before = get_current_user_id();
		wp_set_current_user( self::user( 'admin' ) );
		$id = Plugin::composition()->manager()->create( 'Test connection', 'A test client', self::user( $user ), $preset, $groups, [] )['connection'];
		wp_set_current_user( $before );
		return new Agent( $id );
	}

	/** Returns the site's folder, which holds its state, logs and extension. */
	public static function folder(): string {
		return dirname( DB_DIR );
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
		$running = [];
		foreach ( $codes as $code ) {
			$command   = [ PHP_BINARY, ...self::flags(), dirname( __DIR__, 2 ) . '/site/php/run.php', rtrim( ABSPATH, '/' ), $_SERVER['HTTP_HOST'], '-r', $code ];
			$process   = proc_open( $command, [ [ 'file', '/dev/null', 'r' ], [ 'pipe', 'w' ], [ 'redirect', 1 ] ], $pipes );
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

	/** @return list<string> The flags of this PHP, and the flags for a shared cache of compiled code, since WordPress is large. */
	private static function flags(): array {
		$compiled = self::folder() . '/tmp/compiled';
		wp_mkdir_p( $compiled );
		$flags = [ '-d', 'error_log=' . ini_get( 'error_log' ), '-d', 'log_errors=1', '-d', 'display_errors=0', '-d', 'opcache.enable_cli=1', '-d', "opcache.file_cache=$compiled", '-d', 'opcache.file_cache_only=1' ];
		if ( extension_loaded( 'countersign' ) ) {
			array_push( $flags, '-d', 'extension=' . self::folder() . '/extension.so', '-d', 'countersign.state_dir=' . self::folder() . '/state' );
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

	/** Reads a post's status from the database. */
	public static function status( int $id ): ?string {
		global $wpdb;
		return $wpdb->get_var( $wpdb->prepare( "SELECT post_status FROM $wpdb->posts WHERE ID = %d", $id ) );
	}

	/** Reads an option from the database, not from a cache. */
	public static function option( string $name ): mixed {
		global $wpdb;
		return maybe_unserialize( $wpdb->get_var( $wpdb->prepare( "SELECT option_value FROM $wpdb->options WHERE option_name = %s", $name ) ) );
	}

	/** Returns a hash of the site as {@see Fingerprint} sees it. Use {@see TestCase::assertSiteUnchanged()}, which names what changed. */
	public static function digest(): string {
		return Fingerprint::of_site()->digest();
	}
}
