<?php

declare(strict_types=1);

namespace Countersign\Plugin\Admin;

use Countersign\Access;
use Countersign\Plugin\Abilities\OfferedAbilities;
use Countersign\Plugin\Health\Requirements;
use Countersign\Plugin\Site\Capabilities;
use Countersign\Plugin\Site\Json;
use Countersign\Plugin\Site\Labels;
use Countersign\Plugin\Site\Names;
use Countersign\Plugin\Site\Settings;

defined( 'ABSPATH' ) || exit;

/**
 * The page that lists the abilities of WordPress and of other plugins, and on which a person offers them to agents, each in a
 * permission group. None is offered before.
 */
final class AbilitiesPage {

	private const ACTION = 'countersign_abilities';

	/** The number of tools that every program is known to use. Cursor is one that uses no more. */
	private const MOST_TOOLS = 40;

	/** The largest number of abilities that are listed. */
	private const MAX = 500;

	public function __construct(
		private readonly Settings $settings,
		private readonly SettingsChange $change,
	) {}

	/** Tells whether this WordPress has abilities. */
	public static function applies(): bool {
		return function_exists( 'wp_get_abilities' );
	}

	/** Registers the form's action. */
	public function register(): void {
		AdminPost::register( self::ACTION, Capabilities::MANAGE, $this->save( ... ) );
	}

	/** Prints the page. */
	public function show(): void {
		echo '<div class="wrap countersign">';
		if ( ! Requirements::are_met() ) {
			InstallView::show();
			echo '</div>';
			return;
		}
		?>
		<h1><?php esc_html_e( 'Abilities', 'countersign' ); ?></h1>
		<?php Flash::show(); ?>
		<p><?php esc_html_e( 'Other plugins and WordPress itself offer these abilities to programs. Agents get none of them until you pick a permission group here: then every connection with this group has the ability as a tool. It runs with the rights of the connection\'s account, and is recorded like every other tool.', 'countersign' ); ?></p>
		<p><?php esc_html_e( 'What an ability says about itself is not verified. One that does not say that it is harmless needs a confirmation each time. One that says that it changes nothing cannot change anything in the group "read".', 'countersign' ); ?></p>
		<?php $this->warn_of_many(); ?>
		<form method="post" action="<?php echo esc_url( admin_url( 'admin-post.php' ) ); ?>">
			<?php AdminPost::fields( self::ACTION ); ?>
			<table class="widefat striped countersign-stack">
				<thead><tr>
					<th scope="col"><?php esc_html_e( 'Ability', 'countersign' ); ?></th>
					<th scope="col"><?php esc_html_e( 'Says about itself', 'countersign' ); ?></th>
					<th scope="col"><?php esc_html_e( 'Shown to programs by', 'countersign' ); ?></th>
					<th scope="col"><?php esc_html_e( 'Agents', 'countersign' ); ?></th>
				</tr></thead>
				<tbody>
				<?php array_map( $this->row( ... ), self::abilities() ); ?>
				</tbody>
			</table>
			<?php if ( [] === self::abilities() ) : ?>
				<p><?php esc_html_e( 'No plugin on this site has abilities.', 'countersign' ); ?></p>
			<?php endif; ?>
			<?php if ( ! SettingsChange::is_administrator() ) : ?>
				<p><?php esc_html_e( 'You can withdraw abilities. Only an administrator can offer them.', 'countersign' ); ?></p>
			<?php endif; ?>
			<?php submit_button( __( 'Save', 'countersign' ) ); ?>
		</form>
		</div>
		<?php
	}

	/** Says when a connection can get more tools than many programs show to their model. */
	private function warn_of_many(): void {
		$offered = count( $this->settings->abilities() );
		/** @var list<mixed> $own */
		$own = Json::decode( Access::catalogue() );
		$all = count( $own ) + $offered;
		if ( $offered > 0 && $all > self::MOST_TOOLS ) {
			$text = sprintf(
				/* translators: 1: number of tools, 2: number of tools that a program uses. */
				__( 'A connection with all permissions can now have up to %1$d tools. Some programs use only the first %2$d and say nothing about the others. Give such a connection fewer permissions, or offer fewer abilities.', 'countersign' ),
				$all,
				self::MOST_TOOLS
			);
			printf( '<div class="notice notice-warning inline"><p>%s</p></div>', esc_html( $text ) );
		}
	}

	private function row( \WP_Ability $ability ): void {
		$name    = $ability->get_name();
		$offered = $this->settings->abilities()[ $name ] ?? '';
		$fault   = OfferedAbilities::fault( $ability );
		$id      = 'countersign-ability-' . sanitize_html_class( strtr( $name, '/', '_' ) );
		?>
		<tr>
			<td data-label="<?php esc_attr_e( 'Ability', 'countersign' ); ?>">
				<label for="<?php echo esc_attr( $id ); ?>"><strong><?php echo esc_html( Names::text( $ability->get_label() ) ); ?></strong></label><br>
				<code><?php echo esc_html( $name ); ?></code><br>
				<?php echo esc_html( Names::text( wp_html_excerpt( $ability->get_description(), 200, '...' ) ) ); ?>
			</td>
			<td data-label="<?php esc_attr_e( 'Says about itself', 'countersign' ); ?>"><?php echo esc_html( self::claims( $ability ) ); ?></td>
			<td data-label="<?php esc_attr_e( 'Shown to programs by', 'countersign' ); ?>"><?php echo esc_html( self::doors( $ability ) ); ?></td>
			<td data-label="<?php esc_attr_e( 'Agents', 'countersign' ); ?>">
				<?php if ( null !== $fault ) : ?>
					<?php esc_html_e( 'Cannot be offered.', 'countersign' ); ?> <?php echo esc_html( $fault ); ?>
				<?php else : ?>
					<select id="<?php echo esc_attr( $id ); ?>" name="abilities[<?php echo esc_attr( $name ); ?>]">
						<option value=""><?php esc_html_e( 'Not offered', 'countersign' ); ?></option>
						<?php foreach ( self::groups( $ability ) as $group ) : ?>
							<option value="<?php echo esc_attr( $group ); ?>" <?php selected( $offered, $group ); ?>><?php echo esc_html( Labels::group_short( $group ) ); ?></option>
						<?php endforeach; ?>
					</select>
					<?php if ( '' !== $offered && null !== OfferedAbilities::fault( $ability, $offered ) ) : ?>
						<br><?php echo esc_html( (string) OfferedAbilities::fault( $ability, $offered ) ); ?>
					<?php endif; ?>
				<?php endif; ?>
			</td>
		</tr>
		<?php
	}

	/** @return list<\WP_Ability> The abilities of others, sorted by name. */
	private static function abilities(): array {
		$all = array_filter( wp_get_abilities(), static fn( \WP_Ability $one ): bool => ! str_starts_with( $one->get_name(), OfferedAbilities::OWN ) );
		usort( $all, static fn( \WP_Ability $a, \WP_Ability $b ): int => strcmp( $a->get_name(), $b->get_name() ) );
		return array_slice( $all, 0, self::MAX );
	}

	/** @return list<string> The groups in which an ability can be offered. */
	private static function groups( \WP_Ability $ability ): array {
		return array_values( array_filter( Access::groups(), static fn( string $group ): bool => 'read' !== $group || OfferedAbilities::is_readonly( $ability ) ) );
	}

	private static function claims( \WP_Ability $ability ): string {
		return match ( true ) {
			OfferedAbilities::is_readonly( $ability )    => __( 'Changes nothing', 'countersign' ),
			OfferedAbilities::is_destructive( $ability ) => true === ( $ability->get_meta()['annotations']['destructive'] ?? null )
				? __( 'Can destroy something', 'countersign' )
				: __( 'Nothing, so it counts as one that can destroy something', 'countersign' ),
			default                                      => __( 'Changes something, destroys nothing', 'countersign' ),
		};
	}

	private static function doors( \WP_Ability $ability ): string {
		$meta  = $ability->get_meta();
		$doors = array_filter(
			[
				true === ( $meta['show_in_rest'] ?? false ) ? __( 'the REST API', 'countersign' ) : '',
				true === ( $meta['mcp']['public'] ?? $meta['public'] ?? false ) ? __( 'the MCP adapter', 'countersign' ) : '',
			]
		);
		return [] === $doors ? __( 'Nothing', 'countersign' ) : implode( ', ', $doors );
	}

	private function save(): string {
		$given = wp_unslash( $_POST['abilities'] ?? [] ); // phpcs:ignore WordPress.Security -- AdminPost has verified the nonce; names and groups are compared with those that exist.
		// An ability whose plugin is not active now is not on the page, and stays offered.
		$offers = array_diff_key( $this->settings->abilities(), array_flip( array_map( static fn( \WP_Ability $one ): string => $one->get_name(), self::abilities() ) ) );
		foreach ( self::abilities() as $ability ) {
			$group = is_array( $given ) ? $given[ $ability->get_name() ] ?? '' : '';
			if ( is_string( $group ) && in_array( $group, self::groups( $ability ), true ) && null === OfferedAbilities::fault( $ability, $group ) ) {
				$offers[ $ability->get_name() ] = $group;
			}
		}
		$saved = $this->change->save( [ 'abilities' => array_map( static fn( string $name ): string => "$name={$offers[ $name ]}", array_keys( $offers ) ) ] );
		$saved
			? Flash::add( 'success', __( 'Abilities saved.', 'countersign' ) )
			: Flash::add( 'error', __( 'Only an administrator can offer abilities to agents. Nothing was saved.', 'countersign' ) );
		return Menu::url( Menu::ABILITIES );
	}
}
