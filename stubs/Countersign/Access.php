<?php

namespace Countersign;

/** Capability groups, presets and the catalogue of tools. Knows nothing of WordPress roles. */
final class Access
{
    private function __construct() {}

    /** @return list<string> The ten groups, `read` first. */
    public static function groups(): array {}

    /** @return array<string, list<string>> Preset => its groups, narrowest first; `custom` is not among them. */
    public static function presets(): array {}

    /** The preset offered first: `standard`. */
    public static function defaultPreset(): string {}

    /**
     * The groups of a preset, or of `custom` with the groups given (`read` is added).
     *
     * @param list<string> $groups Only for `custom`.
     *
     * @return list<string> In the order of {@see groups()}.
     *
     * @throws Exception `misuse` for a name that does not exist.
     */
    public static function resolve(string $preset, ?array $groups = null): array {}

    /**
     * Whether a connection's groups may change so. Narrowing always; widening only where the site allows it.
     *
     * @param list<string> $from
     * @param list<string> $to
     */
    public static function change(array $from, array $to, bool $allow_widening): Decision {}

    /**
     * Whether an agent may act now. Ask before a call is admitted (McpRequest::authorize() does), and again before each
     * write of a call: an administrator may have stopped it in the meantime.
     *
     * @param string|null $state       The state of the connection: `active`, `paused` or `revoked`. Null if the connection
     *                                 does not exist any more.
     * @param int         $epoch       The present epoch of the connection, 0 to 4294967295. Ignored if `$state` is null.
     * @param int         $token_epoch The epoch of the access token, 0 to 4294967295.
     * @param bool        $kill_switch Whether an administrator has stopped all agents.
     *
     * @return Decision Denied with `kill_switch`, `connection_unknown`, `connection_revoked`, `token_revoked` (the epochs
     *                  differ) or `connection_paused`.
     *
     * @throws Exception `misuse` for another state or an epoch out of range.
     */
    public static function mayAct(?string $state, int $epoch, int $token_epoch, bool $kill_switch): Decision {}

    /**
     * The product's own tools as JSON: a list of `{name, title, description, groups, confirm, target, annotations,
     * inputSchema, outputSchema}`. `groups`: any one of them suffices. `confirm`: needs a confirmation token.
     */
    public static function catalogue(): string {}
}
