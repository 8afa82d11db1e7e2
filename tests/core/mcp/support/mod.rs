//! A site in memory: keys, a store, a fixed time, and access tokens.

pub mod steps;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use countersign::call::World;
use countersign::clock::Timestamp;
use countersign::entropy::CountingEntropy;
use countersign::keyring::{Keyring, SiteId};
use countersign::limit::budget::{Budget, Spending, Standing};
use countersign::limit::period::UtcOffset;
use countersign::limit::{self, Admission};
use countersign::mcp::McpServer;
use countersign::store::{Insertion, MemoryStore, OneTimeUse, Store, StoreError, StoreStatus};
use countersign::token::{self, Kind, NewToken};
use serde_json::{Value, json};

pub const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);
pub const ENDPOINT: &str = "https://example.org/wp-json/countersign/v1/mcp";

/// The memory store. It fails every operation while `broken` is set.
pub struct TestStore {
    memory: MemoryStore,
    pub broken: AtomicBool,
}

impl TestStore {
    pub fn new(now: Timestamp) -> Self {
        Self {
            memory: MemoryStore::new(now),
            broken: AtomicBool::new(false),
        }
    }
    fn sound(&self) -> Result<&MemoryStore, StoreError> {
        if self.broken.load(Ordering::Relaxed) {
            return Err(StoreError::Busy);
        }
        Ok(&self.memory)
    }
}

impl Store for TestStore {
    fn insert_together(
        &self,
        things: &[OneTimeUse<'_>],
        now: Timestamp,
    ) -> Result<Insertion, StoreError> {
        self.sound()?.insert_together(things, now)
    }
    fn settle(&self, key: &[u8; 32], receipt: &[u8]) -> Result<bool, StoreError> {
        self.sound()?.settle(key, receipt)
    }
    fn admit(&self, limits: &[limit::Limit], now: Timestamp) -> Result<Admission, StoreError> {
        self.sound()?.admit(limits, now)
    }
    fn spend(
        &self,
        budgets: &[Budget],
        cost: u64,
        offset: UtcOffset,
        now: Timestamp,
    ) -> Result<Spending, StoreError> {
        self.sound()?.spend(budgets, cost, offset, now)
    }
    fn correct(
        &self,
        budgets: &[Budget],
        estimated: u64,
        cost: u64,
        offset: UtcOffset,
        now: Timestamp,
    ) -> Result<Vec<Standing>, StoreError> {
        self.sound()?.correct(budgets, estimated, cost, offset, now)
    }
    fn get(&self, name: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.sound()?.get(name)
    }
    fn put(&self, name: &[u8], value: &[u8]) -> Result<(), StoreError> {
        self.sound()?.put(name, value)
    }
    fn replace(
        &self,
        name: &[u8],
        expected: Option<&[u8]>,
        new: &[u8],
    ) -> Result<bool, StoreError> {
        self.sound()?.replace(name, expected, new)
    }
    fn remove(&self, name: &[u8]) -> Result<bool, StoreError> {
        self.sound()?.remove(name)
    }
    fn status(&self) -> Result<StoreStatus, StoreError> {
        self.sound()?.status()
    }
}

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

pub fn connection() -> Value {
    json!({
        "id": 7, "name": "My agent", "client": "Claude", "user": 3, "state": "active", "epoch": 0,
        "groups": ["read", "create_edit", "publish", "trash_restore"], "limit": {"max": 100, "window": 60}
    })
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
