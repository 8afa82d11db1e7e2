<?php

namespace Countersign;

/** An answer of the authorization server, ready to send. */
final class OAuthReply
{
    private function __construct() {}

    public function status(): int {}

    /** @return array<string, string> */
    public function headers(): array {}

    /** JSON, or '' */
    public function body(): string {}

    public function decision(): Decision {}

    /** Where to redirect with the error; null: show an error page and redirect nowhere. Only from {@see OAuth::authorize()}. */
    public function redirect(): ?string {}

    /**
     * The client to store, JSON `{"client_id", "client_name", "redirect_uris", "grant_types", "token_endpoint_auth_method",
     * "secret_hash"?, "source": "registration"|"document"}`. Only from {@see OAuth::register()}.
     */
    public function client(): ?string {}

    /**
     * What must change before the answer is sent: JSON `{"grant": id, "revoke": true}` or `{"grant": id, "from":
     * {"generation", "branch"}, "to": {"generation", "branch", "rotated_at"}}`; null for nothing.
     */
    public function change(): ?string {}
}
