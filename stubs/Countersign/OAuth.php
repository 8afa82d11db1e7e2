<?php

namespace Countersign;

/**
 * The OAuth 2.1 authorization server: code with PKCE S256 only, RFC 7591 registration, client id metadata documents,
 * RFC 8707 resources, RFC 9207 issuer, refresh rotation with reuse detection. Stateless: the caller keeps clients and grants.
 */
final class OAuth
{
    /**
     * @param string $settings JSON: `{"issuer", "resource", "resource_metadata", "authorization_endpoint",
     *     "token_endpoint", "registration_endpoint", "revocation_endpoint", "documentation"?, "resource_name"?,
     *     "secure": bool, "allow_http": bool, "access_lifetime"?: seconds, "scopes"?: [..]}`. URLs are compared byte for
     *     byte. `secure` says whether the request at hand arrived over HTTPS or never left the machine.
     */
    public function __construct(Keyring $keyring, string $settings) {}

    /**
     * Refuses the request at hand if it did not arrive over HTTPS (setting `secure`): a 403 with the reason
     * `https_required`. Call it first, also before the metadata is served. `authorize()`, `register()`, `token()` and
     * `revoke()` refuse in the same way.
     *
     * @return OAuthReply|null The reply to send, or null if the request may go on.
     */
    public function checkTransport(): ?OAuthReply {}

    /** RFC 9728 protected resource metadata, JSON. */
    public function resourceMetadata(): string {}

    /** RFC 8414 authorization server metadata, JSON; also fit to serve as OpenID discovery document. */
    public function serverMetadata(): string {}

    /** RFC 7591: validates a registration. The new client's id is random and in the answer. */
    public function register(string $body): OAuthReply {}

    /**
     * The client id that a request names: what to look the client up by. Nothing else of it is checked yet.
     *
     * @param string      $parameters    The query string of an authorization request, or the body of a token or revocation request.
     * @param string|null $authorization The `Authorization` header of the latter two.
     */
    public static function clientId(#[\SensitiveParameter] string $parameters, #[\SensitiveParameter] ?string $authorization = null): ?string {}

    /** Whether a client id is the address of a client id metadata document that may be fetched. */
    public static function isMetadataDocument(string $client_id): bool {}

    /**
     * Validates a fetched client id metadata document.
     *
     * @return string|Decision The client, JSON as {@see OAuthReply::client()} gives it.
     */
    public function clientFromDocument(string $client_id, string $document): string|Decision {}

    /**
     * Validates an authorization request.
     *
     * @param string      $query  The raw query string, as received.
     * @param string|null $client The client as stored (JSON); null when there is none of this id.
     */
    public function authorize(string $query, ?string $client = null): OAuthRequest|OAuthReply {}

    /** Takes up a request that {@see OAuthRequest::toJson()} put aside. */
    public function request(string $json): OAuthRequest {}

    /**
     * Parses and authenticates a token request (form-encoded body).
     *
     * @param string      $authorization The `Authorization` header, or ''.
     * @param string|null $client        The client as stored (JSON); null when there is none of this id.
     */
    public function token(#[\SensitiveParameter] string $body, #[\SensitiveParameter] string $authorization, ?string $client = null): OAuthTokenRequest|OAuthReply {}

    /** RFC 7009: which grant the token in this body belongs to; the answer is the same whatever was found. */
    public function revoke(#[\SensitiveParameter] string $body, #[\SensitiveParameter] string $authorization, ?string $client = null): OAuthReply {}
}
