<?php

declare(strict_types=1);

namespace Countersign\Plugin\Doors;

use Countersign\Plugin\Audit\Unavailable;
use Countersign\Plugin\Services;
use Countersign\Plugin\Site\Capabilities;
use Countersign\Plugin\Site\Urls;

/**
 * `/wp-json/countersign/v1/kill-switch`, for people who manage connections: GET tells, POST `{"on": true}` stops every
 * agent, `{"on": false}` lets them go on. An ordinary REST route: WordPress authenticates it.
 */
final class KillSwitchRoute {

	public static function register( Services $services ): void {
		add_action( 'rest_api_init', static fn() => self::route( $services ) );
	}

	private static function route( Services $services ): void {
		$permission = static fn(): bool => current_user_can( Capabilities::MANAGE ); // phpcs:ignore WordPress.WP.Capabilities
		$state      = static fn(): \WP_REST_Response => new \WP_REST_Response( [ 'on' => $services->kill_switch()->is_on() ] );
		register_rest_route(
			Urls::NAMESPACE,
			'/kill-switch',
			[
				[
					'methods'             => 'GET',
					'callback'            => $state,
					'permission_callback' => $permission,
				],
				[
					'methods'             => 'POST',
					'callback'            => static function ( \WP_REST_Request $request ) use ( $services, $state ): \WP_REST_Response|\WP_Error {
						try {
							$services->kill_switch()->set( (bool) $request['on'] );
						} catch ( Unavailable $error ) {
							return new \WP_Error( $error->reason, __( 'The audit log cannot be written, so agents stay stopped.', 'countersign' ), [ 'status' => 503 ] );
						} catch ( \RuntimeException ) {
							return new \WP_Error( 'store_unavailable', __( 'The database did not take the change, so it does not hold.', 'countersign' ), [ 'status' => 503 ] );
						}
						return $state();
					},
					'permission_callback' => $permission,
					'args'                => [
						'on' => [
							'type'        => 'boolean',
							'required'    => true,
							'description' => __( 'Whether agents are to be stopped.', 'countersign' ),
						],
					],
				],
			]
		);
	}
}
