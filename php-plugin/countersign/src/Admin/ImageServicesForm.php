<?php

declare(strict_types=1);

namespace Countersign\Plugin\Admin;

use Countersign\Plugin\Audit\EntryDraft;
use Countersign\Plugin\Records\SiteRecords;
use Countersign\Plugin\Site\Capabilities;
use Countersign\Plugin\Site\ImageService;
use Countersign\Plugin\Site\SealedOptions;
use Countersign\Plugin\Site\Settings;
use Countersign\Plugin\Tools\Images\ImageProviders;

defined( 'ABSPATH' ) || exit;

/** The settings of the services that generate images and have stock photos: their form, and its action. Only for administrators. */
final class ImageServicesForm {

	/** Longest key, in bytes. */
	private const MAX_KEY = 1000;

	public function __construct(
		private readonly Settings $settings,
		private readonly ImageProviders $providers,
		private readonly SiteRecords $records,
	) {}

	/** Registers the form's action. */
	public function register(): void {
		AdminPost::register( 'countersign_images', Capabilities::MANAGE, $this->save( ... ) );
	}

	/** Prints the form. */
	public function show(): void {
		if ( ! current_user_can( 'manage_options' ) ) {
			return;
		}
		?>
		<details class="countersign-settings countersign-images">
			<summary><?php esc_html_e( 'Images from other services', 'countersign' ); ?></summary>
			<p><?php esc_html_e( 'Agents with the permission for images can use these services. Without a service, they have no such tools. Each image costs what the service charges you.', 'countersign' ); ?></p>
			<form method="post" action="<?php echo esc_url( admin_url( 'admin-post.php' ) ); ?>" autocomplete="off">
				<?php AdminPost::fields( 'countersign_images' ); ?>
				<?php array_map( $this->service( ... ), ImageService::KINDS ); ?>
				<p class="submit"><button type="submit" class="button button-primary"><?php esc_html_e( 'Save', 'countersign' ); ?></button></p>
			</form>
		</details>
		<?php
	}

	private function service( string $kind ): void {
		$service = $this->settings->image_service( $kind );
		$known   = ImageProviders::known( $kind );
		$first   = reset( $known );
		$id      = "countersign-$kind";
		?>
		<h3><?php echo esc_html( 'generate' === $kind ? __( 'Generated images', 'countersign' ) : __( 'Stock photos', 'countersign' ) ); ?></h3>
		<table class="form-table" role="presentation">
			<tr>
				<th scope="row"><label for="<?php echo esc_attr( "$id-provider" ); ?>"><?php esc_html_e( 'Service', 'countersign' ); ?></label></th>
				<td>
					<select id="<?php echo esc_attr( "$id-provider" ); ?>" name="<?php echo esc_attr( "{$kind}_provider" ); ?>">
						<option value=""><?php esc_html_e( 'None', 'countersign' ); ?></option>
						<?php foreach ( $known as $name => $provider ) : ?>
							<option value="<?php echo esc_attr( $name ); ?>" <?php selected( $name, $service->provider ); ?>><?php echo esc_html( $provider->label() ); ?></option>
						<?php endforeach; ?>
					</select>
				</td>
			</tr>
			<tr>
				<th scope="row"><label for="<?php echo esc_attr( "$id-url" ); ?>"><?php esc_html_e( 'Address of its API', 'countersign' ); ?></label></th>
				<td>
					<input type="url" class="regular-text" dir="ltr" id="<?php echo esc_attr( "$id-url" ); ?>" name="<?php echo esc_attr( "{$kind}_url" ); ?>" value="<?php echo esc_attr( $service->url ); ?>" placeholder="<?php echo esc_attr( $first ? $first->default_url() : '' ); ?>">
					<p class="description"><?php esc_html_e( 'Empty for the usual address. If you change the host, enter the key again: a key is used only for the host for which it was entered.', 'countersign' ); ?></p>
				</td>
			</tr>
			<tr>
				<th scope="row"><label for="<?php echo esc_attr( "$id-key" ); ?>"><?php esc_html_e( 'Key', 'countersign' ); ?></label></th>
				<td>
					<input type="password" class="regular-text" dir="ltr" autocomplete="new-password" id="<?php echo esc_attr( "$id-key" ); ?>" name="<?php echo esc_attr( "{$kind}_key" ); ?>" maxlength="<?php echo esc_attr( (string) self::MAX_KEY ); ?>" value="">
					<p class="description"><?php echo esc_html( $this->key_state( $service ) ); ?></p>
					<?php if ( '' !== $service->provider && $this->providers->secrets->has( $service->secret() ) ) : ?>
						<label><input type="checkbox" name="<?php echo esc_attr( "{$kind}_forget" ); ?>" value="1"> <?php esc_html_e( 'Remove the stored key', 'countersign' ); ?></label>
					<?php endif; ?>
				</td>
			</tr>
			<?php if ( 'generate' === $kind ) : ?>
				<tr>
					<th scope="row"><label for="<?php echo esc_attr( "$id-model" ); ?>"><?php esc_html_e( 'Model', 'countersign' ); ?></label></th>
					<td><input type="text" class="regular-text" dir="ltr" id="<?php echo esc_attr( "$id-model" ); ?>" name="<?php echo esc_attr( "{$kind}_model" ); ?>" maxlength="100" pattern="[A-Za-z0-9_.:/\-]*" value="<?php echo esc_attr( $service->model ); ?>" placeholder="gpt-image-1"></td>
				</tr>
			<?php endif; ?>
			<tr>
				<th scope="row"><label for="<?php echo esc_attr( "$id-price" ); ?>"><?php esc_html_e( 'Price of an image', 'countersign' ); ?></label></th>
				<td>
					<input type="number" class="small-text" id="<?php echo esc_attr( "$id-price" ); ?>" name="<?php echo esc_attr( "{$kind}_price" ); ?>" min="0" max="1000" step="0.0001" value="<?php echo esc_attr( (string) ( $service->price / 1_000_000 ) ); ?>">
					<p class="description"><?php esc_html_e( 'Your estimate, in your currency. It counts under the budgets of connections.', 'countersign' ); ?></p>
				</td>
			</tr>
		</table>
		<?php
	}

	private function key_state( ImageService $service ): string {
		return match ( true ) {
			'' === $service->provider || ! $this->providers->secrets->has( $service->secret() ) => __( 'No key is stored.', 'countersign' ),
			$this->providers->secrets->can_open( $service->secret() )                           => __( 'A key is stored. It is encrypted, and never shown. Enter another one to replace it.', 'countersign' ),
			default                                                                             => __( 'The stored key cannot be opened, because AUTH_KEY in wp-config.php has changed. Enter it again.', 'countersign' ),
		};
	}

	private function save(): string {
		$back = Menu::url( Menu::CONNECTIONS );
		if ( ! current_user_can( 'manage_options' ) ) {
			wp_die( esc_html__( 'Only an administrator can change the services for images.', 'countersign' ), 403 );
		}
		$given  = [];
		$faults = [];
		foreach ( ImageService::KINDS as $kind ) {
			$provider       = AdminPost::text( "{$kind}_provider" );
			$known          = ImageProviders::known( $kind )[ $provider ] ?? null;
			$service        = ImageService::of(
				$kind,
				[
					'provider' => $known ? $provider : '',
					'url'      => $known ? ( trim( AdminPost::text( "{$kind}_url" ) ) ?: $known->default_url() ) : '',
					'model'    => AdminPost::text( "{$kind}_model" ),
					'price'    => (int) round( (float) AdminPost::text( "{$kind}_price" ) * 1_000_000 ),
				]
			);
			$given[ $kind ] = $service->to_array();
			if ( $known && ! $service->has_usable_url() ) {
				$faults[] = __( 'The address of a service must begin with https:// and have the name of a public host.', 'countersign' );
			}
		}
		if ( $faults ) {
			array_map( static fn( string $fault ) => Flash::add( 'error', $fault ), array_unique( $faults ) );
			return $back;
		}
		$before  = array_map( $this->settings->image_service( ... ), ImageService::KINDS );
		$changes = $this->settings->changes( [ 'image_services' => $given ] );
		if ( $changes ) {
			$draft = EntryDraft::admin( 'setting', 'settings.changed', 'settings', $changes );
			$this->records->replace( SealedOptions::SETTINGS, $this->records->text( SealedOptions::SETTINGS ), $this->settings->with( $changes ), $draft );
			$this->settings->forget();
		}
		$this->keys( $before );
		Flash::add( 'success', __( 'Settings saved.', 'countersign' ) );
		return $back;
	}

	/** @param list<ImageService> $before The services until now. */
	private function keys( array $before ): void {
		$room  = $this->providers->secrets;
		$names = [];
		foreach ( ImageService::KINDS as $kind ) {
			$service = $this->settings->image_service( $kind );
			$key     = substr( preg_replace( '/[\x00-\x20\x7f-\xff]+/', '', AdminPost::text( "{$kind}_key" ) ) ?? '', 0, self::MAX_KEY );
			if ( '' === $service->provider ) {
				continue;
			}
			$names[] = $service->secret();
			if ( '1' === AdminPost::text( "{$kind}_forget" ) ) {
				$room->remove( $service->secret() );
			} elseif ( '' !== $key ) {
				try {
					$room->store( $service->secret(), $key );
				} catch ( \Countersign\Exception $error ) {
					Flash::add( 'error', $error->getMessage() );
				}
			}
		}
		foreach ( $before as $service ) {
			// The key of a service that is not used any more.
			if ( '' !== $service->provider && ! in_array( $service->secret(), $names, true ) ) {
				$room->remove( $service->secret() );
			}
		}
	}
}
