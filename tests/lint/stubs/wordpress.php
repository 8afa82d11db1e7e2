<?php
/**
 * Names that the plugin uses and that no file of WordPress which the static analyser reads defines. Read by `make analyze`
 * only; nothing executes this file.
 */

declare(strict_types=1);

// wp-config.php, or a drop-in for the database.
const AUTH_KEY           = '';
const AUTH_SALT          = '';
const DB_ENGINE          = '';
const FQDB               = '/database/.ht.sqlite';
const MYSQL_CLIENT_FLAGS = 0;

// WordPress defines these inside a function.
const MINUTE_IN_SECONDS = 60;
const HOUR_IN_SECONDS   = 3600;
const DAY_IN_SECONDS    = 86400;
const WEEK_IN_SECONDS   = 604800;
const EMPTY_TRASH_DAYS  = 30;

// wp-login.php, which is a page and not a library.
function login_header( ?string $title = null, string $message = '', ?WP_Error $wp_error = null ): void {}
function login_footer( string $input_id = '' ): void {}

// WP-CLI.
const WP_CLI = true;

final class WP_CLI {

	public static function add_command( string $name, callable|object|string $callable, array $args = [] ): bool {}

	public static function success( string $message ): void {}

	/** Ends the process. */
	public static function error( string $message ): never {}
}
