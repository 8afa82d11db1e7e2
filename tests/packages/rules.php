<?php
// rules.php ROOT: checks that all files contain the same version, and that composer.json is valid for PIE.
$root = $argv[1];
$bad  = array();
$must = static function ( bool $holds, string $what ) use ( &$bad ): void {
	if ( ! $holds ) {
		$bad[] = $what;
	}
};
$find = static function ( string $file, string $pattern ) use ( $root ): string {
	return preg_match( $pattern, file_get_contents( "$root/$file" ), $found ) ? $found[1] : "none in $file";
};

$version  = $find( 'Cargo.toml', '/^version = "(.+)"$/m' );
$versions = array(
	'Cargo.lock'                => $find( 'Cargo.lock', '/name = "countersign"\nversion = "(.+)"/' ),
	'header of the plugin'      => $find( 'php-plugin/countersign/countersign.php', '/^ \* Version: +(.+)$/m' ),
	'VERSION of the plugin'     => $find( 'php-plugin/countersign/countersign.php', "/^const VERSION = '(.+)';$/m" ),
	'stable tag of readme.txt'  => $find( 'php-plugin/countersign/readme.txt', '/^Stable tag: (.+)$/m' ),
	'changes in readme.txt'     => $find( 'php-plugin/countersign/readme.txt', '/^== Changelog ==\n+= (.+) =$/m' ),
);
foreach ( $versions as $where => $named ) {
	$must( $named === $version, "$where: $named, but Cargo.toml: $version" );
}
$minimum = $find( 'php-plugin/countersign/countersign.php', "/^const MINIMUM_EXTENSION = '(.+)';$/m" );
$must( version_compare( $minimum, $version, '<=' ), "the plugin requires extension $minimum, but this is $version" );
$must( $find( 'php-plugin/countersign/countersign.php', '/^ \* Requires PHP: +(.+)$/m' ) === $find( 'php-plugin/countersign/readme.txt', '/^Requires PHP: (.+)$/m' ), 'the plugin header and readme.txt require different PHP versions' );

$composer = json_decode( file_get_contents( "$root/composer.json" ), true, 16, JSON_THROW_ON_ERROR );
$ext      = $composer['php-ext'];
$must( 1 === preg_match( '#^[a-z0-9]([_.-]?[a-z0-9]+)*/[a-z0-9](([_.]|-{1,2})?[a-z0-9]+)*$#', $composer['name'] ), 'composer.json: the package name is invalid' );
$must( 'php-ext' === $composer['type'], 'composer.json: the type must be php-ext' );
$must( $find( 'Cargo.toml', '/^license = "(.+)"$/m' ) === $composer['license'], 'composer.json: the licence must be that of Cargo.toml' );
$must( ! isset( $composer['version'] ), 'composer.json: must have no version, because the tag is the version' );
$must( array( 'php' ) === array_keys( $composer['require'] ), 'composer.json: must require only php' );
$must( $find( 'php-plugin/countersign/src/Health/Instructions.php', '/pie install ([a-z0-9\/-]+)/' ) === $composer['name'], 'Health/Instructions.php names a different package than composer.json' );
$must( $find( 'php-plugin/countersign/readme.txt', '/pie install ([a-z0-9\/-]+)/' ) === $composer['name'], 'readme.txt names a different package than composer.json' );
$known = array( 'extension-name', 'build-path', 'priority', 'support-zts', 'support-nts', 'os-families', 'os-families-exclude', 'download-url-method', 'configure-options' );
$must( array() === array_diff( array_keys( $ext ), $known ), 'composer.json: php-ext has an entry that PIE does not know' );
$must( ! isset( $ext['os-families'], $ext['os-families-exclude'] ), 'composer.json: os-families and os-families-exclude cannot be combined' );
$must( array( 'windows' ) === $ext['os-families-exclude'], 'composer.json: must exclude windows' );
$must( 1 === preg_match( '/^[A-Za-z][a-zA-Z0-9_]+$/', $ext['extension-name'] ), 'composer.json: the extension name is invalid' );
$must( true === $ext['support-zts'] && true === $ext['support-nts'], 'composer.json: must support ZTS and NTS' );
$must( array() === array_diff( $ext['download-url-method'], array( 'composer-default', 'pre-packaged-source', 'pre-packaged-binary' ) ), 'composer.json: unknown download-url-method' );
$must( is_file( "$root/{$ext['build-path']}/config.m4" ), 'composer.json: build-path does not contain config.m4' );
$m4 = file_get_contents( "$root/{$ext['build-path']}/config.m4" );
foreach ( $ext['configure-options'] as $option ) {
	$must( array( 'name', 'description', 'needs-value' ) === array_keys( $option ) && str_contains( $m4, "--{$option['name']}=" ), "composer.json: the option {$option['name']} is incomplete or missing from config.m4" );
}
// Only at the start of a line: a comment explains why the macro is not used.
$must( 1 !== preg_match( '/^\s*PHP_NEW_EXTENSION/m', $m4 ), 'config.m4: PHP_NEW_EXTENSION adds a rule that races with cargo' );

fwrite( STDERR, implode( "\n", $bad ) . ( $bad ? "\n" : '' ) );
exit( $bad ? 1 : 0 );
