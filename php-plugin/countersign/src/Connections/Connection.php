<?php

declare(strict_types=1);

namespace Countersign\Plugin\Connections;

use Countersign\Decision;
use Countersign\Plugin\Site\Json;
use Countersign\Plugin\Site\Names;
use Countersign\Record;

defined( 'ABSPATH' ) || exit;

/**
 * A client's connection to the site, as its sealed record says. Immutable.
 *
 * If the record cannot be opened, the connection has the state {@see UNUSABLE}, no user and no permissions; only its name and its
 * dates come from the columns beside the record, so that people can tell which one it is.
 */
final class Connection {

	/** State: the client may act. */
	public const ACTIVE = 'active';

	/** State: the client is refused until the connection is resumed. */
	public const PAUSED = 'paused';

	/** State: the connection has ended and cannot be resumed. */
	public const REVOKED = 'revoked';

	/** The age in seconds from which people are told to replace an application password. */
	public const PASSWORD_AGE = 90 * DAY_IN_SECONDS;

	/** Instead of the id of an account: the connection gets one of its own. */
	public const OWN_ACCOUNT = 0;

	/** The caps that a connection can have. A cap of costs is in millionths of a unit of money. */
	public const BUDGETS = [ 'calls_day', 'calls_month', 'cost_day', 'cost_month' ];

	/** State: the record cannot be opened, and the client is refused. The fault says why. */
	public const UNUSABLE = 'unusable';

	/**
	 * @param int                          $id           Id of the connection, a random number.
	 * @param string                       $name         Name that a person gave the connection.
	 * @param string                       $client       Name that the client gave itself. Untrusted.
	 * @param int                          $user         Id of the WordPress user that the client acts as.
	 * @param string                       $preset       Name of the chosen preset, or `custom`.
	 * @param list<string>                 $groups       Permission groups of the connection.
	 * @param string                       $state        One of the constants.
	 * @param int                          $epoch        Counter that revocation increases. Access tokens of an earlier epoch are
	 *                                                   invalid.
	 * @param array{max: int, window: int} $limit        Calls in a rolling window of seconds.
	 * @param int                          $created_at   Unix seconds.
	 * @param int                          $created_by   Id of the user who consented.
	 * @param int                          $state_at     Unix seconds of the last change of the state.
	 * @param string                       $state_reason `admin`, `client`, `replaced`, or the reason code that ended or paused the connection;
	 *                                                   '' if it is active.
	 * @param list<string>                 $origins      Web origins of the client, from which a browser may call.
	 * @param list<string>                 $denied_fields Fields that the client may not write, as {@see \Countersign\Access::fields()} returns them.
	 * @param bool                         $drops        Whether arguments that a tool does not have are dropped instead of refused.
	 * @param int                          $state_by     Id of the user who paused or resumed it, or 0 if nobody is known.
	 * @param int                          $last_used_at Unix seconds, 0 for never. Not sealed.
	 * @param string                       $last_used_ip IP address, or '' for never. Not sealed.
	 * @param array{user: int, uuid: string, created_at: int, ...}|null $credential The application password that the connection is for,
	 *                                                   or null if its client has access tokens.
	 * @param bool                         $own_account  Whether the account was made for this connection and is nobody else's.
	 * @param list<int>                    $authors      Ids of the users whom the agent may make the author of items. Empty for only
	 *                                                   its own user.
	 * @param array<string, int>           $budget       Caps of calls and costs, by the names of {@see self::BUDGETS}.
	 * @param int                          $version      Version of the record; 0 if it cannot be opened.
	 * @param string|null                  $text         The sealed text as stored, or null if there is none.
	 * @param Record|Decision|null         $opened       What opening the record gave; null if it was not tried.
	 * @param string|null                  $fault        Reason code for which the record cannot be opened, or null if it was.
	 */
	private function __construct(
		public readonly int $id,
		public readonly string $name,
		public readonly string $client,
		public readonly int $user,
		public readonly string $preset,
		public readonly array $groups,
		public readonly string $state,
		public readonly int $epoch,
		public readonly array $limit,
		public readonly int $created_at,
		public readonly int $created_by,
		public readonly int $state_at,
		public readonly string $state_reason,
		public readonly array $origins,
		public readonly array $denied_fields,
		public readonly bool $drops,
		public readonly int $state_by,
		public readonly int $last_used_at,
		public readonly string $last_used_ip,
		public readonly ?array $credential,
		public readonly bool $own_account,
		public readonly array $authors,
		public readonly array $budget,
		public readonly int $version,
		public readonly ?string $text,
		public readonly Record|Decision|null $opened,
		public readonly ?string $fault,
	) {}

	/**
	 * Returns the connection of a table row.
	 *
	 * @param array<string, mixed>   $row    Column => value.
	 * @param Record|Decision|string $opened What opening the column `record` gave, or the reason code for which it could not even be
	 *                                       tried.
	 */
	public static function of( array $row, Record|Decision|string $opened ): self {
		$id   = (int) $row['id'];
		$data = $opened instanceof Record
			? Json::decode( $opened->data() )
			: [
				'name'       => (string) $row['name'],
				'client'     => (string) $row['client'],
				'state'      => self::UNUSABLE,
				'created_at' => (int) $row['created_at'],
			];
		$name = Names::clean( (string) ( $data['name'] ?? '' ) );
		return new self(
			$id,
			/* translators: %d: id of a connection. */
			'' === $name ? sprintf( __( 'Connection %d', 'countersign' ), $id ) : $name,
			Names::clean( (string) ( $data['client'] ?? '' ) ),
			(int) ( $data['user'] ?? 0 ),
			(string) ( $data['preset'] ?? 'custom' ),
			array_values( array_filter( (array) ( $data['groups'] ?? [] ), is_string( ... ) ) ),
			(string) ( $data['state'] ?? self::UNUSABLE ),
			(int) ( $data['epoch'] ?? 0 ),
			[
				'max'    => (int) ( $data['limit']['max'] ?? 1 ),
				'window' => (int) ( $data['limit']['window'] ?? 1 ),
			],
			(int) ( $data['created_at'] ?? 0 ),
			(int) ( $data['created_by'] ?? 0 ),
			(int) ( $data['state_at'] ?? 0 ),
			(string) ( $data['state_reason'] ?? '' ),
			array_values( array_filter( (array) ( $data['origins'] ?? [] ), is_string( ... ) ) ),
			array_values( array_filter( (array) ( $data['denied_fields'] ?? [] ), is_string( ... ) ) ),
			(bool) ( $data['drop_unknown_arguments'] ?? false ),
			(int) ( $data['state_by'] ?? 0 ),
			(int) $row['last_used_at'],
			(string) $row['last_used_ip'],
			self::credential( $data ),
			true === ( $data['own_account'] ?? false ),
			array_values( array_filter( (array) ( $data['authors'] ?? [] ), is_int( ... ) ) ),
			array_filter( array_intersect_key( (array) ( $data['budget'] ?? [] ), array_flip( self::BUDGETS ) ), is_int( ... ) ),
			$opened instanceof Record ? $opened->version() : 0,
			isset( $row['record'] ) ? (string) $row['record'] : null,
			is_string( $opened ) ? null : $opened,
			match ( true ) {
				$opened instanceof Record => null,
				is_string( $opened )      => $opened,
				default                   => $opened->reason() ?? 'record_missing',
			},
		);
	}

	/**
	 * Returns what the record of this connection says, with some members replaced.
	 *
	 * @param array<string, mixed> $changed Member => new value.
	 *
	 * @return array<string, mixed> Data of a record `connection`.
	 */
	public function data( array $changed = [] ): array {
		return array_merge(
			[
				'name'         => $this->name,
				'client'       => $this->client,
				'user'         => $this->user,
				'preset'       => $this->preset,
				'groups'       => $this->groups,
				'state'        => $this->state,
				'epoch'        => $this->epoch,
				'limit'        => $this->limit,
				'created_at'   => $this->created_at,
				'created_by'   => $this->created_by,
				'state_at'     => $this->state_at,
				'state_reason' => $this->state_reason,
				'state_by'     => $this->state_by,
			],
			[] === $this->origins ? [] : [ 'origins' => $this->origins ],
			[] === $this->denied_fields ? [] : [ 'denied_fields' => $this->denied_fields ],
			$this->drops ? [ 'drop_unknown_arguments' => true ] : [],
			null === $this->credential ? [] : [ 'credential' => $this->credential ],
			$this->own_account ? [ 'own_account' => true ] : [],
			[] === $this->authors ? [] : [ 'authors' => $this->authors ],
			[] === $this->budget ? [] : [ 'budget' => $this->budget ],
			$changed
		);
	}

	/** Tells whether the connection has not ended and its application password is older than {@see PASSWORD_AGE}. */
	public function has_old_password(): bool {
		return null !== $this->credential && ! $this->is_revoked() && $this->credential['created_at'] < time() - self::PASSWORD_AGE;
	}

	/**
	 * @param array<array-key, mixed> $data
	 *
	 * @return array{user: int, uuid: string, created_at: int, ...}|null
	 */
	private static function credential( array $data ): ?array {
		/** @var array{user: int, uuid: string, created_at: int, ...}|null $credential As {@see \Countersign\McpServer::credential()} returned it. */
		$credential = $data['credential'] ?? null;
		return $credential;
	}

	/**
	 * Returns the id of the account whose rights bound the connection: the person who approved it, if it has an account of its own, or
	 * else the account that it acts as. Who may edit this account may change the connection.
	 */
	public function principal(): int {
		return $this->own_account ? $this->created_by : $this->user;
	}

	/** Tells whether the connection has ended. */
	public function is_revoked(): bool {
		return self::REVOKED === $this->state;
	}

	/** Returns how audit entries name the connection, such as `connection:7`. */
	public function target(): string {
		return 'connection:' . $this->id;
	}
}
