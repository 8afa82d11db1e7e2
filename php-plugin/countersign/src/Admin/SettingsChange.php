<?php

declare(strict_types=1);

namespace Countersign\Plugin\Admin;

use Countersign\Access;
use Countersign\Plugin\Audit\EntryDraft;
use Countersign\Plugin\Audit\Log;
use Countersign\Plugin\Records\SiteRecords;
use Countersign\Plugin\Site\Json;
use Countersign\Plugin\Site\SealedOptions;
use Countersign\Plugin\Site\Settings;

defined( 'ABSPATH' ) || exit;

/** Stores settings that the current user has changed, if the extension permits it. */
final class SettingsChange {

	public function __construct(
		private readonly Settings $settings,
		private readonly Log $log,
		private readonly SiteRecords $records,
	) {}

	/**
	 * Stores settings and records the change, or the refusal.
	 *
	 * @param array<string, mixed> $given As {@see Settings::changes()} takes it.
	 *
	 * @return bool False if only an administrator may make this change. Then nothing was stored.
	 */
	public function save( array $given ): bool {
		$changes = $this->settings->changes( $given );
		// Settings that could not be used are sealed again even if they have their defaults.
		if ( ! $changes && '' === $this->settings->fault() ) {
			return true;
		}
		$draft    = EntryDraft::admin( 'setting', 'settings.changed', 'settings', $changes );
		$data     = $this->settings->with( $changes );
		$decision = Access::changeSettings( Json::encode( $this->settings->with() ), Json::encode( $data ), self::is_administrator() );
		if ( ! $decision->isAllowed() ) {
			$this->log->append( $draft->denied( (string) $decision->reason() ) );
			return false;
		}
		// A change that somebody else has saved meanwhile was not part of this decision, so it is not overwritten.
		$this->records->replace( SealedOptions::SETTINGS, $this->records->text( SealedOptions::SETTINGS ), $data, $draft );
		$this->settings->forget();
		return true;
	}

	/** Tells whether the current user administers the site. */
	public static function is_administrator(): bool {
		return current_user_can( 'manage_options' );
	}
}
