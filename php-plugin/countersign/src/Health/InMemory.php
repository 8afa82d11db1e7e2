<?php

declare(strict_types=1);

namespace Countersign\Plugin\Health;

defined( 'ABSPATH' ) || exit;

/** Says what a site in WebAssembly lacks: its store is memory that ends with the site, and it has no witness. */
final class InMemory {

	/**
	 * Tells whether that applies to this site.
	 *
	 * @param array{place: string, keeps_data: bool|null, records: int, failure: string|null} $witness As {@see \Countersign\Records::witness()} tells it.
	 */
	public static function is( array $witness ): bool {
		return 'off' === $witness['place'];
	}

	/** Returns what to call such a site. */
	public static function headline(): string {
		return __( 'This site is for trying Countersign, not for production', 'countersign' );
	}

	/**
	 * Returns what is lost when the site stops, and what is off.
	 *
	 * @return list<string> Sentences for an administrator.
	 */
	public static function sentences(): array {
		return [
			__( 'This site runs in WebAssembly. What the PHP extension remembers between requests is in memory: used confirmations and codes, limits and budgets. When the site stops, this is lost. Agents then need new confirmations, and limits start anew.', 'countersign' ),
			__( 'The protection against a restored database (the witness) is off. If somebody puts an older copy of the database in place, connections that were revoked since can be used again.', 'countersign' ),
			__( 'Connections, settings and the audit log are in the database. They are sealed and verified as on every other site.', 'countersign' ),
		];
	}
}
