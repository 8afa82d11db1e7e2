<?php

declare(strict_types=1);

namespace Countersign\Plugin\Admin;

use Countersign\Access;
use Countersign\Plugin\Connections\Connection;
use Countersign\Plugin\Site\Labels;
use Countersign\Plugin\Site\Names;

defined( 'ABSPATH' ) || exit;

/**
 * The part of the consent page on which a person chooses what the agent can do. It names only permissions for which this site has
 * tools, and says for each choice what the agent can do with it and what it cannot.
 */
final class ConsentPresets {

	/** @param array<string, list<string>> $tools Permission group => titles of its tools on this site. */
	public function __construct( private readonly array $tools ) {}

	/**
	 * Returns the presets that differ on this site. Of several presets with the same tools, the default one is offered, or else the
	 * narrowest.
	 *
	 * @return list<string>
	 */
	public function offered(): array {
		$offered = [];
		foreach ( array_keys( Access::presets() ) as $preset ) {
			$tools = $this->usable( $preset );
			if ( ! isset( $offered[ $tools ] ) || Access::defaultPreset() === $preset ) {
				$offered[ $tools ] = $preset;
			}
		}
		return array_values( array_intersect( array_keys( Access::presets() ), $offered ) );
	}

	/**
	 * Prints the choice.
	 *
	 * @param string                          $checked  The preset that is selected.
	 * @param list<string>                    $groups   The permission groups that are selected for `custom`.
	 * @param array<string, list<Connection>> $earlier  Preset => connections that a new one with this preset would replace.
	 */
	public function show( string $checked, array $groups, array $earlier ): void {
		$this->choice( __( 'What the agent may do', 'countersign' ), [ ...$this->offered(), 'custom' ], $checked, $groups, $earlier );
	}

	/**
	 * Prints the choice of a person who asks somebody else.
	 *
	 * @param string $checked The preset that is selected.
	 */
	public function wish( string $checked ): void {
		$this->choice( __( 'What the agent should be allowed to do', 'countersign' ), $this->offered(), $checked, [], [] );
	}

	/**
	 * @param list<string>                    $presets
	 * @param list<string>                    $groups
	 * @param array<string, list<Connection>> $earlier
	 */
	private function choice( string $legend, array $presets, string $checked, array $groups, array $earlier ): void {
		?>
		<fieldset class="countersign-field">
			<legend><?php echo esc_html( $legend ); ?></legend>
			<?php foreach ( $presets as $preset ) : ?>
				<div class="countersign-preset">
					<label>
						<input type="radio" name="preset" value="<?php echo esc_attr( $preset ); ?>" <?php checked( $checked, $preset ); ?>>
						<strong><?php echo esc_html( Labels::preset( $preset ) ); ?></strong>
						<span><?php echo esc_html( Labels::preset_meaning( $this->described_as( $preset ) ) ); ?></span>
					</label>
					<div class="countersign-chosen">
						<?php
						'custom' === $preset ? $this->custom( $groups ) : $this->lists( $preset );
						self::replacing( $earlier[ $preset ] ?? [] );
						?>
					</div>
				</div>
			<?php endforeach; ?>
			<p class="description"><?php esc_html_e( 'No choice lets the agent change settings, users, plugins, themes or code, even if its account is an administrator. If a plugin adds tools later, the agent can use those that belong to its permissions.', 'countersign' ); ?></p>
		</fieldset>
		<?php
	}

	/** Prints in two lists what the agent can do with a preset, and what it cannot. */
	private function lists( string $preset ): void {
		$has   = Access::presets()[ $preset ];
		$lists = [
			[ 'is-can', __( 'It can', 'countersign' ), array_values( array_intersect( $this->groups(), $has ) ) ],
			[ 'is-cannot', __( 'It cannot', 'countersign' ), array_values( array_diff( $this->groups(), $has ) ) ],
		];
		echo '<div class="countersign-lists">';
		foreach ( $lists as [ $class, $heading, $groups ] ) {
			printf( '<div class="%s"><h3>%s</h3><ul>', esc_attr( $class ), esc_html( $heading ) );
			foreach ( $groups as $group ) {
				echo '<li>' . esc_html( Labels::act( $group ) );
				if ( 'is-can' === $class && in_array( $group, [ 'publish', 'trash_restore' ], true ) ) {
					echo ' <small>' . esc_html__( 'It must look at each such act a second time. No person is asked.', 'countersign' ) . '</small>';
				}
				echo '</li>';
			}
			if ( 'is-cannot' === $class ) {
				echo '<li>' . esc_html__( 'change settings, users, plugins, themes or code', 'countersign' ) . '</li>';
			}
			echo '</ul></div>';
		}
		echo '</div>';
		?>
		<details>
			<summary><?php esc_html_e( 'Show its tools', 'countersign' ); ?></summary>
			<ul>
				<?php foreach ( $lists[0][2] as $group ) : ?>
					<li><?php $this->group( $group ); ?></li>
				<?php endforeach; ?>
			</ul>
		</details>
		<?php
	}

	/** @param list<string> $checked */
	private function custom( array $checked ): void {
		foreach ( $this->groups() as $group ) :
			?>
			<label class="countersign-option">
				<input type="checkbox" name="groups[]" value="<?php echo esc_attr( $group ); ?>" <?php checked( 'read' === $group || in_array( $group, $checked, true ) ); ?> <?php disabled( 'read' === $group ); ?>>
				<?php $this->group( $group ); ?>
			</label>
			<?php
		endforeach;
	}

	private function group( string $group ): void {
		echo '<span>' . esc_html( Labels::group( $group ) ) . '<br><small>' . esc_html( implode( ' · ', $this->tools[ $group ] ) ) . '</small></span>';
	}

	/** @param list<Connection> $connections Connections that the new one would replace. */
	private static function replacing( array $connections ): void {
		foreach ( $connections as $connection ) :
			?>
			<label class="countersign-option countersign-replace">
				<input type="checkbox" name="replace[]" value="<?php echo esc_attr( (string) $connection->id ); ?>" checked>
				<span>
					<?php
					echo wp_kses(
						sprintf(
							/* translators: 1: name of a connection, 2: when it was used last, such as "2 days ago". */
							$connection->own_account ? __( 'Replace your connection %1$s, last used: %2$s. It ends when the new one begins. An account of its own passes to the new one.', 'countersign' ) : __( 'Replace your connection %1$s, last used: %2$s. It ends when the new one begins.', 'countersign' ),
							'<strong>' . Names::html( $connection->name ) . '</strong>',
							$connection->last_used_at ? Format::ago( $connection->last_used_at ) : esc_html__( 'never', 'countersign' )
						),
						[
							'bdi'    => [],
							'strong' => [],
							'time'   => [
								'datetime' => true,
								'title'    => true,
							],
						]
					);
					?>
				</span>
			</label>
			<?php
		endforeach;
	}

	/** @return list<string> The permission groups that have tools on this site. */
	private function groups(): array {
		return array_values( array_filter( Access::groups(), fn( string $group ): bool => [] !== ( $this->tools[ $group ] ?? [] ) ) );
	}

	/** Returns the groups of a preset that have tools here, as a text to compare. */
	private function usable( string $preset ): string {
		return implode( ' ', array_intersect( $this->groups(), Access::presets()[ $preset ] ) );
	}

	/** Returns the narrowest preset that is the same here, whose description therefore names nothing that is missing here. */
	private function described_as( string $preset ): string {
		foreach ( 'custom' === $preset ? [] : array_keys( Access::presets() ) as $other ) {
			if ( $this->usable( $other ) === $this->usable( $preset ) ) {
				return $other;
			}
		}
		return $preset;
	}
}
