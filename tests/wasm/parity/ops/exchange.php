<?php
/**
 * What contains random parts is compared by exchange: one build makes it, and both builds read it. `make` prints an item on
 * each line, `take` what reading each of them gives.
 */

declare(strict_types=1);

use Countersign\ActionKey;
use Countersign\Actions;
use Countersign\AuditFile;
use Countersign\AuditLog;
use Countersign\Claims;
use Countersign\Decision;
use Countersign\Heartbeats;
use Countersign\OAuth;
use Countersign\Record;
use Countersign\Secret;
use Countersign\Tokens;
use Countersign\Vault;

$keys     = static fn(): array => array( ActionKey::hmac( str_repeat( 's', 32 ) ), ActionKey::ed25519( str_repeat( "\7", 32 ) ) );
$vector   = static fn(): array => json_decode( file_get_contents( __DIR__ . '/../../../vectors/vault/valid/vault.json' ), true );
$settings = static fn( string $folder ): string => json_encode( json_decode( file_get_contents( "$folder/constants.json" ), true )['oauth']['settings'] );
$draft    = '{"kind":"connection","actor":{"kind":"admin"},"action":"test"}';
$data     = '{"epoch":0,"groups":["read"],"name":"é","state":"active","state_reason":"","user":1}';

/** Returns one of each item. @return list<array{string, string, ...}> */
$items = static function ( ParitySite $site, string $folder, int $turn ) use ( $keys, $vector, $settings, $draft, $data ): array {
	$stored = $vector();
	$vault  = Vault::open( $stored['site'], $stored['slots'], $stored['openers']['auth_key'] );
	$own    = Vault::create( ParitySite::ID, ParitySite::MATERIAL );
	$code   = $own->addRecoveryCode();
	$own->rotate();
	$log    = new AuditLog( $site->keyring, $site->store, 'shop.example' );
	$append = $log->append( null, array_fill( 0, 1 + $turn % 7, $draft ) );
	$export = $log->export( $append->head() );
	foreach ( $append->rows() as $row ) {
		$export->row( $row );
	}
	$export->checkpoint( $log->checkpoint( $append->head() ) );
	$file     = $export->take() . $export->finish();
	$verifier = $log->verifier();
	$verifier->feed( $append->rows()[0] );
	$record  = array( 'kind' => 'connection', 'id' => 100 + $turn, 'version' => 1, 'data' => $data );
	$sealing = $log->append( null, array( $site->records()->explain( $draft, array( $record ) ) ) );
	$oauth   = new OAuth( $site->keyring, $settings( $folder ) );
	$client  = $oauth->register( '{"client_name":"é","redirect_uris":["https://client.example/back"],"token_endpoint_auth_method":"client_secret_post"}', $site->store, "198.51.100.$turn" );
	$secret  = str_repeat( "\0é", $turn );
	list( $hmac, $ed25519 ) = $keys();
	return array(
		array( 'token', ( new Tokens( $site->keyring ) )->issue( ParitySite::kind( 'pairing' ), $turn, 86400, "b$turn", 4294967295 - $turn ), "b$turn" ),
		array( 'action', ( new Actions( ParitySite::ID, array( $hmac ) ) )->sign( 'read_health', "body $turn", 's1' ), "body $turn" ),
		array( 'action', ( new Actions( ParitySite::ID, array( $ed25519 ) ) )->sign( 'read_health', "body $turn" ), "body $turn" ),
		array( 'heartbeat', ( new Heartbeats( ParitySite::ID, array( $hmac ) ) )->sign( "body $turn" ), "body $turn" ),
		array( 'sealed', $vault->seal( "record/$turn", $secret ), "record/$turn", base64_encode( $secret ) ),
		array( 'vault', $own->slots(), $code, $own->seal( 'record', $secret ), base64_encode( $secret ) ),
		array( 'file', $file, $log->verifierKey() ),
		array( 'suspended', $verifier->suspend(), base64_encode( serialize( array_slice( $append->rows(), 1 ) ) ), $append->head() ),
		array( 'record', $site->records()->seal( $sealing, 'connection', 100 + $turn, 1, $data ), $sealing->rows()[0]['body'], 100 + $turn ),
		array( 'client', json_decode( $client->body(), true )['client_id'], $client->client() ),
	);
};

/** Returns whether an item is what its maker says. */
$take = static function ( ParitySite $site, string $folder, array $item ) use ( $keys, $vector, $settings ): mixed {
	// The store is newer than the message: all other checks have passed.
	$newer = static fn( mixed $answer ) => $answer instanceof Decision ? $answer->reason() : 'accepted';
	switch ( $item[0] ) {
		case 'token':
			$claims = ( new Tokens( $site->keyring ) )->verify( ParitySite::kind( 'pairing' ), $item[1], $item[2] );
			return $claims instanceof Claims ? array( 'ok', $claims->subject(), $claims->epoch(), $claims->expiresAt() - $claims->issuedAt() ) : $claims->reason();
		case 'action':
			return $newer( ( new Actions( ParitySite::ID, $keys(), $site->store ) )->verify( $item[1], $item[2] ) );
		case 'heartbeat':
			return $newer( ( new Heartbeats( ParitySite::ID, $keys(), $site->store ) )->verify( $item[1], $item[2] ) );
		case 'sealed':
			$stored = $vector();
			$opened = Vault::open( $stored['site'], $stored['slots'], $stored['openers']['auth_key'] )->unseal( $item[2], $item[1] );
			return $opened instanceof Secret ? ( $opened->expose() === base64_decode( $item[3] ) ? 'ok' : 'another secret' ) : $opened->reason();
		case 'vault':
			$answers = array();
			foreach ( array( Vault::open( ParitySite::ID, $item[1], ParitySite::MATERIAL ), Vault::openWithRecoveryCode( ParitySite::ID, $item[1], $item[2] ) ) as $vault ) {
				$opened    = $vault->unseal( 'record', $item[3] );
				$answers[] = $opened instanceof Secret && $opened->expose() === base64_decode( $item[4] ) ? 'ok' : 'refused';
			}
			return $answers;
		case 'file':
			$file = new AuditFile( array( $item[2] ) );
			$file->push( $item[1] );
			$report = $file->finish();
			return array( $report->verdict(), $report->isProved(), $report->size() );
		case 'suspended':
			$verifier = ( new AuditLog( $site->keyring, $site->store, 'shop.example' ) )->verifier();
			$verifier->resume( $item[1] );
			foreach ( unserialize( base64_decode( $item[2] ), array( 'allowed_classes' => false ) ) as $row ) {
				$verifier->feed( $row );
			}
			return $verifier->finish( $item[3] )->verdict();
		case 'record':
			$record = $site->records()->open( 'connection', $item[3], $item[1] );
			return $record instanceof Record ? array( 'ok', $record->data(), $record->isExplainedBy( $item[2] ) ) : $record->reason();
		default:
			return ( new OAuth( $site->keyring, $settings( $folder ) ) )->registeredClient( $item[1] ) === $item[2] ? 'ok' : 'another client';
	}
};

return array(
	'make' => static function ( string $folder, string $count ) use ( $items ): void {
		$site = new ParitySite();
		for ( $turn = 0; $turn < (int) $count; $turn++ ) {
			foreach ( $items( $site, $folder, $turn ) as $item ) {
				echo json_encode( $item, JSON_THROW_ON_ERROR | JSON_UNESCAPED_SLASHES ), "\n";
			}
		}
	},
	'take' => static function ( string $folder, string $name ) use ( $take ): void {
		$site = new ParitySite();
		foreach ( file( "$folder/$name" ) as $line ) {
			$item = json_decode( $line, true, 512, JSON_THROW_ON_ERROR );
			echo json_encode( array( $item[0], $take( $site, $folder, $item ) ), JSON_UNESCAPED_SLASHES ), "\n";
		}
	},
);
