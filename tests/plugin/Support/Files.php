<?php

declare(strict_types=1);

namespace Countersign\Tests;

/** Files for tests of uploads, made by code: good ones, and a corpus of hostile ones. */
final class Files {

	/** Returns a picture that GD has drawn. @param 'png'|'jpeg'|'gif'|'webp' $format */
	public static function picture( string $format = 'png', int $width = 40, int $height = 30, int $colour = 0x336699 ): string {
		$image = imagecreatetruecolor( $width, $height );
		imagefilledrectangle( $image, 4, 4, $width - 5, $height - 5, $colour );
		ob_start();
		( "image$format" )( $image );
		return (string) ob_get_clean();
	}

	/** Returns a PDF with one empty page. @param string $more Entries of the catalogue. */
	public static function pdf( string $more = '' ): string {
		return "%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R $more>>\nendobj\n2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 72 72] >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n";
	}

	/** Returns the files of a folder and those below it. @return list<string> */
	public static function listing( string $folder ): array {
		if ( ! is_dir( $folder ) ) {
			return [];
		}
		$files = [];
		foreach ( new \RecursiveIteratorIterator( new \RecursiveDirectoryIterator( $folder, \FilesystemIterator::SKIP_DOTS ) ) as $file ) {
			$files[] = $file->getPathname();
		}
		sort( $files );
		return $files;
	}

	/** Returns all files below the folder of uploads, those of the plugin included. @return list<string> */
	public static function uploads(): array {
		$guards = [ 'index.html', '.htaccess', 'web.config' ];
		return array_values( array_filter( self::listing( wp_upload_dir( null, false )['basedir'] ), static fn( string $file ): bool => ! str_contains( $file, '/countersign-parts/' ) || ! in_array( basename( $file ), $guards, true ) ) );
	}

	/** Returns the files of unfinished uploads. @return list<string> */
	public static function parts(): array {
		return array_values( array_filter( self::uploads(), static fn( string $file ): bool => str_contains( $file, '/countersign-parts/' ) ) );
	}

	/** @return array<string, array{string, string}> Name => file name and content. */
	public static function hostile(): array {
		$png  = self::picture( 'png' );
		$jpeg = self::picture( 'jpeg' );
		$gif  = self::picture( 'gif' );
		$php  = '<?php system($_GET["c"]); ?>';
		$svg  = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';
		return [
			'PHP'                              => [ 'shell.php', $php ],
			'PHP in another case'              => [ 'shell.pHp', $php ],
			'PHP 5'                            => [ 'shell.php5', $png ],
			'phtml'                            => [ 'shell.phtml', $png ],
			'phar'                             => [ 'shell.phar', $png ],
			'PHP named as an image'            => [ 'shell.jpg', $php ],
			'an image named as PHP'            => [ 'river.php', $png ],
			'two extensions'                   => [ 'shell.php.jpg', $jpeg ],
			'two extensions in another case'   => [ 'shell.PhTmL.png', $png ],
			'two extensions with a space'      => [ 'shell.php .png', $png ],
			'an extension after a NUL'         => [ "a.php\0.jpg", $jpeg ],
			'an extension after an encoded NUL' => [ 'a.php%00.jpg', $jpeg ],
			'an extension before a colon'      => [ 'a.php:river.jpg', $jpeg ],
			'a dot at the end'                 => [ 'river.jpg.', $jpeg ],
			'a semicolon'                      => [ 'a.asp;.jpg', $jpeg ],
			'another folder'                   => [ '../../river.jpg', $jpeg ],
			'another folder of Windows'        => [ '..\\river.jpg', $jpeg ],
			'an overridden direction'          => [ "river\u{202e}gpj.php.jpg", $jpeg ],
			'a line break in the name'         => [ "river\n.jpg", $jpeg ],
			'a hidden file'                    => [ '.river.jpg', $jpeg ],
			'.htaccess'                        => [ '.htaccess', "AddType application/x-httpd-php .jpg\n" ],
			'.user.ini'                        => [ '.user.ini', "auto_prepend_file=river.jpg\n" ],
			'web.config'                       => [ 'web.config', '<configuration/>' ],
			'no extension'                     => [ 'river', $jpeg ],
			'a name of markup'                 => [ '<img src=x onerror=alert(1)>.jpg', $jpeg ],
			'a long name'                      => [ str_repeat( 'a', 200 ) . '.jpg', $jpeg ],
			'PHP after a PNG'                  => [ 'river.png', $png . $php ],
			'PHP in a text of a PNG'           => [ 'river.png', self::with_chunk( $png, 'tEXt', "Comment\0$php" ) ],
			'PHP after a JPEG'                 => [ 'river.jpg', $jpeg . $php ],
			'PHP in a comment of a JPEG'       => [ 'river.jpg', self::with_segment( $jpeg, "\xfe", $php ) ],
			'short PHP in a comment of a JPEG' => [ 'river.jpg', self::with_segment( $jpeg, "\xfe", '<?=`$_GET[0]`?>' ) ],
			'PHP in the EXIF data of a JPEG'   => [ 'river.jpg', self::with_segment( $jpeg, "\xe1", "Exif\0\0MM\0*\0\0\0\x08\0\1\x01\x0f\0\2\0\0\0\x1d\0\0\0\x1a\0\0\0\0$php\0" ) ],
			'PHP in a comment of a GIF'        => [ 'river.gif', self::with_comment( $gif, $php ) ],
			'a script in a comment of a GIF'   => [ 'river.gif', self::with_comment( $gif, '*/=alert(1);/*' ) ],
			'a GIF without pictures'           => [ 'river.gif', 'GIF89a=1;alert(document.domain)//' ],
			'SVG with a script'                => [ 'river.svg', $svg ],
			'SVG without a script'             => [ 'river.svg', '<svg xmlns="http://www.w3.org/2000/svg"/>' ],
			'compressed SVG'                   => [ 'river.svgz', gzencode( $svg ) ],
			'SVG named as a PNG'               => [ 'river.png', $svg ],
			'HTML'                             => [ 'page.html', '<html><script>alert(1)</script></html>' ],
			'HTML named as an image'           => [ 'page.jpg', '<html><script>alert(1)</script></html>' ],
			'HTML named as a text'             => [ 'page.txt', '<!DOCTYPE html><html><body>x</body></html>' ],
			'HTML after a JPEG'                => [ 'river.jpg', $jpeg . '<script>alert(1)</script>' ],
			'JavaScript'                       => [ 'code.js', 'alert(1)' ],
			'CSS'                              => [ 'style.css', 'body{}' ],
			'XML'                              => [ 'data.xml', '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]><x>&y;</x>' ],
			'an archive after a JPEG'          => [ 'river.jpg', $jpeg . self::zip( 'x.php', $php ) ],
			'an archive in a comment of a JPEG' => [ 'river.jpg', self::with_segment( $jpeg, "\xfe", self::zip( 'x.txt', 'x' ) ) ],
			'an archive of Java after a GIF'   => [ 'river.gif', $gif . self::zip( 'META-INF/MANIFEST.MF', 'Main-Class: X' ) ],
			'a PHAR that is a JPEG'            => [ 'river.jpg', self::with_segment( $jpeg, "\xfe", '__HALT_COMPILER(); ?>' . "\r\n" . pack( 'V', 70 ) ) ],
			'an archive'                       => [ 'files.zip', self::zip( 'x.txt', 'x' ) ],
			'an archive that becomes large'    => [ 'bomb.zip', self::zip( 'x', str_repeat( "\0", 10_000_000 ) ) ],
			'a compressed archive'             => [ 'files.tar.gz', gzencode( 'x' ) ],
			'a PNG of huge dimensions'         => [ 'bomb.png', self::png_of( 60000, 60000 ) ],
			'a PNG of many pixels'             => [ 'bomb.png', self::png_of( 10000, 10000 ) ],
			'a JPEG of huge dimensions'        => [ 'bomb.jpg', self::jpeg_of( $jpeg, 65500, 65500 ) ],
			'a GIF with many frames'           => [ 'bomb.gif', self::animation( 7000, 7000, 100 ) ],
			'a damaged PNG'                    => [ 'river.png', substr( $png, 0, 40 ) ],
			'a damaged JPEG'                   => [ 'river.jpg', substr( $jpeg, 0, 200 ) ],
			'a PNG named as a JPEG'            => [ 'river.jpg', $png ],
			'a PDF named as a PNG'             => [ 'river.png', self::pdf() ],
			'a PDF with JavaScript'            => [ 'paper.pdf', self::pdf( '/OpenAction << /S /JavaScript /JS (app.alert(1)) >> ' ) ],
			'a PDF with hidden JavaScript'     => [ 'paper.pdf', self::pdf( '/OpenAction << /S /#4aavaScript /#4a#53 (app.alert(1)) >> ' ) ],
			'a PDF with compressed JavaScript' => [ 'paper.pdf', str_replace( 'trailer', "4 0 obj\n<< /Type /ObjStm /Filter /FlateDecode /N 1 /First 4 >>\nstream\n" . gzcompress( '5 0 << /S /JavaScript /JS (app.alert(1)) >>' ) . "\nendstream\nendobj\ntrailer", self::pdf() ) ],
			'a PDF that starts a program'      => [ 'paper.pdf', self::pdf( '/OpenAction << /S /Launch /F (cmd.exe) >> ' ) ],
			'a PDF that does not begin as one' => [ 'paper.pdf', "MZ\n" . self::pdf() ],
			'XBM'                              => [ 'river.xbm', "#define x_width 1\n#define x_height 1\nstatic char x_bits[] = { 0x00 };\n" ],
			'XBM named as a JPEG'              => [ 'river.jpg', "#define x_width 1\n#define x_height 1\nstatic char x_bits[] = { 0x00 };\n" ],
			'EPS'                              => [ 'river.eps', "%!PS-Adobe-3.0 EPSF-3.0\n(%pipe%id) (r) file\n" ],
			'PostScript named as a PNG'        => [ 'river.png', "%!PS\n(%pipe%id) (r) file\n" ],
			'MVG named as a JPEG'              => [ 'river.jpg', "push graphic-context\nfill 'url(https://127.0.0.1/)'\npop graphic-context\n" ],
			'a program'                        => [ 'river.exe', "MZ\x90\0" ],
			'a program named as an image'      => [ 'river.jpg', "\x7fELF\x02\x01\x01" . str_repeat( "\0", 64 ) ],
			'a document with macros'           => [ 'paper.docx', self::zip( 'word/vbaProject.bin', 'x' ) ],
			'nothing'                          => [ 'river.jpg', '' ],
		];
	}

	/** Returns an archive with one file, compressed. */
	public static function zip( string $name, string $content ): string {
		$data  = (string) gzdeflate( $content );
		$local = pack( 'VvvvvvVVVvv', 0x04034b50, 20, 0, 8, 0, 0, crc32( $content ), strlen( $data ), strlen( $content ), strlen( $name ), 0 ) . $name . $data;
		$entry = pack( 'VvvvvvvVVVvvvvvVV', 0x02014b50, 20, 20, 0, 8, 0, 0, crc32( $content ), strlen( $data ), strlen( $content ), strlen( $name ), 0, 0, 0, 0, 0, 0 ) . $name;
		return $local . $entry . pack( 'VvvvvVVv', 0x06054b50, 0, 0, 1, 1, strlen( $entry ), strlen( $local ), 0 );
	}

	private static function chunk( string $kind, string $data ): string {
		return pack( 'N', strlen( $data ) ) . $kind . $data . pack( 'N', crc32( $kind . $data ) );
	}

	/** Puts a chunk after the header of a PNG. */
	private static function with_chunk( string $png, string $kind, string $data ): string {
		return substr( $png, 0, 33 ) . self::chunk( $kind, $data ) . substr( $png, 33 );
	}

	/** Puts a segment after the beginning of a JPEG. */
	public static function with_segment( string $jpeg, string $marker, string $data ): string {
		return substr( $jpeg, 0, 2 ) . "\xff$marker" . pack( 'n', strlen( $data ) + 2 ) . $data . substr( $jpeg, 2 );
	}

	/** Puts a comment before the end of a GIF. */
	public static function with_comment( string $gif, string $text ): string {
		return substr( $gif, 0, -1 ) . "!\xfe" . chr( strlen( $text ) ) . "$text\0;";
	}

	private static function png_of( int $width, int $height ): string {
		return "\x89PNG\r\n\x1a\n" . self::chunk( 'IHDR', pack( 'NNCCCCC', $width, $height, 1, 0, 0, 0, 0 ) ) . self::chunk( 'IDAT', (string) gzcompress( str_repeat( "\0", 100000 ), 9 ) ) . self::chunk( 'IEND', '' );
	}

	/** Changes the dimensions in the frame header of a JPEG. */
	private static function jpeg_of( string $jpeg, int $width, int $height ): string {
		return (string) preg_replace( '/(\xff\xc0\x00\x11\x08)..../s', '${1}' . pack( 'nn', $height, $width ), $jpeg, 1 );
	}

	private static function animation( int $width, int $height, int $frames ): string {
		$frame = ',' . pack( 'vvvvC', 0, 0, $width, $height, 0 ) . "\x02\x02\x4c\x01\x00";
		return 'GIF89a' . pack( 'vvCCC', $width, $height, 0x80, 0, 0 ) . "\0\0\0\xff\xff\xff" . str_repeat( $frame, $frames ) . ';';
	}
}
