<?php

declare(strict_types=1);

namespace Countersign\Plugin\Abilities;

defined( 'ABSPATH' ) || exit;

/**
 * The abilities that calls of agents run now. A call that was decided lets its ability execute exactly once: an ability that
 * runs itself again, or another one, is decided anew.
 */
final class Running {

	/** Name and whether it may still begin; the innermost comes last. @var list<array{name: string, is_pending: bool}> */
	private array $stack = [];

	/**
	 * Runs an ability that was decided.
	 *
	 * @template T
	 *
	 * @param string        $name Name of the ability.
	 * @param callable(): T $act  Executes it.
	 *
	 * @return T
	 */
	public function run( string $name, callable $act ): mixed {
		$this->stack[] = [
			'name'       => $name,
			'is_pending' => true,
		];
		try {
			return $act();
		} finally {
			array_pop( $this->stack );
		}
	}

	/** Tells whether the innermost call runs this ability and the ability has not begun. */
	public function is_pending( string $name ): bool {
		$last = end( $this->stack );
		return false !== $last && $last['is_pending'] && $last['name'] === $name;
	}

	/** Notes that the ability of the innermost call begins. */
	public function begin(): void {
		$last = array_pop( $this->stack );
		if ( null !== $last ) {
			$this->stack[] = [ 'is_pending' => false ] + $last;
		}
	}
}
