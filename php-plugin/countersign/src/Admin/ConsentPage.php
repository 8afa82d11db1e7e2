<?php

declare(strict_types=1);

namespace Countersign\Plugin\Admin;

use Countersign\Access;
use Countersign\OAuthRequest;
use Countersign\Plugin\Site\Labels;
use Countersign\Plugin\Site\Names;

use const Countersign\Plugin\FILE;
use const Countersign\Plugin\VERSION;

defined( 'ABSPATH' ) || exit;

/** Prints the consent page in the style of WordPress's login screen, with a wider box. */
final class ConsentPage {

	/**
	 * Callback of the filter `login_message`: says on the login form why it is shown, if it leads to the consent page.
	 *
	 * @param string $message What WordPress and other plugins say there, as HTML.
	 */
	public static function login_message( string $message ): string {
		if ( ! str_starts_with( Query::text( 'redirect_to' ), site_url( 'wp-login.php?action=countersign_authorize', 'login' ) ) ) {
			return $message;
		}
		return $message . wp_get_admin_notice(
			esc_html__( 'A program asks to connect to this site. Log in to decide about it. If your last login was some time ago, you have to log in again.', 'countersign' ),
			[
				'type'               => 'info',
				'additional_classes' => [ 'message' ],
			]
		);
	}

	/**
	 * Prints the page and ends the request.
	 *
	 * @param OAuthRequest                $request The request of the client.
	 * @param string                      $name    Name that the client gave itself, or a text that says that it has none.
	 * @param array<int, string>          $users   User id => name, for the accounts that the client can act as. The first is
	 *                                             selected.
	 * @param array<string, list<string>> $tools   Permission group => titles of its tools.
	 * @param array<string, string>       $fields  Hidden fields of the form.
	 * @param string                      $error   Error message about the last submission, or ''.
	 */
	public static function show( OAuthRequest $request, string $name, array $users, array $tools, array $fields, string $error ): never {
		$site = wp_specialchars_decode( get_bloginfo( 'name', 'display' ), ENT_QUOTES );
		self::header( __( 'Connect a client', 'countersign' ), $error );
		?>
		<form class="countersign-consent" method="post" action="<?php echo esc_url( site_url( 'wp-login.php?action=countersign_authorize', 'login_post' ) ); ?>">
			<h1 class="countersign-title">
				<?php
				/* translators: %s: name of the site. */
				echo esc_html( sprintf( __( 'Connect a client to %s?', 'countersign' ), Names::text( $site ) ) );
				?>
			</h1>
			<?php
			self::claims( $name );
			self::facts( $request );
			self::warnings( $request );
			?>
			<?php
			self::presets( $tools );
			self::account( $name, $users );
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
	 * @param string $reason  Reason code if the client is at fault, which its makers need to know; otherwise ''.
	 * @param string $more    One English sentence with the details, or ''.
	 */
	public static function error( string $message, string $logout = '', string $reason = '', string $more = '' ): never {
		status_header( 400 );
		self::header( __( 'Connect a client', 'countersign' ), $message );
		?>
		<?php if ( '' !== $reason ) : ?>
			<div class="countersign-refused">
				<p><?php esc_html_e( 'You can close this page. If you have just started the connection yourself, start it once more in that program. If you see this page again, the following text says why. The makers of the program, or of this site, need it:', 'countersign' ); ?></p>
				<p class="countersign-detail" lang="en" dir="ltr"><code><?php echo esc_html( $reason ); ?></code> <?php echo esc_html( trim( ( \Countersign\reasons()[ $reason ] ?? '' ) . ' ' . $more ) ); ?></p>
				<p><?php esc_html_e( 'If you have not started anything, somebody may have wanted to use this site to send you elsewhere.', 'countersign' ); ?></p>
			</div>
		<?php endif; ?>
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

	/**
	 * Prints a page that says why the client's request is refused, for a person and for the makers of the client, and ends
	 * the request.
	 *
	 * @param string $reason Reason code.
	 * @param string $more   One English sentence with the details, or ''.
	 */
	public static function refused( string $reason, string $more = '' ): never {
		self::error(
			__( 'A program sent you here with a request that this site does not accept. Nothing was connected, and nothing was changed.', 'countersign' ),
			reason: $reason,
			more: $more
		);
	}

	/** Prints what the client says about itself. Nothing that the name says can be mistaken for a part of the page: it stands in a box of its own. */
	private static function claims( string $name ): void {
		?>
		<section class="countersign-claims" aria-labelledby="countersign-claims">
			<h2 id="countersign-claims"><?php esc_html_e( 'The client says that its name is', 'countersign' ); ?></h2>
			<p class="countersign-name"><?php echo Names::html( $name ); // phpcs:ignore WordPress.Security.EscapeOutput -- Escaped by Names::html(). ?></p>
			<p class="description"><?php esc_html_e( 'Not verified: a client can choose any name, also that of another client.', 'countersign' ); ?></p>
		</section>
		<?php
	}

	/** Prints what this site knows about the client by itself. */
	private static function facts( OAuthRequest $request ): void {
		$document = $request->documentHost();
		?>
		<section class="countersign-facts" aria-labelledby="countersign-facts">
			<h2 id="countersign-facts"><?php esc_html_e( 'What this site has verified', 'countersign' ); ?></h2>
			<dl>
				<dt><?php esc_html_e( 'Its identity document is at', 'countersign' ); ?></dt>
				<dd>
					<?php
					echo null === $document
						? esc_html__( 'It has none. Anybody can register a client like this one.', 'countersign' )
						: self::host( $document ); // phpcs:ignore WordPress.Security.EscapeOutput -- Escaped by host().
					?>
				</dd>
				<dt><?php esc_html_e( 'After your decision, your browser goes to', 'countersign' ); ?></dt>
				<dd><?php echo self::host( $request->redirectHost() ); // phpcs:ignore WordPress.Security.EscapeOutput -- Escaped by host(). ?></dd>
			</dl>
		</section>
		<?php
	}

	/** Returns a host as HTML. A long one is wrapped before a dot, so that its end can be read. */
	private static function host( string $host ): string {
		return '<code class="countersign-host">' . str_replace( '.', '<wbr>.', esc_html( $host ) ) . '</code>';
	}

	private static function warnings( OAuthRequest $request ): void {
		$texts = [];
		if ( $request->isLoopback() ) {
			/* translators: %s: host name. */
			$texts[] = sprintf( __( 'Your browser goes to %s. That is your own computer. Any program on it could ask for this connection. Allow it only if you have just started it yourself.', 'countersign' ), $request->redirectHost() );
		}
		if ( $request->leavesDocumentHost() ) {
			$texts[] = __( 'The identity document and the address after your decision are on different hosts. Allow the connection only if you know that both belong to the same client.', 'countersign' );
		}
		foreach ( $texts as $text ) {
			echo '<div class="notice notice-warning countersign-warning"><p>' . esc_html( $text ) . '</p></div>';
		}
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
	private static function account( string $name, array $users ): void {
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
			<input type="text" id="countersign-name" name="name" maxlength="120" dir="auto" value="<?php echo esc_attr( $name ); ?>">
		</p>
		<?php
	}
}
