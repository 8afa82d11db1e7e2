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

	## What the authorization server says

	Every error of the authorization server has the members `error` (the code of the RFC), `reason` (a code of this page) and
	`error_description`: the sentence of the reason, and a second one that names the parameter or member that is at fault and
	says what to do. The pages for people show the same. No sentence repeats input.

	| `error` | when | what a client does |
	| --- | --- | --- |
	| `invalid_request` | a parameter is missing, repeated, too long or wrongly encoded; the body is JSON; the redirect address is not one of the client | its developer corrects the request; the registration stays valid |
	| `invalid_client` | the client is not registered here (400 at the authorization endpoint, 401 elsewhere), or did not authenticate | registers anew; a person removes the connector and adds it again |
	| `invalid_grant` | the code or refresh token is unknown, expired or used, or its connection has ended | asks the person again |
	| `invalid_target` | `resource` is another address than that of the MCP endpoint | uses the address of the metadata |
	| `invalid_redirect_uri` | no redirect address of a registration can be used | registers with `https`, a loopback address or a scheme that the site accepts |
	| `invalid_client_metadata` | a registration asks only for what this server lacks | registers without it |
	| `unsupported_response_type`, `unsupported_grant_type`, `unauthorized_client` | another flow than the authorization code with PKCE | uses that flow |
	| `access_denied` | a person refused, or has asked an administrator | asks the person |
	| `slow_down` (429), `temporarily_unavailable` (503) | a limit is reached; the site cannot serve for now | waits for `Retry-After` and keeps its tokens |

	An error goes back to the client, with its `state`, only if a person has approved the client with this redirect address
	before, and never if `state` is longer than 4,096 bytes. All others are a page for a browser and JSON for a program.

	## All reasons

	| code | meaning |
	| --- | --- |

	MD;
foreach ( Countersign\reasons() as $code => $message ) {
	echo "| `$code` | $message |\n";
}
