<?php

declare(strict_types=1);

namespace Countersign\Plugin\Site;

/** The plugin's options. Nothing secret is among them. */
final class Settings {

	/** Option: 16 lower-case hex digits, the site's random identity, made once and kept. */
	public const SITE_ID = 'countersign_site_id';

	/** Option: the host under which the audit log began. Its name stays when the site moves. */
	public const AUDIT_HOST = 'countersign_audit_host';

	/** Option: what an administrator can set, see {@see DEFAULTS}. */
	public const OPTION = 'countersign_settings';

	/** Option: whether deleting the plugin deletes its tables and options. */
	public const DELETE_ON_UNINSTALL = 'countersign_delete_on_uninstall';

	private const DEFAULTS = [
		// Calls per address in a rolling window of seconds.
		'ip_limit'           => [
			'max'    => 60,
			'window' => 60,
		],
		// What a new connection starts with.
		'connection_limit'   => [
			'max'    => 60,
			'window' => 60,
		],
		// Clients that may register from one address.
		'registration_limit' => [
			'max'    => 20,
			'window' => HOUR_IN_SECONDS,
		],
		// Whether an existing connection may be given more permissions.
		'allow_widening'     => false,
		// The largest request, in bytes.
		'max_body'           => 1048576,
	];

	/** The site's identity, made at the first call. A malformed one stays: the extension refuses it. */
	public function site_id(): string {
		return $this->once( self::SITE_ID, static fn(): string => bin2hex( random_bytes( 8 ) ) );
	}

	/** The host that is part of the audit log's name. */
	public function audit_host(): string {
		return $this->once( self::AUDIT_HOST, static fn(): string => Urls::hosts()[0] );
	}

	/** @return array{max: int, window: int} */
	public function ip_limit(): array {
		return $this->limit( 'ip_limit' );
	}

	/** @return array{max: int, window: int} */
	public function connection_limit(): array {
		return $this->limit( 'connection_limit' );
	}

	/** @return array{max: int, window: int} */
	public function registration_limit(): array {
		return $this->limit( 'registration_limit' );
	}

	public function allow_widening(): bool {
		return (bool) $this->all()['allow_widening'];
	}

	public function max_body(): int {
		return max( 1024, (int) $this->all()['max_body'] );
	}

	/**
	 * Saves what a form sent; numbers are brought into the range the extension takes.
	 *
	 * @param array<string, mixed> $given Any of the keys of {@see DEFAULTS}.
	 *
	 * @return array<string, array{from: mixed, to: mixed}> What changed.
	 */
	public function changes( array $given ): array {
		$changes = [];
		foreach ( array_intersect_key( $given, self::DEFAULTS ) as $key => $value ) {
			$to = match ( true ) {
				is_array( self::DEFAULTS[ $key ] ) => self::bounded( is_array( $value ) ? $value : [], self::DEFAULTS[ $key ] ),
				is_bool( self::DEFAULTS[ $key ] )  => (bool) $value,
				default                            => (int) $value,
			};
			if ( $this->all()[ $key ] !== $to ) {
				$changes[ $key ] = [
					'from' => $this->all()[ $key ],
					'to'   => $to,
				];
			}
		}
		return $changes;
	}

	/** @param array<string, array{from: mixed, to: mixed}> $changes As {@see changes()} gave them. */
	public function apply( array $changes ): void {
		update_option( self::OPTION, array_merge( $this->all(), array_map( static fn( array $change ): mixed => $change['to'], $changes ) ) );
	}

	/**
	 * An option that is made once and kept.
	 *
	 * @param callable(): string $make
	 */
	private function once( string $option, callable $make ): string {
		$value = get_option( $option );
		if ( false === $value ) {
			// Leaves the value of a worker that was faster.
			add_option( $option, $make() );
			$value = get_option( $option );
		}
		return (string) $value;
	}

	/** @return array<string, mixed> */
	private function all(): array {
		$stored = get_option( self::OPTION, [] );
		return array_merge( self::DEFAULTS, is_array( $stored ) ? array_intersect_key( $stored, self::DEFAULTS ) : [] );
	}

	/** @return array{max: int, window: int} */
	private function limit( string $key ): array {
		$value = $this->all()[ $key ];
		return self::bounded( is_array( $value ) ? $value : [], self::DEFAULTS[ $key ] );
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
