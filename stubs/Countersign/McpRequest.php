<?php

namespace Countersign;

/** A request with a genuine access token, or with an application password that WordPress has verified. Its HTTP method and its message may still be refused. */
final class McpRequest
{
    private function __construct() {}

    /**
     * @return int The id of the connection that the token was issued for, or that was passed for the application password. Look
     *             it up.
     */
    public function connection(): int {}

    /**
     * @return bool Whether {@see authorize()} needs the registry. It does not for `ping`, notifications, unknown methods and what is not
     *              a message, so there is no need to build the registry for them.
     */
    public function needsRegistry(): bool {}

    /**
     * Answers the request if the site cannot serve it, for example because the audit log cannot be written: with status 200,
     * a tool call as a result with `isError`, so that the client shows the reason. A notification gets status 202.
     *
     * @param string $reason A reason code. An unknown code counts as `store_unavailable`.
     *
     * @return McpReply The answer. It has no entry.
     */
    public function unavailable(string $reason): McpReply {}

    /**
     * Decides whether the connection may call the tool of a request of {@see McpServer::direct()} now, whatever its arguments are.
     * Counts and records nothing, so it does not replace {@see authorize()}: use it where WordPress asks for a permission before it
     * asks for the act.
     *
     * @param Record|Decision|null $connection As for {@see authorize()}.
     * @param string               $registry   As for {@see authorize()}.
     *
     * @return Decision Such as `tool_outside_groups`, `kill_switch` or `connection_paused`.
     *
     * @throws Exception `misuse` as for {@see authorize()}.
     */
    public function permits(Record|Decision|null $connection, string $registry): Decision {}

    /**
     * Checks the request against its connection and counts it under the connection's limit, then checks the HTTP method and
     * the message, and answers the request if WordPress is not needed. A request of a connection that does not exist or was
     * revoked counts as a failure of its address instead.
     *
     * If the token is ahead of the record, the database is older than the token. The reply then has a {@see McpReply::change()}.
     *
     * @param Record|Decision|null $connection What {@see Records::open()} returned for the record `connection` with the id of
     *     {@see connection()}, or null if there is none. Its data are JSON with the members `user`, `groups`, `state` (`active`,
     *     `paused` or `revoked`), `state_reason`, `epoch`, and optionally `client`, `limit` (`{"max", "window"}`) and
     *     `credential`, which {@see McpServer::credential()} returns. Without a limit, `ip_limit` of the server is the limit of the connection.
     * @param string|null $registry   JSON of what plugins registered: `{"tools": [{"name", "title"?, "description", "group",
     *     "inputSchema", "outputSchema"?, "annotations"?, "confirm"?: bool, "_meta"?}], "prompts": [{"name", "title"?, "description"?,
     *     "arguments"?: [..], "group"}], "resources": [{"uri", "name", "title"?, "description"?, "mimeType"?, "group"}],
     *     "resourceTemplates": [{"uriTemplate", "name", .. , "group"}], "builtin": ["list_posts", ..]}`. `builtin` names the tools of
     *     the catalogue that the plugin serves. May be null unless {@see needsRegistry()}.
     *
     * @return McpCall|McpReply A call to act on, or the answer.
     *
     * @throws Exception `misuse` if an argument does not have this form, if the record is another one, or if the registry is
     *     needed and null.
     */
    public function authorize(Record|Decision|null $connection = null, ?string $registry = null): McpCall|McpReply {}
}
