<?php

declare(strict_types=1);

namespace Countersign\Plugin\Site;

use Countersign\Access;
use Countersign\Plugin\Calls\Registry;

/** What groups, presets and states are called, in plain words, for every page that shows them. */
final class Labels {

	/** A group in one line. */
	public static function group( string $group ): string {
		return match ( $group ) {
			'read'          => __( 'Read: site information, content and media', 'countersign' ),
			'create_edit'   => __( 'Write: make drafts, change existing content', 'countersign' ),
			'publish'       => __( 'Publish: publish and schedule, each after a confirmation', 'countersign' ),
			'trash_restore' => __( 'Trash: move to the trash and restore, each after a confirmation', 'countersign' ),
			'media_manage'  => __( 'Media: upload files, alternative texts, images in content', 'countersign' ),
			'taxonomy'      => __( 'Categories and tags: create and assign', 'countersign' ),
			'authors'       => __( 'Authors: list and reassign', 'countersign' ),
			'seo'           => __( 'SEO: read and write the fields of SEO plugins', 'countersign' ),
			'image'         => __( 'Images: generate images, stock photos', 'countersign' ),
			'upload_portal' => __( 'Upload sessions: let people without an account send files', 'countersign' ),
			default         => $group,
		};
	}

	/** A group in a word or two, for tables. */
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

	/** The name of a preset. */
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

	/** What a preset means for the person who chooses it. */
	public static function preset_meaning( string $preset ): string {
		return match ( $preset ) {
			'read_only'       => __( 'Looks at content, changes nothing.', 'countersign' ),
			'seo_specialist'  => __( 'Reads content and works on SEO fields only.', 'countersign' ),
			'media_manager'   => __( 'Reads content and looks after the media library.', 'countersign' ),
			'draft_only'      => __( 'Writes and edits, but never publishes.', 'countersign' ),
			'content_manager' => __( 'Writes, edits and publishes. Cannot trash anything.', 'countersign' ),
			'standard'        => __( 'Content manager, with images and upload sessions. Cannot trash anything.', 'countersign' ),
			'full_access'     => __( 'Everything an agent can be given, the trash included.', 'countersign' ),
			'custom'          => __( 'You choose what it may do.', 'countersign' ),
			default           => '',
		};
	}

	/** The state of a connection. */
	public static function state( string $state ): string {
		return match ( $state ) {
			'active'  => __( 'Active', 'countersign' ),
			'paused'  => __( 'Paused', 'countersign' ),
			'revoked' => __( 'Revoked', 'countersign' ),
			default   => $state,
		};
	}

	/** Why a connection ended. */
	public static function ended( string $reason ): string {
		return match ( $reason ) {
			'admin'          => __( 'by an administrator', 'countersign' ),
			'client'         => __( 'by the client itself', 'countersign' ),
			'refresh_reused' => __( 'because a refresh token was used twice: it may have been stolen', 'countersign' ),
			'code_reused'    => __( 'because an authorization code was used twice: it may have been stolen', 'countersign' ),
			default          => $reason,
		};
	}

	/** The outcome of an audit entry. */
	public static function outcome( string $outcome ): string {
		return match ( $outcome ) {
			'ok'          => __( 'Done', 'countersign' ),
			'denied'      => __( 'Refused', 'countersign' ),
			'failed'      => __( 'Failed', 'countersign' ),
			'interrupted' => __( 'Interrupted', 'countersign' ),
			default       => $outcome,
		};
	}

	/**
	 * The titles of the tools on this site, by group.
	 *
	 * @return array<string, list<string>>
	 */
	public static function tools_by_group( Registry $registry ): array {
		$served = Json::decode( $registry->to_json() );
		$found  = array_fill_keys( Access::groups(), [] );
		foreach ( Json::decode( Access::catalogue() ) as $tool ) {
			if ( in_array( $tool['name'], $served['builtin'], true ) ) {
				foreach ( $tool['groups'] as $group ) {
					$found[ $group ][] = (string) $tool['title'];
				}
			}
		}
		foreach ( $served['tools'] as $tool ) {
			$found[ $tool['group'] ][] = (string) ( $tool['title'] ?? $tool['name'] );
		}
		return $found;
	}
}
