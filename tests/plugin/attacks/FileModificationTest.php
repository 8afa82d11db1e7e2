<?php
/**
 * Who: B, a tool of a plugin gone astray.
 * Has: a call of an administrator's agent with every permission, and arguments that an attacker chose.
 * Does: changes code by the functions of WordPress: installs a plugin, edits a file, updates.
 * Gets: a site on which files cannot be modified, and no capability for it.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\AstrayTool;

/** Modifying files is not allowed in a call. */
final class FileModificationTest extends AstrayTool {

	public function test_files_cannot_be_modified(): void {
		self::assertWithoutEffect( [ false, false, false, false ], 'return [ wp_is_file_mod_allowed( "capability_update_core" ), wp_is_file_mod_allowed( "download_language_pack" ), current_user_can( "edit_plugins" ), current_user_can( "install_plugins" ) ];' );
		self::assertWithoutEffect( true, 'require_once ABSPATH . "wp-admin/includes/file.php"; require_once ABSPATH . "wp-admin/includes/class-wp-upgrader.php"; require_once ABSPATH . "wp-admin/includes/translation-install.php"; return false === wp_download_language_pack( "de_DE" ) && false === wp_can_install_language_pack();' );
		self::assertWithoutEffect( 'unauthorized', 'require_once ABSPATH . "wp-admin/includes/admin.php"; return wp_edit_theme_plugin_file( [ "file" => "hello.php", "plugin" => "hello.php", "newcontent" => "x", "nonce" => "x" ] )->get_error_code();' );
	}
}
