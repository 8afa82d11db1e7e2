<?php

namespace Countersign;

/** A response that is ready to send. */
final class McpReply
{
    private function __construct() {}

    /** Returns the HTTP status. */
    public function status(): int {}

    /**
     * Returns all headers, including `Cache-Control: no-store` and those of the limits.
     *
     * @return array<string, string> Name => value.
     */
    public function headers(): array {}

    /** Returns the body: JSON, the last event of a stream, or ''. */
    public function body(): string {}

    /** Returns whether the request was allowed, with the reason of a refusal. */
    public function decision(): Decision {}

    /**
     * Returns the entry to append to the audit log, an outcome or a refusal, as a draft for {@see AuditLog::append()}, or null
     * if nothing is to be recorded.
     */
    public function entry(): ?string {}
}
