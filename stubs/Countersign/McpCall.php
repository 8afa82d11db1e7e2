<?php

namespace Countersign;

/**
 * A call that is permitted.
 *
 * {@see consider()} its target, append {@see intent()} to the audit log, {@see begin()} the call, act, and answer it exactly
 * once: with {@see result()}, {@see deny()} or {@see inputRequired()}.
 */
final class McpCall
{
    private function __construct() {}

    /** @return string `tool`, `prompt`, `resource` or `completion`. */
    public function kind(): string {}

    /** @return string The tool's or prompt's name, the resource's URI, or for a completion the name or URI of its reference. */
    public function name(): string {}

    /** @return string|null The URI template that matched, for a resource that was found by a template. */
    public function template(): ?string {}

    /**
     * @return string The validated arguments: a JSON object without the confirmation token. For a resource that was found by
     *                a template: its variables. For a completion: `{"argument": {"name", "value"}, "context"?: {..}}`.
     */
    public function arguments(): string {}

    /** @return string Links intent, outcome and confirmation in the audit log: 16 hexadecimal digits. */
    public function correlation(): string {}

    /**
     * @return bool Whether the call may change something. Only a tool can; not one of the group `read`, and not
     *              `request_review`.
     */
    public function mayWrite(): bool {}

    /** @return bool Whether no rule forbids a field. If one does, ask {@see forbids()} before each write. */
    public function mayWriteEveryField(): bool {}

    /**
     * @param string $field A field of an item that is about to be written, as in {@see Access::fieldFault()}, without a pattern.
     *                      What is unknown of a name is `*`, such as in `meta:*`.
     *
     * @return string|null The rule that forbids it, or null if the connection may write it. The refusal is `field_denied`.
     */
    public function forbids(string $field): ?string {}

    /**
     * @return string|null The entry to append before {@see begin()}: a draft for {@see AuditLog::append()}. Null for a call
     *                     that is not recorded (a completion).
     */
    public function intent(): ?string {}

    /** @return bool Whether {@see consider()} must be called before {@see begin()}. Not for a call that changes nothing. */
    public function needsTarget(): bool {}

    /**
     * Decides whether the call may act on its target: visitors do not see it, or the connection may change what visitors see
     * and has a confirmation; and it is as it was when it was reviewed or read. A call of `request_review` is considered with
     * the target of the call under review. {@see intent()} contains a digest of the item afterwards.
     *
     * @param string $target JSON: `"none"` if the call changes no item that exists and that the user can see, `"unknown"` if
     *     that is not known (which counts as visible), or the item as it is stored: `{"id", "type", "status", "author",
     *     "title", "content", "excerpt", "slug", "parent", "template", "date", "date_gmt", "password", "terms": [ids], "meta":
     *     {key: [values]}, "under"?: {"type", "status", "under"?}, "above"?: [{"type", "status"}]}`. `meta` has the metadata
     *     that the tool concerns, `under` the item to which an attachment belongs, `above` the items below it in a hierarchy.
     *     Ids are numbers, everything else is text. For a tool that changes many items: a list of at most 50 such objects, each
     *     item once, without those that do not exist or that the user cannot see.
     *
     * @return McpReply|null Null: the call may begin. A reply: it may not (`needs_publish`, `confirmation_missing`,
     *                       `target_changed`), so append its entry and send it. The confirmation token remains valid.
     *
     * @throws Exception `misuse` if `$target` does not have this form, or the call has begun or was considered before.
     */
    public function consider(string $target): ?McpReply {}

    /**
     * Decides, directly before the call writes, whether its target is still the one that was considered, and still needs
     * nothing that the call does not have. Answer a refusal with {@see deny()}, which adds the names of the changed fields.
     *
     * @param string $target The item as it is stored now, in the form of {@see consider()}.
     *
     * @throws Exception `misuse` for another form, a call without a considered target, one that has not begun, and one that
     *                   was answered.
     */
    public function checkTarget(string $target): Decision {}

    /**
     * Decides whether the running call may change an item that it has not named, or make an item what `$target` says. It may
     * if visitors do not see it, or if the connection may change what visitors see and the call has a confirmation. Can be
     * asked until the request ends, also after the answer.
     *
     * @param string $target The item before or after the change, in the form of {@see consider()}. A new item has the id 0.
     *                       Only what decides whether visitors see it counts; texts, terms and metadata can be empty.
     *
     * @return Decision Denied with `needs_publish`, `confirmation_missing`, or `write_refused` for a tool that has no
     *                  confirmation.
     *
     * @throws Exception `misuse` for another form, a call that changes nothing, and one that has not begun.
     */
    public function mayChange(string $target): Decision {}

    /**
     * Notes for the audit log what the call made of its target.
     *
     * @param string   $target   The item as it is stored after the change, in the form of {@see consider()}.
     * @param int|null $revision The id of the revision with the state before the change.
     *
     * @throws Exception `misuse` as for {@see checkTarget()}.
     */
    public function changed(string $target, ?int $revision = null): void {}

    /**
     * Ends an item of a call on many items. The answer to the call then has an entry of the audit log for it
     * ({@see McpReply::items()}), with what {@see checkTarget()} and {@see changed()} have noted about the item.
     *
     * @param string      $target Such as `post:12`.
     * @param string|null $reason For an item that was refused: the reason code, as for {@see deny()}.
     * @param string|null $detail For an item that was refused: an English sentence for the client and the model.
     *
     * @return string What the agent reads about the refusal, or an empty text.
     *
     * @throws Exception `misuse` if the call has not begun, was answered, or has ended 50 items.
     */
    public function item(string $target, ?string $reason = null, ?string $detail = null): string {}

    /**
     * @param string $target An item that the agent reads, in the form of {@see consider()}.
     *
     * @return string The item's fingerprint, by which a later call shows what the agent read: base64url.
     *
     * @throws Exception `misuse` if `$target` is not an item of this form.
     */
    public function fingerprint(string $target): string {}

    /**
     * Ends the call before it begins if its budgets refuse it.
     *
     * @param Spending $spending What {@see Budgets::spend()} returned for the call.
     *
     * @return McpReply|null Null: the call may begin. A reply: it may not (`budget_calls_spent`, `budget_cost_spent`), so
     *                       append its entry and send it. The confirmation token remains valid.
     *
     * @throws Exception `misuse` if the call has begun or was answered.
     */
    public function afford(Spending $spending): ?McpReply {}

    /**
     * Starts the call, after the intent was appended. Uses up the confirmation token, if the call needs one: of all calls
     * with the same token, exactly one begins. If the intent cannot be appended, do not begin the call; the token then remains
     * valid.
     *
     * @param list<string>|null $secrets Names of records of the {@see Vault} that the call may open. Until the next request, this
     *                              process can open no other one.
     *
     * @return McpReply|null Null: the call has begun, so act and answer it. A reply: the call may not happen after all
     *                       (`confirmation_used`, `confirmation_expired`, `store_restarted`, `store_unavailable`,
     *                       `store_full`), so append its entry and send it.
     *
     * @throws Exception `misuse` if the call has begun before.
     */
    public function begin(?array $secrets = null): ?McpReply {}

    /**
     * Decides whether the call may go on. Ask before each write: somebody may have stopped all agents, paused or revoked the
     * connection, or taken the permission for this call from it.
     *
     * @param Record|Decision|null $connection  What {@see Records::open()} returns now for the connection of the call, or null
     *                                          if there is none any more.
     * @param bool                 $kill_switch Whether an administrator has stopped all agents.
     *
     * @return Decision Denied with a reason of {@see Access::mayAct()}, or with `tool_outside_groups`.
     *
     * @throws Exception `misuse` for a record of another kind or form, or of another connection.
     */
    public function mayGoOn(Record|Decision|null $connection, bool $kill_switch): Decision {}

    /**
     * @return string The confirmation token for the call under review. Only a call of `request_review` has one, and only
     *                once, between {@see begin()} and the answer.
     *
     * @throws Exception `misuse` for another call, the second time, and before {@see begin()}.
     */
    public function confirmation(): string {}

    /** @return int The lifetime of a confirmation token, in seconds. */
    public function confirmationLifetime(): int {}

    /** @return bool Whether the client accepts progress and log messages before the answer. */
    public function isStreaming(): bool {}

    /** @return array<string, string> The headers to send, with status 200, before the first event of a stream. */
    public function streamHeaders(): array {}

    /**
     * Reports progress to the client.
     *
     * @param float       $progress Must be greater than in the call before.
     * @param float|null  $total    The value of `$progress` at the end, if it is known.
     * @param string|null $message  A sentence for the person at the client.
     *
     * @return string An event to send at once. Empty if there is nothing to send: the client asked for no progress,
     *                `$progress` did not grow, or the call has not begun or was answered.
     */
    public function progress(float $progress, ?float $total = null, ?string $message = null): string {}

    /**
     * Sends a log message to the client.
     *
     * @param string      $level  `debug`, `info`, `notice`, `warning`, `error`, `critical`, `alert` or `emergency`.
     * @param string      $data   The content of the message as JSON.
     * @param string|null $logger The name of the part that logs.
     *
     * @return string An event to send at once. Empty if there is nothing to send: the client did not ask for this level, or
     *                the call has not begun or was answered.
     *
     * @throws Exception `misuse` if `$data` is not JSON or the level does not exist.
     */
    public function log(string $level, string $data, ?string $logger = null): string {}

    /**
     * @param string $key The key of the request in {@see inputRequired()}.
     *
     * @return string|null The client's answer to an input request of an earlier round, as JSON. Null if there is none.
     */
    public function inputResponse(string $key): ?string {}

    /** @return string|null The state that an earlier round of this call passed to {@see inputRequired()}. Null on the first round. */
    public function state(): ?string {}

    /**
     * Answers the call with a result. A result that does not have the documented form, or does not conform to the tool's output
     * schema, is not sent: the client gets `tool_failed` instead. If the client of an older revision has cancelled the call and
     * it changes nothing, the answer has no body.
     *
     * @param string      $result JSON of the result object: for a tool `{"content": [..], "structuredContent"?: any, "isError"?:
     *     bool}` (content is made from structuredContent when absent), for a prompt `{"messages": [..]}`, for a resource
     *     `{"contents": [..]}`, for a completion `{"values": [..], "total"?, "hasMore"?}`.
     * @param string|null $target The item that the call changed or read, for the audit log, such as `post:12`.
     *
     * @throws Exception `misuse` if the call has not begun or was answered.
     */
    public function result(string $result, ?string $target = null): McpReply {}

    /**
     * Answers the call with a refusal for a reason that only WordPress knows, or with a failure.
     *
     * @param string      $reason One of {@see reasons()}, such as `capability_denied`, `target_not_found` or `tool_failed`.
     * @param string|null $detail A sentence for the client, without secrets. The model reads it. At most 2000 characters of it
     *                            are sent.
     * @param string|null $target The item that the call was about, for the audit log, such as `post:12`.
     *
     * @throws Exception `misuse` if the call has not begun or was answered.
     */
    public function deny(string $reason, ?string $detail = null, ?string $target = null): McpReply {}

    /**
     * Answers the call with a request for input from the client. The client repeats the call with its responses.
     *
     * @param string      $requests JSON object: key => `{"method": "elicitation/create"|"sampling/createMessage"|"roots/list", "params": {..}}`.
     * @param string|null $state    Up to 16 KiB. It is returned by {@see state()} in the next round. The client can read it but
     *                              not change it.
     *
     * @throws Exception `misuse` if the call has not begun or was answered.
     */
    public function inputRequired(string $requests, ?string $state = null): McpReply {}
}
