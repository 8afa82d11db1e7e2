<?php

declare(strict_types=1);

namespace Countersign\Plugin\Doors;

use Countersign\Plugin\Http\Response;
use Countersign\Plugin\Site\Json;
use Countersign\Plugin\Site\Names;
use Countersign\Plugin\Uploads\Content;
use Countersign\Plugin\UploadSessions\Session;
use Countersign\Plugin\UploadSessions\Visit;
use Countersign\UploadSession;

use const Countersign\Plugin\FILE;
use const Countersign\Plugin\VERSION;

defined( 'ABSPATH' ) || exit;

/**
 * The page on which a person without an account uploads files, in the style of WordPress's login screen. It uses nothing of the
 * theme, so that no other plugin adds to it, and only its own style and script.
 */
final class UploadView {

	/**
	 * Returns the page of an open session.
	 *
	 * @param int    $taken    How many places are taken.
	 * @param int    $done     How many files were uploaded.
	 * @param string $message  What happened to a file that the form sent, plain text; '' for nothing.
	 * @param bool   $is_error Whether that is an error.
	 */
	public static function page( Visit $visit, int $taken, int $done, string $message, bool $is_error = false ): Response {
		$session = $visit->session;
		$is_full = $done >= $session->files;
		$body    = self::heading( __( 'Upload files', 'countersign' ) );
		$body   .= self::said( $session, $visit->connection->name );
		$body   .= sprintf( '<p id="rules" class="rules">%s</p>', esc_html( self::rules( $session ) ) );
		$body   .= sprintf( '<p id="count" class="count"%s>%s</p>', $done ? '' : ' hidden', esc_html( self::count( $done, $session->files ) ) );
		$body   .= sprintf( '<div id="message" class="message%s" role="status">%s</div>', $is_error ? ' error' : '', '' === $message ? '' : '<p>' . esc_html( Names::text( $message ) ) . '</p>' );
		$body   .= sprintf( '<p id="full" class="full"%s>%s</p>', $is_full ? '' : ' hidden', esc_html__( 'All files have arrived. Thank you. You can close this page.', 'countersign' ) );
		$body   .= $is_full ? '' : self::form( $session );
		$body   .= sprintf( '<h2 id="list-title" class="list-title" hidden>%s</h2><ul id="list" class="list" aria-labelledby="list-title"></ul>', esc_html__( 'Your files', 'countersign' ) );
		return self::document( 200, __( 'Upload files', 'countersign' ), sprintf( '<main class="card" id="portal" data-portal="%s">%s</main>', esc_attr( Json::encode( self::facts( $session, $taken, $done ) ) ), $body ) );
	}

	/** Returns the page of a link that opens no session. */
	public static function refused( int $status, string $reason ): Response {
		$title = match ( $reason ) {
			'upload_session_expired' => __( 'This link has expired', 'countersign' ),
			'upload_session_closed', 'upload_session_unknown' => __( 'This link is closed', 'countersign' ),
			'rate_limited', 'rate_limited_ip' => __( 'Please wait a moment', 'countersign' ),
			default => __( 'Files cannot be uploaded now', 'countersign' ),
		};
		$body = self::heading( $title ) . sprintf( '<p>%s</p><p class="detail" lang="en" dir="ltr"><code>%s</code></p>', esc_html( self::reason( $reason ) ), esc_html( $reason ) );
		return self::document( $status, $title, '<main class="card">' . $body . '</main>' );
	}

	/** Returns a sentence for the person who uploads. */
	public static function reason( string $reason ): string {
		return match ( $reason ) {
			'upload_session_unknown' => __( 'The address is not complete, or it is no longer valid. Check that you have opened the whole link, or ask the person who gave it to you for a new one.', 'countersign' ),
			'upload_session_expired' => __( 'Its time is over. What you have uploaded before has arrived. Ask the person who gave you the link for a new one if you want to send more.', 'countersign' ),
			'upload_session_closed'  => __( 'It is not possible to upload files here any more, or not at the moment. What you have uploaded before has arrived. Ask the person who gave you the link.', 'countersign' ),
			'upload_session_full'    => __( 'As many files as were asked for have arrived, or are being uploaded. No more can be added.', 'countersign' ),
			'upload_attempts'        => __( 'Too many files were refused or cancelled here. Ask the person who gave you the link for a new one.', 'countersign' ),
			'uploads_full'           => __( 'Too many files are unfinished. Wait until the others have arrived.', 'countersign' ),
			'upload_file_type', 'file_refused' => __( 'Files like this are not accepted here: its type, its name or its content.', 'countersign' ),
			'upload_file_size'       => __( 'This file is empty or too large.', 'countersign' ),
			'file_too_large'         => __( 'This file is too large.', 'countersign' ),
			'upload_part_unexpected', 'upload_unknown' => __( 'The upload was interrupted. Try it again.', 'countersign' ),
			'rate_limited', 'rate_limited_ip' => __( 'There were too many requests. The page goes on by itself after a moment.', 'countersign' ),
			'https_required'         => __( 'This page works only over a secure connection (https).', 'countersign' ),
			default                  => __( 'Something went wrong on the site. Try it again later.', 'countersign' ),
		};
	}

	private static function heading( string $title ): string {
		return sprintf( '<p class="site">%s</p><h1>%s</h1>', esc_html( self::site() ), esc_html( $title ) );
	}

	/** Returns the text of the agent, apart from all that the site says. */
	private static function said( Session $session, string $connection ): string {
		/* translators: %s: name of a connection. */
		$label = sprintf( __( 'Message from the agent’s connection %s', 'countersign' ), Names::text( $connection ) );
		$note  = '' === trim( $session->note ) ? '' : '<p class="note" dir="auto">' . nl2br( esc_html( $session->note ), false ) . '</p>';
		return sprintf(
			'<section class="agent" aria-label="%1$s"><p class="from">%1$s:</p><p class="title" dir="auto">%2$s</p>%3$s</section><p class="warning">%4$s</p>',
			esc_attr( $label ),
			esc_html( $session->title ),
			$note,
			esc_html__( 'The text above was written by a program. The owners of this site never ask for passwords, codes or payment on this page. Send only files that you want to share.', 'countersign' )
		);
	}

	private static function rules( Session $session ): string {
		return implode(
			' · ',
			[
				/* translators: %s: number of files. */
				sprintf( _n( '%s file at most', '%s files at most', $session->files, 'countersign' ), number_format_i18n( $session->files ) ),
				/* translators: %s: size, such as 10 MB. */
				sprintf( __( 'up to %s each', 'countersign' ), size_format( $session->bytes ) ),
				strtoupper( implode( ', ', self::extensions( $session->types, short: true ) ) ),
				/* translators: %s: date and time. */
				sprintf( __( 'until %s', 'countersign' ), wp_date( get_option( 'date_format' ) . ' ' . get_option( 'time_format' ), $session->expires ) ),
			]
		);
	}

	private static function count( int $done, int $files ): string {
		/* translators: 1: number of files that have arrived, 2: number of files that are expected at most. */
		return sprintf( __( '%1$s of %2$s files have arrived.', 'countersign' ), number_format_i18n( $done ), number_format_i18n( $files ) );
	}

	private static function form( Session $session ): string {
		$accept = esc_attr( implode( ',', array_map( static fn( string $extension ): string => ".$extension", self::extensions( $session->types ) ) ) );
		$camera = array_filter( $session->types, static fn( string $type ): bool => str_starts_with( $type, 'image/' ) );
		$html   = '<form id="form" class="form" method="post" enctype="multipart/form-data"><div class="drop" id="drop">';
		$html  .= sprintf( '<p class="drop-text" id="drop-text" hidden>%s</p>', esc_html__( 'Drop files here, or', 'countersign' ) );
		$html  .= sprintf( '<label class="button primary" for="file">%s</label><input class="file" type="file" id="file" name="file" accept="%s" aria-describedby="rules" required>', esc_html__( 'Choose files', 'countersign' ), $accept );
		if ( $camera ) {
			$html .= sprintf( '<span id="camera-box" class="camera" hidden><label class="button" for="camera">%s</label><input class="file" type="file" id="camera" accept="image/*" capture="environment"></span>', esc_html__( 'Take a photo', 'countersign' ) );
		}
		return $html . sprintf( '</div><p id="send"><button class="button primary" type="submit">%s</button></p></form>', esc_html__( 'Upload', 'countersign' ) );
	}

	/** @return array<string, mixed> What the script needs. */
	private static function facts( Session $session, int $taken, int $done ): array {
		return [
			'id'       => $session->id,
			'files'    => $session->files,
			'taken'    => $taken,
			'done'     => $done,
			'bytes'    => $session->bytes,
			'endings'  => self::extensions( $session->types ),
			'part'     => UploadSession::maxPart(),
			'messages' => [
				'type'       => self::reason( 'upload_file_type' ),
				'size'       => self::reason( 'upload_file_size' ),
				'full'       => self::reason( 'upload_session_full' ),
				'failed'     => self::reason( 'tool_failed' ),
				'waiting'    => __( 'Waiting', 'countersign' ),
				'sending'    => __( 'Uploading', 'countersign' ),
				'checking'   => __( 'Checking', 'countersign' ),
				'done'       => __( 'Uploaded', 'countersign' ),
				'cancelled'  => __( 'Cancelled', 'countersign' ),
				'unfinished' => __( 'Not finished. Choose the same file again to go on where it stopped.', 'countersign' ),
				'offline'    => __( 'You are offline. The upload goes on when you are connected again.', 'countersign' ),
				'again'      => __( 'The connection was lost. The upload goes on in a moment.', 'countersign' ),
				'all'        => __( 'All chosen files were uploaded.', 'countersign' ),
				'cancel'     => __( 'Cancel', 'countersign' ),
				'retry'      => __( 'Try again', 'countersign' ),
				'remove'     => __( 'Remove from this list', 'countersign' ),
				/* translators: 1: number of files that have arrived, 2: number of files that are expected at most. */
				'count'      => __( '%1$s of %2$s files have arrived.', 'countersign' ),
			],
		];
	}

	/**
	 * Returns the extensions of media types.
	 *
	 * @param list<string> $types
	 * @param bool         $short Whether each type has only its first one.
	 *
	 * @return list<string>
	 */
	private static function extensions( array $types, bool $short = false ): array {
		$all = array_intersect( Content::TYPES, $types );
		return array_keys( $short ? array_unique( $all ) : $all );
	}

	private static function site(): string {
		return wp_specialchars_decode( get_bloginfo( 'name', 'display' ), ENT_QUOTES );
	}

	private static function document( int $status, string $title, string $main ): Response {
		$style  = plugins_url( 'assets/upload.css', FILE ) . '?ver=' . VERSION;
		$script = plugins_url( 'assets/upload.js', FILE ) . '?ver=' . VERSION;
		$html   = sprintf(
			'<!DOCTYPE html><html %s><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex,nofollow"><meta name="referrer" content="no-referrer"><meta name="color-scheme" content="light dark"><title>%s</title><link rel="stylesheet" href="%s"></head><body>%s<script src="%s"></script></body></html>', // phpcs:ignore WordPress.WP.EnqueuedResources -- A page of its own, to which no other plugin adds.
			get_language_attributes(),
			esc_html( $title . ' – ' . self::site() ),
			esc_url( $style ),
			$main,
			esc_url( $script )
		);
		return new Response(
			$status,
			[
				'Content-Type'            => 'text/html; charset=utf-8',
				'Content-Security-Policy' => sprintf( "default-src 'none'; style-src %s; script-src %s; connect-src 'self'; img-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'", self::source( $style ), self::source( $script ) ),
			],
			$html
		);
	}

	/** Returns an address as a source of the policy, which compares no query. */
	private static function source( string $url ): string {
		return str_replace( [ ';', ',', ' ' ], [ '%3B', '%2C', '%20' ], explode( '?', $url, 2 )[0] );
	}
}
