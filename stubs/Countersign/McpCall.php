<?php

namespace Countersign;

/** A call that may happen: append {@see intent()} to the audit log, act, then make the answer with exactly one of result(), deny(), inputRequired(). */
final class McpCall
{
    private function __construct() {}

    /** `tool`, `prompt`, `resource` or `completion`. */
    public function kind(): string {}

    /** The tool's or prompt's name, the resource's URI, or the completion reference's name or URI. */
    public function name(): string {}

    /** For a resource matched by a template: the template; else null. */
    public function template(): ?string {}

    /** The validated arguments, a JSON object. Confirmation tokens are taken out. For a completion: `{"argument": {"name", "value"}, "context": ..}`. */
    public function arguments(): string {}

    /** Links intent, outcome and confirmation in the audit log: hex. */
    public function correlation(): string {}

    /** The entry to append before acting: a draft for {@see AuditLog::append()}. Null for what is not recorded (completions). */
    public function intent(): ?string {}

    /** For `request_review` only: the confirmation token for the act that was asked about. Once per call. */
    public function confirmation(): string {}

    /** Seconds for which {@see confirmation()} is good. */
    public function confirmationLifetime(): int {}

    /** Whether the client takes a stream: progress and log messages may be sent before the answer. */
    public function isStreaming(): bool {}

    /** @return array<string, string> The headers to send, with status 200, before the first event of a stream. */
    public function streamHeaders(): array {}

    /** An event to send at once, or '' when the client asked for no progress. Progress must grow. */
    public function progress(float $progress, ?float $total = null, ?string $message = null): string {}

    /** A log event to send at once, or '' when the client asked for none at this level. `$data` is JSON. */
    public function log(string $level, string $data, ?string $logger = null): string {}

    /** What the client answered to an input request of an earlier round, JSON; null when it did not. */
    public function inputResponse(string $key): ?string {}

    /** The state that an earlier round of this very call put aside with inputRequired(); null on the first round. */
    public function state(): ?string {}

    /**
     * The answer.
     *
     * @param string      $result JSON of the result object: for a tool `{"content": [..], "structuredContent"?: any, "isError"?:
     *     bool}` (content is made from structuredContent when absent), for a prompt `{"messages": [..]}`, for a resource
     *     `{"contents": [..]}`, for a completion `{"values": [..], "total"?, "hasMore"?}`.
     * @param string|null $target What was acted on, for the audit log, for instance `post:12`.
     */
    public function result(string $result, ?string $target = null): McpReply {}

    /**
     * The call is refused or failed for a reason only WordPress knows.
     *
     * @param string      $reason One of {@see reasons()}, for instance `capability_denied`, `target_not_found`, `tool_failed`.
     * @param string|null $detail For the client, without secrets; shown to the model.
     */
    public function deny(string $reason, ?string $detail = null, ?string $target = null): McpReply {}

    /**
     * Asks the client for input; the same call comes again with the answers.
     *
     * @param string      $requests JSON object: key => `{"method": "elicitation/create"|"sampling/createMessage"|"roots/list", "params": {..}}`.
     * @param string|null $state    Up to 16 KiB; sealed, and bound to this connection and these arguments.
     */
    public function inputRequired(string $requests, ?string $state = null): McpReply {}
}
