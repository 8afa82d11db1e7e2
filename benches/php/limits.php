<?php
/** Exact limits, compared with Symfony's rate limiter on Redis and in files, with and without the lock that makes it exact. */

declare(strict_types=1);

require __DIR__ . '/lib/bench.php';
require_once 'Symfony/Component/RateLimiter/autoload.php';
require_once 'Symfony/Component/Cache/autoload.php';
require_once 'Symfony/Component/Lock/autoload.php';

use Countersign\Limits;
use Countersign\Store;
use Symfony\Component\Cache\Adapter\FilesystemAdapter;
use Symfony\Component\Cache\Adapter\RedisAdapter;
use Symfony\Component\Lock\LockFactory;
use Symfony\Component\Lock\Store\FlockStore;
use Symfony\Component\Lock\Store\RedisStore;
use Symfony\Component\RateLimiter\RateLimiterFactory;
use Symfony\Component\RateLimiter\Storage\CacheStorage;

[ , $folder, $socket ] = $argv;

$redis = new Redis();
$redis->connect( $socket );
$limits = new Limits( Store::open() );
$config = array(
	'id'       => 'agents',
	'policy'   => 'sliding_window',
	'limit'    => 60,
	'interval' => '1 minute',
);
// 500 addresses, so that most calls are admitted, as on a production site.
$address = static fn( int $number ): string => '203.0.113.' . ( $number % 500 );
$ours    = static fn( int $number ) => $limits->check( 'ip:' . $address( $number ), 60, 60 );
$peer    = static fn( RateLimiterFactory $factory ) => static fn( int $number ) => $factory->create( $address( $number ) )->consume();
must( $ours( 1 )->isAllowed() );

$on_redis = new CacheStorage( new RedisAdapter( $redis, 'limits' ) );
$in_files = new CacheStorage( new FilesystemAdapter( 'limits', 0, $folder ) );
$bench    = new Bench();
$bench->compare( 'limit: 60 a minute', 10, $ours, $peer( new RateLimiterFactory( $config, $on_redis, new LockFactory( new RedisStore( $redis ) ) ) ), 'Symfony on Redis, with its lock', 1000, 200 );
$bench->compare( 'limit: 60 a minute', 10, $ours, $peer( new RateLimiterFactory( $config, $on_redis ) ), 'Symfony on Redis, no lock (over-admits)', 1000, 200 );
$bench->compare( 'limit: 60 a minute', 10, $ours, $peer( new RateLimiterFactory( $config, $in_files, new LockFactory( new FlockStore( $folder ) ) ) ), 'Symfony in files, with its lock', 1000, 200 );
$bench->compare( 'limit: 60 a minute', 10, $ours, $peer( new RateLimiterFactory( $config, $in_files ) ), 'Symfony in files, no lock (over-admits)', 1000, 200 );
echo $bench->rows();
