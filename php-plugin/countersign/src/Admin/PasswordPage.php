<?php

declare(strict_types=1);

namespace Countersign\Plugin\Admin;

use Countersign\Access;
use Countersign\Plugin\Accounts\ActingAccounts;
use Countersign\Plugin\Accounts\RecentLogin;
use Countersign\Plugin\Audit\EntryDraft;
use Countersign\Plugin\Audit\Log;
use Countersign\Plugin\Audit\Unavailable;
use Countersign\Plugin\Audit\Unprotected;
use Countersign\Plugin\Calls\Registry;
use Countersign\Plugin\Connections\Connection;
use Countersign\Plugin\Health\Instructions;
use Countersign\Plugin\Health\Requirements;
use Countersign\Plugin\Passwords\AgentPasswords;
use Countersign\Plugin\Passwords\PasswordConnections;
use Countersign\Plugin\Site\ErrorLog;
use Countersign\Plugin\Site\Names;

use const Countersign\Plugin\FILE;
use const Countersign\Plugin\VERSION;

defined( 'ABSPATH' ) || exit;

/**
 * The page on which a person connects an agent whose program has no OAuth: `page=countersign&view=password`.
 *
 * The form is sent to the page itself and not to admin-post.php: the password is part of the answer, so it is stored nowhere,
 * not even for the next page.
 */
final class PasswordPage {

	/** The value of the parameter `view`. */
	public const VIEW = 'password';

	private const ACTION = 'countersign_password';

	/** @param \Closure(): Registry $registry Returns what agents can use on this site. */
	public function __construct(
		private readonly PasswordConnections $passwords,
		private readonly Log $log,
		private readonly \Closure $registry,
	) {}

	/** Returns the address of the page. */
	public static function url(): string {
		return Menu::url( Menu::CONNECTIONS, [ 'view' => self::VIEW ] );
	}

	/** Prints the page, and handles its form. */
	public function show(): void {
		wp_enqueue_style( 'countersign-consent', plugins_url( 'assets/consent.css', FILE ), [], VERSION );
		$is_sent = 'POST' === ( $_SERVER['REQUEST_METHOD'] ?? '' ); // phpcs:ignore WordPress.Security.ValidatedSanitizedInput -- Compared with a fixed text.
		if ( ! Requirements::are_met() ) {
			self::refuse( Instructions::headline() );
		} elseif ( ! RecentLogin::is_recent() ) {
			$this->ask_for_login( $is_sent );
		} elseif ( $is_sent ) {
			$this->submitted();
		} else {
			$this->form( '', ConsentChoice::initial( '' ) );
		}
	}

	private function submitted(): void {
		$choice = ConsentChoice::submitted( $_POST ); // phpcs:ignore WordPress.Security.NonceVerification -- Verified below; only shown again without it.
		$name   = Names::clean( $choice->name );
		$fault  = match ( true ) {
			! wp_verify_nonce( AdminPost::text( '_wpnonce' ), self::ACTION ) => __( 'No password was made yet: this page was open for too long. Check the page and send it again.', 'countersign' ),
			'' === $name => __( 'No password was made yet: give the connection a name.', 'countersign' ),
			! isset( ActingAccounts::offered()[ $choice->user ] ) => __( 'No password was made yet: choose the account that the agent acts as from the list.', 'countersign' ),
			! in_array( $choice->preset, [ ...array_keys( Access::presets() ), 'custom' ], true ) || array_diff( $choice->groups, Access::groups() ) => __( 'No password was made yet: choose what the agent may do from the list.', 'countersign' ),
			default => AgentPasswords::obstacle( Connection::OWN_ACCOUNT === $choice->user ? null : $choice->user ),
		};
		if ( null !== $fault ) {
			$this->form( $fault, $choice );
			return;
		}
		// A page that is loaded again sends its form again.
		$once = 'countersign_form_' . sanitize_key( AdminPost::text( 'once' ) );
		if ( get_transient( $once ) ) {
			self::refuse( __( 'This form was sent before, and its password was shown then. It cannot be shown again. If you have lost it, revoke that connection and make a new one.', 'countersign' ) );
			return;
		}
		try {
			$made = $this->passwords->create( $name, $choice->user, $choice->preset, 'custom' === $choice->preset ? $choice->groups : [] );
		} catch ( Unprotected $error ) {
			$this->failed( $error, __( 'The agent was not connected, because the file that protects this site against restored backups could not be written. Site Health shows the reason.', 'countersign' ), $choice );
			return;
		} catch ( Unavailable $error ) {
			$this->failed( $error, __( 'The agent was not connected, because the audit log cannot be written. The site\'s error log shows the reason.', 'countersign' ), $choice );
			return;
		} catch ( \Countersign\Exception | \RuntimeException $error ) {
			$this->failed( $error, __( 'The agent could not be connected. The site\'s error log shows the reason.', 'countersign' ), $choice );
			return;
		}
		set_transient( $once, '1', HOUR_IN_SECONDS );
		PasswordView::show( $name, $made['username'], $made['password'] );
	}

	private function failed( \Throwable $error, string $message, ConsentChoice $choice ): void {
		ErrorLog::failure( 'connecting an agent with an application password failed', $error );
		$this->form( $message, $choice );
	}

	/** Says that the person has to log in again, because a connection lasts for months. */
	private function ask_for_login( bool $is_sent ): void {
		if ( $is_sent ) {
			$this->log->append( EntryDraft::admin( 'refusal', 'connection.created', null, [], 'login_required' ) );
		}
		self::heading();
		?>
		<p><?php esc_html_e( 'A password gives an agent access for months. So log in again before you make one, if your last login was some time ago.', 'countersign' ); ?></p>
		<p><a class="button button-primary" href="<?php echo esc_url( wp_login_url( self::url(), true ) ); ?>"><?php esc_html_e( 'Log in again', 'countersign' ); ?></a></p>
		<?php
	}

	private function form( string $error, ConsentChoice $choice ): void {
		self::heading();
		if ( '' !== $error ) {
			wp_admin_notice( esc_html( $error ), [ 'type' => 'error' ] );
		}
		?>
		<p><?php esc_html_e( 'For an agent whose program cannot open a page of this site to ask for access. It gets an application password, which works only at the address for agents and only within what you choose here. You can restrict, pause or revoke the connection at any time.', 'countersign' ); ?></p>
		<p><?php esc_html_e( 'If the program can connect by itself, let it: a password does not change by itself, and whoever copies it can use it.', 'countersign' ); ?></p>
		<form method="post" action="<?php echo esc_url( self::url() ); ?>" class="countersign-password">
			<?php wp_nonce_field( self::ACTION ); ?>
			<input type="hidden" name="once" value="<?php echo esc_attr( wp_generate_uuid4() ); ?>">
			<p>
				<label for="countersign-name"><strong><?php esc_html_e( 'Name of the connection', 'countersign' ); ?></strong></label><br>
				<input type="text" class="regular-text" dir="auto" id="countersign-name" name="name" maxlength="120" required value="<?php echo esc_attr( $choice->name ); ?>">
			</p>
			<p>
				<label for="countersign-user"><strong><?php esc_html_e( 'The agent acts as', 'countersign' ); ?></strong></label><br>
				<?php ConsentAccount::select( $choice, ActingAccounts::offered() ); ?>
			</p>
			<p class="description"><?php ConsentAccount::help(); ?></p>
			<?php ( new ConsentPresets( ( $this->registry )()->tool_titles() ) )->show( $choice->preset, $choice->groups, [] ); ?>
			<p class="description"><?php esc_html_e( 'If you deactivate Countersign, all application passwords of agents are deleted and their connections end.', 'countersign' ); ?></p>
			<p class="submit">
				<button type="submit" class="button button-primary"><?php esc_html_e( 'Make a password', 'countersign' ); ?></button>
				<a class="button" href="<?php echo esc_url( Menu::url( Menu::CONNECTIONS ) ); ?>"><?php esc_html_e( 'Cancel', 'countersign' ); ?></a>
			</p>
		</form>
		<?php
	}

	/** Callback of the action `after_plugin_row_…`: says what deactivating the plugin does. */
	public function plugin_row(): void {
		$count = $this->passwords->count();
		if ( 0 === $count || ! is_plugin_active( plugin_basename( FILE ) ) ) {
			return;
		}
		printf(
			'<tr class="plugin-update-tr active"><td colspan="5" class="plugin-update colspanchange"><div class="notice inline notice-warning notice-alt"><p>%s</p></div></td></tr>',
			esc_html(
				sprintf(
					/* translators: %d: number of agents. */
					_n( '%d agent has an application password. If you deactivate Countersign, the password is deleted and its connection ends, because nothing would restrict it any more.', '%d agents have application passwords. If you deactivate Countersign, these passwords are deleted and their connections end, because nothing would restrict them any more.', $count, 'countersign' ),
					$count
				)
			)
		);
	}

	private static function refuse( string $message ): void {
		self::heading();
		wp_admin_notice( esc_html( $message ), [ 'type' => 'error' ] );
		printf( '<p><a class="button" href="%s">%s</a></p>', esc_url( Menu::url( Menu::CONNECTIONS ) ), esc_html__( 'Back to the list', 'countersign' ) );
	}

	private static function heading(): void {
		printf( '<h1>%s</h1><hr class="wp-header-end">', esc_html__( 'Connect an agent without OAuth', 'countersign' ) );
	}
}
