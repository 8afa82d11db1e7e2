<?php

declare(strict_types=1);

namespace Countersign\Plugin\Admin;

use Countersign\Access;
use Countersign\Plugin\Site\Labels;

use const Countersign\Plugin\FILE;
use const Countersign\Plugin\VERSION;

defined( 'ABSPATH' ) || exit;

/** Prints the consent page in the style of WordPress's login screen, with a wider box. */
final class ConsentPage {

	/**
	 * Prints the page and ends the request.
	 *
	 * @param string                      $client      Name that the client gave itself.
	 * @param string                      $host        Host that the browser is sent to after the decision.
	 * @param bool                        $is_loopback Whether that host is the person's own computer.
	 * @param array<int, string>          $users       User id => name, for the accounts that the client can act as. The first is
	 *                                                 selected.
	 * @param array<string, list<string>> $tools       Permission group => titles of its tools.
	 * @param array<string, string>       $fields      Hidden fields of the form.
	 * @param string                      $error       Error message about the last submission, or ''.
	 */
	public static function show( string $client, string $host, bool $is_loopback, array $users, array $tools, array $fields, string $error ): never {
		$site = get_bloginfo( 'name', 'display' );
		self::header( __( 'Connect a client', 'countersign' ), $error );
		?>
		<form class="countersign-consent" method="post" action="<?php echo esc_url( site_url( 'wp-login.php?action=countersign_authorize', 'login_post' ) ); ?>">
			<h1 class="countersign-title">
				<?php
				/* translators: 1: name of a client program, 2: name of the site. */
				echo esc_html( sprintf( __( 'Connect “%1$s” to %2$s?', 'countersign' ), $client, wp_specialchars_decode( $site, ENT_QUOTES ) ) );
				?>
			</h1>
			<p>
				<?php
				/* translators: %s: host name. */
				echo wp_kses( sprintf( __( 'The client chose this name itself, and the name was not verified. After your decision, your browser is sent to %s.', 'countersign' ), '<strong>' . esc_html( $host ) . '</strong>' ), [ 'strong' => [] ] );
				?>
			</p>
			<?php if ( $is_loopback ) : ?>
				<div class="notice notice-warning countersign-warning">
					<p><?php esc_html_e( 'That is your own computer. Any program on it could ask for this connection. Allow it only if you have just started it yourself.', 'countersign' ); ?></p>
				</div>
			<?php endif; ?>
			<?php
			self::presets( $tools );
			self::account( $client, $users );
			foreach ( $fields as $name => $value ) {
				printf( '<input type="hidden" name="%s" value="%s">', esc_attr( $name ), esc_attr( $value ) );
			}
			?>
			<p class="countersign-buttons">
				<button type="submit" name="decision" value="cancel" class="button button-large" autofocus><?php esc_html_e( 'Cancel', 'countersign' ); ?></button>
				<button type="submit" name="decision" value="allow" class="button button-primary button-large"><?php esc_html_e( 'Allow', 'countersign' ); ?></button>
			</p>
			<p class="description"><?php esc_html_e( 'You can restrict, pause or revoke this connection at any time on the Countersign pages of the dashboard. They also show everything that the client does.', 'countersign' ); ?></p>
		</form>
		<?php
		login_footer();
		exit;
	}

	/**
	 * Prints a page that says why no client can be connected, and ends the request.
	 *
	 * @param string $message Plain text for the person.
	 * @param string $logout  Address that logs the person out if another account could connect the client; otherwise ''.
	 */
	public static function error( string $message, string $logout = '' ): never {
		status_header( 400 );
		self::header( __( 'Connect a client', 'countersign' ), $message );
		?>
		<p id="nav">
			<?php if ( '' !== $logout ) : ?>
				<a href="<?php echo esc_url( $logout ); ?>"><?php esc_html_e( 'Log in with another account', 'countersign' ); ?></a>
			<?php else : ?>
				<a href="<?php echo esc_url( admin_url() ); ?>"><?php esc_html_e( 'Go to the dashboard', 'countersign' ); ?></a>
			<?php endif; ?>
		</p>
		<?php
		login_footer();
		exit;
	}

	/** Prints the top of the page. */
	private static function header( string $title, string $error ): void {
		wp_enqueue_style( 'countersign-consent', plugins_url( 'assets/consent.css', FILE ), [ 'login' ], VERSION );
		login_header( $title, '', '' === $error ? null : new \WP_Error( 'countersign', esc_html( $error ) ) );
	}

	/** @param array<string, list<string>> $tools */
	private static function presets( array $tools ): void {
		?>
		<fieldset class="countersign-field">
			<legend><?php esc_html_e( 'What it may do', 'countersign' ); ?></legend>
			<?php foreach ( Access::presets() + [ 'custom' => [] ] as $preset => $groups ) : ?>
				<div class="countersign-preset">
					<label>
						<input type="radio" name="preset" value="<?php echo esc_attr( $preset ); ?>" <?php checked( Access::defaultPreset(), $preset ); ?>>
						<strong><?php echo esc_html( Labels::preset( $preset ) ); ?></strong>
						<span><?php echo esc_html( Labels::preset_meaning( $preset ) ); ?></span>
					</label>
					<?php if ( 'custom' === $preset ) : ?>
						<?php self::custom( $tools ); ?>
					<?php else : ?>
						<details>
							<summary><?php esc_html_e( 'Show permissions', 'countersign' ); ?></summary>
							<ul>
								<?php foreach ( $groups as $group ) : ?>
									<li><?php self::group( $group, $tools[ $group ] ?? [] ); ?></li>
								<?php endforeach; ?>
							</ul>
						</details>
					<?php endif; ?>
				</div>
			<?php endforeach; ?>
		</fieldset>
		<?php
	}

	/** @param array<string, list<string>> $tools */
	private static function custom( array $tools ): void {
		?>
		<div class="countersign-custom">
			<?php foreach ( Access::groups() as $group ) : ?>
				<label>
					<input type="checkbox" name="groups[]" value="<?php echo esc_attr( $group ); ?>" <?php checked( 'read' === $group ); ?> <?php disabled( 'read' === $group ); ?>>
					<?php self::group( $group, $tools[ $group ] ?? [] ); ?>
				</label>
			<?php endforeach; ?>
		</div>
		<?php
	}

	/** @param list<string> $titles */
	private static function group( string $group, array $titles ): void {
		echo '<span>' . esc_html( Labels::group( $group ) ) . '<br><small>';
		echo esc_html( $titles ? implode( ' · ', $titles ) : __( 'This site has no tools for this yet.', 'countersign' ) );
		echo '</small></span>';
	}

	/** @param array<int, string> $users */
	private static function account( string $client, array $users ): void {
		?>
		<p class="countersign-field">
			<label for="countersign-user"><?php esc_html_e( 'Account that it acts as', 'countersign' ); ?></label>
			<select id="countersign-user" name="user" aria-describedby="countersign-user-help">
				<?php foreach ( $users as $id => $label ) : ?>
					<option value="<?php echo esc_attr( (string) $id ); ?>"><?php echo esc_html( $label ); ?></option>
				<?php endforeach; ?>
			</select>
			<span class="description" id="countersign-user-help"><?php esc_html_e( 'The client can never do more than this account. It can never administer the site: settings, users, plugins, themes and code are off limits, even if the account is an administrator. WordPress shows this account as the author of what the client writes.', 'countersign' ); ?></span>
		</p>
		<p class="countersign-field">
			<label for="countersign-name"><?php esc_html_e( 'Name of the connection', 'countersign' ); ?></label>
			<input type="text" id="countersign-name" name="name" maxlength="120" value="<?php echo esc_attr( $client ); ?>">
		</p>
		<?php
	}
}
