<?php

declare(strict_types=1);

namespace Countersign\Plugin\Calls;

use Countersign\McpCall;
use Countersign\Plugin\Site\Denied;
use Countersign\Plugin\Site\ErrorLog;
use Countersign\Plugin\Site\Json;
use Countersign\Plugin\Targets\ConcernsMeta;
use Countersign\Plugin\Targets\EditLock;
use Countersign\Plugin\Targets\ExactWrite;
use Countersign\Plugin\Targets\StoredPost;
use Countersign\Plugin\Targets\Targeted;
use Countersign\Plugin\Targets\TargetedMany;

defined( 'ABSPATH' ) || exit;

/** Finds the post that a call changes, and binds the calls of other plugins' tools to it. */
final class Targets {

	private const NONE = '"none"';

	private const UNKNOWN = '"unknown"';

	public function __construct( private readonly Registry $registry ) {}

	/** Returns what the site knows of the post that a call would change, in the form of {@see McpCall::consider()}. */
	public function of( McpCall $call ): string {
		$arguments = Json::decode( $call->arguments() );
		if ( 'request_review' === $call->name() ) {
			return $this->of_tool( (string) ( $arguments['tool'] ?? '' ), (array) ( $arguments['arguments'] ?? [] ) );
		}
		return $this->of_tool( $call->name(), $arguments );
	}

	/**
	 * Runs a tool of another plugin. If the tool names the post that it changes, the post stays locked for people meanwhile, and
	 * must be unchanged when it is first written.
	 *
	 * @param array{target: callable|null, ...}|null $entry As {@see Registry::find()} returned it.
	 * @param callable(): mixed                      $act   Runs the tool.
	 */
	public static function bind( ?array $entry, McpCall $call, Call $handle, callable $act ): mixed {
		$named = $call->needsTarget() && $entry ? self::named( $entry['target'], Json::decode( $call->arguments() ) ) : null;
		if ( ! is_array( $named ) ) {
			return $act();
		}
		[ $id, $meta ] = $named;
		return EditLock::hold(
			$id,
			static function ( EditLock $lock ) use ( $id, $meta, $handle, $act ): mixed {
				$check = static fn( StoredPost $now ) => $handle->check_target( $now, $meta );
				$check( StoredPost::read( $id ) ?? throw new Denied( 'target_not_found' ) );
				$result = ExactWrite::run( $id, null, $check, $act, $lock );
				$now    = StoredPost::read( $id );
				if ( null !== $now ) {
					$handle->record_target( $now, null, $meta );
				}
				return $result;
			}
		);
	}

	/** @param array<string, mixed> $arguments */
	private function of_tool( string $name, array $arguments ): string {
		$builtin = $this->registry->builtin( $name );
		if ( $builtin instanceof TargetedMany ) {
			return self::of_items( $builtin->targets( $arguments ) );
		}
		if ( null !== $builtin ) {
			$id   = $builtin instanceof Targeted ? $builtin->target( $arguments ) : null;
			$post = null === $id ? null : StoredPost::read( $id );
			return $post?->to_json( $builtin instanceof ConcernsMeta ? $builtin->meta( $arguments ) : [] ) ?? self::NONE;
		}
		$entry = $this->registry->find( 'tools', $name );
		try {
			$named = self::named( $entry['target'] ?? null, $arguments );
		} catch ( \Throwable $error ) {
			ErrorLog::failure( sprintf( 'tool "%s" cannot name what it changes', ErrorLog::name( $name ) ), $error );
			return self::UNKNOWN;
		}
		if ( ! is_array( $named ) ) {
			return null === $named ? self::NONE : self::UNKNOWN;
		}
		[ $id, $meta ] = $named;
		$post          = ! StoredPost::is_in_circle( $id ) && null !== StoredPost::current( $id ) && current_user_can( 'read_post', $id ) ? StoredPost::read( $id ) : null;
		return $post?->to_json( $meta ) ?? self::UNKNOWN;
	}

	/** @param list<int> $ids */
	private static function of_items( array $ids ): string {
		return '[' . implode( ',', StoredPost::reports( StoredPost::read_many( $ids ) ) ) . ']';
	}

	/**
	 * Asks a plugin's tool which post a call changes.
	 *
	 * @param array<string, mixed> $arguments
	 *
	 * @return array{int, list<string>}|false|null Id and names of metadata; null for no post; false if the tool does not say.
	 */
	private static function named( ?callable $target, array $arguments ): array|false|null {
		if ( null === $target ) {
			return false;
		}
		$named = $target( $arguments );
		if ( null === $named ) {
			return null;
		}
		$id   = is_array( $named ) ? $named['post'] ?? null : $named;
		$meta = is_array( $named ) ? $named['meta'] ?? [] : [];
		return is_int( $id ) && $id > 0 && is_array( $meta ) ? [ $id, array_values( array_filter( $meta, is_string( ... ) ) ) ] : false;
	}
}
