<?php

namespace Countersign;

/**
 * The OAuth 2.1 authorization server: authorization code with PKCE S256 only, client registration (RFC 7591), client id metadata
 * documents, resource indicators (RFC 8707), issuer identification (RFC 9207), and refresh token rotation with detection of
 * reuse. It keeps no state but the counts of its limits: the caller stores grants and the clients that a person approved as sealed
 * records, and passes them in as {@see Records::open()} returned them.
 *
 * A request to `register()`, `token()` or `revoke()` that proves nothing counts for the network of its IP address; with a
 * genuine code or token it counts for its grant, and a failed one with a genuine client secret for its client. Too many of
 * them get status 429. Pass the address of the client, not of a proxy.
 */
final class OAuth
{
    /**
     * @param Keyring $keyring  The keys of the site, with which codes and tokens are issued.
     * @param string  $settings JSON: `{"issuer", "resource", "resource_metadata", "authorization_endpoint",
     *     "token_endpoint", "registration_endpoint", "revocation_endpoint", "documentation"?, "resource_name"?,
     *     "secure": bool, "allow_http": bool, "access_lifetime"?: seconds, "refresh_lifetime"?: seconds, "app_schemes"?: [..],
     *     "scopes"?: [..], "ip_limit"?: {"max", "window"}, "registration_limit"?: {"max", "window"}}`. URLs are kept as written.
     *     `access_lifetime` is 300 to 86400; `refresh_lifetime`, which an unused refresh token is valid, 3600 to 31536000.
     *     `app_schemes` are private-use URI schemes of redirect URIs, besides those that every site accepts. `secure` says whether the request at hand arrived over HTTPS or never left the machine. `ip_limit` is the number of
     *     failed requests from one address network in a window of seconds, `registration_limit` that of registrations.
     *
     * @throws Exception `misuse` for settings of another form.
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

    /** Returns the protected resource metadata (RFC 9728) as JSON. */
    public function resourceMetadata(): string {}

    /** Returns the authorization server metadata (RFC 8414) as JSON. It can be served as OpenID discovery document too. */
    public function serverMetadata(): string {}

    /**
     * Registers a client (RFC 7591). Nothing has to be stored: the id of the client contains its registration, see
     * {@see registeredClient()}.
     *
     * @param string $body  The raw body of the request, as received.
     * @param Store  $store Where registrations are counted.
     * @param string $ip    The IP address of the client.
     *
     * @throws Exception `entropy_unavailable` when the operating system returns no randomness.
     * @throws Exception `agent_at_work` after {@see McpCall::begin()}.
     */
    public function register(#[\SensitiveParameter] string $body, #[\SensitiveParameter] Store $store, #[\SensitiveParameter] string $ip): OAuthReply {}

    /**
     * Returns the client that registered with an id, as JSON like {@see OAuthReply::client()}, or null if this site did not
     * issue the id with its current keys. The other methods find such a client without help.
     *
     * @param string $client_id The client id, as {@see clientId()} returned it.
     */
    public function registeredClient(string $client_id): ?string {}

    /**
     * Returns the client id that a request names, to look the client up by, or null if it names none. Nothing else is checked.
     *
     * @param string      $parameters    The query string of an authorization request, or the body of a token or revocation
     *                                   request.
     * @param string|null $authorization The `Authorization` header of a token or revocation request.
     */
    public static function clientId(#[\SensitiveParameter] string $parameters, #[\SensitiveParameter] ?string $authorization = null): ?string {}

    /**
     * Returns whether a client id is the URL of a client id metadata document that may be fetched.
     *
     * @param string $client_id The client id, as {@see clientId()} returned it.
     */
    public static function isMetadataDocument(string $client_id): bool {}

    /**
     * Returns whether an administrator may add a private-use URI scheme (RFC 8252, section 7.1) to the setting `app_schemes`: 2 to
     * 64 lower-case letters, digits, `+`, `-` and `.`, beginning with a letter, that mean nothing to browsers and operating systems.
     *
     * @param string $scheme The scheme without its colon.
     */
    public static function isAppScheme(string $scheme): bool {}

    /**
     * Returns a name that a client gave itself as it can be shown: on one line, at most 80 characters, without quotation marks,
     * bidirectional and other invisible characters, marks that cover other text, and symbols such as check marks. The name
     * stays an unverified claim. Cleaning it again does not change it.
     *
     * @param string $name Any text. It may be empty, as may the result.
     */
    public static function cleanName(string $name): string {}

    /**
     * Validates an authorization request. A refusal redirects only to a client that a person has approved before; every other
     * refusal is to be shown on a page.
     *
     * @param string               $query    The raw query string, as received.
     * @param Record|Decision|null $client   The record `client` of {@see clientId()}, or null if none is stored. A client that
     *                                       registered itself is then found by its id.
     * @param list<array{grant: Record|Decision|null, connection: Record|Decision|null}>|null $approved The grants of this
     *                                       client, each with its connection. Those of a revoked connection, of another client
     *                                       and those that could not be opened do not count.
     * @param string|null          $document The metadata document, as it was just fetched from the client id. It takes
     *                                       precedence over a stored client.
     *
     * @throws Exception `misuse` if `$approved` has another form, or for records of another kind.
     */
    public function authorize(#[\SensitiveParameter] string $query, Record|Decision|null $client = null, ?array $approved = null, ?string $document = null): OAuthRequest|OAuthReply {}

    /**
     * Checks an authorization request before a login: that it is well-formed, and that its client and redirect URI are known.
     * Returns null if the person may be asked to log in; {@see authorize()} then checks everything. Otherwise returns the reply:
     * status 400 with a JSON body for programs, of which a person needs a page with {@see OAuthReply::decision()} and
     * {@see OAuthReply::detail()}. The error is `invalid_client` if the client is not registered here. It never redirects.
     *
     * @param string               $query  The raw query string, as received.
     * @param Record|Decision|null $client The record `client` of {@see clientId()}, or null if none is stored.
     */
    public function precheck(#[\SensitiveParameter] string $query, Record|Decision|null $client = null): ?OAuthReply {}

    /**
     * Returns the address of the key set (RFC 7517) of a client that signs (`private_key_jwt`, RFC 7523), if a token or revocation
     * request needs it: fetch it as safely as a metadata document, and pass its text on as `$keys`. Returns null if no key set is
     * needed, also for a request without a genuine code or token, so that a stranger cannot make the site fetch anything.
     *
     * @param string               $body   The raw body, form-encoded, as received.
     * @param Record|Decision|null $client The record `client` of {@see clientId()}, or null if none is stored.
     */
    public function keysAddress(#[\SensitiveParameter] string $body, #[\SensitiveParameter] Record|Decision|null $client): ?string {}

    /**
     * Parses and authenticates a token request.
     *
     * @param string      $body          The raw body, form-encoded, as received.
     * @param string      $authorization The `Authorization` header, or ''.
     * @param Record|Decision|null $client The record `client` of {@see clientId()}, or null if none is stored. A client that
     *                                   registered itself is then found by its id.
     * @param Store       $store         Where requests are counted.
     * @param string      $ip            The IP address of the client.
     * @param string|null $keys          The key set that was just fetched from {@see keysAddress()}, or null.
     */
    public function token(#[\SensitiveParameter] string $body, #[\SensitiveParameter] string $authorization, #[\SensitiveParameter] Record|Decision|null $client, #[\SensitiveParameter] Store $store, #[\SensitiveParameter] string $ip, #[\SensitiveParameter] ?string $keys = null): OAuthTokenRequest|OAuthReply {}

    /**
     * Parses and authenticates a revocation request (RFC 7009). The reply is the same whether or not the token is in use.
     *
     * @param string      $body          The raw body, form-encoded, as received.
     * @param string      $authorization The `Authorization` header, or ''.
     * @param Record|Decision|null $client The record `client` of {@see clientId()}, or null if none is stored. A client that
     *                                   registered itself is then found by its id.
     * @param Store       $store         Where requests are counted.
     * @param string      $ip            The IP address of the client.
     * @param string|null $keys          The key set that was just fetched from {@see keysAddress()}, or null.
     */
    public function revoke(#[\SensitiveParameter] string $body, #[\SensitiveParameter] string $authorization, #[\SensitiveParameter] Record|Decision|null $client, #[\SensitiveParameter] Store $store, #[\SensitiveParameter] string $ip, #[\SensitiveParameter] ?string $keys = null): OAuthRevocation|OAuthReply {}
}
