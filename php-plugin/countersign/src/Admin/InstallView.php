<?php

declare(strict_types=1);

namespace Countersign\Plugin\Admin;

use Countersign\Plugin\Health\Instructions;
use Countersign\Plugin\Health\Requirements;
use Countersign\Plugin\Health\Ways;

use const Countersign\Plugin\RELEASES;

defined( 'ABSPATH' ) || exit;

/** The Connections page while the PHP extension is missing or too old: what this PHP needs, how it gets there, and nothing else. */
final class InstallView {

	/** Prints the view. */
	public static function show(): void {
		$ways = Ways::possible( Ways::facts() );
		?>
		<h1><?php esc_html_e( 'Install the PHP extension', 'countersign' ); ?></h1>
		<hr class="wp-header-end">
		<?php
		if ( Query::number( 'checked' ) ) {
			wp_admin_notice(
				Requirements::MISSING === Requirements::state()
					? esc_html__( 'PHP does not load the extension yet. PHP reads its configuration only when it starts, so it has to be restarted after the change.', 'countersign' )
					: esc_html__( 'PHP still loads the old version. It has to be restarted after the change.', 'countersign' ),
				[ 'type' => 'warning' ]
			);
		}
		?>
		<p><?php echo esc_html( Instructions::headline() ); ?></p>
		<p><a class="button button-primary" href="<?php echo esc_url( Menu::url( Menu::CONNECTIONS, [ 'checked' => 1 ] ) ); ?>"><?php esc_html_e( 'Check again', 'countersign' ); ?></a></p>
		<h2><?php esc_html_e( 'What this PHP needs', 'countersign' ); ?></h2>
		<?php
		if ( Ways::is_wasm( Requirements::architecture() ) ) {
			echo '<p>' . esc_html__( 'This PHP runs in WebAssembly. The extension exists for it as a side module, for PHP 8.2 and 8.4.', 'countersign' ) . '</p>';
		} elseif ( ! $ways ) {
			echo '<p>' . esc_html__( 'The extension exists for PHP 8.2 to 8.5 on Linux, for the processors x86_64 and arm64. This PHP is another one, so ask your host for such a PHP.', 'countersign' ) . '</p>';
		} else {
			/* translators: 1: file name, 2: link. */
			echo '<p>' . sprintf( esc_html__( 'The file %1$s, from the %2$s.', 'countersign' ), '<code>' . esc_html( Requirements::asset() ) . '</code>', sprintf( '<a href="%s" target="_blank" rel="noopener noreferrer">%s</a>', esc_url( RELEASES ), esc_html__( 'releases of Countersign', 'countersign' ) ) ) . '</p>';
		}
		?>
		<table class="widefat striped countersign-facts">
			<tbody>
				<?php foreach ( Instructions::php() as $label => $value ) : ?>
					<tr><th scope="row"><?php echo esc_html( $label ); ?></th><td><code><?php echo esc_html( $value ); ?></code></td></tr>
				<?php endforeach; ?>
			</tbody>
		</table>
		<?php foreach ( array_diff( $ways, [ Ways::HOST ] ) as $number => $way ) : ?>
			<h2><?php echo esc_html( self::title( $way ) ); ?></h2>
			<ol class="countersign-steps">
				<?php foreach ( self::steps( $way ) as $step => [ $text, $command ] ) : ?>
					<li>
						<p><?php echo esc_html( $text ); ?></p>
						<?php '' === $command || Copyable::line( "countersign-copy-$number-$step", $command ); ?>
					</li>
				<?php endforeach; ?>
			</ol>
		<?php endforeach; ?>
		<?php
		// Nobody hosts such a site: it runs on the computer, or in the browser, of the person who reads this.
		if ( Ways::is_wasm( Requirements::architecture() ) ) {
			return;
		}
		?>
		<h2><?php esc_html_e( 'If your host does this for you', 'countersign' ); ?></h2>
		<?php if ( ! in_array( Ways::OWN_INI, $ways, true ) ) : ?>
			<p class="description"><?php esc_html_e( 'A php.ini or .user.ini file in the folder of the site does not help: PHP loads no extension from it.', 'countersign' ); ?></p>
		<?php endif; ?>
		<p><label for="countersign-message"><?php esc_html_e( 'Send this message to your host:', 'countersign' ); ?></label></p>
		<p class="countersign-message"><textarea id="countersign-message" class="large-text code" rows="18" readonly><?php echo esc_textarea( Instructions::message() ); ?></textarea></p>
		<p><button type="button" class="button" data-countersign-copy="countersign-message"><?php esc_html_e( 'Copy the message', 'countersign' ); ?></button></p>
		<?php
	}

	private static function title( string $way ): string {
		return match ( $way ) {
			Ways::PACKAGE => __( 'If you are root: the Debian package', 'countersign' ),
			Ways::PIE     => __( 'If you have a shell and are root: PIE', 'countersign' ),
			Ways::MODULE  => __( 'WordPress Playground on your computer', 'countersign' ),
			default       => __( 'Yourself: this PHP reads a php.ini that you can change', 'countersign' ),
		};
	}

	/** @return list<array{string, string}> What to do, and a command or line to copy or ''. */
	private static function steps( string $way ): array {
		$restart = [ __( 'Restart PHP (php-fpm or the web server), and check again.', 'countersign' ), '' ];
		$minor   = PHP_MAJOR_VERSION . '.' . PHP_MINOR_VERSION;
		return match ( $way ) {
			Ways::PACKAGE => [
				/* translators: %s: name of a package. */
				[ sprintf( __( 'Download the package %s from the releases, and install it. It does everything else, and restarts PHP.', 'countersign' ), "php$minor-countersign" ), "apt install ./php$minor-countersign_*.deb" ],
			],
			Ways::PIE     => [
				[ __( 'Install the extension. PIE also adds it to the configuration.', 'countersign' ), 'pie install countersign/countersign' ],
				[ __( 'Make the folder for its state.', 'countersign' ), Instructions::STATE_FOLDER ],
				$restart,
			],
			Ways::MODULE  => [
				[ __( 'Build the module in the source of Countersign. This makes the folder target/wasm-ext.', 'countersign' ), 'make wasm-ext' ],
				[ __( 'Add this option when you start the site again, or start a new one with `make playground`.', 'countersign' ), '--php-extension=target/wasm-ext/manifest.json' ],
			],
			default       => [
				[ __( 'Download the file from the releases, and unpack countersign.so to a folder of your account that no web page shows.', 'countersign' ), '' ],
				/* translators: %s: file name. */
				[ sprintf( __( 'Add this line to %s, with your folder. A .user.ini file cannot load extensions.', 'countersign' ), (string) php_ini_loaded_file() ), 'extension=/home/YOU/countersign.so' ],
				[ __( 'Make a folder for its state in your account, with mode 0700, and add this line to the same file.', 'countersign' ), 'countersign.state_dir=/home/YOU/countersign' ],
				$restart,
			],
		};
	}
}
