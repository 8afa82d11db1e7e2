<?php
/** Prints the content of docs/reasons.md, from the reasons of the loaded extension. */

declare(strict_types=1);

echo <<<'MD'
	# Reasons

	Every refusal has a code. It appears in answers to clients (`error.data.reason`, `_meta["countersign/reason"]`), in audit
	entries and in `Countersign\Decision::reason()`, and is never renamed. Clients receive a less specific code where more
	would help an attacker: for every fault of a token it is `invalid_token`, and only the audit log records the reason. Pages
	of the plugin also show `extension_missing`: the PHP extension is not installed, so install what the dashboard names.

	## Where a client reads them

	| the request to the MCP endpoint | the answer |
	| --- | --- |
	| has no genuine token; or its token has expired, was revoked, or is of a connection that has ended; with any HTTP method | 401 with `WWW-Authenticate`; the client refreshes its token or connects again |
	| came without HTTPS, for another host or from another web origin | 403, 421 (the message names the right address), 403 |
	| without a genuine token, and its address has failed too often | 429 `rate_limited_ip` |
	| without a genuine token, and the site cannot serve agents; or with one that has expired, and all agents are stopped | 503 with the reason |
	| `tools/call` with a genuine token, and the connection is paused or over its limit, all agents are stopped, the site is closed or cannot record | 200 and a result with `isError`: the sentence of the reason and how long to wait as text, `countersign/reason` and `countersign/retryAfter` in `_meta` |
	| another method, for these reasons | 200 and a JSON-RPC error with `reason` and `retryAfter` in `data` |
	| a notification, for these reasons | 202 |
	| past twice the limit of its connection | 429 `rate_limited_connection` |
	| is no message, or has another HTTP method than POST | 400, 405 or 413 with a JSON-RPC error |
	| names a protocol version that the site does not serve | 400; the message names all that it serves |
	| calls a tool with wrong arguments, without a confirmation, or for what WordPress refuses | 200 and a result with `isError` |

	Every JSON-RPC error has the id of the request if the id can be read. `Retry-After` and the `RateLimit-*` headers are sent with
	each of these answers where they apply.

	## All reasons

	| code | meaning |
	| --- | --- |

	MD;
foreach ( Countersign\reasons() as $code => $message ) {
	echo "| `$code` | $message |\n";
}
