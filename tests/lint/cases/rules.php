<?php // expect: Generic.PHP.RequireStrictTypes.MissingDeclaration Countersign.Files.DirectAccess.Missing

namespace Cases; // Two rules are about the whole file: see the first line.

class Open {} // expect: Countersign.Classes.FinalClass.NotFinal
final class Closed {}
abstract class Base {}

__( 'Text', 'countersign' );
__( 'Text', 'other' ); // expect: WordPress.WP.I18n.TextDomainMismatch
__( 'Text' ); // expect: WordPress.WP.I18n.TextDomainMismatch
__( $text, 'countersign' ); // expect: WordPress.WP.I18n.NonSingularStringLiteralText
__( 'a' . 'b', 'countersign' ); // expect: WordPress.WP.I18n.NonSingularStringLiteralText
_n( '%d item', '%d items', $count, 'countersign' ); // expect: WordPress.WP.I18n.MissingTranslatorsComment
__( 'Hello %s', 'countersign' ); // expect: WordPress.WP.I18n.MissingTranslatorsComment
/* translators: %s: name */
__( 'Hello %s', 'countersign' );
eval( $code ); // expect: Squiz.PHP.Eval.Discouraged
unserialize( $data ); // expect: Generic.PHP.ForbiddenFunctions.Found
@unlink( $file ); // expect: Generic.PHP.NoSilencedErrors.Forbidden
