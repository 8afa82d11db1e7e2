--TEST--
The stubs document every parameter, and every exception that a method throws
--FILE--
<?php
// Without php.ini the extension is not loaded, so the script reads the stubs.
passthru( escapeshellarg( PHP_BINARY ) . ' -n ' . escapeshellarg( __DIR__ . '/lib/stub-comments.php' ) );
?>
--EXPECT--
more than 60 parameters: true
more than 60 throwing: true
