<?php

declare(strict_types=1);

namespace Countersign\Plugin\Admin;

use Countersign\Plugin\Site\Names;
use Countersign\Plugin\Site\Urls;

defined( 'ABSPATH' ) || exit;

/** Shows a new application password once, and how to enter it in programs. */
final class PasswordView {

	/**
	 * Prints the view.
	 *
	 * @param string $name     Name of the connection.
	 * @param string $username Login name of the account.
	 * @param string $password The password, in groups of four.
	 */
	public static function show( string $name, string $username, #[\SensitiveParameter] string $password ): void {
		// Not the address for links: programs compare it byte by byte.
		$url    = Urls::mcp();
		$header = 'Basic ' . base64_encode( "$username:$password" ); // phpcs:ignore WordPress.PHP.DiscouragedPHPFunctions.obfuscation_base64_encode -- The header as RFC 7617 defines it.
		?>
		<h1>
			<?php
			/* translators: %s: name of a connection. */
			echo esc_html( sprintf( __( 'The password for “%s”', 'countersign' ), Names::text( $name ) ) );
			?>
		</h1>
		<hr class="wp-header-end">
		<?php wp_admin_notice( esc_html__( 'Copy the password now. It is not stored, and this is the only time that it is shown.', 'countersign' ), [ 'type' => 'warning' ] ); ?>
		<h2><?php esc_html_e( 'What the program asks for', 'countersign' ); ?></h2>
		<?php
		self::line( 'address', __( 'Address', 'countersign' ), $url );
		self::line( 'username', __( 'User name', 'countersign' ), $username );
		self::line( 'password', __( 'Password', 'countersign' ), $password );
		?>
		<h2><?php esc_html_e( 'If it asks for headers instead', 'countersign' ); ?></h2>
		<p class="description"><?php esc_html_e( 'The header contains the password in another form. Keep it as secret as the password.', 'countersign' ); ?></p>
		<?php self::line( 'header', 'Authorization', $header ); ?>
		<h2><?php esc_html_e( 'Ready for these programs', 'countersign' ); ?></h2>
		<?php
		foreach ( self::snippets( $url, $header ) as $id => [ $label, $text ] ) {
			self::block( $id, $label, $text );
		}
		?>
		<p><a class="button button-primary" href="<?php echo esc_url( Menu::url( Menu::CONNECTIONS ) ); ?>"><?php esc_html_e( 'I have copied it', 'countersign' ); ?></a></p>
		<?php
	}

	/**
	 * @return array<string, array{string, string}> Id => its label and its text.
	 */
	private static function snippets( string $url, #[\SensitiveParameter] string $header ): array {
		return [
			'remote' => [
				__( 'Programs that only run local servers, such as Claude Desktop: in the file with their servers', 'countersign' ),
				self::json(
					[
						'mcpServers' => [
							'wordpress' => [
								'command' => 'npx',
								// Some programs split arguments at spaces, so the value is in the environment.
								'args'    => [ '-y', 'mcp-remote', $url, '--header', 'Authorization:${WORDPRESS_AUTHORIZATION}' ],
								'env'     => [ 'WORDPRESS_AUTHORIZATION' => $header ],
							],
						],
					]
				),
			],
			'vscode' => [
				__( 'VS Code: in the file .vscode/mcp.json', 'countersign' ),
				self::json(
					[
						'servers' => [
							'wordpress' => [
								'type'    => 'http',
								'url'     => $url,
								'headers' => [ 'Authorization' => $header ],
							],
						],
					]
				),
			],
			'curl'   => [
				__( 'On the command line, to try it', 'countersign' ),
				"curl -X POST '$url' \\\n  -H 'Authorization: $header' \\\n  -H 'Content-Type: application/json' \\\n  -H 'Accept: application/json, text/event-stream' \\\n  -d '{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}'",
			],
		];
	}

	/** @param array<string, mixed> $value */
	private static function json( array $value ): string {
		return (string) wp_json_encode( $value, JSON_PRETTY_PRINT | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE );
	}

	private static function line( string $id, string $label, #[\SensitiveParameter] string $text ): void {
		?>
		<p class="countersign-copy">
			<label for="countersign-<?php echo esc_attr( $id ); ?>"><?php echo esc_html( $label ); ?></label>
			<input type="text" id="countersign-<?php echo esc_attr( $id ); ?>" class="code" readonly autocomplete="off" value="<?php echo esc_attr( $text ); ?>">
			<button type="button" class="button" data-countersign-copy="countersign-<?php echo esc_attr( $id ); ?>"><?php esc_html_e( 'Copy', 'countersign' ); ?></button>
		</p>
		<?php
	}

	private static function block( string $id, string $label, #[\SensitiveParameter] string $text ): void {
		?>
		<p>
			<label for="countersign-<?php echo esc_attr( $id ); ?>"><?php echo esc_html( $label ); ?></label><br>
			<textarea id="countersign-<?php echo esc_attr( $id ); ?>" class="large-text code" rows="<?php echo absint( substr_count( $text, "\n" ) + 1 ); ?>" readonly spellcheck="false"><?php echo esc_textarea( $text ); ?></textarea>
			<button type="button" class="button" data-countersign-copy="countersign-<?php echo esc_attr( $id ); ?>"><?php esc_html_e( 'Copy', 'countersign' ); ?></button>
		</p>
		<?php
	}
}
