--TEST--
After a call of an agent has begun, the log may be sealed, and no new sealing key is made
--EXTENSIONS--
countersign
--FILE--
<?php
require __DIR__ . '/lib/records.inc';

use Countersign\AuditSeals;

$site  = new TestSite();
$site->commit( array( 'connection', 7, 1, ACTIVE ) );
$seals = new AuditSeals( $site->keyring, 'shop.example', $site->dir );
$call  = $site->call();
echo outcome( fn() => $seals->due() ), ' ', outcome( fn() => $seals->enroll() ), "\n";
$call->begin();
echo outcome( fn() => $seals->due() ), ' ', outcome( fn() => $seals->enroll() ), "\n";
?>
--EXPECT--
done done
done agent_at_work
