<?php

declare(strict_types=1);

namespace Countersign\Plugin\Health;

use Countersign\Plugin\Accounts\AgentAccounts;
use Countersign\Plugin\Connections\Connection;
use Countersign\Plugin\Passwords\PasswordConnections;
use Countersign\Plugin\Records\Beacon;
use Countersign\Plugin\Records\SiteState;
use Countersign\Plugin\Records\Verification;
use Countersign\Plugin\Site\ClientAddress;
use Countersign\Plugin\Site\Failure;
use Countersign\Plugin\Site\Names;

defined( 'ABSPATH' ) || exit;

/**
 * The tests on the page Tools > Site Health: whether agents can use the site, whether its decisions are protected, and what is
 * wrong with the accounts and passwords of agents.
 */
final class SiteHealth {

	/** The largest number of accounts that are looked at. */
	private const MAX_ACCOUNTS = 500;

	/** @param \Closure(): AgentState $agents Returns whether agents can act. */
	public function __construct(
		private readonly \Closure $agents,
		private readonly ClientAddress $client,
		private readonly SiteState $state,
		private readonly PasswordConnections $passwords,
		private readonly string $connections_url,
	) {}

	/**
	 * Callback of the filter `site_status_tests`.
	 *
	 * @param array<string, array<string, mixed>> $tests
	 *
	 * @return array<string, array<string, mixed>>
	 */
	public function add_test( array $tests ): array {
		$tests['direct']['countersign']         = [
			'label' => __( 'Countersign', 'countersign' ),
			'test'  => $this->run( ... ),
		];
		$tests['direct']['countersign_records'] = [
			'label' => __( 'Countersign: sealed decisions', 'countersign' ),
			'test'  => fn(): array => [ 'test' => 'countersign_records' ] + $this->records(),
		];
		if ( [] !== AgentAccounts::all( 1 ) ) {
			$tests['direct']['countersign_accounts'] = [
				'label' => __( 'Countersign: accounts of agents', 'countersign' ),
				'test'  => static fn(): array => [ 'test' => 'countersign_accounts' ] + self::accounts(),
			];
		}
		if ( [] !== OtherServers::uncovered() ) {
			$tests['direct']['countersign_other_servers'] = [
				'label' => __( 'Countersign: other MCP servers', 'countersign' ),
				'test'  => static fn(): array => [ 'test' => 'countersign_other_servers' ] + self::other_servers(),
			];
		}
		if ( 0 < $this->passwords->count() ) {
			$tests['direct']['countersign_passwords'] = [
				'label' => __( 'Countersign: passwords of agents', 'countersign' ),
				'test'  => fn(): array => [ 'test' => 'countersign_passwords' ] + $this->passwords(),
			];
		}
		return $tests;
	}

	/**
	 * Tells whether somebody has given the account of an agent a role or a capability that no agent can use.
	 *
	 * @return array<string, mixed>
	 */
	private static function accounts(): array {
		$raised = [];
		foreach ( AgentAccounts::all( self::MAX_ACCOUNTS ) as $user ) {
			$surplus = AgentAccounts::surplus( $user );
			if ( [] !== $surplus ) {
				$raised[] = Names::text( (string) get_userdata( $user )?->display_name ) . ': ' . implode( ', ', $surplus );
			}
		}
		if ( [] === $raised ) {
			return self::result( 'good', __( 'The accounts of agents have only what their connections need', 'countersign' ), '<p>' . esc_html__( 'Nobody can log in to such an account.', 'countersign' ) . '</p>' );
		}
		return self::result(
			'critical',
			__( 'The account of an agent has more rights than an agent can use', 'countersign' ),
			/* translators: %s: names of accounts, each with its roles and capabilities. */
			'<p>' . esc_html( sprintf( __( 'Somebody has given these accounts a role or a capability. Calls of the agents do not get it, and nobody can log in to the accounts, but other code can act as them. Give each of them the role Agent again: %s', 'countersign' ), implode( '; ', $raised ) ) ) . '</p>',
			sprintf( '<a href="%s">%s</a>', esc_url( admin_url( 'users.php' ) ), esc_html__( 'Open the list of users', 'countersign' ) )
		);
	}

	/**
	 * Names the MCP servers that "Stop all agents" does not reach.
	 *
	 * @return array<string, mixed>
	 */
	private static function other_servers(): array {
		return self::result(
			'recommended',
			__( 'Other MCP servers of this site have tools that Countersign does not govern', 'countersign' ),
			/* translators: %s: names of plugins. */
			'<p>' . esc_html( sprintf( __( '“Stop all agents” stops the abilities that these servers run for programs, but not the tools that they have of their own, and Countersign does not record those: %s. Switch these servers off in their own settings if you do not need them.', 'countersign' ), implode( ', ', array_map( Names::text( ... ), OtherServers::uncovered() ) ) ) ) . '</p>'
		);
	}

	/**
	 * Tells whether application passwords of agents should be replaced.
	 *
	 * @return array<string, mixed>
	 */
	private function passwords(): array {
		try {
			$old = $this->passwords->old();
		} catch ( \Countersign\Exception | Failure $error ) {
			return self::result( 'recommended', __( 'Countersign cannot read which passwords agents have', 'countersign' ), '<p>' . esc_html( $error->getMessage() ) . '</p>' );
		}
		if ( [] === $old ) {
			return self::result( 'good', __( 'No application password of an agent is older than 90 days', 'countersign' ), '<p>' . esc_html__( 'A password does not change by itself, so replace it from time to time.', 'countersign' ) . '</p>' );
		}
		$names = array_map( static fn( Connection $one ): string => Names::text( $one->name ), $old );
		return self::result(
			'recommended',
			__( 'An application password of an agent is older than 90 days', 'countersign' ),
			/* translators: %s: names of connections. */
			'<p>' . esc_html( sprintf( __( 'Whoever has copied such a password can still use it. On the Connections page, make a new one for each of these agents, enter it there, and revoke the old connection: %s', 'countersign' ), implode( ', ', $names ) ) ) . '</p>'
		);
	}

	/**
	 * Tells whether what people decided is protected against a changed or restored database.
	 *
	 * @return array<string, mixed>
	 */
	private function records(): array {
		if ( ! Requirements::are_met() ) {
			return self::result( 'recommended', __( 'Countersign cannot check its records without its PHP extension', 'countersign' ), '<p>' . esc_html( Instructions::headline() ) . '</p>' );
		}
		try {
			$witness = $this->state->witness();
		} catch ( \Countersign\Exception | Failure $error ) {
			return self::result( 'critical', __( 'Countersign cannot read its records', 'countersign' ), '<p>' . esc_html( $error->getMessage() ) . '</p>' );
		}
		$is_off   = InMemory::is( $witness );
		$report   = Verification::last();
		$faults   = $report['faults'] ?? [];
		$problems = array_filter(
			[
				/* translators: %s: English description of a problem with a file. */
				null === $witness['failure'] ? '' : sprintf( __( 'The file that shows whether the database is current cannot be used: %s', 'countersign' ), $witness['failure'] ),
				false === $witness['keeps_data'] && 'store' === $witness['place'] ? __( 'The shared store can forget what protects the site against restored backups. Ask your host to switch on the append-only file of Redis (appendonly yes).', 'countersign' ) : '',
				'store' === $witness['place'] && null === $witness['keeps_data'] ? __( 'The shared store does not say whether it keeps its data when it restarts. If it does not, this site asks a person after each restart whether the database is current.', 'countersign' ) : '',
				! $is_off && Beacon::is_late() ? __( 'WordPress\'s scheduled tasks do not run, so this site has no current copy of its protection. If the server is replaced, an administrator has to confirm that the database is current. Ask your host to call wp-cron.php regularly.', 'countersign' ) : '',
				in_array( 'record_unexplained', $faults, true ) ? __( 'The audit log does not explain some sealed decisions, so code on this site made them without a person. Find out which plugin did this. The decisions:', 'countersign' ) . ' ' . implode( ', ', array_keys( $faults, 'record_unexplained', true ) ) : '',
				null !== $report && ! $report['is_whole'] ? __( 'So many sealed decisions are faulty that not all of them were checked. The Audit page lists the first ones.', 'countersign' ) : '',
			]
		);
		if ( $problems ) {
			return self::result(
				in_array( 'record_unexplained', $faults, true ) || null !== $witness['failure'] ? 'critical' : 'recommended',
				__( 'Decisions about AI agents are not fully protected', 'countersign' ),
				'<p>' . implode( '</p><p>', array_map( esc_html( ... ), [ ...$problems, ...( $is_off ? InMemory::sentences() : [] ) ] ) ) . '</p>'
			);
		}
		if ( $is_off ) {
			return self::result( 'recommended', InMemory::headline(), '<p>' . implode( '</p><p>', array_map( esc_html( ... ), InMemory::sentences() ) ) . '</p>' );
		}
		return self::result(
			'good',
			__( 'Decisions about AI agents are protected against changes of the database', 'countersign' ),
			/* translators: %s: number of records. */
			'<p>' . esc_html( sprintf( _n( '%s decision is sealed, and its version is known outside the database. If something changes it or brings back an older state, it is refused.', '%s decisions are sealed, and their versions are known outside the database. If something changes one or brings back an older state, it is refused.', $witness['records'], 'countersign' ), number_format_i18n( $witness['records'] ) ) ) . '</p>'
		);
	}

	/** @return array<string, mixed> */
	private function run(): array {
		$agents = ( $this->agents )();
		if ( ! $agents->can_act() ) {
			return self::result(
				// Somebody wants it so.
				$agents->is_only_stopped() ? 'recommended' : 'critical',
				/* translators: %s: state of agents, such as "All agents are stopped". */
				sprintf( __( 'AI agents: %s', 'countersign' ), $agents->headline() ),
				'<p>' . implode( '</p><p>', array_map( esc_html( ... ), $agents->problems ) ) . '</p>',
				sprintf( '<a href="%s">%s</a>', esc_url( $this->connections_url ), Requirements::are_met() ? esc_html__( 'Open the Connections page', 'countersign' ) : esc_html__( 'What to install', 'countersign' ) )
			);
		}
		if ( $this->client->is_forwarded_by_unknown_peer() ) {
			return self::result(
				'recommended',
				__( 'All AI agents may seem to come from one IP address', 'countersign' ),
				/* translators: %s: IP address. */
				'<p>' . esc_html( sprintf( __( 'This site is reached through a proxy with the address %s, which is not in the list of trusted proxies. Agents behind it share the limit for failed requests, and the audit log shows the address of the proxy. If the proxy is yours, add it on the Connections page, under Settings.', 'countersign' ), $this->client->current() ) ) . '</p>'
			);
		}
		return self::result(
			'good',
			__( 'Countersign is ready for AI agents', 'countersign' ),
			/* translators: %s: version. */
			'<p>' . esc_html( sprintf( __( 'The PHP extension is loaded (version %s). Its keys, its store and the audit log work.', 'countersign' ), \Countersign\version() ) ) . '</p>'
		);
	}

	/** @return array<string, mixed> */
	private static function result( string $status, string $label, string $description, string $actions = '' ): array {
		return [
			'label'       => $label,
			'status'      => $status,
			'badge'       => [
				'label' => __( 'Security', 'countersign' ),
				'color' => 'blue',
			],
			'description' => $description,
			'actions'     => '' === $actions ? '' : "<p>$actions</p>",
			'test'        => 'countersign',
		];
	}
}
