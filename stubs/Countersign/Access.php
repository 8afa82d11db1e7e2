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
     * The product's own tools as JSON: a list of `{name, title, description, groups, confirm, target, annotations,
     * inputSchema, outputSchema}`. `groups`: any one of them suffices. `confirm`: needs a confirmation token.
     */
    public static function catalogue(): string {}
}
