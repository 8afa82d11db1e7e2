<?php

declare(strict_types=1);

namespace Countersign\Plugin\Admin;

defined( 'ABSPATH' ) || exit;

/**
 * The programs that people connect most often, and what a person does in each. The steps follow the documentation of each
 * program of November 2026.
 *
 * @phpstan-type Step array{text: string, copy?: string, link?: array{string, string}}
 */
final class Agents {

	/** A program that is not in the list. */
	public const OTHER = 'other';

	/** Schemes of the addresses in {@see steps()}: those of Cursor and VS Code open the program. */
	public const SCHEMES = [ 'https', 'cursor', 'vscode' ];

	/** Programs that connect from the servers of their makers instead of the person's computer. */
	private const IN_CLOUD = [ 'claude', 'chatgpt' ];

	/**
	 * Returns the names of the programs.
	 *
	 * @return array<string, string> Key => name.
	 */
	public static function names(): array {
		return [
			'claude'      => 'Claude',
			'chatgpt'     => 'ChatGPT',
			'cursor'      => 'Cursor',
			'vscode'      => 'VS Code',
			'claude_code' => 'Claude Code',
			'gemini'      => 'Gemini CLI',
			self::OTHER   => __( 'Another program', 'countersign' ),
		];
	}

	/** Tells whether a program connects from the servers of its makers, which must be able to reach the site. */
	public static function is_in_cloud( string $agent ): bool {
		return in_array( $agent, self::IN_CLOUD, true );
	}

	/**
	 * Returns what a person does to connect a program.
	 *
	 * @param string $agent   Key of the program.
	 * @param string $address The site's address for agents.
	 * @param string $title   The site's name, which the person sees in the program.
	 *
	 * @return list<Step> Plain texts; `copy` is a text to copy, `link` an address and its label.
	 */
	public static function steps( string $agent, string $address, string $title ): array {
		$name    = self::name_of( $address );
		$quoted  = preg_match( '~^[A-Za-z0-9:/._-]+$~D', $address ) ? $address : '"' . $address . '"';
		$allow   = [ 'text' => __( 'Your browser opens a page of this site. Choose there what the agent may do, and press Allow.', 'countersign' ) ];
		$add     = static fn( string $text, string $url, string $label ): array => [
			'text' => $text,
			'link' => [ $url, $label ],
		];
		$command = static fn( string $text, string $copy ): array => [
			'text' => $text,
			'copy' => $copy,
		];
		return match ( $agent ) {
			'claude'      => [
				$add( __( 'Open this link. Claude shows its dialog “Add custom connector” with the address of this site. (Or open Settings, then Connectors, in Claude, and add a custom connector.)', 'countersign' ), self::claude( $address, $title ), __( 'Add this site to Claude', 'countersign' ) ),
				$command( __( 'Check that Claude shows this address, then press Add and Connect in Claude.', 'countersign' ), $address ),
				$allow,
			],
			'chatgpt'     => [
				$add( __( 'In ChatGPT on the web, open Settings, then Apps (on some plans: Connectors), then Advanced settings, and turn on developer mode. In a workspace, its owner has to permit this.', 'countersign' ), 'https://chatgpt.com/#settings/Connectors', __( 'Open the settings of ChatGPT', 'countersign' ) ),
				$command( __( 'Create an app (on some plans: a connector) there. Enter this address, and choose OAuth.', 'countersign' ), $address ),
				$allow,
			],
			'cursor'      => [
				$add( __( 'Open this link on the computer on which Cursor is installed, and press Install in Cursor.', 'countersign' ), self::cursor( $name, $address ), __( 'Add this site to Cursor', 'countersign' ) ),
				$command( __( 'If the link does not open Cursor: open its settings, then Tools & MCP, add a server, and enter this.', 'countersign' ), self::json( [ 'mcpServers' => [ $name => [ 'url' => $address ] ] ] ) ),
				[ 'text' => __( 'Press Connect beside the server in the settings of Cursor.', 'countersign' ) ],
				$allow,
			],
			'vscode'      => [
				$add( __( 'Open this link on the computer on which VS Code is installed, and press Install in VS Code.', 'countersign' ), self::vscode( $name, $address ), __( 'Add this site to VS Code', 'countersign' ) ),
				$command( __( 'If the link does not open VS Code: run the command “MCP: Add Server” in its command palette, choose HTTP, and enter this address.', 'countersign' ), $address ),
				$allow,
			],
			'claude_code' => [
				$command( __( 'Run this command in a terminal.', 'countersign' ), "claude mcp add --transport http $name $quoted" ),
				$command( __( 'Start Claude Code, enter this, and choose the site and Authenticate.', 'countersign' ), '/mcp' ),
				$allow,
			],
			'gemini'      => [
				$command( __( 'Run this command in a terminal.', 'countersign' ), "gemini mcp add --scope user --transport http $name $quoted" ),
				$command( __( 'Start Gemini CLI, and enter this.', 'countersign' ), "/mcp auth $name" ),
				$allow,
			],
			default       => [
				$command( __( 'Add this address to your program as a remote MCP server. Choose HTTP (or Streamable HTTP) and OAuth if it asks.', 'countersign' ), $address ),
				$command( __( 'If your program only runs local MCP servers, let it run this command instead.', 'countersign' ), "npx mcp-remote $quoted" ),
				$allow,
			],
		};
	}

	/** Returns a short name for the site in the files of programs: its host in letters, digits and hyphens. */
	private static function name_of( string $address ): string {
		$host = strtolower( (string) wp_parse_url( $address, PHP_URL_HOST ) );
		return trim( (string) preg_replace( '/[^a-z0-9]+/', '-', $host ), '-' ) ?: 'wordpress';
	}

	private static function claude( string $address, string $title ): string {
		return 'https://claude.ai/customize/connectors?modal=add-custom-connector&connectorName=' . rawurlencode( $title ) . '&connectorUrl=' . rawurlencode( $address );
	}

	private static function cursor( string $name, string $address ): string {
		$config = base64_encode( self::json( [ 'url' => $address ] ) ); // phpcs:ignore WordPress.PHP.DiscouragedPHPFunctions.obfuscation_base64_encode -- The format of Cursor's install links.
		return 'cursor://anysphere.cursor-deeplink/mcp/install?name=' . rawurlencode( $name ) . '&config=' . rawurlencode( $config );
	}

	private static function vscode( string $name, string $address ): string {
		$config = self::json(
			[
				'name' => $name,
				'type' => 'http',
				'url'  => $address,
			]
		);
		return 'vscode:mcp/install?' . rawurlencode( $config );
	}

	/** @param array<string, mixed> $value */
	private static function json( array $value ): string {
		return (string) wp_json_encode( $value, JSON_UNESCAPED_SLASHES );
	}
}
