<?php

declare(strict_types=1);

namespace Countersign\Plugin\Privacy;

use Countersign\Plugin\Audit\Told;

defined( 'ABSPATH' ) || exit;

/** The tools of WordPress for personal data: exports and erases what the audit log tells about a person, and proposes a text for the privacy policy. */
final class PersonalData {

	/** Entries that one request exports or erases. */
	private const BATCH = 200;

	public function __construct( private readonly PersonalTexts $texts ) {}

	/** Registers the exporter and the eraser. */
	public function register(): void {
		add_filter(
			'wp_privacy_personal_data_exporters',
			fn( array $exporters ): array => $exporters + [
				'countersign' => [
					'exporter_friendly_name' => __( 'Countersign audit log', 'countersign' ),
					'callback'               => $this->export( ... ),
				],
			]
		);
		add_filter(
			'wp_privacy_personal_data_erasers',
			fn( array $erasers ): array => $erasers + [
				'countersign' => [
					'eraser_friendly_name' => __( 'Countersign audit log', 'countersign' ),
					'callback'             => $this->erase( ... ),
				],
			]
		);
	}

	/**
	 * Returns a part of what the log tells about a person.
	 *
	 * @param string $email E-mail address of the person.
	 * @param int    $page  Number of the part, from 1.
	 *
	 * @return array{data: list<array<string, mixed>>, done: bool}
	 */
	public function export( string $email, int $page = 1 ): array {
		$user = get_user_by( 'email', $email );
		$rows = $user ? PersonalTexts::of( $user->ID, self::BATCH, ( max( 1, $page ) - 1 ) * self::BATCH ) : [];
		return [
			'data' => array_map( self::item( ... ), $rows ),
			'done' => count( $rows ) < self::BATCH,
		];
	}

	/**
	 * Erases a part of what the log tells about a person.
	 *
	 * @param string $email E-mail address of the person.
	 * @param int    $page  Number of the part. It does not matter: each part erases what is left.
	 *
	 * @return array{items_removed: int|bool, items_retained: bool, messages: list<string>, done: bool}
	 */
	public function erase( string $email, int $page = 1 ): array { // phpcs:ignore Generic.CodeAnalysis.UnusedFunctionParameter -- WordPress passes it.
		$user   = get_user_by( 'email', $email );
		$result = [
			'items_removed'  => 0,
			'items_retained' => false,
			'messages'       => [],
			'done'           => true,
		];
		if ( ! $user ) {
			return $result;
		}
		try {
			$result['items_removed'] = $this->texts->erase( $user->ID, self::BATCH );
			$result['done']          = $result['items_removed'] < self::BATCH;
			if ( $result['done'] && PersonalTexts::lasting( $user->ID ) > 0 ) {
				$result['items_retained'] = true;
				$result['messages'][]     = __( 'Countersign: older entries of the audit log hold IP addresses that cannot be erased without breaking the log.', 'countersign' );
			}
		} catch ( \Throwable ) {
			$result['items_retained'] = true;
			$result['messages'][]     = __( 'Countersign: the audit log could not record the erasure, so nothing more was erased. Look at Tools → Site Health, and try again.', 'countersign' );
		}
		return $result;
	}

	/** Proposes a text for the privacy policy of the site. */
	public static function propose_policy(): void {
		$paragraphs = [
			__( 'This site lets software agents, such as assistants with artificial intelligence, read and change content on behalf of its users. Everything that such an agent does, and every change of what it may do, is recorded in an audit log.', 'countersign' ),
			__( 'An entry of the log holds the time, the account, the connection of the agent, what was done to which item, and the outcome. It also holds the IP address from which this was asked, and a shortened form of the texts that were written, such as titles and what was changed in a text.', 'countersign' ),
			__( 'IP addresses and texts are stored beside the log. At the request of a person they are erased. The entry then holds only a keyed digest, from which the text cannot be found.', 'countersign' ),
		];
		wp_add_privacy_policy_content( 'Countersign', wp_kses_post( '<p>' . implode( '</p><p>', $paragraphs ) . '</p>' ) );
	}

	/**
	 * @param array<string, mixed> $row
	 *
	 * @return array<string, mixed>
	 */
	private static function item( array $row ): array {
		$told = new Told( $row );
		$data = [
			__( 'Time', 'countersign' )       => wp_date( 'Y-m-d H:i:s', intdiv( (int) $row['time'], 1000 ) ) ?: '',
			__( 'Action', 'countersign' )     => (string) $row['action'],
			__( 'Target', 'countersign' )     => (string) $row['target'],
			__( 'IP address', 'countersign' ) => (string) $told->address,
		];
		foreach ( [ $told->arguments, $told->fields ] as $values ) {
			foreach ( $values as $name => $value ) {
				if ( null !== $value ) {
					$data[ (string) $name ] = Told::line( $value );
				}
			}
		}
		$data = array_filter( $data, static fn( string $value ): bool => '' !== $value );
		return [
			'group_id'          => 'countersign-audit',
			'group_label'       => __( 'Audit log of agents', 'countersign' ),
			'group_description' => __( 'What was recorded about what you did with agents, and what agents did on your behalf.', 'countersign' ),
			'item_id'           => 'countersign-entry-' . $row['seq'],
			'data'              => array_map(
				static fn( string $name, string $value ): array => [
					'name'  => $name,
					'value' => esc_html( $value ),
				],
				array_map( strval( ... ), array_keys( $data ) ),
				$data
			),
		];
	}
}
