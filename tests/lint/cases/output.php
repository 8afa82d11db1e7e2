<?php

declare(strict_types=1);

defined( 'ABSPATH' ) || exit;

// Each line with an "expect" comment must be reported with that code, and no other line may be.
echo $name; // expect: WordPress.Security.EscapeOutput.OutputNotEscaped
echo 'a', $name; // expect: WordPress.Security.EscapeOutput.OutputNotEscaped
echo 'a' . $name; // expect: WordPress.Security.EscapeOutput.OutputNotEscaped
echo esc_html( $name );
echo esc_html( $name ) . $name; // expect: WordPress.Security.EscapeOutput.OutputNotEscaped
echo $is_on ? esc_html( $name ) : 'off';
echo $is_on ? $name : 'off'; // expect: WordPress.Security.EscapeOutput.OutputNotEscaped
echo $is_on ? 'on' : $name; // expect: WordPress.Security.EscapeOutput.OutputNotEscaped
echo $name ?: 'none'; // expect: WordPress.Security.EscapeOutput.OutputNotEscaped
echo $name ?? 'none'; // expect: WordPress.Security.EscapeOutput.OutputNotEscaped
echo ( $name ); // expect: WordPress.Security.EscapeOutput.OutputNotEscaped
echo "a $name"; // expect: WordPress.Security.EscapeOutput.OutputNotEscaped
echo "a";
echo (int) $name;
echo strtoupper( $name ); // expect: WordPress.Security.EscapeOutput.OutputNotEscaped
echo __( 'Text', 'countersign' ); // expect: WordPress.Security.EscapeOutput.OutputNotEscaped
echo esc_html( $object )->name; // expect: WordPress.Security.EscapeOutput.OutputNotEscaped
echo $object->esc_html( $name ); // expect: WordPress.Security.EscapeOutput.OutputNotEscaped
echo Helper::esc_html( $name ); // expect: WordPress.Security.EscapeOutput.OutputNotEscaped
echo sprintf( '<b>%s</b>', esc_html( $name ) );
echo sprintf( '<b>%s</b>', $name ); // expect: WordPress.Security.EscapeOutput.OutputNotEscaped
echo implode( ', ', $names ); // expect: WordPress.Security.EscapeOutput.OutputNotEscaped
printf( '%s', esc_html( $name ) );
printf( '%s', $name ); // expect: WordPress.Security.EscapeOutput.OutputNotEscaped
print $name; // expect: WordPress.Security.EscapeOutput.OutputNotEscaped
esc_html_e( 'Text', 'countersign' );
_e( 'Text', 'countersign' ); // expect: WordPress.Security.EscapeOutput.UnsafePrintingFunction
wp_die( esc_html( $name ) );
echo $trusted; // phpcs:ignore WordPress.Security.EscapeOutput -- A case of a finding that is argued.
exit( $name ); // expect: WordPress.Security.EscapeOutput.OutputNotEscaped
?>
<p><?= $name ?></p><?php // expect: Generic.PHP.DisallowShortOpenTag.EchoFound WordPress.Security.EscapeOutput.OutputNotEscaped ?>
<p><?= esc_html( $name ) ?></p><?php // expect: Generic.PHP.DisallowShortOpenTag.EchoFound ?>
<p><?php echo $name ?></p><?php // expect: WordPress.Security.EscapeOutput.OutputNotEscaped ?>
