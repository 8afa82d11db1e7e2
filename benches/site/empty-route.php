<?php
/**
 * Plugin Name: An empty REST route
 * Description: A must-use plugin of the benchmark: the least that a REST call of this site costs.
 */

declare(strict_types=1);

add_action(
	'rest_api_init',
	static fn() => register_rest_route(
		'bench/v1',
		'/empty',
		[
			'methods'             => 'POST',
			'callback'            => static fn(): array => [],
			'permission_callback' => '__return_true',
		]
	)
);
