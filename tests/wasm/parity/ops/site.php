<?php
/** A site with fixed keys, and the parts of answers that depend on chance and time. */

declare(strict_types=1);

use Countersign\AuditAppend;
use Countersign\Decision;
use Countersign\Keyring;
use Countersign\Record;
use Countersign\Records;
use Countersign\Store;
use Countersign\TokenKind;

require_once __DIR__ . '/../../../php/lib/action.inc';
require_once __DIR__ . '/../../../php/lib/record.inc';

final class ParitySite {

	public const ID       = '0123456789abcdef';
	public const MATERIAL = 'vectors only: forty-eight bytes that guard nothing';
	public const LINEAGE  = '0123456789abcdef';
	public const ADDRESS  = 'shop.example/';

	public readonly Keyring $keyring;

	public readonly Store $store;

	/** The addresses of the site. Each has its witness, so that none becomes large: it is written anew for each new record. */
	private const ADDRESSES = 128;

	/** @var list<Records> */
	private array $records = array();

	/** @param array<string, mixed> $constants What all inputs of a format share. */
	public function __construct( public readonly array $constants = array() ) {
		$this->keyring = Keyring::open( self::ID, self::MATERIAL );
		$this->store   = Store::open();
		// Before a call begins: see Records::committed().
		for ( $number = 0; $number < self::ADDRESSES; $number++ ) {
			$address = self::ADDRESS . $number;
			$text    = self::sealed( 'site', 0, 1, '{"address":"' . $address . '","epoch":0,"lineage":"' . self::LINEAGE . '"}' );
			$records = new Records( $this->keyring, $this->store, $text, $address );
			$records->committed( array( $text ) );
			$this->records[] = $records;
		}
	}

	/** Returns a sealed text, as the extension writes it. */
	public static function sealed( string $kind, int $id, int $version, string $data ): string {
		$lineage = 'site' === $kind ? '' : '"lineage":"' . self::LINEAGE . '",';
		$json    = "{\"data\":$data,\"entry\":{\"leaf\":\"" . str_repeat( 'ab', 32 ) . "\",\"sequence\":41},\"id\":$id,\"kind\":\"$kind\",$lineage\"site\":\"" . self::ID . "\",\"version\":$version}";
		$key     = record_key( self::ID, self::MATERIAL );
		$bytes   = substr( hash_hkdf( 'sha256', $key, 32, 'countersign/key-id/v1' ), 0, 4 ) . hash_hmac( 'sha256', pae( 'countersign/record/v1', $json ), $key, true ) . $json;
		return 'csr1.' . base64url( $bytes );
	}

	/** Returns the records of the site at one of its addresses. */
	public function records( int $number = 0 ): Records {
		return $this->records[ $number % self::ADDRESSES ];
	}

	/** Returns a record with these data, which are JSON, or the refusal to open it. */
	public function record( string $kind, int $id, string $data ): Record|Decision {
		$canonical = json_decode( $data );
		// Members in the order of their bytes, as the extension writes them. Other JSON is sealed as it is.
		if ( is_object( $canonical ) ) {
			$members = (array) $canonical;
			ksort( $members, SORT_STRING );
			$data = json_encode( (object) $members, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_PRESERVE_ZERO_FRACTION );
		}
		return $this->records( $id )->open( $kind, $id, self::sealed( $kind, $id, 1, $data ) );
	}

	/** Returns text without what depends on chance and time: tokens, ids of clients and secrets, and times of about now. */
	public static function steady( ?string $text ): ?string {
		if ( null === $text ) {
			return null;
		}
		return preg_replace(
			array( '/cs(?:at|rt|ac|cf)_[A-Za-z0-9_-]{153}/', '/csc_[A-Za-z0-9_-]{20,}/', '/cscs_[A-Za-z0-9_-]{43}/', '/("client_id_issued_at":|"revoked_at":|"rotated_at":|"created_at":)\d{10}/', '/("secret_hash":")[0-9a-f]{64}/', '/("correlation":")[0-9a-f]{16}/' ),
			array( '(token)', '(client)', '(secret)', '$1(time)', '$1(hash)', '$1(id)' ),
			$text
		);
	}

	/** Returns the kind of a token. */
	public static function kind( string $name ): TokenKind {
		return TokenKind::from( $name );
	}

	/** Returns the rows of an append with their texts, without times, leaf hashes, commitments and salts. @return list<array<string, mixed>> */
	public static function rows( AuditAppend $append ): array {
		$texts = $append->texts();
		return array_map(
			static function ( array $row ) use ( $texts ): array {
				$right       = hash( 'sha256', "\0" . $row['body'], true ) === $row['leaf'];
				$row['time'] = is_int( $row['time'] );
				$row['leaf'] = $right;
				$row['body'] = preg_replace( array( '/"time":\d{13},/', '/":"[A-Za-z0-9_-]{43}"(?=[,}])/' ), array( '"time":0,', '":"(commitment)"' ), $row['body'] );
				foreach ( $texts as $text ) {
					if ( $text['seq'] === $row['seq'] ) {
						$row['texts'][] = array( $text['path'], strlen( $text['salt'] ), $text['value'] );
					}
				}
				return $row;
			},
			$append->rows()
		);
	}
}
