<?php

namespace Countersign;

/**
 * A call that may be made. Append {@see intent()} to the audit log, act, and then make the reply with exactly one of result(),
 * deny() and inputRequired().
 */
final class McpCall
{
    private function __construct() {}

    /** Returns the kind of call: `tool`, `prompt`, `resource` or `completion`. */
    public function kind(): string {}

    /** Returns the name of the tool or prompt, the URI of the resource, or the name or URI that the completion is for. */
    public function name(): string {}

    /** Returns the template that the URI of a resource matched, or null. */
    public function template(): ?string {}

    /**
     * Returns the validated arguments as a JSON object, without the confirmation token. For a completion it is
     * `{"argument": {"name", "value"}, "context": ..}`.
     */
    public function arguments(): string {}

    /** Returns the id that links intent, outcome and confirmation in the audit log, in hexadecimal digits. */
    public function correlation(): string {}

    /**
     * Returns the entry to append before acting, as a draft for {@see AuditLog::append()}, or null for a call that is not
     * recorded (a completion).
     */
    public function intent(): ?string {}

    /**
     * Returns the confirmation token for the act that was asked about. Only for `request_review`, once per call.
     *
     * @throws Exception `misuse` for any other call or a second time; `entropy_unavailable` when the operating system returns no
     *                   randomness.
     */
    public function confirmation(): string {}

    /** Returns for how many seconds the token of {@see confirmation()} is valid. */
    public function confirmationLifetime(): int {}

    /** Returns whether the client accepts a stream, so that progress and log messages may be sent before the reply. */
    public function isStreaming(): bool {}

    /**
     * Returns the headers to send before the first event of a stream, with status 200.
     *
     * @return array<string, string> Name => value.
     */
    public function streamHeaders(): array {}

    /**
     * Returns a progress event to send at once, or '' if the client asked for none.
     *
     * @param float       $progress Work done so far. It must grow from call to call.
     * @param float|null  $total    Work to be done in total, if that is known.
     * @param string|null $message  Text for the person at the client.
     */
    public function progress(float $progress, ?float $total = null, ?string $message = null): string {}

    /**
     * Returns a log event to send at once, or '' if the client asked for none of this level.
     *
     * @param string      $level  A syslog level: `debug` to `emergency`.
     * @param string      $data   The content of the message as JSON.
     * @param string|null $logger Name of the part that logs.
     *
     * @throws Exception `misuse` for an unknown level or data that is not JSON.
     */
    public function log(string $level, string $data, ?string $logger = null): string {}

    /**
     * Returns the client's answer to an input request of an earlier round as JSON, or null if there is none.
     *
     * @param string $key The key of the request, as given to {@see inputRequired()}.
     */
    public function inputResponse(string $key): ?string {}

    /** Returns the state that an earlier round of this call gave to {@see inputRequired()}, or null in the first round. */
    public function state(): ?string {}

    /**
     * Makes the reply with the result of the call.
     *
     * @param string      $result JSON of the result. For a tool `{"content": [..], "structuredContent"?: any, "isError"?:
     *     bool}` (content is made from structuredContent if it is missing), for a prompt `{"messages": [..]}`, for a resource
     *     `{"contents": [..]}`, for a completion `{"values": [..], "total"?, "hasMore"?}`.
     * @param string|null $target What the call acted on, for the audit log, such as `post:12`.
     *
     * @throws Exception `misuse` for a result of another form, and for a second reply.
     */
    public function result(string $result, ?string $target = null): McpReply {}

    /**
     * Makes the reply for a call that is refused or failed for a reason that only WordPress knows.
     *
     * @param string      $reason One of {@see reasons()}, such as `capability_denied`, `target_not_found` or `tool_failed`.
     * @param string|null $detail Text for the client, which the model sees. It must not contain secrets.
     * @param string|null $target What the call would have acted on, for the audit log, such as `post:12`.
     *
     * @throws Exception `misuse` for an unknown reason, and for a second reply.
     */
    public function deny(string $reason, ?string $detail = null, ?string $target = null): McpReply {}

    /**
     * Makes the reply that asks the client for input. The same call comes again with the answers.
     *
     * @param string      $requests JSON object: key => `{"method": "elicitation/create"|"sampling/createMessage"|"roots/list",
     *     "params": {..}}`.
     * @param string|null $state    Up to 16 KiB to have back in the next round. It is sealed, and bound to this connection and
     *                              these arguments.
     *
     * @throws Exception `misuse` for requests of another form, a state that is too long, and for a second reply;
     *                   `entropy_unavailable` when the operating system returns no randomness.
     */
    public function inputRequired(string $requests, ?string $state = null): McpReply {}
}
