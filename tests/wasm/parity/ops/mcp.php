<?php
/** The Model Context Protocol. */

declare(strict_types=1);

use Countersign\McpCall;
use Countersign\McpReply;
use Countersign\McpServer;

return static function ( ParitySite $site ): array {
	$given    = array_map( static fn( array $value ) => json_encode( $value, JSON_UNESCAPED_SLASHES ), $site->constants['mcp'] ?? array() );
	$reply    = static fn( McpReply $reply ) => array(
		$reply->status(), $reply->headers(), ParitySite::steady( $reply->body() ), array( $reply->decision()->reason(), $reply->decision()->message(), $reply->decision()->retryAfter() ), ParitySite::steady( $reply->entry() ), $reply->change(),
	);
	$servers  = array();
	$server   = static function ( string $settings ) use ( $site, &$servers ): McpServer {
		// Most inputs have the same settings.
		return $servers[ $settings ] ??= new McpServer( $site->keyring, $site->store, $settings );
	};
	$exchange = static function ( string $method, array $headers, string $query, string $body, string $ip, int $connection, ?string $data, ?string $registry, ?string $settings, ?string $result = null, ?array $progress = null ) use ( $site, $given, $reply, $server ): array {
		$step = $server( $settings ?? $given['settings'] )->receive( $method, $headers, $query, $body, $ip );
		if ( $step instanceof McpReply ) {
			return $reply( $step );
		}
		$step = $step->authorize( null === $data ? null : $site->record( 'connection', $connection, $data ), $registry ?? $given['registry'] );
		if ( $step instanceof McpReply ) {
			return $reply( $step );
		}
		$said = array( $step->kind(), $step->name(), $step->template(), $step->arguments(), $step->mayWrite(), ParitySite::steady( $step->intent() ), $step->needsTarget(), $step->isStreaming(), $step->streamHeaders() );
		if ( $step->needsTarget() ) {
			$refused = $step->consider( '"none"' );
			$said[]  = $refused ? $reply( $refused ) : null;
			if ( $refused ) {
				return $said;
			}
		}
		// A call that writes would make the process that of an agent at work.
		if ( null === $result || $step->mayWrite() ) {
			return $said;
		}
		$refused = $step->begin();
		if ( $refused ) {
			return array( ...$said, $reply( $refused ) );
		}
		if ( null !== $progress ) {
			$said[] = $step->progress( (float) $progress[0], null === $progress[1] ? null : (float) $progress[1], $progress[2] );
		}
		return array( ...$said, $reply( $step->result( $result ) ) );
	};
	return array(
		'mcp_message'  => $exchange,
		'mcp_schema'   => $exchange,
		'mcp_result'   => $exchange,
		'mcp_registry' => $exchange,
		'mcp_settings' => static function ( string $settings ) use ( $site, $reply ): array {
			$server = new McpServer( $site->keyring, $site->store, $settings );
			unset( $server );
			return $reply( McpServer::unavailable( $site->keyring, $settings, 'store_unavailable', 'POST', array( 'Host' => 'example.org' ), '', '{"jsonrpc":"2.0","id":1,"method":"ping"}' ) );
		},
		'mcp_target'   => static function ( string $target, string $after, int $connection ) use ( $site, $given, $server, $reply ): array {
			$token = ( new Countersign\Tokens( $site->keyring ) )->issue( Countersign\TokenKind::Access, $connection, 3600, 'https://example.org/wp-json/countersign/v1/mcp' );
			$data  = '{"client":"c","epoch":0,"groups":["create_edit","publish","read"],"limit":{"max":100,"window":60},"name":"n","state":"active","user":3}';
			$call  = static function ( string $fingerprint ) use ( $site, $given, $server, $token, $connection, $data ): McpCall|McpReply {
				$headers = array( 'Host' => 'example.org', 'Authorization' => "Bearer $token", 'Content-Type' => 'application/json', 'Accept' => 'application/json, text/event-stream' );
				$body    = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"update_content","arguments":{"id":12,"title":"T","fingerprint":"' . $fingerprint . '"}}}';
				return $server( $given['settings'] )->receive( 'POST', $headers, '', $body, '192.0.2.1' )->authorize( $site->record( 'connection', $connection, $data ), $given['registry'] );
			};
			// Any fingerprint admits the call. The second call has that of the item, so it finds what has changed since.
			$first = $call( 'AQ' . str_repeat( 'A', 138 ) );
			if ( $first instanceof McpReply ) {
				return $reply( $first );
			}
			$fingerprint = $first->fingerprint( $target );
			$second      = $call( $fingerprint );
			$refused     = $second instanceof McpReply ? $second : $second->consider( $after );
			return array( $fingerprint, $refused ? $reply( $refused ) : ParitySite::steady( $second->intent() ) );
		},
		'basic'        => static function ( array $headers, int $user, string $uuid, string $password ): array {
			$sent = McpServer::sentPassword( $headers );
			try {
				$credential = McpServer::credential( $user, $uuid, $password, 1700000000 );
			} catch ( Countersign\Exception $e ) {
				$credential = $e->getMessage();
			}
			return array( $sent, $credential );
		},
		'title'        => McpServer::plainTitle( ... ),
	);
};
