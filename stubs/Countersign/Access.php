<?php

namespace Countersign;

/** Capability groups, presets and the catalogue of tools. This class knows nothing about WordPress roles. */
final class Access
{
    private function __construct() {}

    /**
     * Returns the names of all groups.
     *
     * @return list<string> The ten groups, `read` first.
     */
    public static function groups(): array {}

    /**
     * Returns all presets except `custom`.
     *
     * @return array<string, list<string>> Name of a preset => its groups. The narrowest preset is first.
     */
    public static function presets(): array {}

    /** Returns the name of the preset to offer first: `standard`. */
    public static function defaultPreset(): string {}

    /**
     * Returns the groups of a preset, or those of `custom`: the groups given, and `read`.
     *
     * @param string            $preset Name of a preset, or `custom`.
     * @param list<string>|null $groups Names of groups; only for `custom`.
     *
     * @return list<string> In the order of {@see groups()}.
     *
     * @throws Exception `misuse` for a name that does not exist.
     */
    public static function resolve(string $preset, ?array $groups = null): array {}

    /**
     * Decides whether the groups of a connection may change. Narrowing is always allowed, widening only if the site allows
     * it; the refusal is `widening_refused`.
     *
     * @param list<string> $from           The groups that the connection has.
     * @param list<string> $to             The groups that it would have.
     * @param bool         $allow_widening Whether the site allows connections to gain groups.
     *
     * @throws Exception `misuse` for a name that does not exist.
     */
    public static function change(array $from, array $to, bool $allow_widening): Decision {}

    /**
     * Returns why a text cannot be a rule for fields, or null if it can. A rule is `title`, `content`, `excerpt`, `slug`,
     * `date`, `author`, `status`, `parent`, `template`, `featured_media`, `terms` (all taxonomies), `terms:TAXONOMY` or
     * `meta:KEY`; `*` within a taxonomy or key stands for any characters. An empty text is no fault.
     *
     * @param string $field What a person typed.
     *
     * @return string|null `unknown`: no field has this name. `empty`: nothing follows `meta:` or `terms:`. `characters`: it has
     *                     one that a rule cannot have. `long`: it has more than 200 bytes.
     */
    public static function fieldFault(string $field): ?string {}

    /**
     * Returns rules for fields in their canonical form: in lower case, each once, in alphabetical order.
     *
     * @param list<string> $fields Rules as a person typed them. Empty texts are left out.
     *
     * @return list<string> At most 50.
     *
     * @throws Exception `misuse` for a text with a {@see fieldFault()}, or too many.
     */
    public static function fields(array $fields): array {}

    /**
     * Decides whether the rules of a connection for fields may change. Adding one is always allowed, removing one only if the
     * site allows widening; the refusal is `widening_refused`.
     *
     * @param list<string> $from           The rules that the connection has.
     * @param list<string> $to             The rules that it would have.
     * @param bool         $allow_widening Whether the site allows connections to gain permissions.
     *
     * @throws Exception `misuse` as for {@see fields()}.
     */
    public static function changeFields(array $from, array $to, bool $allow_widening): Decision {}

    /**
     * Decides whether a person may change the settings of the site. Whoever manages connections may narrow them: lower a
     * limit, lengthen its window, take back `allow_widening`. Every other change needs an administrator; the refusal is
     * `administrator_required`.
     *
     * @param string $from             JSON: the settings that apply, an object with `ip_limit`, `connection_limit` and
     *                                 `registration_limit` (each `{max, window}`; window in seconds), `allow_widening`
     *                                 (boolean), `max_body` (bytes), and any other members.
     * @param string $to               The settings that would apply, in the same form.
     * @param bool   $is_administrator Whether the person may change the options of the site.
     *
     * @throws Exception `misuse` for settings of another form.
     */
    public static function changeSettings(string $from, string $to, bool $is_administrator): Decision {}

    /**
     * Decides whether the agent of a connection may act now. {@see McpRequest::authorize()} decides this before a call is
     * admitted. During a call use {@see McpCall::mayGoOn()}, which also notices that a permission was taken away.
     *
     * @param Record|Decision|null $connection  What {@see Records::open()} returned for the connection, or null if there is
     *                                          none.
     * @param int|null             $token_epoch The epoch of the access token, 0 to 4294967295. Null for an act without a
     *                                          token, such as publishing a post that an agent scheduled.
     * @param bool                 $kill_switch Whether an administrator has stopped all agents.
     *
     * @return Decision Denied with `kill_switch`, `connection_unknown`, `connection_revoked`, `token_revoked` (the token is of
     *                  an earlier epoch), `record_rolled_back` (it is of a later one, or the connection is paused for this
     *                  reason), `account_changed` (paused for this reason), `connection_paused`, or the reason for which the
     *                  record could not be opened.
     *
     * @throws Exception `misuse` for a record of another kind or form, or an epoch out of range.
     */
    public static function mayAct(Record|Decision|null $connection, ?int $token_epoch, bool $kill_switch): Decision {}

    /**
     * Returns the product's own tools.
     *
     * @return string JSON: a list of `{name, title, description, groups, confirm, visibleGroups, target, annotations, inputSchema,
     *     outputSchema, capability, example}`, with `fields` (which argument writes which field) where a tool has them. `capability`
     *     says in Markdown what WordPress must allow, and `example` holds the arguments of a call. Any one of `groups` suffices to use the tool. `confirm` says that the tool needs a confirmation
     *     token.
     */
    public static function catalogue(): string {}

    /**
     * Returns why a JSON Schema cannot be the input schema or the output schema of a tool, or null if it can.
     *
     * A tool with such a schema cannot be called: each call is refused with `tool_failed`. The dialect is JSON Schema
     * 2020-12 without `unevaluatedProperties`, `unevaluatedItems`, `$dynamicRef`, `$vocabulary` and references to other
     * documents. A keyword that is not known is a fault, unless its name begins with `x-`. Patterns have neither
     * look-around nor references to groups nor Unicode properties.
     *
     * @param string $schema JSON, at most 65,536 bytes.
     *
     * @return string|null Where, what, and what to do, such as `properties.sku.minimum must be a number`. The text names
     *                     keywords and properties of the schema, and nothing else of it.
     */
    public static function schemaFault(string $schema): ?string {}
}
