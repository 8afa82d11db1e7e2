<?php

declare(strict_types=1);

namespace Countersign\Plugin\Doors;

use Countersign\Plugin\Audit\Unavailable;
use Countersign\Plugin\Audit\Unprotected;
use Countersign\Plugin\Connections\KillSwitch;
use Countersign\Plugin\Health\Condition;
use Countersign\Plugin\Site\Capabilities;
use Countersign\Plugin\Site\Urls;

defined( 'ABSPATH' ) || exit;

/**
 * The REST route `/wp-json/countersign/v1/kill-switch`, for users who can manage connections.
 *
 * GET returns `{"on": bool}`. POST with `{"on": true}` stops all agents, with `{"on": false}` lets them continue, and
 * returns the same; 503 if the change could not be recorded or stored. The answer has the member `warning` with a reason code if
 * agents are stopped, but an older state of the database could undo this unnoticed. WordPress authenticates the request.
 */
final class KillSwitchRoute {

	public function __construct( private readonly KillSwitch $kill_switch ) {}

	/** Registers the route. */
	public function register_routes(): void {
		$permission = static fn(): bool => current_user_can( Capabilities::MANAGE ); // phpcs:ignore WordPress.WP.Capabilities -- A capability that this plugin adds.
		register_rest_route(
			Urls::NAMESPACE,
			'/kill-switch',
			[
				[
					'methods'             => 'GET',
					'callback'            => $this->state( ... ),
					'permission_callback' => $permission,
				],
				[
					'methods'             => 'POST',
					'callback'            => $this->set( ... ),
					'permission_callback' => $permission,
					'args'                => [
						'on' => [
							'type'        => 'boolean',
							'required'    => true,
							'description' => __( 'Whether to stop all agents.', 'countersign' ),
						],
					],
				],
			]
		);
	}

	private function state(): \WP_REST_Response {
		return new \WP_REST_Response( [ 'on' => $this->kill_switch->is_on() ] );
	}

	private function set( \WP_REST_Request $request ): \WP_REST_Response|\WP_Error {
		try {
			$this->kill_switch->set( (bool) $request['on'] );
		} catch ( Unprotected $error ) {
			// It holds. The message is for the person who asked.
			return new \WP_REST_Response( $this->state()->get_data() + [ 'warning' => $error->reason ] );
		} catch ( Unavailable $error ) {
			$message = Condition::is_question( $error->reason )
				? __( 'An administrator first has to answer a question on the Connections page, so agents remain stopped.', 'countersign' )
				: __( 'The audit log cannot be written, so agents remain stopped.', 'countersign' );
			return new \WP_Error( $error->reason, $message, [ 'status' => 503 ] );
		} catch ( \RuntimeException ) {
			return new \WP_Error( 'store_unavailable', __( 'The database did not store the change, so it has no effect.', 'countersign' ), [ 'status' => 503 ] );
		}
		return $this->state();
	}
}
