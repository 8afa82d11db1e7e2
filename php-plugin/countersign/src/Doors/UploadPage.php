<?php

declare(strict_types=1);

namespace Countersign\Plugin\Doors;

use Countersign\Decision;
use Countersign\Plugin\Audit\Unavailable;
use Countersign\Plugin\Health\Requirements;
use Countersign\Plugin\Http\Request;
use Countersign\Plugin\Http\Response;
use Countersign\Plugin\Site\ClientAddress;
use Countersign\Plugin\Site\Denied;
use Countersign\Plugin\Site\ErrorLog;
use Countersign\Plugin\Site\Failure;
use Countersign\Plugin\Site\Json;
use Countersign\Plugin\Site\Urls;
use Countersign\Plugin\UploadSessions\Entrance;
use Countersign\Plugin\UploadSessions\Files;
use Countersign\Plugin\UploadSessions\Sessions;
use Countersign\Plugin\UploadSessions\Uploading;
use Countersign\Plugin\UploadSessions\Visit;
use Countersign\UploadSession;

defined( 'ABSPATH' ) || exit;

/** The page behind the link of an upload session, and the requests of its script. All have the address with the token. */
final class UploadPage {

	/** Keeps the address from other sites, caches and search engines. */
	private const HEADERS = [
		'Referrer-Policy'              => 'no-referrer',
		'X-Robots-Tag'                 => 'noindex, nofollow, noarchive',
		'X-Content-Type-Options'       => 'nosniff',
		'X-Frame-Options'              => 'DENY',
		'Cross-Origin-Resource-Policy' => 'same-origin',
		'Cross-Origin-Opener-Policy'   => 'same-origin',
	];

	/** HTTP status of reasons that are not the fault of a file. */
	private const STATUSES = [
		'upload_session_unknown' => 404,
		'upload_session_expired' => 410,
		'upload_session_closed'  => 410,
		'upload_session_full'    => 409,
		'upload_attempts'        => 409,
		'uploads_full'           => 409,
		'upload_unknown'         => 404,
		'rate_limited'           => 429,
		'rate_limited_ip'        => 429,
		'https_required'         => 403,
		'store_unavailable'      => 503,
		'store_full'             => 503,
		'audit_unavailable'      => 503,
		'tool_failed'            => 500,
	];

	/** Reasons that a person may learn. The others concern the connection, and look as if the session were closed. */
	private const TOLD = [
		'upload_session_unknown',
		'upload_session_expired',
		'upload_session_closed',
		'upload_session_full',
		'upload_attempts',
		'uploads_full',
		'upload_unknown',
		'upload_part_unexpected',
		'upload_file_type',
		'upload_file_size',
		'file_refused',
		'file_too_large',
		'arguments_invalid',
		'rate_limited',
		'rate_limited_ip',
		'https_required',
		'store_unavailable',
		'store_full',
		'audit_unavailable',
		'tool_failed',
	];

	/** Reasons for which WordPress or the connection does not allow a file. */
	private const FAULTS = [ 'field_denied', 'capability_denied', 'write_refused', 'user_missing', 'needs_publish' ];

	/**
	 * @param \Closure(): Entrance  $entrance  Returns what lets requests in.
	 * @param \Closure(): Uploading $uploading Returns what takes files.
	 */
	public function __construct(
		private readonly ClientAddress $client,
		private readonly \Closure $entrance,
		private readonly \Closure $uploading,
	) {}

	/** Callback of the action `parse_request`: serves the request and ends it. */
	public function serve(): never {
		ErrorLog::guard();
		if ( ! defined( 'DONOTCACHEPAGE' ) ) {
			define( 'DONOTCACHEPAGE', true ); // phpcs:ignore WordPress.NamingConventions.PrefixAllGlobals -- The constant that page caches look for.
		}
		$server  = wp_unslash( $_SERVER ); // phpcs:ignore WordPress.Security.ValidatedSanitizedInput -- The extension verifies the raw request.
		$request = Request::read( $server, class_exists( UploadSession::class, false ) ? UploadSession::maxPart() : 0 );
		try {
			$response = $this->answer( $request, $server );
		} catch ( \Throwable $error ) {
			// PHP would write the message and the arguments of an uncaught exception to the error log.
			ErrorLog::failure( 'a request for an upload session could not be served', $error );
			$response = $this->refusal( $request, self::reason_of( $error ), 60 );
		}
		$response->with( self::HEADERS + Response::NO_STORE )->send();
	}

	/** @param array<string, mixed> $server */
	private function answer( Request $request, array $server ): Response {
		if ( ! Requirements::are_met() ) {
			return $this->refusal( $request, 'store_unavailable', 60 );
		}
		if ( ! Urls::is_request_secure() ) {
			return $this->refusal( $request, 'https_required' );
		}
		$token = $_GET[ Sessions::PARAMETER ] ?? ''; // phpcs:ignore WordPress.Security -- The extension verifies the token.
		$visit = ( $this->entrance )()->open( is_string( $token ) ? (string) wp_unslash( $token ) : '', $this->client->of( $server ) );
		if ( $visit instanceof Decision ) {
			return $this->refusal( $request, (string) $visit->reason(), $visit->retryAfter() );
		}
		if ( 'POST' !== $request->method ) {
			return $this->page( $visit, '' );
		}
		try {
			return '' === self::parameter( 'do' ) ? $this->form( $visit ) : self::json( 200, $this->act( $visit, $request ) );
		} catch ( Denied $denied ) {
			if ( '' === self::parameter( 'do' ) ) {
				return $this->page( $visit, UploadView::reason( self::told( $denied->reason ) ), is_error: true );
			}
			return $this->refusal( $request, $denied->reason );
		}
	}

	/** @return array<string, mixed> */
	private function act( Visit $visit, Request $request ): array {
		$uploading = ( $this->uploading )();
		$id        = self::parameter( 'upload' );
		switch ( self::parameter( 'do' ) ) {
			case 'begin':
				$asked = Json::decode( $request->body );
				$key   = $asked['key'] ?? null;
				$name  = $asked['name'] ?? null;
				$size  = $asked['size'] ?? null;
				if ( ! is_string( $key ) || ! is_string( $name ) || ! is_int( $size ) || strlen( $key ) > 200 || strlen( $name ) > 1000 ) {
					throw new Denied( 'arguments_invalid' );
				}
				return $uploading->begin( $visit, $key, $name, $size );
			case 'part':
				return $uploading->part( $visit, $id, (int) self::parameter( 'part' ), $request->body );
			case 'finish':
				return $uploading->finish( $visit, $id );
			case 'cancel':
				return $uploading->cancel( $visit, $id );
			default:
				throw new Denied( 'arguments_invalid' );
		}
	}

	/** Takes the file of the form, for a browser without JavaScript. */
	private function form( Visit $visit ): Response {
		$file = $_FILES['file'] ?? null; // phpcs:ignore WordPress.Security -- The token of the link is the right to send it; the name is checked.
		if ( ! is_array( $file ) || UPLOAD_ERR_OK !== ( $file['error'] ?? null ) || ! is_string( $file['tmp_name'] ) || ! is_uploaded_file( $file['tmp_name'] ) ) {
			$is_large = in_array( $file['error'] ?? UPLOAD_ERR_INI_SIZE, [ UPLOAD_ERR_INI_SIZE, UPLOAD_ERR_FORM_SIZE ], true );
			throw new Denied( $is_large ? 'file_too_large' : 'arguments_invalid' );
		}
		$about = ( $this->uploading )()->whole( $visit, $file['tmp_name'], (string) $file['name'] );
		/* translators: %s: name of a file. */
		return $this->page( $visit, sprintf( __( '%s was uploaded.', 'countersign' ), $about['name'] ) );
	}

	private function page( Visit $visit, string $message, bool $is_error = false ): Response {
		$files = ( new Files() )->of( $visit->session->id );
		return UploadView::page( $visit, count( Files::taken( $files ) ), count( Files::done( $files ) ), $message, $is_error );
	}

	/** Returns a refusal: JSON for the script of the page, else a page. */
	private function refusal( Request $request, string $reason, ?int $wait = null ): Response {
		$told     = self::told( $reason );
		$status   = self::STATUSES[ $told ] ?? 400;
		$is_api   = 'POST' === $request->method && '' !== self::parameter( 'do' );
		$answer   = [
			'reason'      => $told,
			'message'     => UploadView::reason( $told ),
			'retry_after' => $wait,
		];
		$response = $is_api ? self::json( $status, $answer ) : UploadView::refused( $status, $told );
		return null === $wait ? $response : $response->with( [ 'Retry-After' => (string) $wait ] );
	}

	private static function told( string $reason ): string {
		return match ( true ) {
			in_array( $reason, self::TOLD, true )   => $reason,
			in_array( $reason, self::FAULTS, true ) => 'tool_failed',
			default                                 => 'upload_session_closed',
		};
	}

	private static function reason_of( \Throwable $error ): string {
		return $error instanceof Unavailable || $error instanceof Failure || ErrorLog::is_of_extension( $error ) ? 'store_unavailable' : 'tool_failed';
	}

	/** @param array<string, mixed> $data */
	private static function json( int $status, array $data ): Response {
		return new Response( $status, [ 'Content-Type' => 'application/json' ], Json::encode( $data ) );
	}

	private static function parameter( string $name ): string {
		$value = $_GET[ $name ] ?? ''; // phpcs:ignore WordPress.Security -- The token of the link is the right to ask; checked where it is used.
		return is_string( $value ) ? (string) wp_unslash( $value ) : '';
	}
}
