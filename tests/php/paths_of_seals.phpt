--TEST--
The folder of sealing keys that a script passes is absolute and obeys open_basedir
--EXTENSIONS--
countersign
--FILE--
<?php
require __DIR__ . '/lib/paths.inc';

$base = path_case();
play_calls( $base, array(
	'AuditSeals'               => '( new Countersign\\AuditSeals( Countersign\\Keyring::open( SITE, str_repeat( "k", 64 ) ), "shop.example", $path ) )->enroll();',
) );
exec( 'rm -r ' . escapeshellarg( $base ) );
?>
--EXPECT--
- not absolute
AuditSeals: Countersign\Exception seal_unusable: the argument $dir of AuditSeals is a relative path: give an absolute path, which begins with a slash
    "st" "./st" "../else/st" "file:///st" "php://memory" "C:\\st"
AuditSeals: Countersign\Exception seal_unusable: the argument $dir of AuditSeals is empty: give an absolute path, which begins with a slash
    ""
AuditSeals: Countersign\Exception seal_unusable: the argument $dir of AuditSeals contains a NUL byte: give an absolute path without it
    "/site/\u0000"
- open_basedir
AuditSeals: accepted
    "/site/new" "/site/deep/../new" "/site/in/../new" "/site/in/../new/"
AuditSeals: Countersign\Exception seal_unusable: the argument $dir of AuditSeals is not within open_basedir: choose a path within it, or let the administrator name one in php.ini
    "/else/st" "/site/../else/st" "/site/out/st" "/site/out-deep/../new" "/site/out" "/site/out/" "/site/dangling" "/site/dangling/st" "/site/nowhere/../../else/st" "" "/" "/sitex"
made outside: nothing
