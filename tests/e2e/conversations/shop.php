<?php
/**
 * Plugin Name: A shop
 * Description: A must-use plugin of the conversations: a post type for products, with a price in metadata as WooCommerce stores it.
 */

declare(strict_types=1);

add_action(
	'init',
	static function (): void {
		register_post_type(
			'product',
			[
				'label'        => 'Products',
				'public'       => true,
				'show_in_rest' => true,
				'supports'     => [ 'title', 'editor', 'excerpt', 'thumbnail', 'revisions', 'custom-fields' ],
			]
		);
		$meta = [
			'type'         => 'string',
			'single'       => true,
			'show_in_rest' => true,
		];
		register_post_meta( 'product', 'material', $meta );
		register_post_meta( 'product', '_price', $meta + [ 'auth_callback' => static fn(): bool => current_user_can( 'edit_posts' ) ] );
	}
);
