<?php

declare(strict_types=1);

namespace Countersign\Plugin;

use Countersign\AuditLog;
use Countersign\Keyring;
use Countersign\Limits;
use Countersign\McpServer;
use Countersign\OAuth;
use Countersign\Plugin\Audit\Log;
use Countersign\Plugin\Calls\Registry;
use Countersign\Plugin\Connections\Grants;
use Countersign\Plugin\Connections\KillSwitch;
use Countersign\Plugin\Connections\Manager;
use Countersign\Plugin\Connections\Repository;
use Countersign\Plugin\OAuth\Clients;
use Countersign\Plugin\Site\Json;
use Countersign\Plugin\Site\Settings;
use Countersign\Plugin\Site\Urls;
use Countersign\Store;

/**
 * The plugin's parts, each made once and when first asked for. Those that need the extension throw what it throws:
 * {@see \Countersign\KeyException}, {@see \Countersign\StoreException}.
 */
final class Services {

	/** @var array<string, object> */
	private array $made = [];

	public function settings(): Settings {
		return $this->once( Settings::class, static fn() => new Settings() );
	}

	public function connections(): Repository {
		return $this->once( Repository::class, static fn() => new Repository() );
	}

	public function grants(): Grants {
		return $this->once( Grants::class, static fn() => new Grants() );
	}

	public function clients(): Clients {
		return $this->once( Clients::class, static fn() => new Clients() );
	}

	public function kill_switch(): KillSwitch {
		return $this->once( KillSwitch::class, fn() => new KillSwitch( $this->log( ... ) ) );
	}

	public function manager(): Manager {
		return $this->once( Manager::class, fn() => new Manager( $this->connections(), $this->grants(), $this->log(), $this->settings() ) );
	}

	public function log(): Log {
		return $this->once( Log::class, fn() => new Log( $this->audit_log(), Log::storage() ) );
	}

	public function registry(): Registry {
		return $this->once( Registry::class, static fn() => Registry::filled() );
	}

	/** The site's keys, from wp-config.php. */
	public function keyring(): Keyring {
		return $this->once(
			Keyring::class,
			fn() => Keyring::open(
				$this->settings()->site_id(),
				( defined( 'AUTH_KEY' ) ? (string) AUTH_KEY : '' ) . ( defined( 'AUTH_SALT' ) ? (string) AUTH_SALT : '' )
			)
		);
	}

	/** The extension's store, in the folder that php.ini names. */
	public function store(): Store {
		return $this->once( Store::class, static fn() => Store::open() );
	}

	public function limits(): Limits {
		return $this->once( Limits::class, fn() => new Limits( $this->store() ) );
	}

	public function audit_log(): AuditLog {
		return $this->once(
			AuditLog::class,
			fn() => new AuditLog( $this->keyring(), $this->store(), $this->settings()->audit_host() )
		);
	}

	public function oauth(): OAuth {
		return $this->once(
			OAuth::class,
			fn() => new OAuth(
				$this->keyring(),
				Json::encode(
					[
						'issuer'                 => Urls::issuer(),
						'resource'               => Urls::mcp(),
						'resource_metadata'      => Urls::resource_metadata(),
						'authorization_endpoint' => Urls::authorize(),
						'token_endpoint'         => Urls::token(),
						'registration_endpoint'  => Urls::register(),
						'revocation_endpoint'    => Urls::revoke(),
						'resource_name'          => self::site_name(),
						'secure'                 => Urls::is_request_secure(),
						'allow_http'             => Urls::is_local(),
					]
				)
			)
		);
	}

	/** The protocol server for this request. */
	public function mcp_server(): McpServer {
		return new McpServer(
			$this->keyring(),
			$this->store(),
			Json::encode(
				[
					'name'              => 'countersign',
					'title'             => self::site_name(),
					'version'           => VERSION,
					'instructions'      => self::instructions(),
					'website'           => home_url( '/' ),
					'endpoint'          => Urls::mcp(),
					'resource_metadata' => Urls::resource_metadata(),
					'hosts'             => Urls::hosts(),
					'origins'           => Urls::origins(),
					'secure'            => Urls::is_request_secure(),
					'kill_switch'       => $this->kill_switch()->is_on(),
					'ip_limit'          => $this->settings()->ip_limit(),
					'max_body'          => $this->settings()->max_body(),
				]
			)
		);
	}

	/** The site's title as plain text. */
	private static function site_name(): string {
		return wp_specialchars_decode( (string) get_option( 'blogname' ), ENT_QUOTES );
	}

	/** What a model is told about this site before it calls anything. Not translated: models read English best. */
	private static function instructions(): string {
		$text = sprintf(
			'This is the WordPress site "%s". Content that you make is a draft until it is published. '
			. 'Publishing, scheduling, trashing and restoring need a confirmation: call request_review with the tool and the exact arguments you intend, '
			. 'then call that tool with the same arguments and the confirmation token. Tools that are not listed are not permitted on this connection.',
			self::site_name()
		);
		/**
		 * Filters what a model is told about this site.
		 *
		 * @param string $text English text.
		 */
		return (string) apply_filters( 'countersign_instructions', $text );
	}

	/**
	 * @template T of object
	 *
	 * @param class-string<T> $name
	 * @param callable(): T   $make
	 *
	 * @return T
	 */
	private function once( string $name, callable $make ): object {
		return $this->made[ $name ] ??= $make();
	}
}
