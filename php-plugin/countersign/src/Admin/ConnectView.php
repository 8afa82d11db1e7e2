<?php

declare(strict_types=1);

namespace Countersign\Plugin\Admin;

use Countersign\Plugin\Health\Reach;
use Countersign\Plugin\Site\Urls;

defined( 'ABSPATH' ) || exit;

/** The view "Connect an agent": a person picks a program, follows its steps, and sees when its first request arrives. */
final class ConnectView {

	public function __construct( private readonly FirstCall $first_call ) {}

	/** Prints the view. */
	public function show(): void {
		Welcome::dismiss();
		$agent = self::agent();
		?>
		<h1><?php esc_html_e( 'Connect an agent', 'countersign' ); ?></h1>
		<hr class="wp-header-end">
		<?php Flash::show(); ?>
		<p><?php esc_html_e( 'An agent is a program that works on this site for you, such as Claude or ChatGPT. It has no access before you allow it. Which program do you use?', 'countersign' ); ?></p>
		<?php self::picker( $agent ); ?>
		<h2>
			<?php
			echo Agents::OTHER === $agent
				? esc_html__( 'Connect another program', 'countersign' )
				/* translators: %s: name of a program, such as "Claude". */
				: esc_html( sprintf( __( 'Connect %s', 'countersign' ), Agents::names()[ $agent ] ) );
			?>
		</h2>
		<?php self::warning( $agent ); ?>
		<ol class="countersign-steps">
			<?php foreach ( Agents::steps( $agent, Urls::mcp(), wp_specialchars_decode( (string) get_option( 'blogname' ), ENT_QUOTES ) ) as $number => $step ) : ?>
				<li><?php self::step( $step, 'countersign-copy-' . $number ); ?></li>
			<?php endforeach; ?>
		</ol>
		<?php $this->first_call->section( $agent ); ?>
		<p><a class="button" href="<?php echo esc_url( Menu::url( Menu::CONNECTIONS ) ); ?>"><?php esc_html_e( 'Back to the list', 'countersign' ); ?></a></p>
		<?php
	}

	/** Returns the address of the view for the program that the request names, with further parameters. @param array<string, string|int> $args */
	public static function url( array $args = [] ): string {
		return Menu::url( Menu::CONNECTIONS, [ 'view' => 'connect' ] + $args );
	}

	/** Prints an invitation in place of an empty list of connections. */
	public static function empty_state(): void {
		?>
		<div class="countersign-empty">
			<h2><?php esc_html_e( 'No agent is connected yet', 'countersign' ); ?></h2>
			<p><?php esc_html_e( 'An agent is a program that works on this site for you, such as Claude or ChatGPT. You decide what it may do.', 'countersign' ); ?></p>
			<p><a class="button button-primary" href="<?php echo esc_url( self::url() ); ?>"><?php esc_html_e( 'Connect an agent', 'countersign' ); ?></a></p>
		</div>
		<?php
	}

	/** Returns the key of the program that the request names; Claude if it names none. */
	private static function agent(): string {
		$agent = Query::key( 'agent' );
		return isset( Agents::names()[ $agent ] ) ? $agent : 'claude';
	}

	private static function picker( string $current ): void {
		?>
		<nav class="nav-tab-wrapper" aria-label="<?php esc_attr_e( 'Programs', 'countersign' ); ?>">
			<?php
			foreach ( Agents::names() as $key => $name ) {
				printf(
					'<a class="nav-tab%s" href="%s"%s>%s</a>',
					$key === $current ? ' nav-tab-active' : '',
					esc_url( self::url( [ 'agent' => $key ] ) ),
					$key === $current ? ' aria-current="page"' : '',
					esc_html( $name )
				);
			}
			printf( '<a class="nav-tab" href="%s">%s</a>', esc_url( Menu::url( Menu::CONNECTIONS, [ 'view' => 'password' ] ) ), esc_html__( 'My program has no OAuth', 'countersign' ) );
			?>
		</nav>
		<?php
	}

	/** Prints a warning if the program cannot reach this site. */
	private static function warning( string $agent ): void {
		$obstacle = Reach::obstacle( Urls::mcp(), $_SERVER );
		$text     = match ( true ) {
			Reach::PASSWORD === $obstacle => __( 'The web server asks for a user name and password before this site answers. Agents cannot enter them. Ask your host to let requests to the addresses below /wp-json/countersign/ and /.well-known/ through without a password.', 'countersign' ),
			null === $obstacle            => null,
			Agents::is_in_cloud( $agent ) => sprintf(
				/* translators: 1: name of a program, 2: host of an address. */
				__( '%1$s connects from the servers of its makers. They cannot reach %2$s, because this address exists only on this computer or in a private network. Use a program on your computer instead, such as Claude Code, Cursor or VS Code, or connect after this site has a public address.', 'countersign' ),
				Agents::names()[ $agent ],
				Reach::host( Urls::mcp() )
			),
			Agents::OTHER === $agent      => sprintf(
				/* translators: %s: host of an address. */
				__( 'The address %s exists only on this computer or in a private network. A program that connects from the servers of its makers cannot reach it.', 'countersign' ),
				Reach::host( Urls::mcp() )
			),
			default                       => null,
		};
		if ( null !== $text ) {
			wp_admin_notice(
				esc_html( $text ),
				[
					'type'               => 'warning',
					'additional_classes' => [ 'inline' ],
				]
			);
		}
	}

	/** @param array{text: string, copy?: string, link?: array{string, string}} $step */
	private static function step( array $step, string $id ): void {
		echo '<p>' . esc_html( $step['text'] ) . '</p>';
		if ( isset( $step['link'] ) ) {
			[ $url, $label ] = $step['link'];
			printf( '<p><a class="button" href="%s" target="_blank" rel="noopener noreferrer">%s</a></p>', esc_url( $url, Agents::SCHEMES ), esc_html( $label ) );
		}
		if ( isset( $step['copy'] ) ) {
			Copyable::line( $id, $step['copy'] );
		}
	}
}
