--TEST--
The tables of INI entries in docs/hosts.md say what the extension does
--EXTENSIONS--
countersign
--FILE--
<?php
require __DIR__ . '/lib/settings.inc';

$page   = file_get_contents( dirname( __DIR__, 2 ) . '/docs/hosts.md' );
$faults = faults( $page );
echo implode( "\n", $faults ), $faults ? "\n" : "the tables are right\n";

// The test must detect each kind of mistake.
$broken = static function ( string $from, string $to ) use ( $page ): void {
	$text = str_replace( $from, $to, $page, $count );
	echo $count ? '' : "not found: $from\n", implode( "\n", faults( $text ) ) ?: "no fault after: $from", "\n";
};
$broken( '| `countersign.redis_prefix` | `countersign` |', '| `countersign.redis_prefixes` | `countersign` |' );
$broken( '| `64` | `INI_SYSTEM` |', '| `128` | `INI_ALL` |' );
$broken( '| empty | `INI_SYSTEM` | address', '| `none` | `INI_SYSTEM` | address' );
$broken( '`0` · `65537`', '`1` · `65537`' );
$broken( 'must be embedded or redis', 'must be embedded' );
$broken( '| `key_file_unusable` | no key file', '| `key_unusable` | no key file' );
$broken( '`Store::open()`, `AuditSeals` |', '`AuditSeals` |' );
$broken( '`Vault::addKeyFile()`, ', '' );
$broken( '| `countersign.redis_prefix` | `a b` · `{a}` · empty |', '| `countersign.redis_prefix` | |' );
?>
--EXPECT--
the tables are right
countersign.redis_prefixes: the table says ["countersign","INI_SYSTEM"], it is null
countersign.redis_prefix: the table says null, it is ["countersign","INI_SYSTEM"]
countersign.redis_prefixes has no wrong value
countersign.redis_prefix is read by Store::open(), which the table does not say
countersign.store_size: the table says ["128","INI_ALL"], it is ["64","INI_SYSTEM"]
countersign.redis_url: the table says ["none","INI_SYSTEM"], it is ["","INI_SYSTEM"]
countersign.store_size = `1`: Store::open() gives "accepted", not "store_unavailable: countersign.store_size must be a whole number of MiB, 1 to 65536"
countersign.store = `memcached`: Store::open() gives "store_unavailable: countersign.store must be embedded or redis", not "store_unavailable: countersign.store must be embedded"
countersign.store = `Embedded`: Store::open() gives "store_unavailable: countersign.store must be embedded or redis", not "store_unavailable: countersign.store must be embedded"
countersign.store = empty: Store::open() gives "store_unavailable: countersign.store must be embedded or redis", not "store_unavailable: countersign.store must be embedded"
countersign.key_file = empty: Vault::addKeyFile() gives "key_file_unusable: no key file is configured: set countersign.key_file in php.ini", not "key_unusable: no key file is configured: set countersign.key_file in php.ini"
countersign.key_file = empty: Vault::openWithKeyFile() gives "key_file_unusable: no key file is configured: set countersign.key_file in php.ini", not "key_unusable: no key file is configured: set countersign.key_file in php.ini"
countersign.state_dir is read by Store::open(), which the table does not say
countersign.key_file is read by Vault::addKeyFile(), which the table does not say
a value is text in backticks or the word empty, not: []
