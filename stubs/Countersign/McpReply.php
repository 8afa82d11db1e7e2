<?php

namespace Countersign;

/** An answer, ready to send. */
final class McpReply
{
    private function __construct() {}

    public function status(): int {}

    /** @return array<string, string> All headers, with `Cache-Control: no-store` and the limits. */
    public function headers(): array {}

    /** JSON; or, in a stream, the last event; or ''. */
    public function body(): string {}

    public function decision(): Decision {}

    /** The entry to append to the audit log, a draft for {@see AuditLog::append()}: an outcome or a refusal; null for nothing. */
    public function entry(): ?string {}
}
