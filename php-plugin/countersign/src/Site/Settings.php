<?php

declare(strict_types=1);

namespace Countersign\Plugin\Site;

use Countersign\Decision;
use Countersign\OAuth;
use Countersign\Record;
use Countersign\TrustedProxies;

defined( 'ABSPATH' ) || exit;

/**
 * The site's identity, and the settings of the dashboard. The settings are a sealed record. If it cannot be believed, or there
 * is none, the defaults apply. None of this is secret.
 */
final class Settings {

	/** Option: the site's random identity, 16 lower-case hexadecimal digits. Created once and never changed. */
	public const SITE_ID = 'countersign_site_id';

	/** Option: the host of the site when its audit log began, with its port if needed. Part of the log's name; kept when the site moves. */
	public const AUDIT_HOST = 'countersign_audit_host';

	/** Option: whether deleting the plugin also deletes its tables and options. */
	public const DELETE_ON_UNINSTALL = 'countersign_delete_on_uninstall';

	/** The headers in which proxies name the address of their peer. The site reads one of them. */
	public const PROXY_HEADERS = [ 'x-forwarded-for', 'forwarded' ];

	private const DEFAULTS = [
		// Failed requests from one IP address in a rolling window of seconds.
		'ip_limit'           => [
			'max'    => 60,
			'window' => 60,
		],
		// Calls of a new connection in a rolling window of seconds.
		'connection_limit'   => [
			'max'    => 60,
			'window' => 60,
		],
		// Registrations of clients from one IP address in a rolling window of seconds.
		'registration_limit' => [
			'max'    => 20,
			'window' => MINUTE_IN_SECONDS,
		],
		// Whether an existing connection can be given more permissions.
		'allow_widening'     => false,
		// Whether the administrator gets an e-mail when an agent is connected.
		'mail_on_connect'    => false,
		// Largest request to the MCP endpoint, in bytes.
		'max_body'           => 1048576,
		// Largest file that agents can upload, in bytes.
		'max_upload'         => 10 * MB_IN_BYTES,
		// The services for images: see ImageService.
		'image_services'     => [
			'generate' => [
				'provider' => '',
				'url'      => '',
				'model'    => '',
				'price'    => 0,
			],
			'stock'    => [
				'provider' => '',
				'url'      => '',
				'model'    => '',
				'price'    => 0,
			],
		],
		// Seconds that an access token is valid, and an unused refresh token.
		'access_lifetime'    => HOUR_IN_SECONDS,
		'refresh_lifetime'   => 30 * DAY_IN_SECONDS,
		// Private-use URI schemes of programs that redirects may open, besides those that every site accepts.
		'app_schemes'        => [],
		// Abilities of WordPress and of other plugins that agents are offered, each as `name=group`.
		'abilities'          => [],
		// Addresses and networks of the proxies that may name the address of their peer, and the header in which they do.
		'trusted_proxies'    => [],
		'proxy_header'       => 'x-forwarded-for',
	];

	/** The lifetimes that the extension accepts, in seconds: the shortest and the longest. */
	public const LIFETIMES = [
		'access_lifetime'  => [ 5 * MINUTE_IN_SECONDS, DAY_IN_SECONDS ],
		'refresh_lifetime' => [ HOUR_IN_SECONDS, YEAR_IN_SECONDS ],
	];

	/** The largest value of `max_upload`. */
	public const MAX_UPLOAD = GB_IN_BYTES;

	/** @var array<string, mixed>|null The settings of this request: the defaults, and what the record says instead. */
	private ?array $all = null;

	/** Why the stored settings do not apply: a reason code, '' if they apply, or null if they were not read yet. */
	private ?string $fault = null;

	/** The site of the network whose settings were read. */
	private int $site = 0;

	/** @param (\Closure(): (Record|Decision|null))|null $open Opens the record, or returns null if the site has none. */
	public function __construct( private readonly ?\Closure $open = null ) {}

	/**
	 * Creates the site's identity and the host of its audit log, unless the site has them. Called when the plugin is set up on
	 * the site, and not when they are read: Site Health must not give the site another identity, because all tokens would be
	 * invalid and the audit log would begin anew.
	 *
	 * @return bool Whether this request has created the identity. No earlier record of any site belongs to it, because it is
	 *              random.
	 */
	public function create_identity(): bool {
		$is_new = self::create( self::SITE_ID, bin2hex( random_bytes( 8 ) ) );
		self::create( self::AUDIT_HOST, Urls::hosts()[0] );
		return $is_new;
	}

	/** Makes the next method read the settings again. */
	public function forget(): void {
		$this->all   = null;
		$this->fault = null;
	}

	/** Returns the reason code for which the stored settings do not apply; '' if they apply, or the site has only the defaults. */
	public function fault(): string {
		$this->all();
		return (string) $this->fault;
	}

	/** Returns the site's identity; '' if it is missing. The extension refuses a missing or malformed one. */
	public function site_id(): string {
		return self::identity( self::SITE_ID );
	}

	/** Returns the host that is part of the audit log's name; '' if it is missing, which the extension refuses. */
	public function audit_host(): string {
		return self::identity( self::AUDIT_HOST );
	}

	/**
	 * Returns the limit of failed requests from one IP address. Requests with a genuine token do not count.
	 *
	 * @return array{max: int, window: int} Requests, and the window in seconds.
	 */
	public function ip_limit(): array {
		return $this->limit( 'ip_limit' );
	}

	/**
	 * Returns the limit that a new connection starts with.
	 *
	 * @return array{max: int, window: int} Calls, and the window in seconds.
	 */
	public function connection_limit(): array {
		return $this->limit( 'connection_limit' );
	}

	/**
	 * Returns the limit of client registrations from one IP address.
	 *
	 * @return array{max: int, window: int} Registrations, and the window in seconds.
	 */
	public function registration_limit(): array {
		return $this->limit( 'registration_limit' );
	}

	/** Tells whether an existing connection can be given more permissions. */
	public function allow_widening(): bool {
		return (bool) $this->all()['allow_widening'];
	}

	/** Returns how many seconds an access token is valid that is issued now. */
	public function access_lifetime(): int {
		return (int) $this->all()['access_lifetime'];
	}

	/** Returns after how many seconds an unused refresh token is not valid any more. */
	public function refresh_lifetime(): int {
		return (int) $this->all()['refresh_lifetime'];
	}

	/**
	 * Returns the private-use URI schemes that the administrator added. Throws `\Error` if the extension is not loaded.
	 *
	 * @return list<string>
	 */
	public function app_schemes(): array {
		return array_values( array_filter( self::texts( $this->all()['app_schemes'] ), OAuth::isAppScheme( ... ) ) );
	}

	/**
	 * Returns the abilities of WordPress and of other plugins that agents are offered.
	 *
	 * @return array<string, string> Name of the ability => permission group.
	 */
	public function abilities(): array {
		$offered = [];
		foreach ( self::texts( $this->all()['abilities'] ) as $offer ) {
			if ( preg_match( '~^([a-z0-9-]+(?:/[a-z0-9-]+)+)=([a-z_]+)$~D', $offer, $found ) ) {
				$offered[ $found[1] ] ??= $found[2];
			}
		}
		return $offered;
	}

	/** Tells whether the administrator gets an e-mail when an agent is connected. */
	public function mail_on_connect(): bool {
		return (bool) $this->all()['mail_on_connect'];
	}

	/**
	 * Returns the addresses and networks of the proxies that the site trusts. Throws `\Error` if the extension is not loaded.
	 *
	 * @return list<string>
	 */
	public function trusted_proxies(): array {
		return self::usable_proxies( $this->all()['trusted_proxies'] );
	}

	/**
	 * Returns those entries of a list that the extension accepts as addresses and networks of proxies. Throws `\Error` if the
	 * extension is not loaded.
	 *
	 * @return list<string>
	 */
	public static function usable_proxies( mixed $list ): array {
		return array_values( array_filter( self::texts( $list ), static fn( string $network ): bool => null === TrustedProxies::fault( $network ) ) );
	}

	/** Returns the name of the header that the trusted proxies set, in lower case. */
	public function proxy_header(): string {
		return (string) $this->all()['proxy_header'];
	}

	/** Returns the largest request to the MCP endpoint, in bytes. */
	public function max_body(): int {
		return (int) $this->all()['max_body'];
	}

	/** Returns the largest file that agents can upload, in bytes. WordPress and PHP can allow less. */
	public function max_upload(): int {
		return (int) $this->all()['max_upload'];
	}

	/** Returns the settings of a service for images, `generate` or `stock`. */
	public function image_service( string $kind ): ImageService {
		return ImageService::of( $kind, $this->all()['image_services'][ $kind ] ?? null );
	}

	/**
	 * Compares submitted settings with the stored ones. Saves nothing, so that the change can be recorded first.
	 *
	 * @param array<string, mixed> $given Any of the keys of `DEFAULTS`. Other keys are ignored. Numbers outside the range that the
	 *                                    extension accepts are moved to its nearest end.
	 *
	 * @return array<string, array{from: mixed, to: mixed}> The settings that differ.
	 */
	public function changes( array $given ): array {
		$changes = [];
		foreach ( array_intersect_key( $given, self::DEFAULTS ) as $key => $value ) {
			$to = self::value( $key, $value );
			if ( $this->all()[ $key ] !== $to ) {
				$changes[ $key ] = [
					'from' => $this->all()[ $key ],
					'to'   => $to,
				];
			}
		}
		return $changes;
	}

	/**
	 * Returns all settings, as they are or as they would be.
	 *
	 * @param array<string, array{from: mixed, to: mixed}> $changes As returned by {@see changes()}.
	 *
	 * @return array<string, mixed> The data of the record `settings`.
	 */
	public function with( array $changes = [] ): array {
		return array_merge( $this->all(), array_map( static fn( array $change ): mixed => $change['to'], $changes ) );
	}

	/**
	 * Creates an option, unless the database has it. `add_option()` would overwrite the value of another request that created
	 * the option meanwhile, or that an outdated cache does not show.
	 *
	 * @return bool Whether this request has created it.
	 */
	private static function create( string $option, string $value ): bool {
		global $wpdb;
		$rows = $wpdb->query( $wpdb->prepare( 'INSERT IGNORE INTO %i (option_name, option_value, autoload) VALUES (%s, %s, %s)', $wpdb->options, $option, $value, 'on' ) ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- WordPress has no function that keeps an existing row.
		SealedOptions::forget_caches( $option );
		return 1 === $rows;
	}

	/**
	 * Returns an option that the site has for good. A persistent cache can say that it does not exist: a request that looked for it
	 * just before it was created can be the last to write the cache.
	 */
	private static function identity( string $option ): string {
		$text = (string) get_option( $option, '' );
		if ( '' === $text ) {
			global $wpdb;
			$text = (string) $wpdb->get_var( $wpdb->prepare( 'SELECT option_value FROM %i WHERE option_name = %s', $wpdb->options, $option ) ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- Past the cache.
			if ( '' !== $text ) {
				SealedOptions::forget_caches( $option );
			}
		}
		return $text;
	}

	/** @return array<string, mixed> */
	private function all(): array {
		$site = get_current_blog_id();
		if ( null === $this->all || $site !== $this->site ) {
			$this->site  = $site;
			$this->all   = self::DEFAULTS;
			$this->fault = '';
			try {
				$record = null === $this->open ? null : ( $this->open )();
			} catch ( \Countersign\Exception | Failure $error ) {
				ErrorLog::failure( 'the settings could not be read, so the defaults apply', $error );
				$this->fault = $error instanceof Failure ? 'store_unavailable' : $error->reason();
				return $this->all;
			}
			if ( $record instanceof Record ) {
				$this->all = self::checked( Json::decode( $record->data() ) );
			} else {
				$this->fault = (string) $record?->reason();
			}
		}
		return $this->all;
	}

	/**
	 * @param array<string, mixed> $data
	 *
	 * @return array<string, mixed> The keys of `DEFAULTS`, each with a value of its type.
	 */
	private static function checked( array $data ): array {
		$all = [];
		foreach ( self::DEFAULTS as $key => $default ) {
			$all[ $key ] = self::value( $key, $data[ $key ] ?? $default );
		}
		return $all;
	}

	/**
	 * Returns a value in the type and in the range of its setting.
	 *
	 * @param key-of<self::DEFAULTS> $key
	 */
	private static function value( string $key, mixed $value ): mixed {
		return match ( true ) {
			'trusted_proxies' === $key, 'app_schemes' === $key, 'abilities' === $key => self::texts( $value ),
			isset( self::LIFETIMES[ $key ] )   => min( self::LIFETIMES[ $key ][1], max( self::LIFETIMES[ $key ][0], (int) $value ) ),
			'proxy_header' === $key            => self::known_header( $value ),
			'image_services' === $key          => ImageService::all( $value ),
			'max_body' === $key                => max( 1024, (int) $value ),
			'max_upload' === $key              => min( self::MAX_UPLOAD, max( MB_IN_BYTES, (int) $value ) ),
			is_array( self::DEFAULTS[ $key ] ) => self::bounded( is_array( $value ) ? $value : [], self::DEFAULTS[ $key ] ),
			is_bool( self::DEFAULTS[ $key ] )  => (bool) $value,
			default                            => (int) $value,
		};
	}

	/** @return list<string> */
	private static function texts( mixed $value ): array {
		return is_array( $value ) ? array_values( array_unique( array_filter( $value, is_string( ... ) ) ) ) : [];
	}

	private static function known_header( mixed $value ): string {
		return in_array( $value, self::PROXY_HEADERS, true ) ? $value : self::DEFAULTS['proxy_header'];
	}

	/**
	 * @param 'ip_limit'|'connection_limit'|'registration_limit' $key
	 *
	 * @return array{max: int, window: int}
	 */
	private function limit( string $key ): array {
		return $this->all()[ $key ];
	}

	/**
	 * @param array<string, mixed>          $given
	 * @param array{max: int, window: int} $default
	 *
	 * @return array{max: int, window: int}
	 */
	private static function bounded( array $given, array $default ): array {
		return [
			'max'    => min( 256, max( 1, (int) ( $given['max'] ?? $default['max'] ) ) ),
			'window' => min( 86400, max( 1, (int) ( $given['window'] ?? $default['window'] ) ) ),
		];
	}
}
