<?php

declare(strict_types=1);

namespace Countersign\Tests\Admin;

use Countersign\Plugin\Plugin;
use Countersign\Plugin\Site\Urls;
use Countersign\Tests\Agent;
use Countersign\Tests\Answer;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Person;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** The page on which a person connects an agent without OAuth. */
final class PasswordPageTest extends TestCase {

	private static function url(): string {
		return admin_url( 'admin.php?page=countersign&view=password' );
	}

	/** Returns the form of the page as a browser would send it. @return array<string, mixed> */
	private static function form( Answer $page ): array {
		foreach ( Person::forms( $page->body ) as $form ) {
			if ( isset( $form['once'] ) ) {
				return $form;
			}
		}
		throw new \UnexpectedValueException( "no form (HTTP $page->status)" );
	}

	/** Returns the values that the page lets copy. @return array<string, string> */
	private static function copies( Answer $page ): array {
		$document = new \DOMDocument();
		@$document->loadHTML( '<?xml encoding="utf-8"?>' . $page->body );
		$values = [];
		foreach ( ( new \DOMXPath( $document ) )->query( '//*[@data-countersign-copy]' ) as $button ) {
			$id            = $button->getAttribute( 'data-countersign-copy' );
			$field         = $document->getElementById( $id );
			$values[ $id ] = 'textarea' === $field->nodeName ? $field->textContent : $field->getAttribute( 'value' );
		}
		return $values;
	}

	private static function rows(): int {
		return Plugin::composition()->connections()->count();
	}

	public function test_a_password_is_shown_once_and_works(): void {
		$admin = Person::of( 'admin' );
		$page  = $admin->page( 'countersign', [ 'view' => 'password' ] );
		self::assertStringContainsString( 'no-store', (string) $page->header( 'Cache-Control' ) );
		$form  = [ 'name' => 'Bot of "Anna" <b>', 'user' => Site::user( 'editor' ), 'preset' => 'draft_only' ] + self::form( $page );
		$count = self::rows();
		$from  = AuditTrail::size();
		$shown = $admin->post( self::url(), $form );
		self::assertSame( 200, $shown->status );
		self::assertStringContainsString( 'no-store', (string) $shown->header( 'Cache-Control' ) );
		self::assertRecorded( [ 'grant connection.created ok' ], $from );
		self::assertSame( $count + 1, self::rows() );
		$copies = self::copies( $shown );
		self::assertSame( [ Urls::mcp(), 'editor' ], [ $copies['countersign-address'], $copies['countersign-username'] ] );
		self::assertSame( $copies['countersign-header'], Agent::basic( 'editor', $copies['countersign-password'] ) );
		$remote = json_decode( $copies['countersign-remote'], true )['mcpServers']['wordpress'];
		self::assertSame( [ '-y', 'mcp-remote', Urls::mcp(), '--header', 'Authorization:${WORDPRESS_AUTHORIZATION}' ], $remote['args'] );
		self::assertSame( $copies['countersign-header'], $remote['env']['WORDPRESS_AUTHORIZATION'] );
		self::assertSame( [ 'Authorization' => $copies['countersign-header'] ], json_decode( $copies['countersign-vscode'], true )['servers']['wordpress']['headers'] );
		$connection = Plugin::composition()->connections()->page( 'active', 'Bot of', 1, 0 )[0];
		self::assertSame( [ Site::user( 'editor' ), 'draft_only' ], [ $connection->user, $connection->preset ] );
		$agent = new Agent( $connection->id, '', $copies['countersign-header'] );
		self::assertContains( 'create_draft', $agent->tools() );
		exec( $copies['countersign-curl'] . ' -s', $lines, $status );
		self::assertSame( 0, $status );
		self::assertStringContainsString( '"create_draft"', implode( $lines ) );
		// A page that is loaded again sends the same form.
		$again = $admin->post( self::url(), $form );
		self::assertStringContainsString( 'This form was sent before', $again->body );
		self::assertStringNotContainsString( 'countersign-header', $again->body );
		self::assertSame( $count + 1, self::rows() );
	}

	/** @return array<string, array{array<string, mixed>, string}> */
	public function faults(): array {
		return [
			'no name'        => [ [ 'name' => '   ' ], 'give the connection a name' ],
			'no account'     => [ [ 'user' => '' ], 'choose the account' ],
			'a subscriber'   => [ [ 'user' => 'subscriber' ], 'choose the account' ],
			'unknown preset' => [ [ 'preset' => 'root' ], 'choose what the agent may do' ],
			'unknown group'  => [ [ 'preset' => 'custom', 'groups' => [ 'root' ] ], 'choose what the agent may do' ],
		];
	}

	/** @dataProvider faults */
	public function test_a_faulty_form_makes_nothing( array $fields, string $said ): void {
		if ( 'subscriber' === ( $fields['user'] ?? '' ) ) {
			$fields['user'] = Site::user( 'subscriber' );
		}
		$admin  = Person::of( 'admin' );
		$form   = $fields + [ 'name' => 'A bot' ] + self::form( $admin->page( 'countersign', [ 'view' => 'password' ] ) );
		$before = Site::digest();
		$answer = $admin->post( self::url(), $form );
		self::assertStringContainsString( $said, html_entity_decode( $answer->body ) );
		self::assertSame( $before, Site::digest() );
	}

	public function test_only_who_may_connect_agents_sees_the_page(): void {
		foreach ( [ 'editor', 'subscriber' ] as $login ) {
			self::assertSame( 403, Person::of( $login )->page( 'countersign', [ 'view' => 'password' ] )->status );
			self::assertSame( 403, Person::of( $login )->post( self::url(), [ 'name' => 'x' ] )->status );
		}
		$before = Site::digest();
		$admin  = Person::of( 'admin' );
		$form   = [ '_wpnonce' => 'abcdef0123', 'name' => 'A bot' ] + self::form( $admin->page( 'countersign', [ 'view' => 'password' ] ) );
		self::assertStringContainsString( 'this page was open for too long', $admin->post( self::url(), $form )->body );
		self::assertSame( $before, Site::digest() );
	}

	public function test_a_delegate_makes_passwords_for_the_own_account_only(): void {
		get_role( 'editor' )->add_cap( 'countersign_manage_connections' );
		try {
			$editor = Person::of( 'editor' );
			$form   = [ 'name' => 'A bot' ] + self::form( $editor->page( 'countersign', [ 'view' => 'password' ] ) );
			$before = Site::digest();
			$editor->post( self::url(), [ 'user' => Site::user( 'admin' ) ] + $form );
			self::assertSame( $before, Site::digest() );
			self::assertArrayHasKey( 'countersign-password', self::copies( $editor->post( self::url(), [ 'user' => Site::user( 'editor' ) ] + $form ) ) );
		} finally {
			get_role( 'editor' )->remove_cap( 'countersign_manage_connections' );
		}
	}

	public function test_a_login_that_is_not_recent_is_not_enough(): void {
		$admin = Person::anew( 'admin' );
		$form  = [ 'name' => 'A bot' ] + self::form( $admin->page( 'countersign', [ 'view' => 'password' ] ) );
		$admin->set_login_time( time() - HOUR_IN_SECONDS );
		$before = Site::digest();
		$from   = AuditTrail::size();
		$answer = $admin->post( self::url(), $form );
		self::assertStringContainsString( 'reauth=1', $answer->body );
		self::assertRecorded( [ 'refusal connection.created denied login_required' ], $from );
		self::assertSame( $before, Site::digest() );
	}
}
