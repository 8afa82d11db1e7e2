--TEST--
docs/tools.md is made from the catalogue of the extension (to regenerate it: php tests/php/lib/tools-page.php)
--EXTENSIONS--
countersign
--FILE--
<?php
ob_start();
require __DIR__ . '/lib/tools-page.php';
echo file_get_contents( __DIR__ . '/../../docs/tools.md' ) === ob_get_clean() ? 'the same' : 'differs', "\n";
?>
--EXPECT--
the same
