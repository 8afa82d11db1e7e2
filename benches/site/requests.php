<?php
/**
 * Measures the CPU time of php-fpm, database and web server for each request. The kinds of requests take turns on one
 * site; the first kind is what the others are compared with. Prints a table in Markdown.
 *
 *   requests.php ROUNDS REQUESTS PROCESS...      PROCESS: the id of a server, whose children count too
 */

declare(strict_types=1);

namespace Countersign\Tests;

use Countersign\Plugin\Site\Urls;

require dirname( __DIR__, 2 ) . '/tests/plugin/bootstrap.php';

[ , $rounds, $requests ] = array_map( intval( ... ), array_slice( $argv, 0, 3 ) );
$servers                 = array_slice( $argv, 3 );

/** Returns the CPU time of processes, of their children, and of children that have ended, in milliseconds. */
function cpu( array $servers ): float {
	static $tick = 0;
	$tick      = $tick ?: (int) shell_exec( 'getconf CLK_TCK' );
	$ticks     = 0;
	$processes = $servers;
	while ( $processes ) {
		$process = array_pop( $processes );
		$stat    = (string) file_get_contents( "/proc/$process/stat" );
		// The name of the program, which is in parentheses, may hold spaces.
		$fields = explode( ' ', substr( $stat, (int) strrpos( $stat, ')' ) + 2 ) );
		$ticks += (int) $fields[11] + (int) $fields[12] + (int) $fields[13] + (int) $fields[14];
		array_push( $processes, ...array_filter( explode( ' ', trim( (string) file_get_contents( "/proc/$process/task/$process/children" ) ) ) ) );
	}
	return 1000 * $ticks / $tick;
}

function median( array $values ): float {
	sort( $values );
	$middle = intdiv( count( $values ), 2 );
	return 1 === count( $values ) % 2 ? $values[ $middle ] : ( $values[ $middle - 1 ] + $values[ $middle ] ) / 2;
}

$agent  = Site::connect( 'admin' );
$reader = Site::connect( 'admin', 'read_only' );
$post   = Site::post( [ 'post_content' => str_repeat( "<!-- wp:paragraph --><p>Words of a post of usual length.</p><!-- /wp:paragraph -->\n", 30 ) ] );
$curl   = curl_init();

/** Sends a request over one connection to the web server. Throws if the answer is not as expected. */
$send = static function ( string $url, array $headers, string $body, string $expected ) use ( $curl ): string {
	curl_setopt_array(
		$curl,
		[
			CURLOPT_URL            => $url,
			CURLOPT_POSTFIELDS     => $body,
			CURLOPT_HTTPHEADER     => $headers,
			CURLOPT_RETURNTRANSFER => true,
		]
	);
	$answer = (string) curl_exec( $curl );
	return str_contains( $answer, $expected ) ? $answer : throw new \RuntimeException( "unexpected answer: $answer" );
};

$call = static function ( Agent $by, string $tool, array $arguments, string $expected ) use ( $send ): array {
	$headers = [];
	foreach ( $by->headers( 'tools/call', $tool ) as $name => $value ) {
		$headers[] = "$name: $value";
	}
	$params = [ 'name' => $tool, 'arguments' => (object) $arguments, '_meta' => [ 'io.modelcontextprotocol/clientCapabilities' => (object) [] ] + Agent::META ];
	$body   = json_encode( [ 'jsonrpc' => '2.0', 'id' => 1, 'method' => 'tools/call', 'params' => $params ], JSON_UNESCAPED_SLASHES );
	return json_decode( $send( Urls::mcp(), $headers, $body, $expected ), true );
};

$version = 0;
$seen    = [];
$kinds   = [
	'empty REST call'                => static fn() => $send( rest_url( 'bench/v1/empty' ), [ 'Content-Type: application/json' ], '{}', '[]' ),
	'MCP: get_post'                  => static fn() => $call( $agent, 'get_post', [ 'id' => $post ], 'structuredContent' ),
	'MCP: update_content of a draft' => static function () use ( $call, $agent, $post, &$version, &$seen ): void {
		$seen = $call( $agent, 'update_content', [ 'id' => $post, 'title' => 'Version ' . ++$version ] + $seen, 'structuredContent' )['result']['structuredContent'];
		$seen = array_intersect_key( $seen['post'] ?? $seen, [ 'fingerprint' => 1 ] );
	},
	'MCP: a refused call'            => static fn() => $call( $reader, 'publish_post', [ 'id' => $post ], 'tool_unknown' ),
];
$seen = array_intersect_key( $call( $agent, 'get_post', [ 'id' => $post ], 'structuredContent' )['result']['structuredContent'], [ 'fingerprint' => 1 ] );

$times = [];
for ( $round = 0; $round <= $rounds; $round++ ) {
	foreach ( $kinds as $kind => $do ) {
		$before = cpu( $servers );
		for ( $i = 0; $i < $requests; $i++ ) {
			$do();
		}
		// The first round fills caches.
		if ( $round > 0 ) {
			$times[ $kind ][] = ( cpu( $servers ) - $before ) / $requests;
		}
	}
}

$first  = array_key_first( $kinds );
$ratios = array_map( static fn( array $of_kind ): array => array_map( static fn( float $time, float $base ): float => $time / $base, $of_kind, $times[ $first ] ), $times );
echo "| request | CPU of php-fpm, database and web server, ms | compared with the empty call |\n| --- | ---: | ---: |\n";
foreach ( $times as $kind => $of_kind ) {
	printf( "| %s | %.2f | %.3f |\n", $kind, median( $of_kind ), median( $ratios[ $kind ] ) );
}
