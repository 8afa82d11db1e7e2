<?php

namespace Countersign;

/** A valid authorization request that waits for a person's consent. */
final class OAuthRequest
{
    private function __construct() {}

    /** Returns the client id. */
    public function clientId(): string {}

    /**
     * Returns the name that the client gave itself. It is an unverified claim, cleaned with {@see OAuth::cleanName()}, and may
     * be empty.
     */
    public function clientName(): string {}

    /**
     * Returns the host of the client's metadata document, with its port if it has one, in ASCII (Punycode); null if the client
     * has no document. The site fetched the document from there, so unlike the name it is a verified fact.
     */
    public function documentHost(): ?string {}

    /**
     * Returns whether the person will be sent to another host than that of the metadata document. False if there is no document,
     * and if the redirect stays on the person's own machine.
     */
    public function leavesDocumentHost(): bool {}

    /**
     * Returns where the person will be sent: the host in ASCII (Punycode), with its port if it has one. If the redirect opens a
     * program ({@see redirectScheme()}), returns the beginning of its address, such as `cursor://anysphere.cursor-mcp`.
     */
    public function redirectHost(): string {}

    /**
     * Returns the private-use URI scheme of the redirect, such as `cursor` or `com.example.app` (RFC 8252, section 7.1); null if
     * the redirect goes to a host. The person's machine opens the program that claimed the scheme, and any program can: name it
     * where the host would be named, and warn.
     */
    public function redirectScheme(): ?string {}

    /**
     * Returns the web origins of the client, for the member `origins` of its connection: those of its metadata document and of
     * its redirect URIs with HTTPS or on the person's own machine, as browsers write them.
     *
     * @return list<string>
     */
    public function origins(): array {}

    /** Returns whether that host is the person's own machine. Any program on the machine could be asking then. False for a private-use scheme. */
    public function isLoopback(): bool {}

    /**
     * Returns the client, for the data of a record `client`: JSON `{"client_id", "client_name", "redirect_uris", "grant_types",
     * "token_endpoint_auth_method", "secret_hash"?, "keys"?, "source": "registration"|"document"}`.
     */
    public function client(): string {}

    /** Returns the request as JSON, for the member `request` in the data of a record `grant`. */
    public function toJson(): string {}

    /**
     * Approves the request. Redirect the browser to the result with status 302 or 303. It carries a code for the grant, which
     * is valid once and for 60 seconds.
     *
     * @param int $grant_id Id of the grant that was stored for this request, 0 or more.
     *
     * @return string An absolute URL.
     *
     * @throws Exception `misuse` for a negative id; `entropy_unavailable` when the operating system returns no randomness.
     * @throws Exception `agent_at_work` after {@see McpCall::begin()}.
     */
    public function approve(int $grant_id): string {}

    /** Refuses the request. Returns the absolute URL to redirect the browser to. */
    public function refuse(): string {}

    /**
     * Refuses the request of a person who may not approve it and has asked an administrator. Returns the absolute URL to redirect
     * the browser to; its `error_description` says so.
     */
    public function refuseAsked(): string {}

    /** Returns the facts of the request for the audit log, as JSON without secrets. */
    public function facts(): string {}
}
