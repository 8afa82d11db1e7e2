<?php

namespace Countersign;

/**
 * What the site decided, sealed: nobody who can write, restore or copy the database can forge a decision or bring an older
 * one back.
 *
 * A record has a kind, an id, a version and data (JSON). Its sealed text is stored in the database; columns beside it are an
 * index and are never believed. The witness keeps the least version of each record outside the database: in a file of the
 * state folder, or in the shared store. A record behind it was brought back.
 *
 * | kind | id | data |
 * | --- | --- | --- |
 * | `site` | 0 | `{address, epoch, former, lineage}`: see {@see siteData()} |
 * | `kill_switch` | 0 | `{on}` |
 * | `settings` | 0 | the settings that bound agents |
 * | `connection` | random | name, client, user, preset, groups, state, epoch, limit and times |
 * | `grant` | random | `{connection, client_id, request, created_at}`; it has version 1 only |
 * | `client` | random | a client that has a secret or is stored |
 * | `watch` | 0 | names and digests of files and accounts that code on the site could change |
 *
 * A change goes through these steps, in this order:
 *
 *     $draft    = $records->explain( $draft, array( array( 'kind' => 'kill_switch', 'id' => 0, 'version' => $version, 'data' => '{"on":true}' ) ) );
 *     $append   = $log->append( $head, array( $draft ) );
 *     $text     = $records->seal( $append, 'kill_switch', 0, $version, '{"on":true}' );
 *     // Store the rows and the head of $append, and $text, in one transaction. Commit it.
 *     $records->committed( array( $text ) );
 *     // Only now tell the person that it is done.
 *
 * Open only texts that were committed: opening a newer version raises the witness, and a transaction that is undone later
 * would leave the record behind it.
 */
final class Records
{
    /**
     * Never fails for a bad state of the site: see {@see state()}.
     *
     * @param Keyring     $keyring The keys of the site.
     * @param Store       $store   The store. An embedded one tells the folder in which the witness lies.
     * @param string|null $site    The sealed text of the record `site`, or null if it is missing.
     * @param string      $address The current address of the site: `HOST[:PORT]/PATH` without scheme, always spelled the same.
     *
     * @throws Exception `misuse` for text that cannot be an address.
     */
    public function __construct(Keyring $keyring, Store $store, ?string $site, string $address) {}

    /**
     * Returns whether agents may act on the site at all. All records grant nothing while they may not.
     *
     * | reason | meaning | what helps |
     * | --- | --- | --- |
     * | `record_missing`, `record_forged` | the record of the site was removed or changed | a person seals a new one with the data of `siteData( 'created' )` |
     * | `keys_changed` | it was sealed under keys that the site does not hold | the same |
     * | `site_moved` | the site has another address than the record | a person says whether it moved ({@see moved()}) or is a copy ({@see copied()}) |
     * | `witness_missing` | the witness is lost | {@see adopt()} |
     * | `witness_unusable` | the witness cannot be read: see {@see witness()} | the administrator of the host; if the file is damaged, {@see adopt()} by a person |
     * | `record_rolled_back` | the database shows an older record of the site | read again from the primary; if it stays, a person acknowledges the restore: seal the data of `siteData( 'restored' )` |
     */
    public function state(): Decision {}

    /**
     * Returns the epoch of the site, 0 if its record is not usable. The epoch of a token is that of its connection plus this.
     */
    public function siteEpoch(): int {}

    /**
     * Returns the data of the next version of the record `site`, which {@see nextVersion()} names.
     *
     * | event | epoch | lineage |
     * | --- | --- | --- |
     * | `created` | 0 for version 1, otherwise a new one | a new one: no record from before is believed |
     * | `restored` | a new one: all tokens of the site end | stays; a new one if the database is that of another address |
     * | `moved` | stays | stays |
     * | `copied` | a new one: no token of the original works on the copy | a new one: no record of one is believed on the other |
     *
     * Each call draws another lineage, so seal the data of the call whose entry explains them.
     *
     * @param string $event `created`, `restored`, `moved` or `copied`.
     *
     * @return string JSON: `address`, `epoch`, `lineage` (16 hexadecimal digits), and `former`, the addresses before, if there are any.
     *
     * @throws Exception `misuse` for another event; `entropy_unavailable` when the operating system returns no randomness.
     */
    public function siteData(string $event): string {}

    /**
     * Returns the version that follows every known version of a record: that of the text, if it opens, and that of the witness.
     * It is at least the time in milliseconds since 1970, so that no version is given twice after a restore that nobody could
     * notice. The record `site` counts by one, and a grant has only version 1.
     *
     * A connection whose data have the state `revoked` has the final version, 2^53 - 1. The witness then refuses every other
     * version, so nothing revives the connection.
     *
     * @param string      $kind The kind.
     * @param int         $id   The id.
     * @param string|null $text The stored sealed text.
     * @param string|null $data The data of the version, as JSON. Needed for a connection that is revoked.
     *
     * @throws Exception `misuse` for an unknown kind or a wrong id.
     */
    public function nextVersion(string $kind, int $id, ?string $text = null, ?string $data = null): int {}

    /**
     * Opens a record. A newer version than that of the witness raises the witness; {@see witness()} tells if that failed.
     *
     * The reason of a refusal is one of these:
     *
     * | reason | meaning |
     * | --- | --- |
     * | `record_missing` | the text is null; or it is empty, although the witness knows the record |
     * | `record_unsealed` | the text is empty, and the witness does not know the record: it is of an older version |
     * | `record_forged` | the text was changed, or is that of another record or site |
     * | `record_foreign` | it is of another lineage: of a copy of the site, or of a time before the site began anew |
     * | `keys_changed` | it was sealed under keys that the site does not hold |
     * | `record_rolled_back` | it is behind the witness. Replicas lag: read it again from the primary before telling people |
     *
     * @param string      $kind The kind that is needed.
     * @param int         $id   The id that is needed.
     * @param string|null $text The stored text; null if there is no such row, and empty if the row was never sealed.
     *
     * @throws Exception `misuse` for an unknown kind or a wrong id.
     */
    public function open(string $kind, int $id, ?string $text = null): Record|Decision {}

    /**
     * Opens a record that is genuine but behind the witness, because the database was restored. For a person who decides
     * whether to seal it again, as a new version. No decision accepts the returned record: it grants nothing.
     *
     * The reason of a refusal is that of {@see state()}, `record_forged`, `record_foreign` or `keys_changed` as for {@see open()}, or
     * `connection_revoked`: the witness knows that the connection was revoked after this version. Nothing revives it.
     *
     * @param string $kind The kind.
     * @param int    $id   The id.
     * @param string $text The stored text.
     *
     * @throws Exception `misuse` for an unknown kind, a wrong id, or a record that is not behind the witness;
     *                   `witness_unusable` when the witness cannot be read; `agent_at_work` after {@see McpCall::begin()}.
     */
    public function openBehind(string $kind, int $id, string $text): Record|Decision {}

    /**
     * Returns whether all agents are stopped: unless {@see state()} allows them, and a current record says that the kill switch
     * is off.
     *
     * @param string|null $text The stored text of the record `kill_switch`.
     */
    public function isStopped(?string $text = null): bool {}

    /**
     * Returns an audit draft with the member `records`, which names records, versions and digests of their data.
     *
     * @param string $draft   The draft, as for {@see AuditLog::append()}.
     * @param list<array{kind: string, id: int, version: int, data: string}> $records At most 32.
     *
     * @throws Exception `misuse` for a draft or a record that is not valid.
     */
    public function explain(string $draft, array $records): string {}

    /**
     * Seals a record. Nothing is stored.
     *
     * After {@see McpCall::begin()}, until the next request begins, only two records can be sealed: one that pauses the
     * connection of the call and changes nothing else, which `$replaced` proves, and one that switches the kill switch on.
     *
     * Other records than `site` can be sealed once the record `site` is committed: they belong to its lineage.
     *
     * @param AuditAppend $append   The append with the entry that explains exactly this version and these data.
     * @param string      $kind     The kind.
     * @param int         $id       The id: 0 for `site`, `kill_switch` and `settings`, otherwise one of {@see newId()}.
     * @param int         $version  The version, as {@see nextVersion()} returns it.
     * @param string      $data     JSON, an object. It is sealed in canonical form.
     * @param string|null $replaced The sealed text of the version before.
     *
     * @return string The sealed text: ASCII letters, digits, `.`, `-` and `_`.
     *
     * @throws Exception `misuse` for a kind, id, version or data that a record cannot have, also for a connection that is
     *                   revoked without the final version; `record_rolled_back` when the
     *                   version is not above every known one; `record_unexplained` when no entry explains the record;
     *                   `agent_at_work` as described; `record_missing`, `record_forged` or `keys_changed` when the record `site`
     *                   cannot be used; the reason of {@see open()} for a wrong `$replaced`.
     */
    public function seal(AuditAppend $append, string $kind, int $id, int $version, string $data, ?string $replaced = null): string {}

    /**
     * Raises the witness to records that were committed to the database. When this method returns, the witness is on the disk.
     * The first record of a site (version 1) makes its witness. A newer record `site` becomes the current one of this object.
     *
     * If it throws, the database has the change, but a restored database could undo it unnoticed until the next reading of the
     * records raises the witness. Tell the person so.
     *
     * @param list<string> $texts The sealed texts.
     *
     * @throws Exception `witness_unusable` when the witness cannot be written durably; `witness_missing` when there is none;
     *                   `site_moved` when it belongs to another address; `agent_at_work` when it would be made after
     *                   {@see McpCall::begin()}; the reason of {@see open()} for a wrong text.
     */
    public function committed(array $texts): void {}

    /**
     * Returns a sealed copy of the witness, to be stored in the database every hour. After the loss of the witness, one that is
     * less than two hours old replaces it without a person.
     *
     * @throws Exception The reason of {@see state()} while agents may not act; `witness_unusable` when there are too many records.
     */
    public function beacon(): string {}

    /**
     * Makes the witness of a site that has lost it, from the last beacon and from all records of the database. A record behind
     * the beacon stays behind. So does a record from before now, less five minutes, that neither the beacon nor the texts show.
     *
     * @param string|null  $beacon    The stored beacon, if any.
     * @param list<string> $texts     The sealed texts of all records of the database.
     * @param bool         $confirmed Whether a person has confirmed that the database is current. Then the beacon may be missing
     *                                or old, and a damaged witness is replaced.
     *
     * @return Decision Whether agents may act now. `witness_missing`: a person must confirm.
     *
     * @throws Exception `witness_unusable` when the witness cannot be written; `agent_at_work` after {@see McpCall::begin()}.
     */
    public function adopt(?string $beacon, array $texts, bool $confirmed): Decision {}

    /**
     * Gives the site a witness at its current address, after a person has said that the site moved there.
     *
     * Seal and commit a record `site` with the data of `siteData( 'moved' )` first. The new witness has the versions of the
     * witness of the old address, or of the beacon if that one is missing, and of the records. The witness of the old address gets
     * them too, and each later change: an old database with its old address brings nothing back.
     *
     * @param string|null  $beacon The stored beacon, if any.
     * @param list<string> $texts  The sealed texts of all records of the database, with the new record `site`.
     *
     * @throws Exception `misuse` when the address has not changed or the new record `site` is missing; `witness_unusable`,
     *                   `agent_at_work` and the reason of {@see open()} as for {@see committed()}.
     */
    public function moved(?string $beacon, array $texts): void {}

    /**
     * Gives a copy of a site a witness of its own, after a person has said that it is a copy.
     *
     * Seal and commit a record `site` with the data of `siteData( 'copied' )` first. The new witness has the versions of the
     * records. The witness of the original is neither read nor changed.
     *
     * @param list<string> $texts The sealed texts of all records of the database, with the new record `site`.
     *
     * @throws Exception Those of {@see moved()}.
     */
    public function copied(array $texts): void {}

    /**
     * Tells where the witness lies and whether it works, for Site Health.
     *
     * @return array{place: string, keeps_data: bool|null, records: int, failure: string|null} `place` is `file`, `store`, or
     *     `off` in WebAssembly, where a restored database is not noticed. `keeps_data` is whether the witness outlives a
     *     restart, null if that is unknown. `records` is the number of records that it knows. `failure` says why it cannot be
     *     read, or could not be raised to a record that this object opened.
     */
    public function witness(): array {}

    /**
     * Returns a random id for a new record, from 1 to 2^63 - 1. Ids are never used again.
     *
     * @throws Exception `entropy_unavailable` when the operating system returns no randomness.
     */
    public static function newId(): int {}
}
