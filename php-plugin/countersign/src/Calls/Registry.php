<?php

declare(strict_types=1);

namespace Countersign\Plugin\Calls;

use Countersign\Access;
use Countersign\Plugin\Site\Denied;
use Countersign\Plugin\Site\ErrorLog;
use Countersign\Plugin\Site\Json;

defined( 'ABSPATH' ) || exit;

/**
 * What agents can use on this site: the tools of this plugin, and the tools, prompts and resources of other plugins. A
 * plugin adds its own like this:
 *
 *     add_action( 'countersign_register', function ( Countersign\Plugin\Calls\Registry $registry ) {
 *         $registry->tool(
 *             [
 *                 'name'        => 'shop_stock',
 *                 'description' => 'Tells how many units of a product are in stock.',
 *                 'group'       => 'read',
 *                 'capability'  => 'edit_products',
 *                 'inputSchema' => [ 'type' => 'object', 'properties' => [ 'sku' => [ 'type' => 'string' ] ], 'required' => [ 'sku' ] ],
 *             ],
 *             fn( array $arguments, Countersign\Plugin\Calls\Call $call ): array => [ 'stock' => 3 ]
 *         );
 *     } );
 *
 * Two rules must allow a call. The connection must have the permission group `group`, which the extension decides. And
 * the connection's WordPress user must have the capability `capability`, which is `read` for what every user may use. A
 * tool of the group `read`, a prompt and a resource cannot write.
 *
 * The fields `inputSchema`, `outputSchema`, `annotations`, `_meta`, `arguments` and `icons` of a definition can be PHP
 * arrays, or JSON text, whose bytes are kept.
 *
 * A definition that lacks a required field, repeats a registered name, or holds invalid JSON or a schema that
 * {@see Access::schemaFault()} refuses, is not registered; it is reported through `_doing_it_wrong()`, and in the error log
 * if `WP_DEBUG` is true.
 */
final class Registry {

	/** Fields of a definition that can be JSON text. */
	private const RAW = [ 'inputSchema', 'outputSchema', 'annotations', '_meta', 'arguments', 'icons' ];

	/** @var array<string, array<string, array{definition: string, handler: callable, capability: string, complete: callable|null, review: callable|null, target: callable|null}>> */
	private array $entries = [
		'tools'             => [],
		'prompts'           => [],
		'resources'         => [],
		'resourceTemplates' => [],
	];

	/** @var array<string, \Closure(): callable> */
	private array $builtin = [];

	/** @var array<string, callable> Those that were made. */
	private array $made = [];

	/**
	 * Returns a registry with this plugin's tools and with what other plugins add.
	 *
	 * @param callable(Registry): array<string, \Closure(): callable> $handlers Returns what makes the handlers of this plugin's
	 *                                                                        tools, by tool name.
	 */
	public static function filled( callable $handlers ): self {
		$registry          = new self();
		$registry->builtin = $handlers( $registry );
		/**
		 * Fires before the registry is first used in a request, for plugins to add tools, prompts and resources.
		 *
		 * Fires only in requests of agents and on the page where a person connects a client. No user is switched yet.
		 *
		 * @param Registry $registry The registry to add to.
		 */
		try {
			do_action( 'countersign_register', $registry );
		} catch ( \Throwable $error ) {
			// What was registered before remains usable, and so do the tools of this plugin.
			ErrorLog::failure( 'a plugin failed to register its tools', $error );
		}
		return $registry;
	}

	/**
	 * Adds a tool.
	 *
	 * @param array<string, mixed>         $definition Required: `name`, `description`, `group`, `capability`, `inputSchema`.
	 *                                                 Optional: `title`, `outputSchema`, `annotations`, `_meta`, `confirm` (true if
	 *                                                 every call needs a confirmation token), `target` and `review`.
	 *                                                 `target` is a callable `fn( array $arguments ): mixed` that returns the id of
	 *                                                 the post that a call would change, null if it would change no post, or an
	 *                                                 array with the id under `post` and the names of metadata under `meta`. A
	 *                                                 tool of another group than `read` needs a confirmation token if visitors see
	 *                                                 that post, or if the tool has no `target`; in the group `create_edit` the
	 *                                                 connection then needs `publish` too.
	 *                                                 `review` is a callable `fn( array $arguments, Call $call ): array` that
	 *                                                 returns what the call would do, as `target` (an array, such as `id` and
	 *                                                 `title`) and `warnings` (a list of texts), or throws {@see Denied}.
	 * @param callable(array, Call): mixed $handler    Receives the validated arguments. Returns structured content as an array, a
	 *                                                 text, or a {@see Result}. Throws {@see Denied} to refuse the call.
	 */
	public function tool( array $definition, callable $handler ): void {
		$this->add( 'tools', 'name', $definition, $handler );
	}

	/**
	 * Adds a prompt.
	 *
	 * @param array<string, mixed>         $definition Required: `name`, `group`, `capability`. Optional: `title`, `description`,
	 *                                                 `arguments`.
	 * @param callable(array, Call): mixed $handler    Receives the arguments. Returns a list of messages, a text (which becomes one
	 *                                                 message of the user), or a {@see Result}. Throws {@see Denied} to refuse.
	 * @param callable|null                $complete   Completes an argument: `fn( string $argument, string $value, array $context,
	 *                                                 Call $call )`. Returns a list of at most 100 values, or a {@see Result}.
	 */
	public function prompt( array $definition, callable $handler, ?callable $complete = null ): void {
		$this->add( 'prompts', 'name', $definition, $handler, $complete );
	}

	/**
	 * Adds a resource.
	 *
	 * @param array<string, mixed>         $definition Required: `uri`, `name`, `group`, `capability`. Optional: `title`,
	 *                                                 `description`, `mimeType`.
	 * @param callable(array, Call): mixed $handler    Receives an empty array. Returns the resource's text, a list of contents, or
	 *                                                 a {@see Result}. Throws {@see Denied} to refuse.
	 */
	public function resource( array $definition, callable $handler ): void {
		$this->add( 'resources', 'uri', $definition, $handler );
	}

	/**
	 * Adds a family of resources whose URIs follow a template (RFC 6570).
	 *
	 * @param array<string, mixed>         $definition Required: `uriTemplate`, `name`, `group`. Optional as for {@see resource()}.
	 * @param callable(array, Call): mixed $handler    Receives the template's variables. Returns and throws as for {@see resource()}.
	 * @param callable|null                $complete   As for {@see prompt()}.
	 */
	public function resource_template( array $definition, callable $handler, ?callable $complete = null ): void {
		$this->add( 'resourceTemplates', 'uriTemplate', $definition, $handler, $complete );
	}

	/** Returns all definitions as the JSON that the extension takes. */
	public function to_json(): string {
		$lists = [];
		foreach ( $this->entries as $kind => $entries ) {
			$lists[ $kind ] = '[' . implode( ',', array_column( $entries, 'definition' ) ) . ']';
		}
		return Json::object( [ 'builtin' => array_keys( $this->builtin ) ], $lists );
	}

	/** Returns the handler of one of this plugin's own tools, or null if it has no tool of that name. */
	public function builtin( string $name ): ?callable {
		if ( ! isset( $this->builtin[ $name ] ) ) {
			return null;
		}
		return $this->made[ $name ] ??= ( $this->builtin[ $name ] )();
	}

	/**
	 * Returns what another plugin registered under a name, or null.
	 *
	 * @param string $kind `tools`, `prompts`, `resources` or `resourceTemplates`.
	 * @param string $name Name of a tool or prompt, URI of a resource, or URI template.
	 *
	 * @return array{definition: string, handler: callable, capability: string, complete: callable|null, review: callable|null, target: callable|null}|null
	 */
	public function find( string $kind, string $name ): ?array {
		return $this->entries[ $kind ][ $name ] ?? null;
	}

	/**
	 * Returns the titles of all tools on this site, by permission group.
	 *
	 * @return array<string, list<string>> Group => titles; every group is present.
	 */
	public function tool_titles(): array {
		$titles = array_fill_keys( Access::groups(), [] );
		/** @var list<array{name: string, title: string, groups: list<string>, ...}> $catalogue */
		$catalogue = Json::decode( Access::catalogue() );
		foreach ( $catalogue as $tool ) {
			// Every connection that changes what visitors see can request a review.
			if ( isset( $this->builtin[ $tool['name'] ] ) && 'request_review' !== $tool['name'] ) {
				foreach ( $tool['groups'] as $group ) {
					$titles[ $group ][] = $tool['title'];
				}
			}
		}
		foreach ( $this->entries['tools'] as $entry ) {
			$tool                        = Json::decode( $entry['definition'] );
			$titles[ $tool['group'] ][] = (string) ( $tool['title'] ?? $tool['name'] );
		}
		return $titles;
	}

	/**
	 * Refuses a call if the current user lacks the capability that an entry asks for.
	 *
	 * @param array{capability: string, ...} $entry As returned by {@see find()}.
	 *
	 * @throws Denied `capability_denied`.
	 */
	public static function require_capability( array $entry ): void {
		if ( ! current_user_can( $entry['capability'] ) ) { // phpcs:ignore WordPress.WP.Capabilities -- A capability that this plugin adds.
			throw new Denied( 'capability_denied' );
		}
	}

	/** @param array<string, mixed> $definition */
	private function add( string $kind, string $key, array $definition, callable $handler, ?callable $complete = null ): void {
		$name = $definition[ $key ] ?? '';
		$capability = $definition['capability'] ?? null;
		if ( ! is_string( $name ) || '' === $name || ! is_string( $definition['group'] ?? null ) || ! is_string( $capability ) || '' === $capability ) {
			self::wrong( "A definition needs '$key', 'group' and 'capability'." );
			return;
		}
		// The first registration of a name wins, so that no plugin can replace the tool of another.
		if ( isset( $this->entries[ $kind ][ $name ] ) || ( 'tools' === $kind && isset( $this->builtin[ $name ] ) ) ) {
			self::wrong( "'" . ErrorLog::name( $name ) . "' is already registered." );
			return;
		}
		$review     = $definition['review'] ?? null;
		$target     = $definition['target'] ?? null;
		unset( $definition['capability'], $definition['review'], $definition['target'] );
		$raw = [];
		foreach ( self::RAW as $field ) {
			if ( isset( $definition[ $field ] ) && is_string( $definition[ $field ] ) ) {
				if ( null === json_decode( $definition[ $field ] ) ) {
					self::wrong( "The field '$field' of '" . ErrorLog::name( $name ) . "' is not valid JSON." );
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
		foreach ( [ 'inputSchema', 'outputSchema' ] as $field ) {
			$schema = $raw[ $field ] ?? ( isset( $definition[ $field ] ) ? Json::encode( $definition[ $field ] ) : null );
			$fault  = null === $schema ? null : Access::schemaFault( $schema );
			if ( null !== $fault ) {
				self::wrong( "The field '$field' of '" . ErrorLog::name( $name ) . "' has a fault: $fault." );
				return;
			}
		}
		$this->entries[ $kind ][ $name ] = [
			'definition' => Json::object( $definition, $raw ),
			'handler'    => $handler,
			'capability' => $capability,
			'complete'   => $complete,
			'review'     => is_callable( $review ) ? $review : null,
			'target'     => is_callable( $target ) ? $target : null,
		];
	}

	/**
	 * Reports a definition that is not registered. WordPress would raise a warning, of which {@see ErrorLog::guard()} writes
	 * only the place, so the text is written here instead.
	 */
	private static function wrong( string $text ): void {
		add_filter( 'doing_it_wrong_trigger_error', '__return_false', PHP_INT_MAX );
		try {
			_doing_it_wrong( self::class, esc_html( $text ), '0.1.0' );
		} finally {
			remove_filter( 'doing_it_wrong_trigger_error', '__return_false', PHP_INT_MAX );
		}
		if ( WP_DEBUG ) {
			ErrorLog::note( 'a plugin registers incorrectly: ' . $text );
		}
	}

	/** Turns empty arrays of a schema into objects, in places where JSON Schema allows only an object. */
	private static function schema( mixed $schema ): mixed {
		if ( ! is_array( $schema ) ) {
			return $schema;
		}
		foreach ( [ 'properties', 'patternProperties', 'dependentSchemas', '$defs', 'definitions' ] as $field ) {
			if ( isset( $schema[ $field ] ) && is_array( $schema[ $field ] ) ) {
				$schema[ $field ] = (object) array_map( self::schema( ... ), $schema[ $field ] );
			}
		}
		foreach ( [ 'items', 'additionalProperties', 'propertyNames', 'contains', 'not', 'if', 'then', 'else' ] as $field ) {
			if ( isset( $schema[ $field ] ) ) {
				$schema[ $field ] = self::schema( $schema[ $field ] );
			}
		}
		foreach ( [ 'allOf', 'anyOf', 'oneOf', 'prefixItems' ] as $field ) {
			if ( isset( $schema[ $field ] ) && is_array( $schema[ $field ] ) ) {
				$schema[ $field ] = array_map( self::schema( ... ), $schema[ $field ] );
			}
		}
		return [] === $schema ? (object) [] : $schema;
	}
}
