<?php
// What a script of another local user does to the folder of a user in the shared state folder.
$own = "$_GET[state]/user-$_GET[of]";

// Each returns whether it succeeded.
$attacks = array(
	'list'          => static fn() => scandir( $own ),
	'list shared'   => static fn() => scandir( $_GET['state'] ),
	'read'          => static fn() => file_get_contents( "$own/current" ),
	'write'         => static fn() => file_put_contents( "$own/planted", 'x' ),
	'rename'        => static fn() => rename( $own, "$own-moved" ),
	'remove'        => static fn() => rmdir( $own ),
	'unlink'        => static fn() => unlink( $own ),
	'change mode'   => static fn() => chmod( $own, 0777 ),
	'change owner'  => static fn() => chown( $own, getmyuid() ),
	'replace'       => static fn() => symlink( '/tmp', $own ),
	'rename over'   => static fn() => mkdir( "$own-new" ) && rename( "$own-new", $own ),
	'make again'    => static fn() => mkdir( $own, 0777 ),
	'hard link'     => static fn() => link( "$own/current", "$own-link" ),
	'change shared' => static fn() => chmod( $_GET['state'], 0777 ),
	'move shared'   => static fn() => rename( $_GET['state'], "$_GET[state]-moved" ),
);

switch ( $_GET['do'] ) {
	case 'attack':
		$done   = array_keys( array_filter( array_map( static fn( $attack ) => false !== @$attack(), $attacks ) ) );
		$answer = $done ? implode( ', ', $done ) . ' succeeded' : 'nothing succeeded';
		break;
	case 'squat':
		$trap   = "$_GET[state]/trap";
		$done   = match ( $_GET['what'] ) {
			'folder'        => mkdir( $own, 0777 ) && chmod( $own, 0777 ),
			'file'          => touch( $own ),
			'link'          => mkdir( $trap, 0777 ) && chmod( $trap, 0777 ) && symlink( $trap, $own ),
			'link to own'   => symlink( "$_GET[state]/user-$_GET[by]", $own ),
			'dangling link' => symlink( $trap, $own ),
		};
		$answer = $done ? 'squatted' : 'failed';
		break;
	case 'umask':
		umask( (int) $_GET['umask'] );
		try {
			$answer = Countersign\Store::open()->status()['engine'];
		} catch ( Countersign\Exception $e ) {
			$answer = $e->reason() . ': ' . $e->getMessage();
		}
		break;
}
echo getmypid(), ' ', $answer;
