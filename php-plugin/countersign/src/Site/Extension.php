<?php

declare(strict_types=1);

namespace Countersign\Plugin\Site;

use Countersign\AuditLog;
use Countersign\Keyring;
use Countersign\McpReply;
use Countersign\McpServer;
use Countersign\OAuth;
use Countersign\Plugin\Http\Request;
use Countersign\Records;
use Countersign\Store;
use Countersign\UploadSessions;

use const Countersign\Plugin\VERSION;

defined( 'ABSPATH' ) || exit;

/**
 * The objects of the PHP extension, configured for the current site. Each is opened once, when it is first used, and again
 * after `switch_to_blog()`: the keys of one site must not protect the tables of another.
 *
 * Every method throws what the extension throws: {@see \Countersign\KeyException} for keys that cannot be used,
 * {@see \Countersign\StoreException} for a store that cannot be opened, and `\Error` if the extension is not loaded.
 */
final class Extension {

	private ?Keyring $keyring    = null;
	private ?Store $store        = null;
	private ?AuditLog $audit_log = null;
	private ?OAuth $oauth        = null;
	private ?Records $records    = null;

	/** The text of the record `site` that the records were opened with. */
	private ?string $site_record = null;

	/** The site of the network that the objects are for. */
	private int $site = 0;

	public function __construct(
		private readonly Settings $settings,
		private readonly SealedOptions $options,
	) {}

	/** Returns the site's keys, derived from the secrets in wp-config.php. */
	public function keyring(): Keyring {
		$this->follow_site();
		return $this->keyring ??= Keyring::open(
			$this->settings->site_id(),
			( defined( 'AUTH_KEY' ) ? (string) AUTH_KEY : '' ) . ( defined( 'AUTH_SALT' ) ? (string) AUTH_SALT : '' )
		);
	}

	/** Returns the store that PHP's configuration names. */
	public function store(): Store {
		return $this->store ??= Store::open();
	}

	/** Returns the part of the audit log that the extension computes. */
	public function audit_log(): AuditLog {
		$this->follow_site();
		return $this->audit_log ??= new AuditLog( $this->keyring(), $this->store(), $this->settings->audit_host() );
	}

	/**
	 * Returns the site's sealed records. They never throw because of the state of the site; {@see Records::state()} tells it.
	 *
	 * @throws Failure If the database cannot be read.
	 */
	public function records(): Records {
		$this->follow_site();
		$site = $this->options->get( SealedOptions::SITE );
		if ( null === $this->records || $site !== $this->site_record ) {
			$this->records     = new Records( $this->keyring(), $this->store(), $site, Urls::address() );
			$this->site_record = $site;
		}
		return $this->records;
	}

	/** Returns the upload sessions of this site. */
	public function upload_sessions(): UploadSessions {
		return new UploadSessions( $this->keyring(), $this->store() );
	}

	/** Returns the OAuth server. */
	public function oauth(): OAuth {
		$this->follow_site();
		return $this->oauth ??= new OAuth(
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
					'ip_limit'               => $this->settings->ip_limit(),
					'registration_limit'     => $this->settings->registration_limit(),
					'access_lifetime'        => $this->settings->access_lifetime(),
					'refresh_lifetime'       => $this->settings->refresh_lifetime(),
					'app_schemes'            => $this->settings->app_schemes(),
				]
			)
		);
	}

	/**
	 * Returns the MCP server, configured for the current request.
	 *
	 * @param bool $is_stopped Whether the kill switch is on.
	 */
	public function mcp_server( bool $is_stopped ): McpServer {
		return new McpServer( $this->keyring(), $this->store(), $this->mcp_settings( $is_stopped ) );
	}

	/**
	 * Returns the answer of the MCP endpoint while the site can serve no agent. Needs the keys, but no store.
	 *
	 * @param string $reason Stable reason code.
	 */
	public function mcp_unavailable( string $reason, Request $request ): McpReply {
		return McpServer::unavailable( $this->keyring(), $this->mcp_settings( false ), $reason, $request->method, $request->headers, $request->query, $request->body );
	}

	private function mcp_settings( bool $is_stopped ): string {
		return Json::encode(
			[
				'name'              => 'countersign',
				'title'             => self::site_name(),
				'version'           => VERSION,
				'instructions'      => self::instructions(),
				'website'           => Identity::home() . '/',
				'endpoint'          => Urls::mcp(),
				'resource_metadata' => Urls::resource_metadata(),
				'hosts'             => Urls::hosts(),
				'origins'           => Urls::origins(),
				'secure'            => Urls::is_request_secure(),
				'kill_switch'       => $is_stopped,
				'ip_limit'          => $this->settings->ip_limit(),
				'max_body'          => $this->settings->max_body(),
			]
		);
	}

	/** Forgets all objects but the store, because the site has got another identity. */
	public function forget(): void {
		$this->site = 0;
	}

	/** Forgets the objects of another site of the network. The store is that of the request. */
	private function follow_site(): void {
		$site = get_current_blog_id();
		if ( $site !== $this->site ) {
			$this->keyring   = null;
			$this->audit_log = null;
			$this->oauth     = null;
			$this->records   = null;
			$this->site      = $site;
		}
	}

	/** Returns the site's title as plain text. */
	private static function site_name(): string {
		return wp_specialchars_decode( (string) get_option( 'blogname' ), ENT_QUOTES );
	}

	/** Returns what a model is told about this site when it connects. Not translated, because models follow English best. */
	private static function instructions(): string {
		$text = sprintf(
			'This is the WordPress site "%s". Content that you create is a draft until it is published. '
			. 'Whatever changes what visitors see needs a confirmation, which is your own second look and asks no person: call request_review with the tool and the exact arguments you intend, '
			. 'read what it returns, then call that tool with the same arguments and the confirmation token. Tools that are not listed are not permitted on this connection.',
			self::site_name()
		);
		/**
		 * Filters the instructions that a model receives when it connects to this site.
		 *
		 * Applied to every request of an agent, so it should be cheap.
		 *
		 * @param string $text English text.
		 */
		return (string) apply_filters( 'countersign_instructions', $text );
	}
}
