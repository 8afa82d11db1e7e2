<?php

declare(strict_types=1);

namespace Countersign\Plugin\Admin;

use Countersign\Plugin\Site\Urls;

/** How to connect a client: one address, and where each client takes it. */
final class ConnectView {

	public static function show(): void {
		?>
		<h1><?php esc_html_e( 'Connect a client', 'countersign' ); ?></h1>
		<hr class="wp-header-end">
		<?php self::steps(); ?>
		<p><a class="button" href="<?php echo esc_url( Menu::url( Menu::CONNECTIONS ) ); ?>"><?php esc_html_e( 'Back to the list', 'countersign' ); ?></a></p>
		<?php
	}

	/** What stands in place of an empty list. */
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
		<p><?php esc_html_e( 'Give your client this address. It sends you to a page of this site, where you decide what it may do; only then does it get access.', 'countersign' ); ?></p>
		<p class="countersign-copy">
			<label class="screen-reader-text" for="countersign-url"><?php esc_html_e( 'MCP address', 'countersign' ); ?></label>
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

	/** @return array<string, string> Client => what to do, HTML. */
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
			'Claude'                         => esc_html__( 'Settings, Connectors, Add custom connector: paste the address.', 'countersign' ),
			'Claude Code'                    => "<code>claude mcp add --transport http wordpress $address</code>",
			'ChatGPT'                        => esc_html__( 'Settings, Apps & Connectors, Advanced settings: turn on developer mode. Then create a connector with the address and OAuth.', 'countersign' ),
			'VS Code'                        => "<code>code --add-mcp '$vscode'</code>",
			__( 'Others, over stdio', 'countersign' ) => "<code>npx mcp-remote $address</code>",
		];
	}
}
