<?php

declare(strict_types=1);

namespace Countersign\Plugin\Admin;

use Countersign\Plugin\Integrity\Check;

defined( 'ABSPATH' ) || exit;

/** Shows administrators what has changed among the watched files and accounts, until one of them says that it is known. */
final class KnownChanges {

	private const ACTION = 'countersign_known_changes';

	/** @param \Closure(): Check $check Returns the check. Called only if somebody confirms the changes. */
	public function __construct( private readonly \Closure $check ) {}

	/** Registers the action. */
	public function register(): void {
		AdminPost::register( self::ACTION, 'manage_options', $this->acknowledge( ... ) );
	}

	/** Callback of the action `admin_notices`. */
	public function notice(): void {
		$screen = get_current_screen()->id ?? '';
		$found  = current_user_can( 'manage_options' ) && ( str_contains( $screen, 'countersign' ) || in_array( $screen, [ 'dashboard', 'plugins', 'users', 'site-health' ], true ) ) ? Check::found() : null;
		if ( null === $found ) {
			return;
		}
		?>
		<div class="notice notice-warning">
			<p><strong><?php esc_html_e( 'Something on this site has changed that attackers often change.', 'countersign' ); ?></strong>
			<?php
			/* translators: %s: date and time. */
			echo esc_html( sprintf( __( 'Countersign found this on %s. If you or your host made these changes, confirm them. If not, somebody may have access to the site.', 'countersign' ), Format::moment( $found['time'] ) ) );
			?>
			</p>
			<?php if ( '' !== $found['fault'] ) : ?>
				<p><?php esc_html_e( 'What was here before is not known, because the record of the last check was removed or changed, or belongs to other keys. Look at the list of administrators and at the must-use plugins before you confirm.', 'countersign' ); ?></p>
			<?php endif; ?>
			<ul class="ul-disc">
				<?php foreach ( self::lines( $found['names'] ) as $line ) : ?>
					<li><?php echo esc_html( $line ); ?></li>
				<?php endforeach; ?>
			</ul>
			<form method="post" action="<?php echo esc_url( admin_url( 'admin-post.php' ) ); ?>">
				<?php AdminPost::fields( self::ACTION ); ?>
				<input type="hidden" name="state" value="<?php echo esc_attr( $found['state'] ); ?>">
				<p><button type="submit" class="button"><?php esc_html_e( 'I know these changes', 'countersign' ); ?></button></p>
			</form>
		</div>
		<?php
	}

	private function acknowledge(): string {
		$is_known = ( $this->check )()->acknowledge( AdminPost::text( 'state' ) );
		if ( $is_known ) {
			Flash::add( 'success', __( 'The audit log has recorded that you know these changes.', 'countersign' ) );
		} else {
			( $this->check )()->run();
			Flash::add( 'error', __( 'Something has changed again since this page was shown. Look at the notice again.', 'countersign' ) );
		}
		return Menu::url( Menu::CONNECTIONS );
	}

	/**
	 * @param array<array-key, mixed> $names As {@see \Countersign\Plugin\Integrity\Differences::names()} returned them.
	 *
	 * @return list<string>
	 */
	private static function lines( array $names ): array {
		$labels = [
			/* translators: %s: name of a file or account. */
			'new'     => __( 'New: %s', 'countersign' ),
			/* translators: %s: name of a file or account. */
			'changed' => __( 'Changed: %s', 'countersign' ),
			/* translators: %s: name of a file or account. */
			'removed' => __( 'Removed: %s', 'countersign' ),
		];
		$lines  = [];
		foreach ( $labels as $kind => $label ) {
			foreach ( array_filter( (array) ( $names[ $kind ] ?? [] ), is_string( ... ) ) as $name ) {
				$text = self::label( $name );
				// The facts of an account come and go with it.
				if ( 'changed' === $kind || ! preg_match( '~^administrator/\d+/~', $name ) ) {
					$lines[] = sprintf( $label, $text );
				}
			}
		}
		if ( is_int( $names['more'] ?? null ) ) {
			/* translators: %d: number of changes. */
			$lines[] = sprintf( _n( '%d more', '%d more', $names['more'], 'countersign' ), $names['more'] );
		}
		return $lines;
	}

	private static function label( string $name ): string {
		if ( 'roles' === $name ) {
			return __( 'the definition of the roles', 'countersign' );
		}
		if ( ! preg_match( '~^(?:administrator|account)/(\d+)(?:/(email|password|rights))?$~D', $name, $parts ) ) {
			return $name;
		}
		$user = Format::user( (int) $parts[1] );
		return match ( $parts[2] ?? '' ) {
			/* translators: %s: name and role of a user. */
			'email'    => sprintf( __( 'e-mail address of %s', 'countersign' ), $user ),
			/* translators: %s: name and role of a user. */
			'password' => sprintf( __( 'password of %s', 'countersign' ), $user ),
			/* translators: %s: name and role of a user. */
			'rights'   => sprintf( __( 'rights of %s, which a connection relies on', 'countersign' ), $user ),
			/* translators: %s: name and role of a user. */
			default    => sprintf( str_starts_with( $name, 'account/' ) ? __( 'identity of %s, which a connection relies on', 'countersign' ) : __( 'account with administrative rights: %s', 'countersign' ), $user ),
		};
	}
}
