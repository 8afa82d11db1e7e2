<?php

declare(strict_types=1);

namespace Countersign\Tests\Http;

use Countersign\Tests\TestCase;

/** The classes of Http/ work without WordPress, so that code can use them before WordPress has loaded. */
final class StandaloneTest extends TestCase {

	private static function folder(): string {
		return dirname( \Countersign\Plugin\FILE ) . '/src/Http';
	}

	/** Runs PHP code without WordPress, with the classes of Http/ loaded. */
	private static function php( string $code ): string {
		$load    = implode( '', array_map( static fn( string $file ): string => "require '$file';", glob( self::folder() . '/*.php' ) ) );
		$process = proc_open( [ PHP_BINARY, '-n', '-d', 'display_errors=stderr', '-r', $load . $code ], [ [ 'file', '/dev/null', 'r' ], [ 'pipe', 'w' ], [ 'redirect', 1 ] ], $pipes );
		$output  = stream_get_contents( $pipes[1] );
		self::assertSame( 0, proc_close( $process ), $output );
		return $output;
	}

	public function test_a_request_is_read_from_the_servers_variables(): void {
		$server = [
			'REQUEST_METHOD'              => 'post',
			'QUERY_STRING'                => 'a=1&b=\'',
			'HTTP_ACCEPT'                 => 'application/json, "x"',
			'CONTENT_TYPE'                => 'application/json',
			'REDIRECT_HTTP_AUTHORIZATION' => 'Bearer x\\y',
			'argv'                        => [ 'ignored' ],
		];
		$code   = '$request = Countersign\Plugin\Http\Request::read( ' . var_export( $server, true ) . ', 10, "192.0.2.1" );'
			. 'echo json_encode( [ $request->method, $request->query, $request->body, $request->headers, $request->header( "ACCEPT" ), $request->header( "missing" ), $request->ip, Countersign\Plugin\Http\Request::peer( [ "REMOTE_ADDR" => "192.0.2.9" ] ), Countersign\Plugin\Http\Request::forwarding( [ "HTTP_X_FORWARDED_FOR" => "a, b", "HTTP_FORWARDED" => "", "HTTP_X_REAL_IP" => "c" ] ) ] );';
		self::assertSame(
			[
				'POST',
				'a=1&b=\'',
				'',
				[
					'accept'        => 'application/json, "x"',
					'content-type'  => 'application/json',
					'authorization' => 'Bearer x\\y',
				],
				'application/json, "x"',
				'',
				'192.0.2.1',
				'192.0.2.9',
				[ 'x-forwarded-for' => 'a, b' ],
			],
			json_decode( self::php( $code ), true )
		);
	}

	public function test_basic_credentials_are_put_together_again(): void {
		$code = 'echo Countersign\Plugin\Http\Request::read( [ "PHP_AUTH_USER" => "client", "PHP_AUTH_PW" => "secret" ], 10 )->header( "Authorization" );';
		self::assertSame( 'Basic ' . base64_encode( 'client:secret' ), self::php( $code ) );
	}

	public function test_a_response_is_sent(): void {
		$code = 'header_register_callback( static function (): void { echo http_response_code(), " "; } );'
			. ' Countersign\Plugin\Http\Response::unavailable( \'{"a":1}\' )->with( [ "X-More" => "yes" ] )->send();';
		self::assertSame( '503 {"a":1}', self::php( $code ) );
	}

	public function test_only_functions_of_php_are_called(): void {
		$functions = get_defined_functions()['internal'];
		$called    = [];
		foreach ( glob( self::folder() . '/*.php' ) as $file ) {
			$tokens = array_values( array_filter( \PhpToken::tokenize( (string) file_get_contents( $file ) ), static fn( \PhpToken $token ): bool => ! $token->isIgnorable() ) );
			foreach ( $tokens as $i => $token ) {
				$is_call = $token->is( [ T_STRING, T_NAME_FULLY_QUALIFIED ] ) && '(' === ( $tokens[ $i + 1 ]->text ?? '' )
					&& ! $tokens[ $i - 1 ]->is( [ T_FUNCTION, T_NEW, T_OBJECT_OPERATOR, T_NULLSAFE_OBJECT_OPERATOR, T_DOUBLE_COLON ] );
				if ( $is_call ) {
					$called[] = strtolower( ltrim( $token->text, '\\' ) );
				}
			}
		}
		self::assertContains( 'header', $called, 'no call was found, so the test proves nothing' );
		// apache_request_headers() exists only under some servers, and is called only where it exists.
		self::assertSame( [], array_values( array_diff( array_unique( $called ), $functions, [ 'apache_request_headers' ] ) ) );
	}
}
