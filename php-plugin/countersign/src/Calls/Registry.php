<?php

declare(strict_types=1);

namespace Countersign\Plugin\Calls;

use Countersign\Plugin\Site\Denied;
use Countersign\Plugin\Site\Json;
use Countersign\Plugin\Tools\Catalogue;

/**
 * What agents can use on this site. The product's own tools are in it; any plugin adds its own:
 *
 *     add_action( 'countersign_register', function ( Countersign\Plugin\Calls\Registry $registry ) {
 *         $registry->tool(
 *             [
 *                 'name'        => 'shop_stock',
 *                 'description' => 'How many of an article are in stock.',
 *                 'group'       => 'read',
 *                 'capability'  => 'edit_products',
 *                 'inputSchema' => [ 'type' => 'object', 'properties' => [ 'sku' => [ 'type' => 'string' ] ], 'required' => [ 'sku' ] ],
 *             ],
 *             fn( array $arguments, Countersign\Plugin\Calls\Call $call ): array => [ 'stock' => 3 ]
 *         );
 *     } );
 *
 * Both layers must allow a call: the connection's groups (decided by the extension) and `capability`, a capability of
 * the connection's WordPress user. Schemas may be JSON text, kept as written.
 */
final class Registry {

	/** Fields of a definition that may be given as JSON text. */
	private const RAW = [ 'inputSchema', 'outputSchema', 'annotations', '_meta', 'arguments', 'icons' ];

	/** @var array<string, array<string, array{definition: string, handler: callable, capability: string|null, complete: callable|null, review: callable|null}>> */
	private array $entries = [
		'tools'             => [],
		'prompts'           => [],
		'resources'         => [],
		'resourceTemplates' => [],
	];

	/** @var array<string, callable> */
	private array $builtin = [];

	/** The registry with everything that belongs to this site. */
	public static function filled(): self {
		$registry          = new self();
		$registry->builtin = Catalogue::handlers( $registry );
		/**
		 * Fires when an agent's request comes in, for plugins to offer tools, prompts and resources.
		 *
		 * @param Registry $registry Where to add them.
		 */
		do_action( 'countersign_register', $registry );
		return $registry;
	}

	/**
	 * Adds a tool.
	 *
	 * @param array<string, mixed>         $definition `name`, `description`, `group`, `inputSchema`, and where wanted `title`, `outputSchema`,
	 *                                                 `annotations`, `_meta`, `capability`, `confirm` (true: needs a confirmation
	 *                                                 token), and with it `review`: `fn( array $arguments, Call $call )` gives
	 *                                                 `target` (`id`, `title`, ..) and `warnings` (texts) of what would be done, or
	 *                                                 throws {@see \Countersign\Plugin\Site\Denied}.
	 * @param callable(array, Call): mixed $handler    Gets the validated arguments. Returns structured content as an array, text, or
	 *                                                 a {@see Result}. Throws {@see \Countersign\Plugin\Site\Denied} to refuse.
	 */
	public function tool( array $definition, callable $handler ): void {
		$this->add( 'tools', 'name', $definition, $handler );
	}

	/**
	 * Adds a prompt.
	 *
	 * @param array<string, mixed>         $definition `name`, `group`, and where wanted `title`, `description`, `arguments`, `capability`.
	 * @param callable(array, Call): mixed $handler    Returns a list of messages, a text (one user message), or a {@see Result}.
	 * @param callable|null                $complete   `fn( string $argument, string $value, array $context, Call $call )`: a list of
	 *                                                 values, or a {@see Result}.
	 */
	public function prompt( array $definition, callable $handler, ?callable $complete = null ): void {
		$this->add( 'prompts', 'name', $definition, $handler, $complete );
	}

	/**
	 * Adds a resource.
	 *
	 * @param array<string, mixed>         $definition `uri`, `name`, `group`, and where wanted `title`, `description`, `mimeType`, `capability`.
	 * @param callable(array, Call): mixed $handler    Returns text, a list of contents, or a {@see Result}.
	 */
	public function resource( array $definition, callable $handler ): void {
		$this->add( 'resources', 'uri', $definition, $handler );
	}

	/**
	 * Adds a family of resources.
	 *
	 * @param array<string, mixed>         $definition `uriTemplate`, `name`, `group`, and so on.
	 * @param callable(array, Call): mixed $handler    Gets the template's variables. Returns as for {@see resource()}.
	 * @param callable|null                $complete   As for {@see prompt()}.
	 */
	public function resource_template( array $definition, callable $handler, ?callable $complete = null ): void {
		$this->add( 'resourceTemplates', 'uriTemplate', $definition, $handler, $complete );
	}

	/** Everything as the extension wants it. */
	public function to_json(): string {
		$lists = [];
		foreach ( $this->entries as $kind => $entries ) {
			$lists[ $kind ] = '[' . implode( ',', array_column( $entries, 'definition' ) ) . ']';
		}
		return Json::object( [ 'builtin' => array_keys( $this->builtin ) ], $lists );
	}

	/** The handler of one of the product's own tools, or null. */
	public function builtin( string $name ): ?callable {
		return $this->builtin[ $name ] ?? null;
	}

	/**
	 * What was registered under a name.
	 *
	 * @param string $kind `tools`, `prompts`, `resources` or `resourceTemplates`.
	 *
	 * @return array{definition: string, handler: callable, capability: string|null, complete: callable|null, review: callable|null}|null
	 */
	public function find( string $kind, string $name ): ?array {
		return $this->entries[ $kind ][ $name ] ?? null;
	}

	/**
	 * Refuses a user who lacks the capability that an entry asks for.
	 *
	 * @param array{capability: string|null} $entry As {@see find()} gave it.
	 *
	 * @throws Denied `capability_denied`.
	 */
	public static function require_capability( array $entry ): void {
		if ( null !== $entry['capability'] && ! current_user_can( $entry['capability'] ) ) { // phpcs:ignore WordPress.WP.Capabilities
			throw new Denied( 'capability_denied' );
		}
	}

	/** @param array<string, mixed> $definition */
	private function add( string $kind, string $key, array $definition, callable $handler, ?callable $complete = null ): void {
		$name = $definition[ $key ] ?? '';
		if ( ! is_string( $name ) || '' === $name || ! is_string( $definition['group'] ?? null ) ) {
			_doing_it_wrong( __METHOD__, esc_html( "A definition needs '$key' and 'group'." ), '0.1.0' );
			return;
		}
		if ( isset( $this->entries[ $kind ][ $name ] ) || ( 'tools' === $kind && isset( $this->builtin[ $name ] ) ) ) {
			// The first keeps its name: nobody takes over another's tool.
			_doing_it_wrong( __METHOD__, esc_html( "'$name' is registered already." ), '0.1.0' );
			return;
		}
		$capability = $definition['capability'] ?? null;
		$review     = $definition['review'] ?? null;
		unset( $definition['capability'], $definition['review'] );
		$raw = [];
		foreach ( self::RAW as $field ) {
			if ( isset( $definition[ $field ] ) && is_string( $definition[ $field ] ) ) {
				if ( null === json_decode( $definition[ $field ] ) ) {
					_doing_it_wrong( __METHOD__, esc_html( "The field '$field' of '$name' is not JSON." ), '0.1.0' );
					return;
				}
				$raw[ $field ] = $definition[ $field ];
				unset( $definition[ $field ] );
			}
		}
		foreach ( [ 'inputSchema', 'outputSchema', 'annotations', '_meta' ] as $field ) {
			if ( isset( $definition[ $field ] ) ) {
				$definition[ $field ] = self::schema( $definition[ $field ] );
			}
		}
		$this->entries[ $kind ][ $name ] = [
			'definition' => Json::object( $definition, $raw ),
			'handler'    => $handler,
			'capability' => is_string( $capability ) ? $capability : null,
			'complete'   => $complete,
			'review'     => is_callable( $review ) ? $review : null,
		];
	}

	/** A schema written as a PHP array: where it can only mean an object, an empty array is one. */
	private static function schema( mixed $schema ): mixed {
		if ( ! is_array( $schema ) ) {
			return $schema;
		}
		foreach ( [ 'properties', 'patternProperties', '$defs' ] as $field ) {
			if ( isset( $schema[ $field ] ) && is_array( $schema[ $field ] ) ) {
				$schema[ $field ] = (object) array_map( self::schema( ... ), $schema[ $field ] );
			}
		}
		foreach ( [ 'items', 'additionalProperties' ] as $field ) {
			if ( isset( $schema[ $field ] ) ) {
				$schema[ $field ] = self::schema( $schema[ $field ] );
			}
		}
		return [] === $schema ? (object) [] : $schema;
	}
}
