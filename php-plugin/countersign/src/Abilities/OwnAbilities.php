<?php

declare(strict_types=1);

namespace Countersign\Plugin\Abilities;

use Countersign\Access;
use Countersign\Plugin\Site\Json;

defined( 'ABSPATH' ) || exit;

/**
 * The tools of this plugin as abilities. No other door shows them by itself: they are neither public nor in the REST API, and a
 * plugin that runs one gets past no check, because both callbacks end in the {@see Governor}.
 */
final class OwnAbilities {

	public const CATEGORY = 'countersign';

	/**
	 * @param \Closure(): list<string> $names    Returns the names of the tools that this site has.
	 * @param \Closure(): Governor     $governor Returns what decides.
	 */
	public function __construct(
		private readonly \Closure $names,
		private readonly \Closure $governor,
	) {}

	/** Callback of the action `wp_abilities_api_categories_init`. */
	public function register_category(): void {
		wp_register_ability_category(
			self::CATEGORY,
			[
				'label'       => __( 'Countersign', 'countersign' ),
				'description' => __( 'What AI agents can do on this site. These abilities run only for the connection of an agent.', 'countersign' ),
			]
		);
	}

	/** Callback of the action `wp_abilities_api_init`. */
	public function register(): void {
		$served = array_flip( ( $this->names )() );
		/** @var list<array{name: string, title: string, description: string, annotations: array<string, bool>, inputSchema: array<string, mixed>, outputSchema: array<string, mixed>}> $catalogue */
		$catalogue = Json::decode( Access::catalogue() );
		foreach ( $catalogue as $tool ) {
			if ( isset( $served[ $tool['name'] ] ) ) {
				wp_register_ability( Governor::own( $tool['name'] ), $this->arguments( $tool ) );
			}
		}
	}

	/**
	 * @param array<string, mixed> $tool An entry of the catalogue.
	 *
	 * @return array<string, mixed>
	 */
	private function arguments( array $tool ): array {
		$name = Governor::own( $tool['name'] );
		return [
			'label'               => $tool['title'],
			'description'         => $tool['description'],
			'category'            => self::CATEGORY,
			// Without arguments, WordPress passes an empty object.
			'input_schema'        => $tool['inputSchema'] + [ 'default' => [] ],
			'output_schema'       => $tool['outputSchema'],
			'permission_callback' => fn( mixed $input = null ): bool|\WP_Error => ( $this->governor )()->refusal( $name, $input ) ?? true,
			'execute_callback'    => function ( mixed $input = null ) use ( $name ): mixed {
				$answer = ( $this->governor )()->run( $name, $input );
				return null === $answer ? ( $this->governor )()->refusal( $name, $input ) : $answer[0];
			},
			'meta'                => [
				'annotations'  => [
					'readonly'    => $tool['annotations']['readOnlyHint'],
					'destructive' => $tool['annotations']['destructiveHint'],
					'idempotent'  => $tool['annotations']['idempotentHint'],
				],
				'public'       => false,
				'show_in_rest' => false,
				'mcp'          => [ 'public' => false ],
			],
		];
	}
}
