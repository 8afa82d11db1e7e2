<?php
/** Sealed records, the vault, secrets and salts. */

declare(strict_types=1);

use Countersign\Keyring;
use Countersign\Record;
use Countersign\Records;
use Countersign\Secret;
use Countersign\Vault;

return static function ( ParitySite $site ): array {
	$stored = json_decode( file_get_contents( __DIR__ . '/../../../vectors/vault/valid/vault.json' ), true );
	$vault  = Vault::open( $stored['site'], $stored['slots'], $stored['openers']['auth_key'] );
	return array(
		'record'        => static function ( string $kind, int|string $id, string $text, string $of, string $material ) use ( $site ): mixed {
			// Without the record of a site: only the text is judged.
			$record = ( new Records( Keyring::open( $of, $material ), $site->store, null, ParitySite::ADDRESS ) )->open( $kind, (int) $id, $text );
			return $record instanceof Record ? array( $record->kind(), $record->id(), $record->version(), $record->data(), $record->entry(), $record->siteEpoch() ) : $record;
		},
		'canonical'     => static fn( string $draft, array $records ) => $site->records()->explain( $draft, $records ),
		'vault_open'    => static function ( string $kind, string $of, string $slots, string $material ): array {
			$vault = 'recovery' === $kind ? Vault::openWithRecoveryCode( $of, $slots, $material ) : Vault::open( $of, $slots, $material );
			return array( $vault->keyIds(), $vault->slotKinds() );
		},
		'vault_unseal'  => static function ( string $record, string $sealed ) use ( $vault ): mixed {
			$answer = $vault->unseal( $record, $sealed );
			return array( $vault->isCurrent( $sealed ), $answer instanceof Secret ? $answer->expose() : $answer );
		},
		'recovery_code' => static fn( string $code ) => Vault::openWithRecoveryCode( $stored['site'], $stored['slots'], $code )->keyIds(),
		'secret'        => static function ( string $bytes, string $other, int $length ): array {
			$secret = Secret::of( $bytes );
			return array( $secret->length(), $secret->expose(), $secret->equals( $other ), $secret->equals( Secret::of( $bytes ) ), Secret::random( $length )->length() );
		},
		'salts'         => static fn( array $salts ) => Vault::checkSalts( $salts ),
	);
};
