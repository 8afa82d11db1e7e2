//! A site that makes the changes of the authorization server, and the requests of a client.

use crate::support::record::genuine;
use countersign::bytes;
use countersign::clock::Timestamp;
use countersign::decision::Decision;
use countersign::entropy::CountingEntropy;
use countersign::keyring::{Keyring, SiteId};
use countersign::metering::SiteMeter;
use countersign::oauth::{
    ApprovedGrant, AuthorizationRequest, AuthorizationServer, OAuthError, OAuthReply,
    RequestedClient, RevocationRequest, Sender, StoredGrant, TokenRequest,
};
use countersign::reason::Reason;
use countersign::record::{FoundRecord, Record, RecordKind};
use countersign::store::{MemoryStore, Store};
use serde_json::{Value, json};
use url::Url;
use url::form_urlencoded::Serializer;

pub const T: u64 = 1_800_000_000;
pub const ISSUER: &str = "https://example.org/blog";
pub const RESOURCE: &str = "https://example.org/blog/wp-json/countersign/v1/mcp";
pub const REDIRECT: &str = "https://client.example/cb?a=1";
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
pub const GRANT: u64 = 41;
pub const CONNECTION: u64 = 7;

pub fn at(seconds: u64) -> Timestamp {
    Timestamp::from_seconds(T + seconds)
}

pub fn keyring() -> Keyring {
    Keyring::open(SiteId::new([1; 8]), &[b'k'; 64], &[]).unwrap()
}

pub const IP: &str = "192.0.2.7";

pub fn meter(store: &dyn Store, now: Timestamp) -> SiteMeter<'_> {
    SiteMeter {
        site: keyring().site(),
        now,
        store,
    }
}

pub fn sender(store: &MemoryStore, now: Timestamp) -> Sender<'_> {
    Sender {
        ip: IP,
        meter: meter(store, now),
    }
}

pub fn settings() -> Value {
    json!({
        "issuer": ISSUER,
        "resource": RESOURCE,
        "resource_metadata": "https://example.org/m",
        "authorization_endpoint": "https://example.org/a",
        "token_endpoint": "https://example.org/t",
        "registration_endpoint": "https://example.org/g",
        "revocation_endpoint": "https://example.org/r",
        "secure": true,
        "allow_http": false,
        "scopes": ["mcp:read", "mcp:write"],
    })
}

pub fn server() -> AuthorizationServer {
    AuthorizationServer::new(&settings().to_string()).unwrap()
}

pub fn client(method: &str) -> Value {
    let mut client = json!({
        "client_id": "csc_one",
        "client_name": "One",
        "redirect_uris": [REDIRECT, "http://localhost/cb"],
        "grant_types": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_method": method,
        "source": "registration",
    });
    if method != "none" {
        client["secret_hash"] = json!(bytes::hex(&bytes::sha256(b"s3cret")));
    }
    client
}

pub fn form(fields: &[(&str, &str)]) -> String {
    Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// Returns `base` with `changes`: a value replaces a parameter, an empty value removes it.
pub fn changed<'a>(base: &[(&'a str, &'a str)], changes: &[(&'a str, &'a str)]) -> String {
    let mut fields = base.to_vec();
    for (name, value) in changes {
        fields.retain(|(other, _)| other != name);
        if !value.is_empty() {
            fields.push((name, value));
        }
    }
    form(&fields)
}

pub const QUERY: [(&str, &str); 8] = [
    ("response_type", "code"),
    ("client_id", "csc_one"),
    ("redirect_uri", REDIRECT),
    ("state", "a b&c=d+é%\"#"),
    ("code_challenge", CHALLENGE),
    ("code_challenge_method", "S256"),
    ("resource", RESOURCE),
    ("scope", "mcp:read offline_access unknown"),
];

/// Returns the record of a client.
pub fn client_record(client: &Value) -> Record {
    genuine(RecordKind::Client, 5, client)
}

/// Validates a query of the stored client `client`, to which people gave these grants.
pub fn ask(
    query: &[u8],
    client: &Value,
    approved: &[ApprovedGrant<'_>],
) -> Result<AuthorizationRequest, Box<OAuthReply>> {
    let record = client_record(client);
    let client = RequestedClient::Stored(FoundRecord::Genuine(&record));
    server().authorize(&keyring(), query, client, approved)
}

pub fn authorize(query: &str) -> Result<AuthorizationRequest, Box<OAuthReply>> {
    ask(query.as_bytes(), &client("none"), &[])
}

/// A grant as the database has it: the data of two records and the counters.
#[derive(Clone, PartialEq, Debug)]
pub struct GrantRow {
    pub grant: Value,
    pub connection: Value,
    pub counters: Value,
}

impl GrantRow {
    /// A grant with this request, whose code was not used yet.
    pub fn new(request: &AuthorizationRequest) -> Self {
        let request: Value = serde_json::from_str(&request.to_json()).unwrap();
        Self {
            grant: json!({
                "connection": CONNECTION, "client_id": "csc_one", "request": request, "created_at": T,
            }),
            connection: json!({
                "name": "One", "client": "One", "user": 1, "preset": "read_only", "groups": ["read"],
                "state": "active", "state_reason": "", "epoch": 3,
            }),
            counters: json!({ "generation": -1, "branch": 0, "rotated_at": 0 }),
        }
    }

    pub fn open(&self) -> OpenedGrant {
        OpenedGrant {
            grant: genuine(RecordKind::Grant, GRANT, &self.grant),
            connection: genuine(RecordKind::Connection, CONNECTION, &self.connection),
            counters: self.counters.to_string(),
        }
    }
}

/// The opened records of a grant.
pub struct OpenedGrant {
    pub grant: Record,
    pub connection: Record,
    pub counters: String,
}

impl OpenedGrant {
    pub fn stored(&self) -> StoredGrant<'_> {
        StoredGrant {
            grant: FoundRecord::Genuine(&self.grant),
            connection: FoundRecord::Genuine(&self.connection),
            counters: Some(&self.counters),
        }
    }

    pub fn approved(&self) -> ApprovedGrant<'_> {
        ApprovedGrant {
            grant: FoundRecord::Genuine(&self.grant),
            connection: FoundRecord::Genuine(&self.connection),
        }
    }
}

/// What is found if there is no grant.
pub const NO_GRANT: StoredGrant<'_> = StoredGrant {
    grant: FoundRecord::Missing,
    connection: FoundRecord::Missing,
    counters: None,
};

/// Validates a query of the client after a person approved it with its `https` redirect URI.
pub fn authorize_approved(query: &str) -> Result<AuthorizationRequest, Box<OAuthReply>> {
    let grant = GrantRow::new(&request()).open();
    ask(query.as_bytes(), &client("none"), &[grant.approved()])
}

pub fn request() -> AuthorizationRequest {
    authorize(&form(&QUERY)).unwrap()
}

pub fn parameters(location: &str) -> Vec<(String, String)> {
    Url::parse(location)
        .unwrap()
        .query_pairs()
        .into_owned()
        .collect()
}

pub fn parameter(location: &str, name: &str) -> Option<String> {
    let found: Vec<String> = parameters(location)
        .into_iter()
        .filter_map(|(key, value)| (key == name).then_some(value))
        .collect();
    assert!(found.len() <= 1);
    found.into_iter().next()
}

/// Stores one grant and makes conditional changes, as the plugin does.
pub struct Site {
    pub server: AuthorizationServer,
    pub keyring: Keyring,
    pub entropy: CountingEntropy,
    pub store: MemoryStore,
    pub client: Value,
    pub row: GrantRow,
}

impl Site {
    pub fn new(method: &str) -> Self {
        Self {
            server: server(),
            keyring: keyring(),
            entropy: CountingEntropy::default(),
            store: MemoryStore::new(at(0)),
            client: client(method),
            row: GrantRow::new(&request()),
        }
    }

    pub fn code(&self, now: Timestamp) -> String {
        let location = request()
            .approve(&self.keyring, &self.entropy, now, GRANT)
            .unwrap();
        parameter(&location, "code").unwrap()
    }

    pub fn token(
        &self,
        now: Timestamp,
        body: &str,
        header: &[u8],
    ) -> Result<TokenRequest, Box<OAuthReply>> {
        let client = client_record(&self.client);
        self.server.token(
            &self.keyring,
            sender(&self.store, now),
            body.as_bytes(),
            header,
            FoundRecord::Genuine(&client),
            None,
        )
    }

    pub fn revocation(
        &self,
        now: Timestamp,
        fields: &[(&str, &str)],
    ) -> Result<RevocationRequest, Box<OAuthReply>> {
        let client = client_record(&self.client);
        self.server.revoke(
            &self.keyring,
            sender(&self.store, now),
            form(fields).as_bytes(),
            b"",
            FoundRecord::Genuine(&client),
            None,
        )
    }

    /// Returns the reply to a revocation request without making its change.
    pub fn revoke(&self, now: Timestamp, fields: &[(&str, &str)]) -> OAuthReply {
        match self.revocation(now, fields) {
            Ok(request) => request
                .decide(sender(&self.store, now), self.row.open().stored())
                .unwrap(),
            Err(reply) => *reply,
        }
    }

    pub fn redeem(&self, now: Timestamp, request: &TokenRequest) -> OAuthReply {
        self.redeem_with(now, request, self.row.open().stored())
            .unwrap()
    }

    pub fn redeem_with(
        &self,
        now: Timestamp,
        request: &TokenRequest,
        stored: StoredGrant<'_>,
    ) -> Result<OAuthReply, OAuthError> {
        let sender = sender(&self.store, now);
        request.redeem(&self.keyring, &self.entropy, sender, stored)
    }

    /// Handles a token request with its change, and returns the reply for the client.
    pub fn exchange(&mut self, now: Timestamp, body: &str) -> OAuthReply {
        let request = match self.token(now, body, b"") {
            Ok(request) => request,
            Err(reply) => return *reply,
        };
        let reply = self.redeem(now, &request);
        self.apply(&reply);
        reply
    }

    /// Makes the change of a reply.
    pub fn apply(&mut self, reply: &OAuthReply) {
        let Some(change) = reply.change() else {
            return;
        };
        let change: Value = serde_json::from_str(change).unwrap();
        let (connection, counters) = (&mut self.row.connection, &mut self.row.counters);
        if !change["connection"].is_null() {
            assert_eq!(change["connection"], CONNECTION);
            assert_ne!(connection["state"], "revoked");
        }
        if let Some(reason) = change.get("revoke") {
            connection["state"] = json!("revoked");
            connection["state_reason"] = reason.clone();
            connection["epoch"] = json!(connection["epoch"].as_u64().unwrap() + 1);
        }
        if let Some(reason) = change.get("pause") {
            connection["state"] = json!("paused");
            connection["state_reason"] = reason.clone();
        }
        if let Some(epoch) = change.get("raise_epoch") {
            assert!(epoch.as_u64() > connection["epoch"].as_u64());
            connection["epoch"] = epoch.clone();
        }
        if change["revoke_tokens"] == true {
            assert_eq!(change["epoch"], connection["epoch"]);
            connection["epoch"] = json!(connection["epoch"].as_u64().unwrap() + 1);
        }
        if let Some(to) = change.get("to") {
            assert_eq!(change["grant"], GRANT);
            for name in ["generation", "branch"] {
                assert_eq!(change["from"][name], counters[name]);
            }
            *counters = to.clone();
        }
    }

    pub fn refresh(&mut self, now: Timestamp, refresh: &str) -> OAuthReply {
        let fields = [
            ("grant_type", "refresh_token"),
            ("client_id", "csc_one"),
            ("refresh_token", refresh),
        ];
        self.exchange(now, &form(&fields))
    }
}

pub fn code_body(code: &str, changes: &[(&str, &str)]) -> String {
    let base = [
        ("grant_type", "authorization_code"),
        ("client_id", "csc_one"),
        ("code", code),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
        ("resource", RESOURCE),
    ];
    changed(&base, changes)
}

pub fn member(reply: &OAuthReply, name: &str) -> String {
    let body: Value = serde_json::from_str(reply.body()).unwrap();
    body[name]
        .as_str()
        .unwrap_or_else(|| panic!("{name} in {}", reply.body()))
        .to_owned()
}

#[track_caller]
pub fn refused(reply: &OAuthReply, error: &str, reason: Reason) {
    assert_eq!(member(reply, "error"), error);
    assert_eq!(reply.decision(), Decision::from(reason));
    assert_eq!(
        reply.status(),
        if error == "invalid_client" { 401 } else { 400 }
    );
    assert_eq!(
        reply
            .headers()
            .iter()
            .any(|(name, _)| *name == "WWW-Authenticate"),
        error == "invalid_client"
    );
    assert!(!reply.body().contains("access_token"));
}
