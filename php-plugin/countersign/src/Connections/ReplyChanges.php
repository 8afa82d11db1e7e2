<?php

declare(strict_types=1);

namespace Countersign\Plugin\Connections;

use Countersign\Plugin\Audit\Change;
use Countersign\Plugin\Audit\Log;
use Countersign\Plugin\Site\Json;

defined( 'ABSPATH' ) || exit;

/** Makes the changes that replies of the extension ask for, each in one transaction with its entry. */
final class ReplyChanges {

	public function __construct(
		private readonly Repository $connections,
		private readonly Grants $grants,
		private readonly Manager $manager,
		private readonly Log $log,
	) {}

	/**
	 * Makes the change of a reply and appends its entry, or appends the entry alone if the reply changes nothing.
	 *
	 * @param string|null $change JSON, as {@see \Countersign\OAuthReply::change()} describes it.
	 * @param string|null $entry  The draft of the entry.
	 *
	 * @return bool False, and nothing is recorded, if the state was different from the one that the extension decided on.
	 *
	 * @throws \RuntimeException As {@see Manager} describes.
	 */
	public function apply( ?string $change, ?string $entry ): bool {
		$change = Json::decode( $change );
		if ( [] === $change ) {
			$this->log->append( $entry );
			return true;
		}
		/** @var array{grant: int, from: array{generation: int, branch: int}, to: array{generation: int, branch: int, rotated_at: int}} $change */
		$counters = isset( $change['from'] ) ? $this->grants->advancing( $change['grant'], $change['from'], $change['to'] ) : null;
		if ( isset( $change['connection'] ) ) {
			return $this->of_connection( $change, $counters, (string) $entry );
		}
		if ( null === $counters ) {
			throw new \LogicException( 'a change of an unknown kind' );
		}
		return null === $entry ? $counters->make() : $this->log->append_with( [ $counters ], $entry );
	}

	/** @param array<string, mixed> $change */
	private function of_connection( array $change, ?Change $counters, string $entry ): bool {
		$connection = $this->connections->find( (int) $change['connection'] );
		return match ( true ) {
			null === $connection              => false,
			isset( $change['revoke'] )        => $this->manager->end( $connection, (string) $change['revoke'], $entry ),
			isset( $change['revoke_tokens'] ) => $this->manager->end_access_tokens( $connection, (int) $change['epoch'], $entry ),
			isset( $change['pause'] )         => $this->manager->fall_behind( $connection, (string) $change['pause'], (int) ( $change['raise_epoch'] ?? 0 ), $counters, $entry ),
			default                           => throw new \LogicException( 'a change of an unknown kind' ),
		};
	}
}
