<?php

declare(strict_types=1);

namespace Countersign\Plugin\Abilities;

use Countersign\Access;
use Countersign\Plugin\Calls\Call;
use Countersign\Plugin\Calls\Registry;
use Countersign\Plugin\Calls\Result;
use Countersign\Plugin\Site\Denied;
use Countersign\Plugin\Site\Json;
use Countersign\Plugin\Site\Settings;

defined( 'ABSPATH' ) || exit;

/**
 * The abilities of WordPress and of other plugins that an administrator offers to agents, each as a tool of one permission
 * group. What an ability says about itself only restricts it further: one that does not say that it is harmless counts as
 * destructive, and every call of it needs a confirmation.
 */
final class OfferedAbilities {

	/** Abilities that run other abilities, which are offered themselves or not at all. */
	public const WRAPPERS = [ 'mcp-adapter/discover-abilities', 'mcp-adapter/get-ability-info', 'mcp-adapter/execute-ability' ];

	/** The namespace of this plugin's abilities, which are tools already. */
	public const OWN = 'countersign/';

	/** The longest tool name that all clients take. */
	private const MAX_NAME = 64;

	private const MAX_DESCRIPTION = 1000;

	/** What the last ability that ran returned, before it was converted. */
	private mixed $returned = null;

	public function __construct(
		private readonly Settings $settings,
		private readonly Running $running,
	) {}

	/** Callback of the action `countersign_register`. Comes first, so that no plugin can take the name of such a tool. */
	public function register( Registry $registry ): void {
		foreach ( $this->settings->abilities() as $name => $group ) {
			$ability = self::exists( $name ) ? wp_get_ability( $name ) : null;
			if ( null !== $ability && null === self::fault( $ability, $group ) ) {
				$registry->tool( self::definition( $ability, $group ), fn( array $arguments, Call $call ): Result => $this->run( $ability, $arguments ) );
			}
		}
	}

	/** Returns the group in which an ability is offered; null if it is not offered. */
	public function group( string $name ): ?string {
		return $this->settings->abilities()[ $name ] ?? null;
	}

	/** Returns the name of the tool that an ability becomes. Names of abilities have no underscore, so two never meet. */
	public static function tool( string $name ): string {
		$tool = str_replace( '/', '__', $name );
		return strlen( $tool ) <= self::MAX_NAME ? $tool : substr( $tool, 0, self::MAX_NAME - 13 ) . '_' . substr( hash( 'sha256', $name ), 0, 12 );
	}

	/**
	 * Returns why an ability cannot be offered in a group, for people; null if it can.
	 *
	 * @param string $group Name of a group, or '' for any.
	 */
	public static function fault( \WP_Ability $ability, string $group = '' ): ?string {
		if ( in_array( $ability->get_name(), self::WRAPPERS, true ) || str_starts_with( $ability->get_name(), self::OWN ) ) {
			return __( 'It runs other abilities. Offer those instead.', 'countersign' );
		}
		if ( 'read' === $group && ! self::is_readonly( $ability ) ) {
			return __( 'The group "read" takes only abilities that say they change nothing.', 'countersign' );
		}
		foreach ( [ self::input( $ability ), self::output( $ability ) ] as $schema ) {
			try {
				$fault = null === $schema ? null : Access::schemaFault( Json::encode( $schema ) );
			} catch ( \JsonException ) {
				$fault = 'it is not JSON';
			}
			if ( null !== $fault ) {
				/* translators: %s: English description of a fault. */
				return sprintf( __( 'Its schema cannot be checked: %s', 'countersign' ), $fault );
			}
		}
		return null;
	}

	/** Tells whether an ability says that it changes nothing. */
	public static function is_readonly( \WP_Ability $ability ): bool {
		return true === ( $ability->get_meta()['annotations']['readonly'] ?? null );
	}

	/** Tells whether an ability does not say that it is harmless. */
	public static function is_destructive( \WP_Ability $ability ): bool {
		return ! self::is_readonly( $ability ) && false !== ( $ability->get_meta()['annotations']['destructive'] ?? null );
	}

	/** Returns the arguments of the tool that an input of the ability becomes, as JSON. */
	public static function arguments( \WP_Ability $ability, mixed $input ): string {
		$schema = $ability->get_input_schema();
		if ( null === $input || [] === $schema ) {
			return null === $input ? '{}' : Json::encode( [ 'input' => $input ] );
		}
		return Json::encode( Shape::is_object( $schema ) ? Shape::value( $input, $schema ) : [ 'input' => Shape::value( $input, $schema ) ] );
	}

	/** Returns what the last ability that ran returned, once. */
	public function take_returned(): mixed {
		$returned       = $this->returned;
		$this->returned = null;
		return $returned;
	}

	private static function exists( string $name ): bool {
		return function_exists( 'wp_has_ability' ) && wp_has_ability( $name );
	}

	/** @return array<string, mixed> As {@see Registry::tool()} takes it. */
	private static function definition( \WP_Ability $ability, string $group ): array {
		$annotations = (array) ( $ability->get_meta()['annotations'] ?? [] );
		$definition  = [
			'name'        => self::tool( $ability->get_name() ),
			'title'       => $ability->get_label(),
			'description' => mb_substr( $ability->get_description(), 0, self::MAX_DESCRIPTION ),
			'group'       => $group,
			'capability'  => 'read',
			'inputSchema' => self::input( $ability ),
			'annotations' => [
				'readOnlyHint'    => self::is_readonly( $ability ),
				'destructiveHint' => self::is_destructive( $ability ),
				'idempotentHint'  => true === ( $annotations['idempotent'] ?? null ),
			],
			'confirm'     => self::is_destructive( $ability ),
			'review'      => static fn( array $arguments ): array => self::review( $ability, $arguments ),
		];
		if ( ! self::is_destructive( $ability ) ) {
			// It says that it destroys nothing. A change of what visitors see is still refused when it is made.
			$definition['target'] = static fn(): mixed => null;
		}
		$output = self::output( $ability );
		return null === $output ? $definition : $definition + [ 'outputSchema' => $output ];
	}

	/** @return array<array-key, mixed> The input schema of the tool, which is one of an object. */
	private static function input( \WP_Ability $ability ): array {
		$schema = $ability->get_input_schema();
		if ( [] === $schema ) {
			return [
				'type'                 => 'object',
				'additionalProperties' => false,
			];
		}
		$is_object = Shape::is_object( $schema );
		$schema    = Shape::schema( $schema );
		return $is_object ? [ 'type' => 'object' ] + $schema : self::wrapped( 'input', $schema );
	}

	/** @return array<array-key, mixed>|null The output schema of the tool, which is one of an object; null if there is none. */
	private static function output( \WP_Ability $ability ): ?array {
		$schema = $ability->get_output_schema();
		if ( [] === $schema ) {
			return null;
		}
		return [ 'object' ] === (array) ( $schema['type'] ?? null ) ? Shape::schema( $schema ) : self::wrapped( 'result', Shape::schema( $schema ) );
	}

	/**
	 * @param array<array-key, mixed> $schema
	 *
	 * @return array<string, mixed>
	 */
	private static function wrapped( string $name, array $schema ): array {
		return [
			'type'       => 'object',
			'properties' => [ $name => $schema ],
			'required'   => [ $name ],
		];
	}

	/**
	 * Returns the input of the ability that the arguments of the tool are. An ability without arguments gets none, so that the
	 * default of its schema applies.
	 *
	 * @param array<string, mixed> $arguments
	 */
	private static function unwrapped( \WP_Ability $ability, array $arguments ): mixed {
		$schema = $ability->get_input_schema();
		return match ( true ) {
			[] === $schema                => null,
			! Shape::is_object( $schema ) => $arguments['input'] ?? null,
			[] === $arguments && array_key_exists( 'default', $schema ) => null,
			default                       => $arguments,
		};
	}

	/**
	 * @param array<string, mixed> $arguments
	 *
	 * @return array<string, mixed> As `review` of {@see Registry::tool()} returns it.
	 */
	private static function review( \WP_Ability $ability, array $arguments ): array {
		self::check_permission( $ability, self::unwrapped( $ability, $arguments ) );
		return [
			'target'   => [
				'title' => $ability->get_label(),
				'type'  => 'ability',
			],
			'warnings' => [ 'This is an ability of another plugin. What it will change cannot be shown beforehand.' ],
		];
	}

	/** @throws Denied If the ability refuses the current user. */
	private static function check_permission( \WP_Ability $ability, mixed $input ): void {
		$input = method_exists( $ability, 'normalize_input' ) ? $ability->normalize_input( $input ) : $input;
		if ( is_wp_error( $input ) || true !== $ability->check_permissions( $input ) ) {
			throw new Denied( 'capability_denied' );
		}
	}

	/** @param array<string, mixed> $arguments */
	private function run( \WP_Ability $ability, array $arguments ): Result {
		$input = self::unwrapped( $ability, $arguments );
		$value = $this->running->run(
			$ability->get_name(),
			static function () use ( $ability, $input ): mixed {
				// A plugin can answer for an ability without asking for the permission, so it is asked here.
				self::check_permission( $ability, $input );
				return $ability->execute( $input );
			}
		);
		if ( is_wp_error( $value ) ) {
			throw self::denied( $value );
		}
		$this->returned = $value;
		$schema         = $ability->get_output_schema();
		if ( [] === $schema ) {
			return is_string( $value ) ? Result::text( $value ) : Result::structured( is_array( $value ) || is_object( $value ) ? $value : [ 'result' => $value ] );
		}
		$value = Shape::value( rest_sanitize_value_from_schema( $value, $schema ), $schema );
		return Result::structured( [ 'object' ] === (array) ( $schema['type'] ?? null ) ? $value : [ 'result' => $value ] );
	}

	private static function denied( \WP_Error $error ): Denied {
		$text = mb_substr( wp_strip_all_tags( $error->get_error_message() ), 0, 500 );
		return match ( $error->get_error_code() ) {
			'ability_invalid_permissions' => new Denied( 'capability_denied' ),
			'ability_invalid_input'       => new Denied( 'arguments_invalid', $text ),
			default                       => new Denied( 'tool_failed', $text ),
		};
	}
}
