<?php
/** Prints the content of docs/reasons.md, from the reasons of the loaded extension. */

declare(strict_types=1);

echo <<<'MD'
	# Reasons

	Every refusal has a code. It appears in answers to clients (`error.data.reason`, `_meta["countersign/reason"]`), in audit
	entries and in `Countersign\Decision::reason()`, and is never renamed. Clients receive a less specific code where more
	would help an attacker: for every fault of a token it is `invalid_token`, and only the audit log records the reason. Pages
	of the plugin also show `extension_missing`: the PHP extension is not installed, so install what the dashboard names.

	| code | meaning |
	| --- | --- |

	MD;
foreach ( Countersign\reasons() as $code => $message ) {
	echo "| `$code` | $message |\n";
}
