<?php

declare(strict_types=1);

namespace Countersign\Plugin\Site;

defined( 'ABSPATH' ) || exit;

/** The names of permission groups, presets, states and outcomes, for every page that shows them. */
final class Labels {

	/**
	 * Returns what a permission group allows, in one line.
	 *
	 * @param string $group Name of the group, such as `create_edit`.
	 */
	public static function group( string $group ): string {
		return match ( $group ) {
			'read'          => __( 'Read: view site information, content and media', 'countersign' ),
			'create_edit'   => __( 'Write: create drafts and change content that is not public', 'countersign' ),
			'publish'       => __( 'Publish: publish, schedule and change public content. The agent must look at each such act a second time.', 'countersign' ),
			'trash_restore' => __( 'Trash: move content to the trash and restore it. The agent must look at each such act a second time.', 'countersign' ),
			'media_manage'  => __( 'Media: upload files, write alternative texts and add images to content', 'countersign' ),
			'taxonomy'      => __( 'Categories and tags: create and assign them', 'countersign' ),
			'authors'       => __( 'Authors: list authors and change the author of content', 'countersign' ),
			'seo'           => __( 'SEO: read and write the fields of SEO plugins', 'countersign' ),
			'image'         => __( 'Images: generate images and find stock photos', 'countersign' ),
			'upload_portal' => __( 'Upload sessions: let people without an account send files', 'countersign' ),
			default         => $group,
		};
	}

	/**
	 * Returns what a permission group allows, to follow "It can" or "It cannot" in a list.
	 *
	 * @param string $group Name of the group, such as `create_edit`.
	 */
	public static function act( string $group ): string {
		return match ( $group ) {
			'read'          => __( 'view site information, content and media', 'countersign' ),
			'create_edit'   => __( 'create drafts and change content that is not public', 'countersign' ),
			'publish'       => __( 'publish, schedule and change public content', 'countersign' ),
			'trash_restore' => __( 'move content to the trash and restore it', 'countersign' ),
			'media_manage'  => __( 'upload files, write alternative texts and add images to content', 'countersign' ),
			'taxonomy'      => __( 'create and assign categories and tags', 'countersign' ),
			'authors'       => __( 'list authors and change the author of content', 'countersign' ),
			'seo'           => __( 'read and write the fields of SEO plugins', 'countersign' ),
			'image'         => __( 'generate images and find stock photos', 'countersign' ),
			'upload_portal' => __( 'let people without an account send files', 'countersign' ),
			default         => $group,
		};
	}

	/**
	 * Returns the short name of a permission group, for tables.
	 *
	 * @param string $group Name of the group, such as `create_edit`.
	 */
	public static function group_short( string $group ): string {
		return match ( $group ) {
			'read'          => __( 'Read', 'countersign' ),
			'create_edit'   => __( 'Write', 'countersign' ),
			'publish'       => __( 'Publish', 'countersign' ),
			'trash_restore' => __( 'Trash', 'countersign' ),
			'media_manage'  => __( 'Media', 'countersign' ),
			'taxonomy'      => __( 'Categories and tags', 'countersign' ),
			'authors'       => __( 'Authors', 'countersign' ),
			'seo'           => __( 'SEO', 'countersign' ),
			'image'         => __( 'Images', 'countersign' ),
			'upload_portal' => __( 'Upload sessions', 'countersign' ),
			default         => $group,
		};
	}

	/**
	 * Returns the name of a preset.
	 *
	 * @param string $preset Name of the preset, such as `draft_only`, or `custom`.
	 */
	public static function preset( string $preset ): string {
		return match ( $preset ) {
			'read_only'       => __( 'Read only', 'countersign' ),
			'seo_specialist'  => __( 'SEO specialist', 'countersign' ),
			'media_manager'   => __( 'Media manager', 'countersign' ),
			'draft_only'      => __( 'Drafts only', 'countersign' ),
			'content_manager' => __( 'Content manager', 'countersign' ),
			'standard'        => __( 'Standard', 'countersign' ),
			'full_access'     => __( 'Full access', 'countersign' ),
			'custom'          => __( 'Custom', 'countersign' ),
			default           => $preset,
		};
	}

	/**
	 * Returns one sentence that says what a preset allows.
	 *
	 * @param string $preset Name of the preset, such as `draft_only`, or `custom`.
	 */
	public static function preset_meaning( string $preset ): string {
		return match ( $preset ) {
			'read_only'       => __( 'Can view content. Cannot change anything.', 'countersign' ),
			'seo_specialist'  => __( 'Can view content and change its SEO fields only.', 'countersign' ),
			'media_manager'   => __( 'Can view content and manage the media library.', 'countersign' ),
			'draft_only'      => __( 'Can write and edit drafts. Never publishes, and never changes what is public.', 'countersign' ),
			'content_manager' => __( 'Can write, edit and publish. Cannot move anything to the trash.', 'countersign' ),
			'standard'        => __( 'Can do what a content manager can, and use images and upload sessions. Cannot move anything to the trash.', 'countersign' ),
			'full_access'     => __( 'Can do everything that agents can be allowed to do, including moving content to the trash.', 'countersign' ),
			'custom'          => __( 'You choose the permissions one by one.', 'countersign' ),
			default           => '',
		};
	}

	/**
	 * Returns the name of a connection's state.
	 *
	 * @param string $state `active`, `paused`, `revoked` or `unusable`.
	 */
	public static function state( string $state ): string {
		return match ( $state ) {
			'active'   => __( 'Active', 'countersign' ),
			'paused'   => __( 'Paused', 'countersign' ),
			'revoked'  => __( 'Revoked', 'countersign' ),
			'unusable' => __( 'Unusable', 'countersign' ),
			default    => $state,
		};
	}

	/**
	 * Returns why a connection ended, to follow "disconnected" or "revoked" in a sentence.
	 *
	 * @param string $reason `admin`, `client`, or the reason code that ended the connection.
	 */
	public static function ended( string $reason ): string {
		return match ( $reason ) {
			'admin'          => __( 'by an administrator', 'countersign' ),
			'client'         => __( 'by the agent itself', 'countersign' ),
			'replaced'       => __( 'because its agent was connected again', 'countersign' ),
			'refresh_reused' => __( 'because its refresh token was used twice, which happens when a token is stolen', 'countersign' ),
			'code_reused'    => __( 'because its authorization code was used twice, which happens when a code is stolen', 'countersign' ),
			'app_password_deleted' => __( 'because its application password was deleted', 'countersign' ),
			'site_moved'     => __( 'because this site is a copy', 'countersign' ),
			'keys_changed'   => __( 'because the keys of this site were changed', 'countersign' ),
			'record_foreign' => __( 'because the site began anew', 'countersign' ),
			'witness_unusable', 'witness_missing' => __( 'because it could not be protected against a restored backup', 'countersign' ),
			default          => $reason,
		};
	}

	/**
	 * Returns why a connection was paused by something other than a person's decision, and what to do.
	 *
	 * @param string $reason Reason code.
	 */
	public static function paused( string $reason ): string {
		return 'record_rolled_back' === $reason
			? __( 'Its token is newer than the database, as after a restored backup. Resume it if you restored one. If not, revoke it.', 'countersign' )
			: self::fault( $reason );
	}

	/**
	 * Returns why the record of a connection cannot be used, and what to do.
	 *
	 * @param string $reason Reason code.
	 */
	public static function fault( string $reason ): string {
		return match ( $reason ) {
			'extension_missing'  => __( 'What this connection may do is not known, because the PHP extension is missing.', 'countersign' ),
			'record_forged'      => __( 'The database was changed by something other than this plugin. Revoke the connection, and connect the agent again.', 'countersign' ),
			'record_foreign'     => __( 'It belongs to a copy of this site, or to a time before the site began anew. Revoke it, and connect the agent again.', 'countersign' ),
			'record_missing'     => __( 'Its record was removed from the database. Revoke the connection, and connect the agent again.', 'countersign' ),
			'record_rolled_back' => __( 'The database shows an older state, such as that of a restored backup.', 'countersign' ),
			'record_unsealed'    => __( 'It is from a version without sealed records. An administrator has to confirm it.', 'countersign' ),
			'keys_changed'       => __( 'The secret keys of the site have changed. Connect the agent again.', 'countersign' ),
			'account_changed'    => __( 'The account that it acts as, or the account that allowed it, was changed.', 'countersign' ),
			default              => self::reason( $reason ),
		};
	}

	/**
	 * Returns the English sentence of the extension for a reason code; the code itself if the extension is missing or does not know it.
	 *
	 * @param string $reason Reason code.
	 */
	public static function reason( string $reason ): string {
		return ( function_exists( 'Countersign\reasons' ) ? \Countersign\reasons() : [] )[ $reason ] ?? $reason;
	}

	/**
	 * Returns the name of an audit entry's outcome.
	 *
	 * @param string $outcome `ok`, `denied`, `failed` or `interrupted`.
	 */
	public static function outcome( string $outcome ): string {
		return match ( $outcome ) {
			'ok'          => __( 'Done', 'countersign' ),
			'denied'      => __( 'Refused', 'countersign' ),
			'failed'      => __( 'Failed', 'countersign' ),
			'interrupted' => __( 'Interrupted', 'countersign' ),
			default       => $outcome,
		};
	}
}
