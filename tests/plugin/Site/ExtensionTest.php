<?php

declare(strict_types=1);

namespace Countersign\Tests\Site;

use Countersign\Claims;
use Countersign\Plugin\Plugin;
use Countersign\Plugin\Site\Settings;
use Countersign\Tests\TestCase;
use Countersign\TokenKind;
use Countersign\Tokens;

/** The objects of the extension when the site of a network changes within a request. */
final class ExtensionTest extends TestCase {

	public function test_each_site_of_a_network_has_keys_and_an_audit_log_of_its_own(): void {
		$extension = Plugin::composition()->extension();
		$objects   = static fn(): array => [ $extension->keyring(), $extension->audit_log(), $extension->oauth() ];
		$is_ours   = static fn( string $token ): bool => ( new Tokens( $extension->keyring() ) )->verify( TokenKind::Access, $token, 'https://example.org/' ) instanceof Claims;
		$issue     = static fn(): string => ( new Tokens( $extension->keyring() ) )->issue( TokenKind::Access, 7, 60, 'https://example.org/' );
		[ $first, $token, $log ] = [ $objects(), $issue(), $extension->audit_log()->verifierKey() ];
		$before    = $GLOBALS['blog_id'];
		$other_id  = static fn(): string => 'fedcba9876543210';
		// What switch_to_blog() changes, as far as the plugin reads it.
		$GLOBALS['blog_id'] = 2;
		add_filter( 'pre_option_' . Settings::SITE_ID, $other_id );
		try {
			self::assertFalse( $is_ours( $token ), 'the keys of the first site were used for the second' );
			self::assertNotSame( $log, $extension->audit_log()->verifierKey() );
			$foreign = $issue();
			$second  = $objects();
			self::assertSame( $second, $objects(), 'an object was built twice for one site' );
			foreach ( $second as $number => $object ) {
				self::assertNotSame( $first[ $number ], $object );
			}
		} finally {
			$GLOBALS['blog_id'] = $before;
			remove_filter( 'pre_option_' . Settings::SITE_ID, $other_id );
		}
		self::assertTrue( $is_ours( $token ) );
		self::assertFalse( $is_ours( $foreign ) );
		self::assertSame( $log, $extension->audit_log()->verifierKey() );
	}
}
