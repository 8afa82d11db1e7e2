<?php

namespace Countersign;

/** A well-formed request with a genuine token. */
final class McpRequest
{
    private function __construct() {}

    /** Returns the id of the connection that the token was issued to. Look it up for {@see authorize()}. */
    public function connection(): int {}

    /**
     * Checks the request against the connection, and answers every request that does not need WordPress.
     *
     * @param string|null $connection JSON `{"id", "name", "client", "user", "state": "active"|"paused"|"revoked", "groups": [..],
     *     "epoch", "limit": {"max", "window"}}`, or null if there is none.
     * @param string      $registry   JSON of what plugins registered: `{"tools": [{"name", "title"?, "description", "group",
     *     "inputSchema", "outputSchema"?, "annotations"?, "confirm"?: bool, "_meta"?}], "prompts": [{"name", "title"?, "description"?,
     *     "arguments"?: [..], "group"}], "resources": [{"uri", "name", "title"?, "description"?, "mimeType"?, "group"}],
     *     "resourceTemplates": [{"uriTemplate", "name", .. , "group"}], "builtin": ["list_posts", ..]}`. `builtin` names the tools of
     *     the catalogue that the plugin serves.
     *
     * @throws Exception `misuse` for a connection or registry of another form.
     */
    public function authorize(?string $connection, string $registry): McpCall|McpReply {}
}
