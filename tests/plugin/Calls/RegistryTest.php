<?php

declare(strict_types=1);

namespace Countersign\Tests\Calls;

use Countersign\Plugin\Calls\Registry;
use Countersign\Tests\TestCase;

/** What other plugins register. */
final class RegistryTest extends TestCase {

	/** @return array<string, array{array<string, mixed>|string, string}> */
	public function faulty_schemas(): array {
		return [
			'an unknown keyword' => [ [ 'properties' => [ 'sku' => [ 'patern' => 'a' ] ] ], 'properties.sku.patern is not a keyword' ],
			'in JSON text'       => [ '{"items":[{}]}', 'items must be a schema' ],
			'a slow pattern'     => [ [ 'pattern' => '(a)\\1' ], 'pattern refers to a group' ],
			'WordPress style'    => [ [ 'properties' => [ 'sku' => [ 'required' => true ] ] ], 'properties.sku.required must be a list' ],
		];
	}

	/**
	 * @dataProvider faulty_schemas
	 *
	 * @param array<string, mixed>|string $schema
	 */
	public function test_a_faulty_schema_is_refused_with_its_place( array|string $schema, string $fault ): void {
		foreach ( [ 'inputSchema', 'outputSchema' ] as $field ) {
			$said = $this->register( [ $field => $schema ] );
			self::assertCount( 1, $said );
			self::assertStringContainsString( "The field '$field' of 'shop_stock' has a fault: $fault", html_entity_decode( $said[0], ENT_QUOTES ) );
		}
	}

	public function test_empty_arrays_become_objects_where_a_schema_is_needed(): void {
		$empty = [
			'properties'           => [],
			'$defs'                => [ 'any' => [] ],
			'additionalProperties' => [],
			'not'                  => [ 'required' => [ 'x' ], 'properties' => [] ],
			'anyOf'                => [ [], [ 'items' => [] ] ],
		];
		self::assertSame( [], $this->register( [ 'inputSchema' => [ 'type' => 'object' ] + $empty ] ) );
	}

	/**
	 * Registers a tool, which must be registered exactly if nothing is wrong.
	 *
	 * @param array<string, mixed> $fields
	 *
	 * @return list<string> What was wrong.
	 */
	private function register( array $fields ): array {
		$said = [];
		add_action( 'doing_it_wrong_run', $note = static function ( string $name, string $text ) use ( &$said ): void {
			$said[] = $text;
		}, 10, 2 );
		$registry = new Registry();
		$tool     = [ 'name' => 'shop_stock', 'description' => 'Stock.', 'group' => 'read', 'capability' => 'read', 'inputSchema' => [ 'type' => 'object' ] ];
		$registry->tool( $fields + $tool, static fn(): string => '' );
		remove_action( 'doing_it_wrong_run', $note );
		self::assertSame( [] === $said, null !== $registry->find( 'tools', 'shop_stock' ) );
		return $said;
	}
}
