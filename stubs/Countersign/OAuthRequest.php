<?php

namespace Countersign;

/** A valid authorization request, waiting for a person's consent. */
final class OAuthRequest
{
    private function __construct() {}

    public function clientId(): string {}

    /** What the client calls itself: untrusted text, stripped of control and bidirectional characters, at most 80 characters. */
    public function clientName(): string {}

    /** Where the person will be sent: host, and port where there is one. */
    public function redirectHost(): string {}

    /** Whether that is this person's own machine: any program on it could be asking. */
    public function isLoopback(): bool {}

    /** To keep on the server until the person decides. */
    public function toJson(): string {}

    /**
     * The person agreed: where to send the browser, with a code for `$grant_id` (good for 60 seconds, once).
     *
     * @return string An absolute URL; redirect with 302 or 303.
     */
    public function approve(int $grant_id): string {}

    /** The person refused: where to send the browser. */
    public function refuse(): string {}

    /** Facts of the request for the audit log, JSON without secrets. */
    public function facts(): string {}
}
