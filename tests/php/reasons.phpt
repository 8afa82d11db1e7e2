--TEST--
docs/reasons.md lists exactly the reasons of the extension (to regenerate it: php tests/php/lib/reasons-table.php)
--EXTENSIONS--
countersign
--FILE--
<?php
ob_start();
require __DIR__ . '/lib/reasons-table.php';
echo file_get_contents( __DIR__ . '/../../docs/reasons.md' ) === ob_get_clean() ? 'the same' : 'differs', "\n";
?>
--EXPECT--
the same
