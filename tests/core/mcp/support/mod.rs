//! A site in memory: keys, a store, a fixed time, and access tokens.

pub mod steps;

use std::sync::Arc;

use countersign::call::World;
use countersign::clock::Timestamp;
use countersign::entropy::CountingEntropy;
use countersign::keyring::{Keyring, SiteId};
use countersign::mcp::McpServer;
use countersign::record::{Record, RecordKind};
use countersign::token::{self, Kind, NewToken};
use serde_json::{Value, json};

use crate::support::record::genuine;
use crate::support::store::TestStore;

pub const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);
pub const ENDPOINT: &str = "https://example.org/wp-json/countersign/v1/mcp";

pub struct Site {
    pub keyring: Arc<Keyring>,
    pub store: TestStore,
    pub entropy: CountingEntropy,
    pub now: Timestamp,
}

impl Default for Site {
    fn default() -> Self {
        Self {
            keyring: keyring(1),
            // Before the time at which the tests issue tokens.
            store: TestStore::new(Timestamp::from_seconds(1)),
            entropy: CountingEntropy::default(),
            now: NOW,
        }
    }
}

pub fn keyring(site: u8) -> Arc<Keyring> {
    Arc::new(Keyring::open(SiteId::new([site; 8]), &[b'k'; 64], &[]).unwrap())
}

impl Site {
    pub fn world(&self) -> World<'_> {
        World {
            now: self.now,
            entropy: &self.entropy,
            store: &self.store,
        }
    }

    pub fn server(&self, changes: &Value) -> McpServer {
        McpServer::new(
            self.keyring.clone(),
            &merged(settings(), changes).to_string(),
        )
        .unwrap()
    }

    pub fn token(&self) -> String {
        token::issue(&self.keyring, &access_grant())
    }
}

pub fn access_grant() -> NewToken {
    NewToken {
        kind: Kind::Access,
        subject: 7,
        epoch: 0,
        binding: token::audience(ENDPOINT),
        lifetime: 3600,
        id: [9; 12],
        issued: NOW,
    }
}

pub fn settings() -> Value {
    json!({
        "name": "countersign", "title": "Test site", "version": "0.1.0", "instructions": "Be careful.",
        "website": "https://example.org/", "endpoint": ENDPOINT,
        "resource_metadata": "https://example.org/.well-known/oauth-protected-resource/wp-json/countersign/v1/mcp",
        "hosts": ["example.org"], "origins": ["https://example.org"], "secure": true, "kill_switch": false,
        "ip_limit": {"max": 60, "window": 60}, "max_body": 1_048_576, "confirmation_lifetime": 300
    })
}

/// Returns the data of a connection.
pub fn connection() -> Value {
    json!({
        "name": "My agent", "client": "Claude", "user": 3, "state": "active", "epoch": 0,
        "groups": ["read", "create_edit", "publish", "trash_restore"], "limit": {"max": 100, "window": 60}
    })
}

/// Returns the record of the connection 7, whose data have `changes`.
pub fn record(changes: &Value) -> Record {
    genuine(RecordKind::Connection, 7, &merged(connection(), changes))
}

pub fn registry() -> Value {
    json!({
        "builtin": countersign::access::catalogue().iter().map(|tool| tool.name).collect::<Vec<_>>(),
        "tools": [
            {"name": "plugin.echo", "description": "Says it again.", "group": "read",
                "inputSchema": {"type": "object", "properties": {"text": {"type": "string", "x-mcp-header": "Text"}}}},
            {"name": "plugin.paint", "description": "Paints.", "group": "image", "inputSchema": {"type": "object"}},
            {"name": "plugin.wipe", "description": "Wipes.", "group": "publish", "confirm": true,
                "inputSchema": {"type": "object", "additionalProperties": false, "properties": {"what": {"type": "string"}}}},
            {"name": "plugin.list", "description": "Lists.", "group": "read",
                "inputSchema": {"type": "object"}, "outputSchema": {"type": "array"}}
        ],
        "prompts": [
            {"name": "outline", "description": "An outline.", "group": "read", "arguments": [{"name": "topic", "required": true}]},
            {"name": "painting", "group": "image"}
        ],
        "resources": [{"uri": "site://style", "name": "Style guide", "group": "read"}],
        "resourceTemplates": [{"uriTemplate": "site://post/{id}", "name": "A post", "group": "read"}]
    })
}

/// Returns `base` with the members of `changes`. Null removes a member; objects are merged.
pub fn merged(mut base: Value, changes: &Value) -> Value {
    let Some(changes) = changes.as_object() else {
        return base;
    };
    for (name, value) in changes {
        match value {
            Value::Null => {
                base.as_object_mut().unwrap().remove(name);
            }
            Value::Object(_) if base[name].is_object() => {
                base[name] = merged(base[name].take(), value);
            }
            _ => base[name] = value.clone(),
        }
    }
    base
}

/// Returns the headers of an ordinary request.
pub fn headers(token: &str) -> Vec<(String, String)> {
    [
        ("Host", "example.org"),
        ("Authorization", &format!("Bearer {token}")),
        ("Content-Type", "application/json"),
        ("Accept", "application/json, text/event-stream"),
    ]
    .iter()
    .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
    .collect()
}
