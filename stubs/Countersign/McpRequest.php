<?php

namespace Countersign;

/** A well-formed request with a genuine token. */
final class McpRequest
{
    private function __construct() {}

    /** The connection the token speaks for: look it up. */
    public function connection(): int {}

    /**
     * Holds the request against the connection and answers all that needs no WordPress.
     *
     * @param string|null $connection JSON `{"id", "name", "client", "user", "state": "active"|"paused"|"revoked", "groups": [..],
     *     "epoch", "limit": {"max", "window"}}`; null when there is none.
     * @param string      $registry   JSON of what plugins registered: `{"tools": [{"name", "title"?, "description", "group",
     *     "inputSchema", "outputSchema"?, "annotations"?, "confirm"?: bool, "_meta"?}], "prompts": [{"name", "title"?, "description"?,
     *     "arguments"?: [..], "group"}], "resources": [{"uri", "name", "title"?, "description"?, "mimeType"?, "group"}],
     *     "resourceTemplates": [{"uriTemplate", "name", .. , "group"}], "builtin": ["list_posts", ..]}`. `builtin` names the tools of
     *     the catalogue that the plugin serves.
     */
    public function authorize(?string $connection, string $registry): McpCall|McpReply {}
}
