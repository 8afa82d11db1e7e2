<?php

declare(strict_types=1);

namespace Countersign\Tests;

/**
 * Ways to store a script in a text field, and a look for scripts in what a page renders.
 *
 * Every way carries {@see self::MARK}, and the look finds only what carries it, so that the scripts of WordPress itself do not count.
 */
final class StoredScripts {

	/** What the code of every way contains. */
	public const MARK = 'xss7331';

	private const CODE = 'alert(/xss7331/)';

	/** Elements that load what their attribute names, and run it or show it as a page. */
	private const LOADING = [
		'script' => [ 'src', 'href', 'xlink:href' ],
		'iframe' => [ 'src', 'srcdoc' ],
		'frame'  => [ 'src' ],
		'object' => [ 'data' ],
		'embed'  => [ 'src' ],
		'link'   => [ 'href' ],
		'base'   => [ 'href' ],
		'meta'   => [ 'content' ],
		'use'    => [ 'href', 'xlink:href' ],
		'portal' => [ 'src' ],
	];

	/** Attributes that hold an address. */
	private const ADDRESSES = [ 'href', 'xlink:href', 'src', 'action', 'formaction', 'poster', 'data', 'background', 'cite', 'to', 'from', 'values', 'ping', 'dynsrc', 'lowsrc', 'longdesc', 'manifest' ];

	/**
	 * Returns the ways, as a data provider.
	 *
	 * @return array<string, array{string}> Name => text for a field.
	 */
	public static function provider(): array {
		return array_map( static fn( string $text ): array => [ $text ], self::texts() );
	}

	/**
	 * Returns the ways.
	 *
	 * @return array<string, string> Name => text for a field.
	 */
	public static function texts(): array {
		$code    = self::CODE;
		$mark    = self::MARK;
		$encoded = implode( '', array_map( static fn( string $letter ): string => '&#' . ord( $letter ) . ';', str_split( 'javascript:' . $code ) ) );
		return [
			'a script'                      => "<script>$code</script>",
			'a script in capitals'          => "<ScRiPt type=text/javascript>$code</sCrIpT >",
			'a script with a slash'         => "<script/x>$code</script/x>",
			'a script without an end'       => "<script>$code//",
			'a script within a script'      => "<scr<script>ipt>$code</scr</script>ipt>",
			'a script from elsewhere'       => "<script src=\"//evil.example/$mark.js\"></script>",
			'a script after a comment'      => "<!--><script>$code</script-->",
			'a script after a bad comment'  => "<!-- --!><script>$code</script>",
			'a script after a NUL'          => "<scr\u{0}ipt>$code</scr\u{0}ipt>",
			'a script after CDATA'          => "<![CDATA[><script>$code</script>]]>",
			'a script behind entities'      => "&lt;script&gt;$code&lt;/script&gt;",
			'a script behind two entities'  => "&amp;lt;script&amp;gt;$code&amp;lt;/script&amp;gt;",
			'a handler'                     => "<img src=x onerror=\"$code\">",
			'a handler without quotes'      => "<img src=x onerror=$code>",
			'a handler after a slash'       => "<img/src=x/onerror=$code>",
			'a handler after a form feed'   => "<img src=x\u{c}onerror=$code>",
			'a handler in capitals'         => "<IMG SRC=x OnErRoR='$code'>",
			'a handler behind a quote'      => "\" onmouseover=\"$code\" autofocus onfocus=\"$code",
			'a handler behind an apostrophe' => "' onmouseover='$code' autofocus onfocus='$code",
			'a handler in a quoted tag'     => "<a title=\"><img src=x onerror=$code>\">x</a>",
			'a handler of details'          => "<details open ontoggle=\"$code\">x</details>",
			'a handler of a video'          => "<video><source onerror=\"$code\"></video>",
			'a handler of a body'           => "<body onload=\"$code\">",
			'a handler of an unknown tag'   => "<xss onpointerenter=\"$code\" tabindex=1>x</xss>",
			'a handler behind a data name'  => "<p data-x=\"a\" data-y='\"' onclick=\"$code\">x</p>",
			'a javascript address'          => "<a href=\"javascript:$code\">x</a>",
			'a javascript address in capitals' => "<a href=\" JaVaScRiPt:$code\">x</a>",
			'a javascript address with a tab' => "<a href=\"java\tscript:$code\">x</a>",
			'a javascript address with a break' => "<a href=\"java\nscript:$code\">x</a>",
			'a javascript address with controls' => "<a href=\"\u{1}\u{8}javascript:$code\">x</a>",
			'a javascript address in entities' => "<a href=\"$encoded\">x</a>",
			'a javascript address in named entities' => "<a href=\"javascript&colon;$code\">x</a>",
			'a javascript address with entities of controls' => "<a href=\"java&Tab;scr&NewLine;ipt&#58;$code\">x</a>",
			'a javascript address in long entities' => "<a href=\"&#x000006A;avascript&#0000058$code\">x</a>",
			'a vbscript address'            => "<a href=\"vbscript:msgbox('$mark')\">x</a>",
			'a data address'                => "<a href=\"data:text/html,<script>$code</script>\">x</a>",
			'a data address in base64'      => "<object data=\"data:text/html;base64," . base64_encode( "<script>$code</script>" ) . "#$mark\"></object>",
			'a form'                        => "<form action=\"javascript:$code\"><button>x</button></form>",
			'a button of a form'            => "<form><button formaction=\"javascript:$code\">x</button></form>",
			'an inner page'                 => "<iframe srcdoc=\"&lt;script&gt;$code&lt;/script&gt;\"></iframe>",
			'an inner page of an address'   => "<iframe src=\"javascript:$code\"></iframe>",
			'an inner page of elsewhere'    => "<iframe src=\"https://evil.example/$mark\"></iframe>",
			'an object'                     => "<object data=\"https://evil.example/$mark.swf\"></object><embed src=\"//evil.example/$mark.swf\">",
			'a refresh'                     => "<meta http-equiv=refresh content=\"0;url=javascript:$code\">",
			'a base'                        => "<base href=\"https://evil.example/$mark/\">",
			'a style sheet'                 => "<link rel=stylesheet href=\"//evil.example/$mark.css\">",
			'svg'                           => "<svg onload=\"$code\"></svg>",
			'svg with a script'             => "<svg><script>$code</script></svg>",
			'svg with an address'           => "<svg><a xlink:href=\"javascript:$code\"><text>x</text></a></svg>",
			'svg with an animation'         => "<svg><a><animate attributeName=href values=\"javascript:$code\" /><text>x</text></a></svg>",
			'svg with a set'                => "<svg><set attributeName=onmouseover to=\"$code\" /></svg>",
			'svg with a use'                => "<svg><use href=\"data:image/svg+xml,$mark#x\" /></svg>",
			'math'                          => "<math href=\"javascript:$code\">x</math>",
			'math with an action'           => "<math><maction actiontype=\"statusline#http://x\" xlink:href=\"javascript:$code\">x</maction></math>",
			'math that changes the parser'  => "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=x onerror=$code&gt;\">",
			'svg that changes the parser'   => "<svg></p><style><a id=\"</style><img src=x onerror=$code>\">",
			'noscript that changes the parser' => "<noscript><p title=\"</noscript><img src=x onerror=$code>\"></noscript>",
			'a text area that changes the parser' => "<textarea><p title=\"</textarea><img src=x onerror=$code>\"></textarea>",
			'a style'                       => "<p style=\"background:url(javascript:$code)\">x</p>",
			'a style with an expression'    => "<p style=\"width:expression($code)\">x</p>",
			'a style with a binding'        => "<p style=\"-moz-binding:url(//evil.example/$mark.xml#x);behavior:url(//evil.example/$mark.htc)\">x</p>",
			'a style with escapes'          => "<p style=\"w\\69 dth:e\\78 pression($code)\">x</p>",
			'a block of HTML'               => "<!-- wp:html -->\n<script>$code</script><img src=x onerror=\"$code\">\n<!-- /wp:html -->",
			'a block of a shortcode'        => "<!-- wp:shortcode -->[caption width=\"1\" caption='<img src=x onerror=$code>']x[/caption]<!-- /wp:shortcode -->",
			'the text of an image'          => "<!-- wp:image {\"id\":1} --><figure class=\"wp-block-image\"><img src=\"x\" alt=\"\"/><figcaption><a href=\"javascript:$code\" onclick=\"$code\">x</a><script>$code</script></figcaption></figure><!-- /wp:image -->",
			'the address of an image'       => "<!-- wp:image {\"href\":\"javascript:$code\",\"url\":\"javascript:$code\"} --><figure><a href=\"javascript:$code\"><img src=\"javascript:$code\"/></a></figure><!-- /wp:image -->",
			'the address of a button'       => "<!-- wp:buttons --><div class=\"wp-block-buttons\"><!-- wp:button {\"url\":\"javascript:$code\",\"text\":\"<img src=x onerror=$code>\"} --><div class=\"wp-block-button\"><a class=\"wp-block-button__link\" href=\"javascript:$code\">x</a></div><!-- /wp:button --></div><!-- /wp:buttons -->",
			'the address of an embed'       => "<!-- wp:embed {\"url\":\"javascript:$code\",\"type\":\"rich\"} --><figure class=\"wp-block-embed\"><div class=\"wp-block-embed__wrapper\">javascript:$code</div></figure><!-- /wp:embed -->",
			'HTML in the attributes of a block' => "<!-- wp:navigation-link {\"label\":\"<img src=x onerror=$code>\",\"url\":\"javascript:$code\"} /-->",
			'escapes in the attributes of a block' => "<!-- wp:navigation-link {\"label\":\"\\u003cimg src=x onerror=$code\\u003e\",\"url\":\"\\u006aavascript:$code\",\"description\":\"\\u003cscript\\u003e$code\\u003c/script\\u003e\"} /-->",
			'a block of a search form'      => "<!-- wp:search {\"label\":\"\\u003cscript\\u003e$code\\u003c/script\\u003e\",\"placeholder\":\"\\u0022 onfocus=\\u0022$code\",\"buttonText\":\"\\u003cimg src=x onerror=$code\\u003e\"} /-->",
			'a block of a link to more'     => "<!-- wp:read-more {\"content\":\"\\u003cimg src=x onerror=$code\\u003e\",\"linkTarget\":\"_self\\u0022 onclick=\\u0022$code\"} /-->",
			'a block of a social link'      => "<!-- wp:social-links --><ul class=\"wp-block-social-links\"><!-- wp:social-link {\"url\":\"javascript:$code\",\"service\":\"x\",\"label\":\"\\u0022 onclick=\\u0022$code\"} /--></ul><!-- /wp:social-links -->",
			'a block of terms'              => "<!-- wp:categories {\"displayAsDropdown\":true,\"label\":\"\\u003cscript\\u003e$code\\u003c/script\\u003e\",\"className\":\"x\\u0022 onclick=\\u0022$code\"} /-->",
			'a block with a class'          => "<!-- wp:latest-posts {\"className\":\"x\\u0022 onmouseover=\\u0022$code\",\"anchor\":\"x\\u0022 onclick=\\u0022$code\"} /-->",
			'a block with a style'          => "<!-- wp:group {\"tagName\":\"script\",\"style\":{\"color\":{\"background\":\"red;}\\u003c/style\\u003e\\u003cscript\\u003e$code\\u003c/script\\u003e\"},\"spacing\":{\"padding\":\"1px\\u0022 onclick=\\u0022$code\"}}} --><div class=\"wp-block-group\">x</div><!-- /wp:group -->",
			'a block without an end'        => "<!-- wp:html {\"a\":\"--><script>$code</script>\"} -->x",
			'a block with another end'      => "<!-- wp:paragraph {\"a\":\"b\"} --!><script>$code</script><!-- /wp:paragraph -->",
			'a caption'                     => "[caption id=\"x\\\" onclick=$code\" align=\"alignleft\" width=\"300\" caption=\"<script>$code</script>\"]<img src=x onerror=$code />[/caption]",
			'a caption in brackets'         => "<a href=\"[caption caption='\" onmouseover='$code']\">x</a>[/caption]",
			'a gallery'                     => "[gallery ids=\"1\" itemtag=\"script\" captiontag=\"img src=x onerror=$code\" link=\"javascript:$code\"]",
			'an embed'                      => "[embed width=\"1\\\" onload=$code\"]javascript:{$code}[/embed]",
			'an audio player'               => "[audio src=\"javascript:$code\" style=\"x\" onplay=\"$code\"][playlist style=\"\\\" onclick=$code\"]",
			'a video player'                => "[video src=\"x.mp4\" poster=\"javascript:$code\" class=\"x' onclick='$code\"][/video]",
			'a shortcode of a plugin'       => "[fixture_shout text=\"<img src=x onerror=$code>\" url=\"javascript:$code\"]<script>$code</script>[/fixture_shout]",
			'a shortcode in an attribute'   => "<p title=\"[fixture_shout text='\" onmouseover='$code']\">x</p>",
			'a shortcode that is escaped'   => "[[fixture_shout]<script>$code</script>[/fixture_shout]]",
		];
	}

	/**
	 * Returns what of these ways would run in a browser.
	 *
	 * @return list<string> Short texts; empty if nothing runs.
	 */
	public static function found( string $html ): array {
		$found = [];
		$tags  = new \WP_HTML_Tag_Processor( $html );
		while ( $tags->next_tag() ) {
			$attributes = [];
			foreach ( $tags->get_attribute_names_with_prefix( '' ) ?? [] as $name ) {
				$value                             = $tags->get_attribute( $name );
				$attributes[ strtolower( $name ) ] = is_string( $value ) ? $value : '';
			}
			array_push( $found, ...self::of_tag( strtolower( (string) $tags->get_tag() ), $attributes, $tags->get_modifiable_text() ) );
		}
		// A parser of another kind sees other tags where the markup is broken.
		$document = new \DOMDocument();
		$before   = libxml_use_internal_errors( true );
		$document->loadHTML( '<?xml encoding="utf-8"?><div>' . $html . '</div>', LIBXML_NONET );
		libxml_clear_errors();
		libxml_use_internal_errors( $before );
		foreach ( $document->getElementsByTagName( '*' ) as $element ) {
			$attributes = [];
			foreach ( $element->attributes as $attribute ) {
				$attributes[ strtolower( $attribute->nodeName ) ] = (string) $attribute->nodeValue;
			}
			array_push( $found, ...self::of_tag( strtolower( $element->nodeName ), $attributes, 'script' === $element->nodeName ? $element->textContent : '' ) );
		}
		return array_values( array_unique( $found ) );
	}

	/**
	 * @param array<string, string> $attributes Decoded.
	 *
	 * @return list<string>
	 */
	private static function of_tag( string $tag, array $attributes, string $text ): array {
		$found  = [];
		$is_js  = in_array( strtolower( trim( $attributes['type'] ?? '' ) ), [ '', 'module', 'text/javascript', 'application/javascript' ], true );
		if ( 'script' === $tag && $is_js && str_contains( $text, self::MARK ) ) {
			$found[] = "<script>: $text";
		}
		foreach ( $attributes as $name => $value ) {
			if ( ! str_contains( $value, self::MARK ) ) {
				continue;
			}
			// Browsers ignore these within an address.
			$address = strtolower( (string) preg_replace( '/[\x00-\x20]+/', '', $value ) );
			$runs    = str_starts_with( $name, 'on' )
				|| in_array( $name, self::LOADING[ $tag ] ?? [], true )
				|| ( in_array( $name, self::ADDRESSES, true ) && preg_match( '~^(?:javascript|vbscript|data):~', $address ) )
				|| ( 'style' === $name && preg_match( '~expression\(|javascript:|-moz-binding|behavior:~', $address ) )
				|| ( in_array( $tag, [ 'set', 'animate' ], true ) && in_array( $name, [ 'to', 'values', 'from' ], true ) );
			if ( $runs ) {
				$found[] = "<$tag $name>: $value";
			}
		}
		return $found;
	}
}
