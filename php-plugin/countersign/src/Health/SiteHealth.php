<?php

declare(strict_types=1);

namespace Countersign\Plugin\Health;

use Countersign\Plugin\Site\ClientAddress;

defined( 'ABSPATH' ) || exit;

/** A test on the page Tools > Site Health. */
final class SiteHealth {

	public function __construct(
		private readonly Condition $condition,
		private readonly ClientAddress $client,
	) {}

	/**
	 * Callback of the filter `site_status_tests`.
	 *
	 * @param array<string, array<string, mixed>> $tests
	 *
	 * @return array<string, array<string, mixed>>
	 */
	public function add_test( array $tests ): array {
		$tests['direct']['countersign'] = [
			'label' => __( 'Countersign', 'countersign' ),
			'test'  => $this->run( ... ),
		];
		return $tests;
	}

	/** @return array<string, mixed> */
	private function run(): array {
		if ( ! Requirements::are_met() ) {
			return self::result(
				'critical',
				__( 'AI agents cannot use this site: Countersign\'s PHP extension is missing or too old', 'countersign' ),
				'<p>' . esc_html( Instructions::headline() ) . '</p>' . Instructions::html()
			);
		}
		$problems = $this->condition->problems();
		if ( $problems ) {
			return self::result(
				'critical',
				__( 'AI agents cannot use this site at present', 'countersign' ),
				'<p>' . implode( '</p><p>', array_map( esc_html( ... ), $problems ) ) . '</p>'
			);
		}
		if ( $this->client->is_forwarded_by_unknown_peer() ) {
			return self::result(
				'recommended',
				__( 'All AI agents may seem to come from one IP address', 'countersign' ),
				/* translators: %s: IP address. */
				'<p>' . esc_html( sprintf( __( 'This site is reached through a proxy with the address %s, which is not in the list of trusted proxies. Clients behind it share the limit for failed requests, and the audit log shows the address of the proxy. If the proxy is yours, add it on the Connections page, under Settings.', 'countersign' ), $this->client->current() ) ) . '</p>'
			);
		}
		return self::result(
			'good',
			__( 'Countersign is ready for AI agents', 'countersign' ),
			/* translators: %s: version. */
			'<p>' . esc_html( sprintf( __( 'The PHP extension is loaded (version %s). Its keys, its store and the audit log work.', 'countersign' ), \Countersign\version() ) ) . '</p>'
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
