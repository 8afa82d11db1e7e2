<?php

declare(strict_types=1);

namespace Countersign\Tests;

/** Attacks by way of the Abilities API. Without it, as on WordPress 6.8, such an attack has no door. */
abstract class AbilityAttack extends TestCase {

	protected function runTest(): mixed {
		if ( function_exists( 'wp_register_ability' ) ) {
			return parent::runTest();
		}
		self::assertSame( 404, OtherServer::with_password( 'admin' )->run( 'countersign/whoami', [], 'GET' )->status );
		return null;
	}

	/** Offers abilities to agents. @param array<string, string> $abilities Name => group. */
	protected static function offer( array $abilities ): void {
		Site::settings( [ 'abilities' => array_map( static fn( string $name ): string => "$name={$abilities[ $name ]}", array_keys( $abilities ) ) ] + Site::ROOMY );
	}

	/** Asserts that a post is as it was. */
	protected static function assertDraft( int $id ): void {
		wp_cache_flush();
		self::assertSame( 'draft', get_post_status( $id ) );
	}
}
