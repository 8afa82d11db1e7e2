--TEST--
Every example in the documentation runs and prints its stated output, and every class has one
--EXTENSIONS--
countersign
--FILE--
<?php
require __DIR__ . '/lib/docs.inc';

$root     = dirname( __DIR__, 2 );
$examples = array();
foreach ( pages( $root ) as $page ) {
	$examples[ $page ] = examples( $page, file_get_contents( "$root/$page" ) );
}
$work = sys_get_temp_dir() . '/countersign-docs-' . bin2hex( random_bytes( 6 ) );
mkdir( $work, 0700 );
try {
	$all    = array_merge( ...array_values( $examples ) );
	$faults = array( ...gaps( $root, $examples ), ...run_examples( $all, getenv( 'COUNTERSIGN_EXTENSION' ), $work ) );
} finally {
	exec( 'rm -rf ' . escapeshellarg( $work ) );
}
printf( "more than 20 examples: %s\n", var_export( count( $all ) > 20, true ) );
echo implode( "\n", $faults ), $faults ? "\n" : '';

// The test must detect a wrong output, an output that is not stated, a fatal error, a syntax error and an unknown fence.
$tried = "```php\necho 1;\n```\n\n```text\n2\n```\n```php\necho 3;\n```\n```php\nnope();\n```\n```php no-run\n(\n```\n```php\necho 5;\n```\n```text\n5\n```\n";
mkdir( $work, 0700 );
$faults = run_examples( examples( 'p', $tried ), getenv( 'COUNTERSIGN_EXTENSION' ), $work );
natsort( $faults );
foreach ( $faults as $fault ) {
	echo strtok( $fault, "\n" ), "\n";
}
exec( 'rm -rf ' . escapeshellarg( $work ) );
try {
	examples( 'p', "```php run\n```\n" );
} catch ( DomainException $e ) {
	echo $e->getMessage(), "\n";
}
?>
--EXPECT--
more than 20 examples: true
p:1: prints:
p:8: prints:
p:11: ended with 255 and printed:
p:14: is not PHP:
p:1: a fence is 'php' or 'php no-run'
