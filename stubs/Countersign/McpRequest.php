<?php

namespace Countersign;

/** A well-formed request with a genuine access token. */
final class McpRequest
{
    private function __construct() {}

    /** @return int The id of the connection that the token was issued for. Look it up. */
    public function connection(): int {}

    /**
     * @return bool Whether {@see authorize()} needs the registry. It does not for `ping`, notifications and unknown methods, so
     *              there is no need to build the registry for them.
     */
    public function needsRegistry(): bool {}

    /**
     * Checks the request against its connection, and answers it if WordPress is not needed.
     *
     * @param string|null $connection JSON `{"id", "name", "client", "user", "state": "active"|"paused"|"revoked", "groups": [..],
     *     "epoch", "limit": {"max", "window"}}`. Null if there is no such connection.
     * @param string|null $registry   JSON of what plugins registered: `{"tools": [{"name", "title"?, "description", "group",
     *     "inputSchema", "outputSchema"?, "annotations"?, "confirm"?: bool, "_meta"?}], "prompts": [{"name", "title"?, "description"?,
     *     "arguments"?: [..], "group"}], "resources": [{"uri", "name", "title"?, "description"?, "mimeType"?, "group"}],
     *     "resourceTemplates": [{"uriTemplate", "name", .. , "group"}], "builtin": ["list_posts", ..]}`. `builtin` names the tools of
     *     the catalogue that the plugin serves. May be null unless {@see needsRegistry()}.
     *
     * @return McpCall|McpReply A call to act on, or the answer.
     *
     * @throws Exception `misuse` if an argument does not have this form, or the registry is needed and null.
     */
    public function authorize(?string $connection = null, ?string $registry = null): McpCall|McpReply {}
}
