<?php
/** Prints docs/reasons.md from what the loaded extension answers. */

declare(strict_types=1);

echo <<<'MD'
	# Reasons

	Every refusal has a code. It stands in answers to clients (`error.data.reason`, `_meta["countersign/reason"]`), in audit
	entries and in `Countersign\Decision::reason()`, and is never renamed. A client is told less where more would help an
	attacker: whatever is wrong with a token, it hears `invalid_token`, and the log has the reason.

	| code | meaning |
	| --- | --- |

	MD;
foreach ( Countersign\reasons() as $code => $message ) {
	echo "| `$code` | $message |\n";
}
