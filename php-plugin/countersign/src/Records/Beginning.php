<?php

declare(strict_types=1);

namespace Countersign\Plugin\Records;

use Countersign\Plugin\Audit\EntryDraft;
use Countersign\Plugin\Site\SealedOptions;
use Countersign\Plugin\Site\Urls;

defined( 'ABSPATH' ) || exit;

/** Seals the first record of a new site. */
final class Beginning {

	public function __construct(
		private readonly Reader $reader,
		private readonly Writer $writer,
	) {}

	/** Seals the record of the site. To be called only by the request that has created the site's random identity. */
	public function seal(): void {
		SealedOptions::create_row( SealedOptions::SITE );
		$records  = $this->reader->records();
		$text     = $this->reader->primary_option( SealedOptions::SITE );
		$revision = new Revision( 'site', 0, $records->nextVersion( 'site', 0, $text ), $records->siteData( 'created' ) );
		$this->writer->write_option( EntryDraft::admin( 'system', 'site.created', 'site', [ 'address' => Urls::address() ] ), SealedOptions::SITE, $revision, $text );
	}
}
