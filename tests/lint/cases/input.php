<?php

declare(strict_types=1);

defined( 'ABSPATH' ) || exit;

/** Cases of request data. */
final class Input {

	public function without_a_nonce(): void {
		$a = sanitize_key( $_POST['a'] ?? '' ); // expect: WordPress.Security.NonceVerification.Missing
		$b = absint( $_GET['b'] ?? 0 ); // expect: WordPress.Security.NonceVerification.Missing
		$c = sanitize_key( $_COOKIE['c'] ?? '' );
	}

	public function with_a_nonce(): void {
		check_admin_referer( 'act' );
		$a = sanitize_key( $_POST['a'] ?? '' );
		$b = $_POST['b']; // expect: WordPress.Security.ValidatedSanitizedInput.InputNotSanitized
		$c = trim( $_POST['c'] ); // expect: WordPress.Security.ValidatedSanitizedInput.InputNotSanitized
		$d = (int) $_POST['d'];
		$e = isset( $_POST['e'] );
		$f = array_map( 'sanitize_key', (array) $_POST['f'] );
		$g = array_map( sanitize_key( ... ), (array) $_POST['g'] );
		$h = array_map( 'trim', (array) $_POST['h'] ); // expect: WordPress.Security.ValidatedSanitizedInput.InputNotSanitized
		$i = sanitize_text_field( wp_unslash( $_POST['i'] ?? '' ) );
		$j = $this->text( $_POST, 'j' );
		$k = fn() => sanitize_key( $_POST['k'] ?? '' );
	}

	public function server(): void {
		$a = $_SERVER['HTTP_X']; // expect: WordPress.Security.ValidatedSanitizedInput.InputNotSanitized
		$b = sanitize_text_field( wp_unslash( $_SERVER['HTTP_X'] ?? '' ) );
	}
}
