<?php

declare(strict_types=1);

namespace Countersign\Plugin\Admin;

use Countersign\Plugin\Site\Urls;

defined( 'ABSPATH' ) || exit;

/** Explains how to connect a client: the site's address for clients, and where to enter it in each client. */
final class ConnectView {

	/** Prints the view. */
	public static function show(): void {
		?>
		<h1><?php esc_html_e( 'Connect a client', 'countersign' ); ?></h1>
		<hr class="wp-header-end">
		<?php self::steps(); ?>
		<p><a class="button" href="<?php echo esc_url( Menu::url( Menu::CONNECTIONS ) ); ?>"><?php esc_html_e( 'Back to the list', 'countersign' ); ?></a></p>
		<?php
	}

	/** Prints the explanation in place of an empty list of connections. */
	public static function empty_state(): void {
		?>
		<div class="countersign-empty">
			<h2><?php esc_html_e( 'No client is connected yet', 'countersign' ); ?></h2>
			<?php self::steps(); ?>
		</div>
		<?php
	}

	private static function steps(): void {
		$url = Urls::mcp();
		?>
		<p><?php esc_html_e( 'A client is a program in which you use an AI agent, such as Claude or ChatGPT. Enter this address in your client. It then opens a page of this site on which you decide what the client may do. It has no access before that.', 'countersign' ); ?></p>
		<p class="countersign-copy">
			<label class="screen-reader-text" for="countersign-url"><?php esc_html_e( 'Address for clients', 'countersign' ); ?></label>
			<input type="text" id="countersign-url" class="code" readonly value="<?php echo esc_attr( $url ); ?>">
			<button type="button" class="button" data-countersign-copy="countersign-url"><?php esc_html_e( 'Copy', 'countersign' ); ?></button>
		</p>
		<table class="widefat striped countersign-clients">
			<tbody>
				<?php foreach ( self::clients( $url ) as $name => $how ) : ?>
					<tr>
						<th scope="row"><?php echo esc_html( $name ); ?></th>
						<td><?php echo wp_kses( $how, [ 'code' => [] ] ); ?></td>
					</tr>
				<?php endforeach; ?>
			</tbody>
		</table>
		<?php
	}

	/** @return array<string, string> Name of a client => what to do, as HTML. */
	private static function clients( string $url ): array {
		$address = esc_html( $url );
		$vscode  = esc_html(
			(string) wp_json_encode(
				[
					'name' => 'wordpress',
					'type' => 'http',
					'url'  => $url,
				],
				JSON_UNESCAPED_SLASHES
			)
		);
		return [
			'Claude'      => esc_html__( 'Open Settings, Connectors, Add custom connector. Paste the address.', 'countersign' ),
			'Claude Code' => "<code>claude mcp add --transport http wordpress $address</code>",
			'ChatGPT'     => esc_html__( 'Open Settings, Apps & Connectors, Advanced settings and turn on developer mode. Then create a connector with the address, and choose OAuth.', 'countersign' ),
			'VS Code'     => "<code>code --add-mcp '$vscode'</code>",
			__( 'Clients that only run local MCP servers', 'countersign' ) => "<code>npx mcp-remote $address</code>",
		];
	}
}
