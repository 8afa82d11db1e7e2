<?php

namespace Countersign;

/** An answer that is ready to send. */
final class McpReply
{
    private function __construct() {}

    /** @return int The HTTP status. */
    public function status(): int {}

    /** @return array<string, string> All headers, among them `Cache-Control: no-store` and the rate limit. */
    public function headers(): array {}

    /** @return string JSON, the last event of a stream, or an empty string. */
    public function body(): string {}

    /** @return Decision The decision with its true reason, which may be more specific than the reason in the body. */
    public function decision(): Decision {}

    /**
     * @return string|null The entry to append to the audit log before sending: an outcome or a refusal, a draft for
     *                     {@see AuditLog::append()}. Null if there is nothing to record.
     */
    public function entry(): ?string {}

    /**
     * @return list<string> The entries of the items of a call on many, in the order in which they were done: drafts to append
     *                      before the {@see entry()}, in one call of {@see AuditLog::append()}.
     */
    public function items(): array {}

    /**
     * @return string|null The change to make before sending, in one transaction with the entry, or null for nothing. JSON
     *                     `{"connection", "pause", "raise_epoch"}`, as for {@see OAuthReply::change()}.
     */
    public function change(): ?string {}
}
