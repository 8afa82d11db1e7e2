<?php
/**
 * Who: A, who writes rows of the database and owns another site with Countersign.
 * Has: a record of the other site for a connection with the same id and all permissions; and one that was sealed with other keys for the id of this site.
 * Does: writes it into the row.
 * Gets: `keys_changed`: this site does not hold the keys. The client has to connect again.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\AuditLog;
use Countersign\Keyring;
use Countersign\Plugin\Plugin;
use Countersign\Plugin\Site\Json;
use Countersign\Plugin\Site\Settings;
use Countersign\Plugin\Site\Urls;
use Countersign\Records;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\RecordAttack;
use Countersign\Tests\Site;

/** A record of another site gives nothing. */
final class RecordOfOtherSiteTest extends RecordAttack {

	/** @return array<string, array{string|null, string}> */
	public function sites(): array {
		return [
			'another site'               => [ '00112233445566aa', AUTH_KEY . AUTH_SALT ],
			'other keys, the same site'  => [ null, str_repeat( 'another secret ', 8 ) ],
		];
	}

	/** @dataProvider sites */
	public function test_a_record_of_another_site_is_refused( ?string $site, string $secret ): void {
		$agent   = Site::connect( preset: 'read_only' );
		$store   = Plugin::composition()->extension()->store();
		$keyring = Keyring::open( $site ?? (string) Site::option( Settings::SITE_ID ), $secret );
		$other   = new AuditLog( Keyring::open( '00112233445566bb', str_repeat( 'x', 64 ) ), $store, 'elsewhere.test' );
		$records = new Records( $keyring, $store, null, Urls::address() );
		$created = $records->siteData( 'created' );
		$first   = $records->nextVersion( 'site', 0 );
		$append  = $other->append( null, [ $records->explain( AuditTrail::draft(), [ [ 'kind' => 'site', 'id' => 0, 'version' => $first, 'data' => $created ] ] ) ] );
		$records = new Records( $keyring, $store, $records->seal( $append, 'site', 0, $first, $created ), Urls::address() );
		$data    = Json::encode( $agent->connection()->data( [ 'groups' => [ 'read', 'create_edit', 'publish' ] ] ) );
		$version = $records->nextVersion( 'connection', $agent->id );
		$draft   = $records->explain( AuditTrail::draft(), [ [ 'kind' => 'connection', 'id' => $agent->id, 'version' => $version, 'data' => $data ] ] );
		$append  = $other->append( null, [ $draft ] );
		self::write( 'connections', $agent->id, [ 'record' => $records->seal( $append, 'connection', $agent->id, $version, $data ), 'permissions' => '["read","publish"]' ] );
		self::assertForged( $agent, 'keys_changed' );
	}
}
