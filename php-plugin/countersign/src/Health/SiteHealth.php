<?php

declare(strict_types=1);

namespace Countersign\Plugin\Health;

use Countersign\Plugin\Services;

/** A test in Tools > Site Health. */
final class SiteHealth {

	private function __construct( private readonly Services $services ) {}

	public static function register( Services $services ): void {
		$health = new self( $services );
		add_filter( 'site_status_tests', $health->add( ... ) );
	}

	/**
	 * Filter `site_status_tests`.
	 *
	 * @param array<string, array<string, mixed>> $tests
	 *
	 * @return array<string, array<string, mixed>>
	 */
	private function add( array $tests ): array {
		$tests['direct']['countersign'] = [
			'label' => __( 'Countersign', 'countersign' ),
			'test'  => $this->test( ... ),
		];
		return $tests;
	}

	/** @return array<string, mixed> */
	private function test(): array {
		if ( ! Requirements::are_met() ) {
			return self::result( 'critical', __( 'Countersign serves no agent: its PHP extension is missing or too old', 'countersign' ), '<p>' . esc_html( Instructions::headline() ) . '</p>' . Instructions::html() );
		}
		$problems = Condition::problems( $this->services );
		if ( $problems ) {
			return self::result( 'critical', __( 'Countersign serves no agent at present', 'countersign' ), '<p>' . implode( '</p><p>', array_map( esc_html( ... ), $problems ) ) . '</p>' );
		}
		return self::result(
			'good',
			__( 'Countersign is ready to serve agents', 'countersign' ),
			/* translators: %s: version. */
			'<p>' . esc_html( sprintf( __( 'Its PHP extension is loaded, version %s, and keys, store and audit log can be used.', 'countersign' ), \Countersign\version() ) ) . '</p>'
		);
	}

	/** @return array<string, mixed> */
	private static function result( string $status, string $label, string $description ): array {
		return [
			'label'       => $label,
			'status'      => $status,
			'badge'       => [
				'label' => __( 'Security', 'countersign' ),
				'color' => 'blue',
			],
			'description' => $description,
			'actions'     => '',
			'test'        => 'countersign',
		];
	}
}
