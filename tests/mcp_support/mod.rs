//! A site in memory: keys, a store, a moment, and the tokens to call it with.
#![allow(dead_code, unreachable_pub)]

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use countersign::clock::Timestamp;
use countersign::entropy::CountingEntropy;
use countersign::keyring::{Keyring, SiteId};
use countersign::mcp::{Admission, Guard, Limit, Server, World};
use countersign::reason::Reason;
use countersign::token::{self, Grant, Kind};
use serde_json::{Value, json};

pub const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);
pub const ENDPOINT: &str = "https://example.org/wp-json/countersign/v1/mcp";

/// A store that forgets nothing and is exact, or is broken.
#[derive(Default)]
pub struct MemoryGuard {
    calls: Mutex<HashMap<String, (Vec<u64>, bool)>>,
    spent: Mutex<HashSet<[u8; 12]>>,
    pub broken: AtomicBool,
}

impl Guard for MemoryGuard {
    fn admit(&self, key: &str, limit: Limit, now: Timestamp) -> Result<Admission, Reason> {
        if self.broken.load(Ordering::Relaxed) {
            return Err(Reason::StoreUnavailable);
        }
        let mut all = self.calls.lock().unwrap();
        let (calls, refused) = all.entry(key.to_owned()).or_default();
        let window = u64::from(limit.window) * 1000;
        calls.retain(|at| at + window > now.millis());
        let allowed = calls.len() < limit.max as usize;
        let first_of_burst = !allowed && !*refused;
        *refused = !allowed;
        if allowed {
            calls.push(now.millis());
        }
        let oldest = calls.first().copied().unwrap_or(now.millis());
        let reset = (oldest + window - now.millis()).div_ceil(1000) as u32;
        Ok(Admission {
            allowed,
            remaining: limit.max - calls.len() as u32,
            reset,
            retry_after: reset,
            first_of_burst,
        })
    }

    fn spend(
        &self,
        id: &[u8; 12],
        _: Timestamp,
        _: Timestamp,
        _: Timestamp,
    ) -> Result<bool, Reason> {
        if self.broken.load(Ordering::Relaxed) {
            return Err(Reason::StoreUnavailable);
        }
        Ok(self.spent.lock().unwrap().insert(*id))
    }
}

pub struct Site {
    pub keyring: Arc<Keyring>,
    pub guard: MemoryGuard,
    pub entropy: CountingEntropy,
    pub now: Timestamp,
}

impl Default for Site {
    fn default() -> Self {
        Self {
            keyring: keyring(1),
            guard: MemoryGuard::default(),
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
            guard: &self.guard,
        }
    }

    pub fn server(&self, changes: &Value) -> Server {
        Server::new(
            self.keyring.clone(),
            &merged(settings(), changes).to_string(),
        )
        .unwrap()
    }

    pub fn token(&self) -> String {
        token::issue(&self.keyring, &access_grant())
    }
}

pub fn access_grant() -> Grant {
    Grant {
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
        "builtin": ["get_site_info", "whoami", "list_posts", "search_content", "get_post", "list_media", "get_media",
            "create_draft", "update_content", "request_review", "publish_post", "schedule_post", "trash_post", "restore_post"],
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

/// `base` with the members of `changes`; null takes a member away, objects are gone into.
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

/// The headers of an ordinary request.
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
