<?php

declare(strict_types=1);

namespace Countersign\Plugin\Admin;

use Countersign\OAuthRequest;
use Countersign\Plugin\Connections\Connection;
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
			esc_html__( 'An agent asks to connect to this site. Log in to decide about it. If your last login was some time ago, you have to log in again.', 'countersign' ),
			[
				'type'               => 'info',
				'additional_classes' => [ 'message' ],
			]
		);
	}

	/**
	 * Prints the page and ends the request.
	 *
	 * @param OAuthRequest                    $request The request of the client.
	 * @param string                          $name    Name that the client gave itself, or a text that says that it has none.
	 * @param array<int, string>              $users   User id => name, for the accounts that the agent can act as.
	 * @param array<string, list<string>>     $tools   Permission group => titles of its tools.
	 * @param array<string, list<Connection>> $earlier Preset => connections that a new one with this preset would replace.
	 * @param ConsentChoice                   $choice  What is selected and filled in.
	 * @param array<string, string>           $fields  Hidden fields of the form.
	 * @param string                          $logout  Address that logs the person out and leads back to this page.
	 * @param string                          $error   Error message about the last submission, or ''.
	 */
	public static function show( OAuthRequest $request, string $name, array $users, array $tools, array $earlier, ConsentChoice $choice, array $fields, string $logout, string $error ): never {
		self::header( __( 'Connect an agent', 'countersign' ), $error );
		/* translators: %s: name of the site. */
		self::form( __( 'Connect an agent to %s?', 'countersign' ), $error );
		ConsentFacts::signed_in( $logout );
		ConsentFacts::show( $request, $name );
		( new ConsentPresets( $tools ) )->show( $choice->preset, $choice->groups, $earlier );
		self::account( $choice, $users );
		self::hidden( $fields );
		?>
			<p class="countersign-buttons">
				<button type="submit" name="decision" value="cancel" class="button button-large"><?php esc_html_e( 'Cancel', 'countersign' ); ?></button>
				<button type="submit" name="decision" value="allow" class="button button-primary button-large"><?php esc_html_e( 'Allow', 'countersign' ); ?></button>
			</p>
			<p class="description"><?php esc_html_e( 'You can restrict, pause or revoke this connection at any time on the Countersign pages of the dashboard. They also show everything that the agent does.', 'countersign' ); ?></p>
		</form>
		<?php
		login_footer();
		exit;
	}

	/**
	 * Prints the page for a person who may not connect an agent but can ask an administrator, and ends the request.
	 *
	 * @param OAuthRequest                $request The request of the client.
	 * @param string                      $name    Name that the client gave itself, or a text that says that it has none.
	 * @param array<string, list<string>> $tools   Permission group => titles of its tools.
	 * @param string                      $preset  The preset that is selected.
	 * @param array<string, string>       $fields  Hidden fields of the form.
	 * @param string                      $logout  Address that logs the person out and leads back to this page.
	 * @param string                      $error   Error message about the last submission, or ''.
	 */
	public static function ask( OAuthRequest $request, string $name, array $tools, string $preset, array $fields, string $logout, string $error ): never {
		self::header( __( 'Connect an agent', 'countersign' ), $error );
		/* translators: %s: name of the site. */
		self::form( __( 'Ask an administrator to connect an agent to %s?', 'countersign' ), $error );
		ConsentFacts::signed_in( $logout );
		?>
		<p><?php esc_html_e( 'Your account may not connect agents to this site. You can ask an administrator. The site then keeps for a week that you asked, when, for which agent and with which permissions. Nothing is connected, and the agent is told that you have asked.', 'countersign' ); ?></p>
		<?php
		ConsentFacts::show( $request, $name );
		( new ConsentPresets( $tools ) )->wish( $preset );
		self::hidden( $fields );
		?>
			<p class="countersign-buttons">
				<button type="submit" name="decision" value="cancel" class="button button-large"><?php esc_html_e( 'Cancel', 'countersign' ); ?></button>
				<button type="submit" name="decision" value="ask" class="button button-primary button-large"><?php esc_html_e( 'Ask an administrator', 'countersign' ); ?></button>
			</p>
		</form>
		<?php
		login_footer();
		exit;
	}

	/**
	 * Prints a page that sends the browser on by itself, and ends the request: for an address that is too long for a header.
	 *
	 * @param string $url Address of a client, as the extension returned it.
	 */
	public static function onward( string $url ): never {
		// esc_url() would change the address, and remove the schemes of native programs. The extension has checked the scheme.
		add_action( 'login_head', static fn() => printf( '<meta http-equiv="refresh" content="0;url=%s">', esc_attr( $url ) ) );
		self::header( __( 'Connect an agent', 'countersign' ), '' );
		?>
		<p><?php esc_html_e( 'Your browser goes back to the agent\'s program.', 'countersign' ); ?> <a href="<?php echo esc_attr( $url ); ?>"><?php esc_html_e( 'Continue if nothing happens', 'countersign' ); ?></a></p>
		<?php
		login_footer();
		exit;
	}

	/**
	 * Prints a page that says why no agent can be connected, and ends the request.
	 *
	 * @param string       $message Plain text for the person: what is wrong and what to do.
	 * @param string       $logout  Address that logs the person out if another account could connect the agent; otherwise ''.
	 * @param string       $reason  Reason code.
	 * @param string       $more    One English sentence with the details, or ''.
	 * @param list<string> $advice  Further paragraphs for the person.
	 */
	public static function error( string $message, string $logout = '', string $reason = '', string $more = '', array $advice = [] ): never {
		status_header( 400 );
		self::header( __( 'Connect an agent', 'countersign' ), $message );
		?>
		<?php if ( '' !== $reason ) : ?>
			<div class="countersign-refused">
				<?php foreach ( $advice as $text ) : ?>
					<p><?php echo esc_html( $text ); ?></p>
				<?php endforeach; ?>
				<p class="countersign-detail" lang="en" dir="ltr"><code><?php echo esc_html( $reason ); ?></code> <?php echo esc_html( trim( self::sentence( $reason ) . ' ' . $more ) ); ?></p>
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
		$again = 'client_unknown' === $reason
			? __( 'You can close this page. If you have just started the connection yourself, remove the connector or server from that program and add it again.', 'countersign' )
			: __( 'You can close this page. If you have just started the connection yourself, start it once more in that program.', 'countersign' );
		self::error(
			__( 'A program sent you here with a request that this site does not accept. Nothing was connected, and nothing was changed.', 'countersign' ),
			reason: $reason,
			more: $more,
			advice: [
				$again,
				__( 'If you have not started anything, somebody may have wanted to use this site to send you elsewhere.', 'countersign' ),
				__( 'If you see this page again, the following text says why. The makers of the program, or of this site, need it:', 'countersign' ),
			]
		);
	}

	/** Returns the English sentence of a reason code; '' if the extension, which knows them, is missing. */
	private static function sentence( string $reason ): string {
		$sentence = Labels::reason( $reason );
		return $sentence === $reason ? '' : $sentence;
	}

	/** Prints the top of the page. */
	private static function header( string $title, string $error ): void {
		wp_enqueue_style( 'countersign-consent', plugins_url( 'assets/consent.css', FILE ), [ 'login' ], VERSION );
		login_header( $title, '', '' === $error ? null : new \WP_Error( 'countersign', esc_html( $error ) ) );
	}

	/**
	 * Prints the beginning of the form. Its heading has the focus, so that the page is read from the question on.
	 *
	 * @param string $title Heading, with a placeholder for the name of the site.
	 * @param string $error Error message above the form, or ''.
	 */
	private static function form( string $title, string $error ): void {
		$site = wp_specialchars_decode( get_bloginfo( 'name', 'display' ), ENT_QUOTES );
		?>
		<form class="countersign-consent" method="post" action="<?php echo esc_url( site_url( 'wp-login.php?action=countersign_authorize', 'login_post' ) ); ?>">
			<h1 class="countersign-title" tabindex="-1" autofocus<?php echo '' === $error ? '' : ' aria-describedby="login_error"'; ?>><?php echo esc_html( sprintf( $title, Names::text( $site ) ) ); ?></h1>
		<?php
	}

	/** @param array<string, string> $fields */
	private static function hidden( array $fields ): void {
		foreach ( $fields as $name => $value ) {
			printf( '<input type="hidden" name="%s" value="%s">', esc_attr( $name ), esc_attr( $value ) );
		}
	}

	/** @param array<int, string> $users */
	private static function account( ConsentChoice $choice, array $users ): void {
		?>
		<p class="countersign-field">
			<label for="countersign-user"><?php esc_html_e( 'Account that it acts as', 'countersign' ); ?></label>
			<?php ConsentAccount::select( $choice, $users ); ?>
			<?php ConsentAccount::help(); ?>
		</p>
		<p class="countersign-field">
			<label for="countersign-name"><?php esc_html_e( 'Name of the connection', 'countersign' ); ?></label>
			<input type="text" id="countersign-name" name="name" maxlength="120" dir="auto" value="<?php echo esc_attr( $choice->name ); ?>" aria-describedby="countersign-name-help">
			<span class="description" id="countersign-name-help"><?php esc_html_e( 'An account of its own has this name, and visitors see it as the author.', 'countersign' ); ?></span>
		</p>
		<?php
	}
}
