<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Content;

defined( 'ABSPATH' ) || exit;

/** What a content has: headings, links, images and words. Blocks that are made when a page is shown count only with what is stored. */
final class HtmlFacts {

	/** Largest content that is read, in bytes. */
	private const MAX_BYTES = 1048576;

	/** @var list<array{level: int, text: string}> */
	public array $headings = [];

	/** @var list<array{address: string, text: string, has_image: bool}> */
	public array $links = [];

	/** @var list<array{source: string, alt: string|null}> */
	public array $images = [];

	public string $text = '';

	private ?int $heading = null;

	private ?int $link = null;

	/** Reads a content as it is stored. */
	public static function of( string $content ): self {
		$facts = new self();
		$tags  = new \WP_HTML_Tag_Processor( strip_shortcodes( substr( $content, 0, self::MAX_BYTES ) ) );
		while ( $tags->next_token() ) {
			match ( $tags->get_token_type() ) {
				'#text'  => $facts->text( $tags->get_modifiable_text() ),
				'#tag'   => $facts->tag( $tags ),
				default  => null,
			};
		}
		$facts->text = self::tidy( $facts->text );
		return $facts;
	}

	/** Returns the number of words. */
	public function words(): int {
		return (int) preg_match_all( '/[\p{L}\p{N}][\p{L}\p{N}\'’-]*/u', $this->text );
	}

	/** Returns the number of links to this site. */
	public function internal_links(): int {
		$host = (string) wp_parse_url( home_url(), PHP_URL_HOST );
		return count(
			array_filter(
				$this->links,
				static fn( array $link ): bool => ! preg_match( '~^(?:[a-z][a-z0-9+.-]*:|//|#)~i', $link['address'] ) || strtolower( (string) wp_parse_url( $link['address'], PHP_URL_HOST ) ) === strtolower( $host )
			)
		);
	}

	/** Returns a text with single spaces, in lower case if asked. */
	public static function tidy( string $text, bool $lower = false ): string {
		$text = trim( (string) preg_replace( '/\s+/u', ' ', $text ) );
		return $lower ? mb_strtolower( $text ) : $text;
	}

	private function text( string $text ): void {
		$this->text .= $text;
		if ( null !== $this->heading ) {
			$this->headings[ $this->heading ]['text'] .= $text;
		}
		if ( null !== $this->link ) {
			$this->links[ $this->link ]['text'] .= $text;
		}
	}

	private function tag( \WP_HTML_Tag_Processor $tags ): void {
		$name = (string) $tags->get_tag();
		$ends = $tags->is_tag_closer();
		if ( preg_match( '/^H([1-6])$/', $name, $found ) ) {
			if ( ! $ends ) {
				$this->headings[] = [
					'level' => (int) $found[1],
					'text'  => '',
				];
			}
			$this->heading = $ends ? null : count( $this->headings ) - 1;
		} elseif ( 'A' === $name ) {
			if ( ! $ends ) {
				$this->links[] = [
					'address'   => trim( (string) $tags->get_attribute( 'href' ) ),
					'text'      => '',
					'has_image' => false,
				];
			}
			$this->link = $ends ? null : count( $this->links ) - 1;
		} elseif ( 'IMG' === $name ) {
			$alt            = $tags->get_attribute( 'alt' );
			$this->images[] = [
				'source' => (string) $tags->get_attribute( 'src' ),
				'alt'    => is_string( $alt ) ? trim( $alt ) : null,
			];
			if ( null !== $this->link ) {
				$this->links[ $this->link ]['has_image'] = true;
			}
		}
		if ( ! in_array( $name, [ 'A', 'B', 'STRONG', 'I', 'EM', 'SPAN', 'CODE', 'MARK', 'SUB', 'SUP', 'SMALL', 'ABBR' ], true ) ) {
			$this->text .= ' ';
		}
	}
}
