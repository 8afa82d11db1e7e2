<?php

declare(strict_types=1);

namespace Countersign\Plugin\Admin;

use Countersign\OAuth;
use Countersign\Plugin\Audit\Log;
use Countersign\Plugin\Health\Requirements;
use Countersign\Plugin\Records\SiteRecords;
use Countersign\Plugin\Site\Capabilities;
use Countersign\Plugin\Site\ClientAddress;
use Countersign\Plugin\Site\Settings;
use Countersign\TrustedProxies;

defined( 'ABSPATH' ) || exit;

/** The settings on the Connections page: their form, and its action. */
final class SettingsForm {

	/** The most trusted proxies that can be saved. */
	private const MAX_PROXIES = 200;

	/** The most schemes that can be saved. */
	private const MAX_SCHEMES = 50;

	public function __construct(
		private readonly Settings $settings,
		private readonly ClientAddress $client,
		private readonly Log $log,
		private readonly SiteRecords $records,
	) {}

	/** Registers the form's action. */
	public function register(): void {
		AdminPost::register( 'countersign_settings', Capabilities::MANAGE, $this->save( ... ) );
	}

	/** Prints the form. */
	public function show(): void {
		$limit = $this->settings->ip_limit();
		?>
		<details class="countersign-settings">
			<summary><?php esc_html_e( 'Settings', 'countersign' ); ?></summary>
			<form method="post" action="<?php echo esc_url( admin_url( 'admin-post.php' ) ); ?>">
				<?php AdminPost::fields( 'countersign_settings' ); ?>
				<table class="form-table" role="presentation">
					<tr>
						<th scope="row"><label for="countersign-ip-max"><?php esc_html_e( 'Failed requests from one IP address', 'countersign' ); ?></label></th>
						<td>
							<input type="number" class="small-text" id="countersign-ip-max" name="ip_max" min="1" max="256" value="<?php echo esc_attr( (string) $limit['max'] ); ?>">
							<label for="countersign-ip-window"><?php esc_html_e( 'within', 'countersign' ); ?></label>
							<input type="number" class="small-text" id="countersign-ip-window" name="ip_window" min="1" max="86400" value="<?php echo esc_attr( (string) $limit['window'] ); ?>">
							<?php esc_html_e( 'seconds', 'countersign' ); ?>
							<p class="description"><?php esc_html_e( 'Counts requests without a valid token. An address that sends more is told to wait. Connected agents behind the same address are not affected: each connection has a limit of its own.', 'countersign' ); ?></p>
						</td>
					</tr>
					<tr>
						<th scope="row"><?php esc_html_e( 'More permissions', 'countersign' ); ?></th>
						<td>
							<label>
								<input type="checkbox" name="allow_widening" value="1" <?php checked( $this->settings->allow_widening() ); ?>>
								<?php esc_html_e( 'Allow adding permissions to an existing connection', 'countersign' ); ?>
							</label>
							<p class="description"><?php esc_html_e( 'If this is off, you can only remove permissions from a connection. To give an agent more, revoke its connection and connect it again, so that you see and approve everything that it may do.', 'countersign' ); ?></p>
						</td>
					</tr>
					<tr>
						<th scope="row"><?php esc_html_e( 'E-mail', 'countersign' ); ?></th>
						<td>
							<label>
								<input type="checkbox" name="mail_on_connect" value="1" <?php checked( $this->settings->mail_on_connect() ); ?>>
								<?php esc_html_e( 'Send an e-mail to the administrator of the site when an agent is connected', 'countersign' ); ?>
							</label>
							<p class="description"><?php esc_html_e( 'Everybody who manages connections also sees a notice in the dashboard, with or without the e-mail.', 'countersign' ); ?></p>
						</td>
					</tr>
					<tr>
						<th scope="row"><label for="countersign-upload-mb"><?php esc_html_e( 'Largest file of an agent', 'countersign' ); ?></label></th>
						<td>
							<input type="number" class="small-text" id="countersign-upload-mb" name="upload_mb" min="1" max="1024" value="<?php echo esc_attr( (string) (int) ceil( $this->settings->max_upload() / MB_IN_BYTES ) ); ?>" aria-describedby="countersign-upload-help">
							<?php esc_html_e( 'MB', 'countersign' ); ?>
							<p class="description" id="countersign-upload-help">
								<?php
								/* translators: %s: a size, such as 64 MB. */
								echo esc_html( sprintf( __( 'For files that agents upload to the media library. This site accepts at most %s.', 'countersign' ), (string) size_format( wp_max_upload_size() ) ) );
								?>
							</p>
						</td>
					</tr>
					<?php
					$this->lifetimes();
					if ( self::is_administrator() && Requirements::are_met() ) {
						$this->schemes();
						$this->proxies();
					}
					?>
				</table>
				<?php if ( ! self::is_administrator() ) : ?>
					<p><?php esc_html_e( 'You can make these settings stricter. Only an administrator can make them more permissive.', 'countersign' ); ?></p>
				<?php endif; ?>
				<?php submit_button( __( 'Save settings', 'countersign' ) ); ?>
			</form>
		</details>
		<?php
	}

	/** Prints the rows about lifetimes. */
	private function lifetimes(): void {
		?>
		<tr>
			<th scope="row"><label for="countersign-refresh-hours"><?php esc_html_e( 'Unused connections end after', 'countersign' ); ?></label></th>
			<td>
				<input type="number" class="small-text" id="countersign-refresh-hours" name="refresh_hours" min="1" max="8760" value="<?php echo esc_attr( (string) (int) ceil( $this->settings->refresh_lifetime() / HOUR_IN_SECONDS ) ); ?>" aria-describedby="countersign-refresh-help">
				<?php esc_html_e( 'hours', 'countersign' ); ?>
				<p class="description" id="countersign-refresh-help"><?php esc_html_e( 'An agent that was closed for longer has to ask again for your consent. 720 hours are 30 days, 24 hours let it go on the next morning. A shorter time also applies to agents that are connected already.', 'countersign' ); ?></p>
			</td>
		</tr>
		<tr>
			<th scope="row"><label for="countersign-access-minutes"><?php esc_html_e( 'Agents renew their access every', 'countersign' ); ?></label></th>
			<td>
				<input type="number" class="small-text" id="countersign-access-minutes" name="access_minutes" min="5" max="1440" value="<?php echo esc_attr( (string) (int) ceil( $this->settings->access_lifetime() / MINUTE_IN_SECONDS ) ); ?>" aria-describedby="countersign-access-help">
				<?php esc_html_e( 'minutes', 'countersign' ); ?>
				<p class="description" id="countersign-access-help"><?php esc_html_e( 'Agents do this by themselves. Pausing or revoking a connection works at once, whatever you choose here. A longer time helps agents that cannot renew their access.', 'countersign' ); ?></p>
			</td>
		</tr>
		<?php
	}

	/** Prints the row about the programs that redirects may open. */
	private function schemes(): void {
		?>
		<tr>
			<th scope="row"><label for="countersign-schemes"><?php esc_html_e( 'Further programs that your browser may open', 'countersign' ); ?></label></th>
			<td>
				<textarea id="countersign-schemes" name="app_schemes" class="code" rows="3" cols="40" spellcheck="false" aria-describedby="countersign-schemes-help"><?php echo esc_textarea( implode( "\n", $this->settings->app_schemes() ) ); ?></textarea>
				<p class="description" id="countersign-schemes-help"><?php esc_html_e( 'After your consent, the browser can open the program of an agent, with an address such as cursor://. Common programs are known. If another one cannot connect with the error code redirect_invalid, add the part of its address before the colon here, one on each line.', 'countersign' ); ?></p>
			</td>
		</tr>
		<?php
	}

	/** Prints the rows about proxies. */
	private function proxies(): void {
		$ip = $this->client->current();
		?>
		<tr>
			<th scope="row"><label for="countersign-proxies"><?php esc_html_e( 'Trusted proxies', 'countersign' ); ?></label></th>
			<td>
				<textarea id="countersign-proxies" name="trusted_proxies" class="code" rows="4" cols="40" spellcheck="false" aria-describedby="countersign-proxies-help"><?php echo esc_textarea( implode( "\n", $this->settings->trusted_proxies() ) ); ?></textarea>
				<p class="description" id="countersign-proxies-help"><?php esc_html_e( 'If the site is behind a proxy, a load balancer or a CDN: its IP addresses and networks, one on each line, such as 192.0.2.1 or 2001:db8::/32. Only they may say which address an agent has.', 'countersign' ); ?></p>
				<?php if ( $this->client->networks() !== $this->settings->trusted_proxies() ) : ?>
					<p class="description">
						<?php
						/* translators: %s: IP addresses and networks. */
						echo esc_html( sprintf( __( 'Code on this site changes the list. In effect: %s', 'countersign' ), implode( ', ', $this->client->networks() ) ?: __( 'none', 'countersign' ) ) );
						?>
					</p>
				<?php endif; ?>
			</td>
		</tr>
		<tr>
			<th scope="row"><label for="countersign-proxy-header"><?php esc_html_e( 'Header of the proxies', 'countersign' ); ?></label></th>
			<td>
				<select id="countersign-proxy-header" name="proxy_header">
					<option value="x-forwarded-for" <?php selected( $this->settings->proxy_header(), 'x-forwarded-for' ); ?>>X-Forwarded-For</option>
					<option value="forwarded" <?php selected( $this->settings->proxy_header(), 'forwarded' ); ?>>Forwarded (RFC 7239)</option>
				</select>
				<p class="description"><?php esc_html_e( 'The header to which your proxies append the address of their peer. The other header is ignored, because a proxy passes it on as the agent sent it.', 'countersign' ); ?></p>
				<p>
					<?php
					/* translators: %s: IP address. */
					echo esc_html( sprintf( __( 'Your own request comes from the address %s.', 'countersign' ), '' === $ip ? __( 'unknown', 'countersign' ) : $ip ) );
					?>
				</p>
				<?php if ( $this->client->is_forwarded_by_unknown_peer() ) : ?>
					<div class="notice notice-warning inline"><p><?php esc_html_e( 'This request was forwarded by a proxy that is not in the list, so this may be the address of the proxy. If it is your proxy, add its address. Otherwise all agents behind it seem to have one address.', 'countersign' ); ?></p></div>
				<?php endif; ?>
			</td>
		</tr>
		<?php
	}

	/**
	 * Tells whether the current user is an administrator of the site. The extension decides which changes need one. Who can choose
	 * the trusted proxies can choose the address in the audit log.
	 */
	private static function is_administrator(): bool {
		return current_user_can( 'manage_options' );
	}

	/**
	 * Returns a submitted list, without empty lines.
	 *
	 * @param string $field Name of the field.
	 *
	 * @return array<int, string> Number of the line, from 1 => its text.
	 */
	private static function lines( string $field ): array {
		$lines = array_map( trim( ... ), preg_split( '/\R/', AdminPost::text( $field ) ) ?: [] );
		return array_filter( array_combine( range( 1, count( $lines ) ), $lines ), static fn( string $line ): bool => '' !== $line );
	}

	/**
	 * Returns what is wrong with the submitted list of proxies.
	 *
	 * @param array<int, string> $lines As returned by {@see lines()}.
	 *
	 * @return list<string> One sentence for each faulty line. Empty if there is none.
	 */
	private static function faults( array $lines ): array {
		if ( count( $lines ) > self::MAX_PROXIES ) {
			/* translators: %d: number of entries. */
			return [ sprintf( __( 'Trusted proxies: the list has more than %d entries.', 'countersign' ), self::MAX_PROXIES ) ];
		}
		$faults = [];
		foreach ( $lines as $number => $line ) {
			$fault = TrustedProxies::fault( $line );
			if ( null !== $fault ) {
				$faults[] = sprintf(
					match ( $fault ) {
						/* translators: %d: number of a line. */
						'host_bits' => __( 'Trusted proxies, line %d: a network must begin with its first address, for example 192.0.2.0/24 instead of 192.0.2.1/24.', 'countersign' ),
						/* translators: %d: number of a line. */
						'too_wide'  => __( 'Trusted proxies, line %d: the network has too many addresses. The number after the slash must be at least 8.', 'countersign' ),
						/* translators: %d: number of a line. */
						default     => __( 'Trusted proxies, line %d: this is neither an IP address nor a network such as 192.0.2.0/24.', 'countersign' ),
					},
					$number
				);
			}
		}
		return $faults;
	}

	/**
	 * Returns what is wrong with the submitted list of schemes.
	 *
	 * @param array<int, string> $lines As returned by {@see lines()}.
	 *
	 * @return list<string> One sentence for each faulty line. Empty if there is none.
	 */
	private static function scheme_faults( array $lines ): array {
		if ( count( $lines ) > self::MAX_SCHEMES ) {
			/* translators: %d: number of entries. */
			return [ sprintf( __( 'Further programs: the list has more than %d entries.', 'countersign' ), self::MAX_SCHEMES ) ];
		}
		$faults = [];
		foreach ( $lines as $number => $line ) {
			if ( ! OAuth::isAppScheme( $line ) ) {
				/* translators: %d: number of a line. */
				$faults[] = sprintf( __( 'Further programs, line %d: this is not the part before the colon of a program\'s address, such as cursor. It has lower-case letters, digits, dots and hyphens, and must not be one that browsers use themselves.', 'countersign' ), $number );
			}
		}
		return $faults;
	}

	private function save(): string {
		$given = [
			'ip_limit'        => [
				'max'    => AdminPost::text( 'ip_max' ),
				'window' => AdminPost::text( 'ip_window' ),
			],
			'allow_widening'  => '1' === AdminPost::text( 'allow_widening' ),
			'mail_on_connect' => '1' === AdminPost::text( 'mail_on_connect' ),
		];
		if ( AdminPost::has( 'refresh_hours' ) ) {
			$given['refresh_lifetime'] = HOUR_IN_SECONDS * (int) AdminPost::text( 'refresh_hours' );
			$given['access_lifetime']  = MINUTE_IN_SECONDS * (int) AdminPost::text( 'access_minutes' );
		}
		if ( AdminPost::has( 'upload_mb' ) ) {
			$given['max_upload'] = MB_IN_BYTES * (int) AdminPost::text( 'upload_mb' );
		}
		$faults = [];
		if ( AdminPost::has( 'app_schemes' ) ) {
			$given['app_schemes'] = array_map( strtolower( ... ), self::lines( 'app_schemes' ) );
			$faults               = self::is_administrator() ? self::scheme_faults( $given['app_schemes'] ) : [ __( 'Only an administrator can change the list of further programs.', 'countersign' ) ];
		}
		if ( AdminPost::has( 'trusted_proxies' ) ) {
			$given['trusted_proxies'] = self::lines( 'trusted_proxies' );
			$given['proxy_header']    = AdminPost::text( 'proxy_header' );
			$faults                   = [ ...$faults, ...( self::is_administrator() ? self::faults( $given['trusted_proxies'] ) : [ __( 'Only an administrator can change the trusted proxies.', 'countersign' ) ] ) ];
		}
		if ( $faults ) {
			foreach ( $faults as $fault ) {
				Flash::add( 'error', $fault );
			}
			Flash::add( 'error', __( 'No setting was saved.', 'countersign' ) );
			return Menu::url( Menu::CONNECTIONS );
		}
		if ( ! ( new SettingsChange( $this->settings, $this->log, $this->records ) )->save( $given ) ) {
			Flash::add( 'error', __( 'Only an administrator can make the settings more permissive. No setting was saved.', 'countersign' ) );
			return Menu::url( Menu::CONNECTIONS );
		}
		Flash::add( 'success', __( 'Settings saved.', 'countersign' ) );
		return Menu::url( Menu::CONNECTIONS );
	}
}
