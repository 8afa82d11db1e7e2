<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Content;

defined( 'ABSPATH' ) || exit;

/** What could keep people from finding a post with a search engine, with what to do about it. Needs no SEO plugin. */
final class SeoFindings {

	/** Characters of a title and a description that search engines show, and words of a text that they find thin. */
	private const TITLE       = [ 20, 60 ];
	private const DESCRIPTION = [ 50, 160 ];
	private const WORDS       = 300;

	/** Largest part of all words that a keyphrase should have, in percent. */
	private const DENSITY = 3.0;

	/** @var list<array{severity: string, finding: string, advice: string}> */
	private array $findings = [];

	/**
	 * Analyses a post.
	 *
	 * @param \WP_Post    $post      The post.
	 * @param string|null $keyphrase The words that people should find it with.
	 *
	 * @return array<string, mixed> `title`, `figures` and `findings`.
	 */
	public static function of( \WP_Post $post, ?string $keyphrase ): array {
		$facts   = HtmlFacts::of( $post->post_content );
		$title   = HtmlFacts::tidy( Posts::plain( wp_strip_all_tags( $post->post_title ) ) );
		$excerpt = HtmlFacts::tidy( Posts::plain( wp_strip_all_tags( $post->post_excerpt ) ) );
		$seo     = new self();
		$seo->texts( $title, $excerpt, $facts );
		$seo->structure( $facts );
		$seo->links_and_images( $post, $facts );
		$phrase = null === $keyphrase ? [] : $seo->keyphrase( HtmlFacts::tidy( $keyphrase, true ), $title, $excerpt, $post, $facts );
		return [
			'title'    => $post->post_title,
			'status'   => $post->post_status,
			'figures'  => [
				'title_length'       => mb_strlen( $title ),
				'description_length' => mb_strlen( $excerpt ),
				'words'              => $facts->words(),
				'headings'           => array_map( static fn( array $heading ): string => "h{$heading['level']} " . mb_substr( HtmlFacts::tidy( $heading['text'] ), 0, 80 ), array_slice( $facts->headings, 0, 50 ) ),
				'internal_links'     => $facts->internal_links(),
				'external_links'     => count( $facts->links ) - $facts->internal_links(),
				'images'             => count( $facts->images ),
				'images_without_alt' => self::without_alt( $facts ),
			] + $phrase,
			'findings' => $seo->findings,
		];
	}

	private static function without_alt( HtmlFacts $facts ): int {
		return count( array_filter( $facts->images, static fn( array $image ): bool => '' === (string) $image['alt'] ) );
	}

	private function add( string $severity, string $finding, string $advice ): void {
		$this->findings[] = [
			'severity' => $severity,
			'finding'  => $finding,
			'advice'   => $advice,
		];
	}

	private function texts( string $title, string $excerpt, HtmlFacts $facts ): void {
		if ( '0' === (string) get_option( 'blog_public' ) ) {
			$this->add( 'error', 'The site asks search engines not to list it.', 'A person can change that in Settings, Reading.' );
		}
		$length = mb_strlen( $title );
		if ( 0 === $length ) {
			$this->add( 'error', 'There is no title.', 'Write one with update_content.' );
		} elseif ( $length > self::TITLE[1] ) {
			$this->add( 'warning', "The title has $length characters; search engines cut it after about 60.", 'Shorten it, or move the important words to its beginning.' );
		} elseif ( $length < self::TITLE[0] ) {
			$this->add( 'hint', "The title has only $length characters.", 'Say in it what the page is about.' );
		}
		$length = mb_strlen( $excerpt );
		if ( 0 === $length ) {
			$this->add( 'warning', 'There is no description: search engines choose a part of the text.', 'Write an excerpt of 50 to 160 characters, or the description of the SEO plugin (get_seo, set_seo).' );
		} elseif ( $length > self::DESCRIPTION[1] || $length < self::DESCRIPTION[0] ) {
			$this->add( 'hint', "The excerpt, which serves as description, has $length characters.", 'Make it 50 to 160 characters long.' );
		}
		$words = $facts->words();
		if ( 0 === $words ) {
			$this->add( 'error', 'There is no text.', 'Write the content.' );
		} elseif ( $words < self::WORDS ) {
			$this->add( 'warning', "The text has only $words words.", 'Answer the questions of the reader more fully, if that helps the reader.' );
		}
	}

	private function structure( HtmlFacts $facts ): void {
		$before = 1;
		foreach ( $facts->headings as $heading ) {
			if ( 1 === $heading['level'] ) {
				$this->add( 'warning', 'The content has a heading of level 1, although the theme shows the title as one.', 'Make it level 2.' );
			}
			if ( $heading['level'] > $before + 1 ) {
				$this->add( 'warning', "A heading of level {$heading['level']} follows one of level $before: " . mb_substr( HtmlFacts::tidy( $heading['text'] ), 0, 80 ), 'Use the levels in their order.' );
			}
			if ( '' === HtmlFacts::tidy( $heading['text'] ) ) {
				$this->add( 'warning', 'A heading has no text.', 'Fill or remove it.' );
			}
			$before = $heading['level'];
		}
		if ( [] === $facts->headings && $facts->words() >= self::WORDS ) {
			$this->add( 'warning', 'A long text has no headings.', 'Add headings of level 2.' );
		}
	}

	private function links_and_images( \WP_Post $post, HtmlFacts $facts ): void {
		if ( 0 === $facts->internal_links() && $facts->words() >= self::WORDS ) {
			$this->add( 'hint', 'No link leads to another page of this site.', 'Link to related pages; find them with search_content.' );
		}
		$silent = count( array_filter( $facts->links, static fn( array $link ): bool => '' === trim( $link['text'] ) && ! $link['has_image'] ) );
		if ( $silent > 0 ) {
			$this->add( 'warning', "Links without text: $silent.", 'Say in the text of a link where it leads.' );
		}
		$empty = count( array_filter( $facts->links, static fn( array $link ): bool => in_array( $link['address'], [ '', '#' ], true ) ) );
		if ( $empty > 0 ) {
			$this->add( 'warning', "Links that lead nowhere: $empty.", 'Give them an address, or remove them.' );
		}
		$bare = self::without_alt( $facts );
		if ( $bare > 0 ) {
			$this->add( 'warning', "Images without alt text: $bare of " . count( $facts->images ) . '.', 'Describe what they show, in the content and with update_media. An image that only decorates can stay without.' );
		}
		if ( post_type_supports( $post->post_type, 'thumbnail' ) && ! has_post_thumbnail( $post ) ) {
			$this->add( 'hint', 'There is no featured image.', 'Set one with set_featured_image: it is shown where the page is shared.' );
		}
		if ( mb_strlen( $post->post_name ) > 75 ) {
			$this->add( 'hint', 'The slug is long.', 'Shorten it before the item is published. Later, its address would change.' );
		}
	}

	/**
	 * @param string $phrase In lower case.
	 *
	 * @return array{keyphrase_count: int, keyphrase_percent: float}
	 */
	private function keyphrase( string $phrase, string $title, string $excerpt, \WP_Post $post, HtmlFacts $facts ): array {
		$text  = mb_strtolower( $facts->text );
		$count = '' === $phrase ? 0 : substr_count( $text, $phrase );
		$words = max( 1, $facts->words() );
		$share = round( 100 * $count * count( explode( ' ', $phrase ) ) / $words, 1 );
		$is_in = static fn( string $where ): bool => str_contains( mb_strtolower( $where ), $phrase );
		if ( 0 === $count ) {
			$this->add( 'error', 'The keyphrase does not occur in the text.', 'Use it where it reads naturally.' );
		} elseif ( $share > self::DENSITY ) {
			$this->add( 'warning', "The keyphrase makes up $share % of the words.", 'Replace some by other words.' );
		}
		if ( ! $is_in( $title ) ) {
			$this->add( 'warning', 'The keyphrase is not in the title.', 'Use it there, near the beginning.' );
		}
		if ( ! $is_in( $excerpt ) ) {
			$this->add( 'hint', 'The keyphrase is not in the description.', 'Use it once in the excerpt.' );
		}
		if ( $count > 0 && ! $is_in( implode( ' ', array_slice( explode( ' ', $text, 101 ), 0, 100 ) ) ) ) {
			$this->add( 'hint', 'The keyphrase is not in the first hundred words.', 'Say early what the page is about.' );
		}
		if ( [] !== $facts->headings && ! $is_in( HtmlFacts::tidy( implode( ' ', array_column( $facts->headings, 'text' ) ) ) ) ) {
			$this->add( 'hint', 'The keyphrase is in no heading.', 'Use it in one of them.' );
		}
		if ( '' !== $post->post_name && ! str_contains( $post->post_name, sanitize_title( $phrase ) ) && ! in_array( $post->post_status, [ 'publish', 'private' ], true ) ) {
			$this->add( 'hint', 'The keyphrase is not in the slug.', 'Use it there before the item is published.' );
		}
		return [
			'keyphrase_count'   => $count,
			'keyphrase_percent' => $share,
		];
	}
}
