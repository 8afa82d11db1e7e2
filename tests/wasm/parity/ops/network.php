<?php
/** URLs, addresses and proxies. */

declare(strict_types=1);

use Countersign\Decision;
use Countersign\Limits;
use Countersign\PublicUrl;
use Countersign\TrustedProxies;

return static function ( ParitySite $site ): array {
	return array(
		'url'     => static function ( string $text, array $addresses, string $contacted ): mixed {
			$url = PublicUrl::parse( $text );
			if ( $url instanceof Decision ) {
				return $url;
			}
			$checked = $url->check( $addresses );
			return array( $url->host(), $url->port(), $checked, PublicUrl::isAmong( $contacted, is_array( $checked ) ? $checked : $addresses ) );
		},
		'address' => static fn( string $ip ) => array( Countersign\is_public_address( $ip ), bin2hex( Limits::addressKey( $ip ) ), TrustedProxies::fault( $ip ) ),
		'proxies' => static function ( array $networks, string $field, string $peer, array $headers ): array {
			$faults  = array_map( TrustedProxies::fault( ... ), $networks );
			$proxies = new TrustedProxies( array_values( array_filter( $networks, static fn( string $network ) => null === TrustedProxies::fault( $network ) ) ), $field );
			return array( $faults, $proxies->trusts( $peer ), $proxies->clientAddress( $peer, $headers ) );
		},
	);
};
