<?php
/** Tokens. */

declare(strict_types=1);

use Countersign\Claims;
use Countersign\Decision;
use Countersign\Tokens;

return static function ( ParitySite $site ): array {
	$tokens = new Tokens( $site->keyring );
	$claims = static fn( Claims|Decision $answer ) => $answer instanceof Decision
		? $answer
		: array( $answer->kind()->value, $answer->id(), $answer->subject(), $answer->epoch(), $answer->issuedAt(), $answer->expiresAt() );
	return array(
		'token'       => static fn( string $kind, string $token, ?string $binding ) => $claims( $tokens->verify( ParitySite::kind( $kind ), $token, $binding ) ),
		'token_issue' => static function ( string $kind, int $subject, int $lifetime, ?string $binding, int $epoch ) use ( $tokens ): mixed {
			$token  = $tokens->issue( ParitySite::kind( $kind ), $subject, $lifetime, $binding, $epoch );
			$claims = $tokens->verify( ParitySite::kind( $kind ), $token, $binding );
			// A lifetime of a second may be over.
			return array( strlen( $token ), substr( $token, 0, 5 ), $claims instanceof Claims ? array( $claims->subject(), $claims->epoch(), $claims->expiresAt() - $claims->issuedAt() ) : ( $lifetime < 5 ? 'over' : $claims ) );
		},
	);
};
