<?php
// The content of a test site: the journal of a bookshop. It is the same on every site, including the
// dates, so that tests can refer to it: 12 posts (10 published, 1 draft, 1 pending), 2 pages, 3 pictures.

function add_content( array $users ): void {
	$categories = array();
	foreach ( array( 'Books', 'Events', 'Workshop' ) as $name ) {
		$categories[ $name ] = wp_insert_term( $name, 'category' )['term_id'];
	}

	foreach ( posts() as $n => [ $title, $author, $category, $tags, $status, $text ] ) {
		$paragraphs = array_map( static fn ( $p ) => "<!-- wp:paragraph -->\n<p>$p</p>\n<!-- /wp:paragraph -->", $text );
		wp_insert_post(
			wp_slash(
				array(
					'post_title'    => $title,
					'post_content'  => implode( "\n\n", $paragraphs ),
					'post_status'   => $status,
					'post_author'   => $users[ $author ],
					'post_category' => array( $categories[ $category ] ),
					'tags_input'    => $tags,
					'post_date'     => sprintf( '2025-%02d-%02d 09:30:00', 1 + intdiv( $n, 2 ), 5 + 7 * ( $n % 2 ) ),
				)
			)
		);
	}

	foreach ( array(
		'About'   => 'Alder &amp; Finch has sold books in a side street by the river since 1987.',
		'Contact' => 'We are open from ten to six, Tuesday to Saturday.',
	) as $title => $text ) {
		wp_insert_post(
			array(
				'post_type'    => 'page',
				'post_title'   => $title,
				'post_content' => "<!-- wp:paragraph -->\n<p>$text</p>\n<!-- /wp:paragraph -->",
				'post_status'  => 'publish',
				'post_author'  => $users['admin'],
			)
		);
	}

	add_picture( 'river', 'The river in the morning', array( 150, 190, 210 ), $users['author'] );
	add_picture( 'shelves', 'Shelves by the window', array( 190, 150, 110 ), $users['author'] );
	// One picture has no alternative text, which an agent can add.
	add_picture( 'press', '', array( 120, 130, 140 ), $users['editor'] );
}

function posts(): array {
	return array(
		array( 'A letter found in a travel guide', 'author', 'Books', array( 'second-hand', 'letters' ), 'publish', array( 'Between two maps of Porto somebody had kept a letter from 1962. It asks whether the swallows have come back.', 'We have put it behind glass next to the till. If it is yours, it is still yours.' ) ),
		array( 'Reading evening in February', 'editor', 'Events', array( 'readings' ), 'publish', array( 'Four people read from four books, and nobody went home before midnight.', 'The next evening is on the last Thursday of the month.' ) ),
		array( 'How we mend a broken spine', 'author', 'Workshop', array( 'repair', 'binding' ), 'publish', array( 'Wheat paste, Japanese paper and a day of patience. A book that is opened once a week lasts another fifty years.', 'Bring yours on a Wednesday.' ) ),
		array( 'Ten novels for a long train journey', 'author', 'Books', array( 'lists', 'novels' ), 'publish', array( 'None of them is shorter than four hundred pages, and all of them fit into a coat pocket.', 'Ask for the list at the counter.' ) ),
		array( 'The printing press is back', 'editor', 'Workshop', array( 'letterpress' ), 'publish', array( 'It weighs as much as a small car and came through the window.', 'First courses start in May.' ) ),
		array( 'Poetry by the river', 'editor', 'Events', array( 'readings', 'poetry' ), 'publish', array( 'Bring a blanket and one poem that you know by heart.', 'If it rains we meet inside.' ) ),
		array( 'What to read about birds', 'author', 'Books', array( 'lists', 'nature' ), 'publish', array( 'Field guides tell you what it was. These five tell you why it sang.', 'Two of them are second-hand and cheap.' ) ),
		array( 'Setting type for beginners', 'author', 'Workshop', array( 'letterpress' ), 'publish', array( 'You read upside down and from right to left, and after an hour you no longer notice.', 'Six places, all tools provided.' ) ),
		array( 'The catalogue of 1987', 'editor', 'Books', array( 'history', 'letters' ), 'publish', array( 'Our first list had ninety titles and three misprints in the name of the shop.', 'We reprint it for the anniversary.' ) ),
		array( 'Night of the open bookshop', 'editor', 'Events', array( 'readings', 'history' ), 'publish', array( 'The doors stay open until one in the morning, with soup from nine.', 'Children may sleep between the atlases.' ) ),
		array( 'Notes for the autumn programme', 'author', 'Events', array( 'readings' ), 'draft', array( 'Still missing: a date for the translators, and somebody who owns a projector.' ) ),
		array( 'My week behind the counter', 'contributor', 'Books', array( 'letters' ), 'pending', array( 'On Monday I sold an atlas to a man who was only asking the way.' ) ),
	);
}

// Draws a picture of hills under a sky, so that the repository contains no image file.
function add_picture( string $name, string $alt, array $colour, int $author ): void {
	$image        = imagecreatetruecolor( 640, 400 );
	[ $r, $g, $b ] = $colour;
	imagefill( $image, 0, 0, imagecolorallocate( $image, $r, $g, $b ) );
	for ( $hill = 1; $hill <= 3; $hill++ ) {
		$shade = imagecolorallocate( $image, intdiv( $r, $hill + 1 ), intdiv( $g, $hill + 1 ), intdiv( $b, $hill + 1 ) );
		imagefilledellipse( $image, 190 * $hill - 80, 420, 520, 420 - 90 * $hill, $shade );
	}
	$upload = wp_upload_dir();
	$file   = $upload['path'] . '/' . $name . '.jpg';
	imagejpeg( $image, $file, 82 );
	$id = wp_insert_attachment(
		array(
			'post_title'     => ucfirst( $name ),
			'post_mime_type' => 'image/jpeg',
			'post_status'    => 'inherit',
			'post_author'    => $author,
		),
		$file
	);
	wp_update_attachment_metadata( $id, wp_generate_attachment_metadata( $id, $file ) );
	if ( '' !== $alt ) {
		update_post_meta( $id, '_wp_attachment_image_alt', $alt );
	}
}
