--TEST--
After a call of an agent has begun, no object of the process gives rights, whenever it was made
--EXTENSIONS--
countersign
--FILE--
<?php
require __DIR__ . '/lib/records.inc';

use Countersign\ActionKey;
use Countersign\Actions;
use Countersign\AuditLog;
use Countersign\Heartbeats;
use Countersign\OAuth;
use Countersign\TokenKind;
use Countersign\Tokens;
use Countersign\Vault;

$site = new TestSite();
$site->commit( array( 'connection', 7, 1, ACTIVE ), array( 'connection', 8, 1, ACTIVE ) );
$append = $site->append(
	array( 'connection', 7, 2, PAUSED ),
	array( 'connection', 7, 2, str_replace( '"read"', '"read","publish"', PAUSED ) ),
	array( 'connection', 7, 2, ACTIVE ),
	array( 'connection', 8, 2, PAUSED ),
	array( 'kill_switch', 0, 2, '{"on":true}' ),
	array( 'kill_switch', 0, 2, '{"on":false}' ),
	array( 'settings', 0, 1, '{}' ),
	array( 'grant', 5, 1, '{}' ),
	array( 'site', 0, 2, $site->records()->siteData( 'restored' ) )
);
$records = $site->records();
$beacon  = $records->beacon();
$tokens  = new Tokens( $site->keyring );
$log     = new AuditLog( $site->keyring, $site->store, 'shop.example' );
$vault   = Vault::create( '0123456789abcdef', str_repeat( 'k3Zq', 16 ) );
$slots   = $vault->slots();
$sealed  = $vault->seal( 'mail', 'a secret' );
$code    = $vault->addRecoveryCode();
$file    = "$site->dir/key";
file_put_contents( $file, str_repeat( 'f3Zq', 16 ) );
chmod( $file, 0600 );
$vault->addKeyFile( $file );
$opened  = $vault->slots();
$key     = ActionKey::generate();
$actions = new Actions( $site->keyring->siteId(), array( $key ), $site->store );
$beats   = new Heartbeats( $site->keyring->siteId(), array( $key ) );
$oauth   = new OAuth(
	$site->keyring,
	json_encode(
		array_fill_keys( array( 'issuer', 'resource', 'resource_metadata', 'authorization_endpoint', 'token_endpoint', 'registration_endpoint', 'revocation_endpoint' ), 'https://shop.example/x' )
		+ array(
			'secure'             => true,
			'allow_http'         => false,
			'ip_limit'           => array( 'max' => 9, 'window' => 60 ),
			'registration_limit' => array( 'max' => 9, 'window' => 60 ),
		)
	)
);
$client   = json_decode( $oauth->register( '{"redirect_uris":["https://client.example/back"],"token_endpoint_auth_method":"none"}', $site->store, '192.0.2.1' )->body(), true )['client_id'];
$verifier = str_repeat( 'v', 43 );
$question = http_build_query(
	array(
		'response_type'         => 'code',
		'client_id'             => $client,
		'redirect_uri'          => 'https://client.example/back',
		'code_challenge'        => rtrim( strtr( base64_encode( hash( 'sha256', $verifier, true ) ), '+/', '-_' ), '=' ),
		'code_challenge_method' => 'S256',
		'resource'              => 'https://shop.example/x',
	)
);
$request  = $oauth->authorize( $question );

parse_str( (string) parse_url( $request->approve( 5 ), PHP_URL_QUERY ), $answer );
$form    = array( 'grant_type' => 'authorization_code', 'code' => $answer['code'], 'client_id' => $client, 'redirect_uri' => 'https://client.example/back', 'code_verifier' => $verifier );
$redeems = $oauth->token( http_build_query( $form ), '', null, $site->store, '192.0.2.1' );

// Sites with another address than that of their record, and the record that answers the question about it.
$answers = array();
foreach ( array( 'moved', 'copied' ) as $event ) {
	$asked             = new TestSite();
	$asked->address    = 'new.example/';
	$next              = $asked->records()->nextVersion( 'site', 0 );
	$data              = $asked->records()->siteData( $event );
	$answers[ $event ] = array( $asked, $asked->records()->seal( $asked->append( array( 'site', 0, $next, $data ) ), 'site', 0, $next, $data ) );
}

$acts = array(
	'pause own connection'   => fn() => $records->seal( $append, 'connection', 7, 2, PAUSED, $site->rows['connection:7'] ),
	'switch on'              => fn() => $records->seal( $append, 'kill_switch', 0, 2, '{"on":true}' ),
	'committed'              => fn() => $records->committed( array( $site->rows['connection:7'] ) ),
	'open'                   => fn() => $records->open( 'connection', 7, $site->rows['connection:7'] )->version() || throw new LogicException(),
	'beacon'                 => fn() => $records->beacon(),
	'issue confirmation'     => fn() => $tokens->issue( TokenKind::Confirmation, 7, 60 ),
	'append'                 => fn() => $site->append(),
	'pause without proof'    => fn() => $records->seal( $append, 'connection', 7, 2, PAUSED ),
	'pause and widen'        => fn() => $records->seal( $append, 'connection', 7, 2, str_replace( '"read"', '"read","publish"', PAUSED ), $site->rows['connection:7'] ),
	'stay active'            => fn() => $records->seal( $append, 'connection', 7, 2, ACTIVE, $site->rows['connection:7'] ),
	'pause another'          => fn() => $records->seal( $append, 'connection', 8, 2, PAUSED, $site->rows['connection:8'] ),
	'switch off'             => fn() => $records->seal( $append, 'kill_switch', 0, 2, '{"on":false}', $site->rows['kill_switch:0'] ),
	'settings'               => fn() => $records->seal( $append, 'settings', 0, 1, '{}' ),
	'grant'                  => fn() => $records->seal( $append, 'grant', 5, 1, '{}' ),
	'site'                   => fn() => $records->seal( $append, 'site', 0, 2, $records->siteData( 'restored' ) ),
	'adopt'                  => fn() => $records->adopt( $beacon, array_values( $site->rows ), true ),
	'moved'                  => fn() => $answers['moved'][0]->records()->moved( null, array( $answers['moved'][1] ) ),
	'copied'                 => fn() => $answers['copied'][0]->records()->copied( array( $answers['copied'][1] ) ),
	'issue access'           => fn() => $tokens->issue( TokenKind::Access, 7, 60 ),
	'issue pairing'          => fn() => $tokens->issue( TokenKind::Pairing, 7, 60 ),
	'issue approval'         => fn() => $tokens->issue( TokenKind::Approval, 7, 60 ),
	'register'               => fn() => $oauth->register( '{"redirect_uris":["https://client.example/back"]}', $site->store, '192.0.2.1' ),
	'approve'                => fn() => $request->approve( 5 ),
	'redeem'                 => fn() => $redeems->redeem( null ),
	'acknowledge'            => fn() => $log->acknowledgeRollback( null ),
	'sign action'            => fn() => $actions->sign( 'test', '' ),
	'sign heartbeat'         => fn() => $beats->sign( '' ),
	'new key'                => fn() => ActionKey::generate(),
	'seed'                   => fn() => $key->seed(),
	'create vault'           => fn() => Vault::create( '0123456789abcdef', str_repeat( 'k3Zq', 16 ) ),
	'open vault'             => fn() => Vault::open( '0123456789abcdef', $slots, str_repeat( 'k3Zq', 16 ) ),
	'open with key file'     => fn() => Vault::openWithKeyFile( '0123456789abcdef', $opened, $file ),
	'open with code'         => fn() => Vault::openWithRecoveryCode( '0123456789abcdef', $opened, $code ),
	'unseal'                 => fn() => $vault->unseal( 'mail', $sealed ),
	'reseal'                 => fn() => $vault->reseal( 'mail', $sealed ),
	'seal secret'            => fn() => $vault->seal( 'mail', 'another' ),
	'rewrap'                 => fn() => $vault->rewrap( str_repeat( 'n3Zq', 16 ) ),
	'slots'                  => fn() => $vault->slots(),
	'add key file'           => fn() => $vault->addKeyFile( $file ),
	'recovery code'          => fn() => $vault->addRecoveryCode(),
	'rotate'                 => fn() => $vault->rotate(),
	'remove slot'            => fn() => $vault->removeSlot( 'key_file' ),
	'retire'                 => fn() => $vault->retire( $vault->keyIds()[0] ),
);
// Each act works before a call, so the call is what refuses it.
$free = array_diff_key( $acts, array_flip( array( 'retire' ) ) );
foreach ( $free as $what => $act ) {
	$outcome = outcome( $act );
	if ( 'done' !== $outcome ) {
		echo "before the call, $what: $outcome\n";
	}
}
$call  = $site->call();
$other = $site->call( 8 );
echo 'prepared: ', outcome( $acts['issue access'] ), "\n";
$call->begin();
foreach ( $acts as $what => $act ) {
	printf( "%-22s %s\n", $what, outcome( $act ) );
}
// A call of another connection, which a tool begins, changes nothing.
$other->begin();
echo 'in another call: ', outcome( $acts['pause another'] ), "\n";
$call->result( '{"content":[]}' );
unset( $call, $other );
echo 'after the call: ', outcome( $acts['issue access'] ), "\n";
try {
	$acts['adopt']();
} catch ( Countersign\Exception $e ) {
	echo $e->getMessage(), "\n";
}
register_shutdown_function( static fn() => print 'at shutdown: ' . outcome( $acts['issue access'] ) . "\n" );
ob_start( static fn( string $text ) => $text . 'in an output callback: ' . outcome( $acts['issue access'] ) . "\n" );
?>
--EXPECT--
prepared: done
pause own connection   done
switch on              done
committed              done
open                   done
beacon                 done
issue confirmation     done
append                 done
pause without proof    agent_at_work
pause and widen        agent_at_work
stay active            agent_at_work
pause another          agent_at_work
switch off             agent_at_work
settings               agent_at_work
grant                  agent_at_work
site                   agent_at_work
adopt                  agent_at_work
moved                  agent_at_work
copied                 agent_at_work
issue access           agent_at_work
issue pairing          agent_at_work
issue approval         agent_at_work
register               agent_at_work
approve                agent_at_work
redeem                 agent_at_work
acknowledge            agent_at_work
sign action            agent_at_work
sign heartbeat         agent_at_work
new key                agent_at_work
seed                   agent_at_work
create vault           agent_at_work
open vault             agent_at_work
open with key file     agent_at_work
open with code         agent_at_work
unseal                 agent_at_work
reseal                 agent_at_work
seal secret            agent_at_work
rewrap                 agent_at_work
slots                  agent_at_work
add key file           agent_at_work
recovery code          agent_at_work
rotate                 agent_at_work
remove slot            agent_at_work
retire                 agent_at_work
in another call: agent_at_work
after the call: agent_at_work
This process has run a call of an agent, so until its next request it can only take rights away: do this in another request. A worker that serves many requests in one PHP request (such as FrankenPHP's worker mode) must serve agents in classic mode, or end after each call.
at shutdown: agent_at_work
in an output callback: agent_at_work
