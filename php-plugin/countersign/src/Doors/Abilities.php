<?php

declare(strict_types=1);

namespace Countersign\Plugin\Doors;

use Countersign\Plugin\Abilities\Entrance;
use Countersign\Plugin\Abilities\Governor;
use Countersign\Plugin\Abilities\OwnAbilities;
use Countersign\Plugin\Calls\Registry;
use Countersign\Plugin\Health\Requirements;
use Countersign\Plugin\Site\ErrorLog;

defined( 'ABSPATH' ) || exit;

/**
 * The Abilities API of WordPress 6.9 and later as a door: registers the tools of this plugin as abilities, and sends every
 * ability that runs through the {@see Governor}.
 *
 * Each ability is wrapped when it is registered, which every version allows. WordPress 7.1 has filters around an ability, which
 * hold also for one whose class has its own way of running.
 */
final class Abilities {

	/**
	 * @param \Closure(): Governor       $governor Returns what decides about abilities.
	 * @param \Closure(): OwnAbilities   $own      Returns the tools of this plugin as abilities.
	 * @param \Closure(Registry): void   $offer    Adds the abilities of others that are offered to agents.
	 */
	public function __construct(
		private readonly \Closure $governor,
		private readonly \Closure $own,
		private readonly \Closure $offer,
	) {}

	/** Registers the hooks. None of them fires on WordPress 6.8. */
	public function register(): void {
		Entrance::watch();
		add_filter( 'wp_register_ability_args', $this->wrap( ... ), PHP_INT_MAX, 2 );
		add_filter( 'wp_ability_permission_result', $this->narrow( ... ), PHP_INT_MAX, 3 );
		add_filter( 'wp_pre_execute_ability', $this->before( ... ), PHP_INT_MAX, 3 );
		if ( Requirements::are_met() ) {
			add_action( 'wp_abilities_api_categories_init', fn() => ( $this->own )()->register_category() );
			add_action( 'wp_abilities_api_init', $this->register_own( ... ) );
			add_action( 'countersign_register', $this->offer, PHP_INT_MIN );
		}
	}

	/** Callback of the action `wp_abilities_api_init`. Whatever happens here, the abilities of others are registered. */
	private function register_own(): void {
		try {
			( $this->own )()->register();
		} catch ( \Throwable $error ) {
			ErrorLog::failure( 'the tools could not be registered as abilities', $error );
		}
	}

	/**
	 * Callback of the filter `wp_register_ability_args`.
	 *
	 * @param array<string, mixed> $args
	 *
	 * @return array<string, mixed>
	 */
	private function wrap( array $args, string $name ): array {
		$permission = $args['permission_callback'] ?? null;
		$execute    = $args['execute_callback'] ?? null;
		if ( is_callable( $permission ) ) {
			$args['permission_callback'] = fn( mixed ...$input ): mixed => ( $this->governor )()->refusal( $name, $input[0] ?? null ) ?? $permission( ...$input );
		}
		if ( is_callable( $execute ) ) {
			$args['execute_callback'] = function ( mixed ...$input ) use ( $name, $execute ): mixed {
				$answer = ( $this->governor )()->run( $name, $input[0] ?? null );
				if ( null !== $answer ) {
					return $answer[0];
				}
				( $this->governor )()->begin( $name );
				return $execute( ...$input );
			};
		}
		return $args;
	}

	/** Callback of the filter `wp_ability_permission_result`. Refuses, and never permits. */
	private function narrow( mixed $permission, string $name, mixed $input ): mixed {
		return true === $permission ? ( $this->governor )()->refusal( $name, $input ) ?? true : $permission;
	}

	/** Callback of the filter `wp_pre_execute_ability`. Answers in place of the ability if the extension decides about it. */
	private function before( mixed $answer, string $name, mixed $input ): mixed {
		$own = ( $this->governor )()->run( $name, $input );
		return null === $own ? $answer : $own[0];
	}
}
