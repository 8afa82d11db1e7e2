<?php

declare(strict_types=1);

namespace Countersign\Plugin\Doors\Cli;

use Countersign\Plugin\Connections\KillSwitch;
use Countersign\Plugin\Connections\Repository;
use Countersign\Plugin\Health\AgentState;
use Countersign\Plugin\Health\InMemory;
use Countersign\Plugin\Health\Requirements;
use Countersign\Plugin\Passwords\PasswordConnections;
use Countersign\Plugin\Records\SiteState;
use Countersign\Plugin\Site\Failure;
use Countersign\Plugin\Site\Urls;

defined( 'ABSPATH' ) || exit;

/** The WP-CLI command `wp countersign status`. */
final class StatusCommand {

	/** @param \Closure(): AgentState $agents Returns whether agents can act. */
	public function __construct(
		private readonly KillSwitch $kill_switch,
		private readonly SiteState $state,
		private readonly Repository $connections,
		private readonly \Closure $agents,
		private readonly PasswordConnections $passwords,
	) {}

	/**
	 * Shows whether AI agents can use this site, and what prevents it.
	 *
	 * Run it as the user of the web server: another user has a state folder of its own.
	 *
	 * ## EXAMPLES
	 *
	 *     $ wp countersign status
	 *     Address: example.com
	 *     Agents: can act
	 */
	public function __invoke(): void {
		foreach ( $this->lines() as $label => $text ) {
			\WP_CLI::line( "$label: $text" );
		}
	}

	/**
	 * Returns the lines of the command.
	 *
	 * @return array<string, string> Label => text.
	 */
	public function lines(): array {
		$lines = [ 'Address' => Urls::address() ];
		if ( ! Requirements::are_met() ) {
			return $lines + [ 'Agents' => Requirements::message() ];
		}
		$switch   = $this->kill_switch->state();
		$agents   = ( $this->agents )();
		$lines   += [
			'Agents'      => $agents->can_act() ? 'can act' : $agents->headline(),
			'Kill switch' => KillSwitch::UNKNOWN === $switch ? 'its record cannot be used, which counts as on' : $switch,
			'Connections' => (string) $this->connections->count( 'active' ) . ' active',
		];
		$passwords = $this->passwords->count();
		if ( 0 < $passwords ) {
			$lines['Application passwords'] = sprintf( '%d, %d older than 90 days', $passwords, count( $this->passwords->old() ) );
		}
		try {
			$lines['Witness'] = self::witness( $this->state->witness() );
		} catch ( \Countersign\Exception | Failure ) {
			$lines['Witness'] = 'unknown';
		}
		foreach ( $agents->problems as $reason => $text ) {
			$lines[ "Problem $reason" ] = $text;
		}
		return $lines;
	}

	/**
	 * Returns where the versions of the sealed records are known outside the database.
	 *
	 * @param array{place: string, keeps_data: bool|null, records: int, failure: string|null} $witness As the extension tells it.
	 */
	public static function witness( array $witness ): string {
		return InMemory::is( $witness )
			? 'off: this site runs in WebAssembly, so its store ends with it, and a restored database is not noticed'
			: sprintf(
				'%d %s in %s%s',
				$witness['records'],
				1 === $witness['records'] ? 'record' : 'records',
				'file' === $witness['place'] ? 'a file in the state folder of this user' : 'the shared store',
				null === $witness['failure'] ? '' : ': ' . $witness['failure']
			);
	}
}
