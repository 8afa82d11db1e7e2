<?php

declare(strict_types=1);

namespace Countersign\Plugin\Admin;

use Countersign\OAuthRequest;
use Countersign\Plugin\Site\Names;

defined( 'ABSPATH' ) || exit;

/** The part of the consent page that says who asks, where the answer goes, and what of it this site has verified. */
final class ConsentFacts {

	/**
	 * Prints the facts.
	 *
	 * @param OAuthRequest $request The request of the client.
	 * @param string       $name    Name that the client gave itself, or a text that says that it has none.
	 */
	public static function show( OAuthRequest $request, string $name ): void {
		self::claims( $name );
		self::facts( $request );
		foreach ( self::warnings( $request ) as $text ) {
			echo '<div class="notice notice-warning countersign-warning"><p>' . esc_html( $text ) . '</p></div>';
		}
	}

	/** Prints who the person is logged in as, and a link to change that. */
	public static function signed_in( string $logout ): void {
		echo '<p class="countersign-signed-in">';
		echo wp_kses(
			sprintf(
				/* translators: %s: name and role of a user. */
				__( 'You are signed in as %s.', 'countersign' ),
				'<bdi><strong>' . esc_html( Format::user( get_current_user_id() ) ) . '</strong></bdi>'
			),
			[
				'bdi'    => [],
				'strong' => [],
			]
		);
		printf( ' <a href="%s">%s</a></p>', esc_url( $logout ), esc_html__( 'Use another account', 'countersign' ) );
	}

	/** Prints what the client says about itself. Nothing that the name says can be mistaken for a part of the page: it stands in a box of its own. */
	private static function claims( string $name ): void {
		?>
		<section class="countersign-claims" aria-labelledby="countersign-claims">
			<h2 id="countersign-claims"><?php esc_html_e( 'Who asks: the agent says that its name is', 'countersign' ); ?></h2>
			<p class="countersign-name"><?php echo Names::html( $name ); // phpcs:ignore WordPress.Security.EscapeOutput -- Escaped by Names::html(). ?></p>
			<p class="description"><?php esc_html_e( 'Not verified: an agent can choose any name, also that of another agent.', 'countersign' ); ?></p>
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
				<dt>
					<?php
					null === $request->redirectScheme()
						? esc_html_e( 'After your decision, your browser goes to', 'countersign' )
						: esc_html_e( 'After your decision, your browser opens a program on your computer with', 'countersign' );
					?>
				</dt>
				<dd><?php echo self::host( $request->redirectHost() ); // phpcs:ignore WordPress.Security.EscapeOutput -- Escaped by host(). ?></dd>
				<dt><?php esc_html_e( 'Its identity document is at', 'countersign' ); ?></dt>
				<dd>
					<?php
					echo null === $document
						? esc_html__( 'It has none. Any program can call itself by this name.', 'countersign' )
						: self::host( $document ); // phpcs:ignore WordPress.Security.EscapeOutput -- Escaped by host().
					?>
				</dd>
			</dl>
		</section>
		<?php
	}

	/** Returns a host as HTML. A long one is wrapped before a dot, so that its end can be read. */
	private static function host( string $host ): string {
		return '<code class="countersign-host">' . str_replace( '.', '<wbr>.', esc_html( $host ) ) . '</code>';
	}

	/** @return list<string> */
	private static function warnings( OAuthRequest $request ): array {
		$texts = [];
		if ( $request->isLoopback() ) {
			/* translators: %s: host name. */
			$texts[] = sprintf( __( 'Your browser goes to %s. That is your own computer. Any program on it could ask for this connection. Allow it only if you have just started it yourself.', 'countersign' ), $request->redirectHost() );
		}
		$scheme = $request->redirectScheme();
		if ( null !== $scheme ) {
			/* translators: %s: beginning of a link, such as "cursor:". */
			$texts[] = sprintf( __( 'A program on your computer that opens links with %s gets this connection. Any program can say that it opens such links. Allow it only if you have just started the connection yourself, in a program that you know.', 'countersign' ), Names::text( $scheme . ':' ) );
		}
		if ( $request->leavesDocumentHost() ) {
			$texts[] = __( 'The identity document and the address after your decision are on different hosts. Allow the connection only if you know that both belong to the same agent.', 'countersign' );
		}
		return $texts;
	}
}
