<?php
/** Signed actions, heartbeats and their keys. */

declare(strict_types=1);

use Countersign\Action;
use Countersign\ActionKey;
use Countersign\ActionReceipt;
use Countersign\Actions;
use Countersign\Decision;
use Countersign\Heartbeat;
use Countersign\Heartbeats;

return static function ( ParitySite $site ): array {
	$key    = static fn( array $key ): ActionKey => match ( $key[0] ) {
		'hmac'          => ActionKey::hmac( $key[1] ),
		'ed25519'       => ActionKey::ed25519( $key[1] ),
		'ed25519Public' => ActionKey::ed25519Public( $key[1] ),
	};
	$said   = static fn( mixed $answer ) => match ( true ) {
		$answer instanceof Action        => array( 'action', $answer->id(), $answer->type(), $answer->snapshot(), $answer->keyId(), $answer->expiresAt() - $answer->issuedAt(), $answer->bodyDigest() ),
		$answer instanceof ActionReceipt => array( 'receipt', $answer->id(), $answer->type(), $answer->receipt() ),
		$answer instanceof Heartbeat     => array( 'heartbeat', $answer->id(), $answer->siteId(), $answer->keyId() ),
		// Seconds to wait depend on the moment.
		$answer instanceof Decision      => array( $answer->reason(), $answer->message() ),
	};
	$verify = static fn( string $class ) => static fn( string $id, array $keys, string $text, string $payload ) =>
		$said( ( new $class( $id, array_map( $key, $keys ), $site->store ) )->verify( $text, $payload ) );
	return array(
		'action'       => $verify( Actions::class ),
		'heartbeat'    => $verify( Heartbeats::class ),
		'action_fresh' => static function ( string $domain, string $secret, string $id, string $type, string $payload, string $snapshot, int $lifetime, string $nonce, ?string $receipt ) use ( $site, $said ): array {
			// Signed as late as a clock may be ahead: see tests/php/action_vectors.phpt.
			$now     = (int) ( microtime( true ) * 1000 ) + 29990;
			$type    = 'heartbeat' === $domain ? 'heartbeat' : $type;
			$text    = action_sign( $domain, ParitySite::ID, array( 'hmac-sha256' => $secret ), $id, $type, $payload, $snapshot, $now, $now + $lifetime, $nonce );
			$class   = 'action' === $domain ? Actions::class : Heartbeats::class;
			$actions = new $class( ParitySite::ID, array( ActionKey::hmac( $secret ) ), $site->store );
			$first   = $actions->verify( $text, $payload );
			$second  = $actions->verify( $text, $payload );
			$kept    = null;
			if ( $first instanceof Action && null !== $receipt ) {
				try {
					$kept = $actions->finish( $first, $receipt );
				} catch ( Countersign\Exception $e ) {
					$kept = $e->reason();
				}
			}
			return array( $said( $first ), $said( $second ), $kept, $said( $actions->verify( $text, $payload ) ) );
		},
		'action_sign'  => static function ( string $domain, array $spec, string $type, string $body, ?string $snapshot, ?string $id, int $lifetime ) use ( $key ): array {
			$text  = 'action' === $domain
				? ( new Actions( ParitySite::ID, array( $key( $spec ) ) ) )->sign( $type, $body, $snapshot, $id, $lifetime )
				: ( new Heartbeats( ParitySite::ID, array( $key( $spec ) ) ) )->sign( $body, $lifetime );
			$parts = un_pae( from_base64url( explode( '.', $text )[1] ) );
			// Without the id if it is random, the times and the nonce.
			$times = unpack( 'J2', $parts[5] . $parts[6] );
			return array( strlen( $text ), bin2hex( $parts[1] ), null === $id || 'heartbeat' === $domain ? strlen( $parts[3] ) : bin2hex( $parts[3] ), $parts[4], $times[2] - $times[1], bin2hex( $parts[8] ), $parts[9] );
		},
		'action_key'   => static function ( string $kind, string $bytes ) use ( $key ): array {
			$made = $key( array( $kind, $bytes ) );
			return array( $made->keyId(), $made->algorithm(), $made->canSign(), $made->publicKey(), $made->seed()?->expose() );
		},
	);
};
