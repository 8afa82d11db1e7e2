//! What a call acts on: whether visitors see it, and digests of its fields.
//!
//! WordPress reports the item as it is stored. Each field has a digest of 8 bytes: an HMAC-SHA256, cut, of the item's id,
//! the name and the value of the field. The key is that of the site, so a digest reveals nothing about a field that its
//! holder may not see, such as a password. Not part of a digest: times of modification, counters, pings, the GUID, who edits
//! or edited the item last, and the date of a draft that has none of its own.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::denied::DeniedCall;
use super::misuse::Misuse;
use crate::audit::attempt::FieldChange;
use crate::audit::tell;
use crate::bytes;
use crate::json::{self, RawJson};
use crate::keyring::{Keyring, Purpose};
use crate::reason::Reason;
use crate::secret::{mac, same};

const DOMAIN: &[u8] = b"countersign/target/v1";
const VERSION: u8 = 1;
const WIDTH: usize = 8;
const COUNT: usize = FIELDS.len();

/// The fields, in the order of their digests.
const FIELDS: [&str; 13] = [
    "type", "status", "author", "title", "content", "excerpt", "slug", "parent", "template",
    "date", "password", "terms", "meta",
];

/// The length of the text form of [`TargetDigests`], in characters.
pub(crate) const TEXT_LENGTH: usize = ((1 + COUNT * WIDTH) * 4).div_ceil(3);

/// Fields whose values are words of WordPress or numbers, which are told in the entry itself.
const PLAIN: [&str; 7] = [
    "type", "status", "author", "parent", "template", "date", "terms",
];

/// Statuses of items that visitors do not see. Every other status counts as visible, also one that is not known here.
const HIDDEN: [&str; 4] = ["draft", "pending", "auto-draft", "trash"];

/// The types of rows that are copies for WordPress itself: nobody visits them.
const COPIES: [&str; 2] = ["revision", "oembed_cache"];

/// Statuses of items whose date is that of their last change until they get one of their own.
const UNDATED: [&str; 3] = ["draft", "pending", "auto-draft"];

/// The most parents that are followed from an attachment.
const MAX_DEPTH: usize = 8;

/// The largest report that is read, in bytes of JSON.
const MAX_REPORT: usize = 64 << 20;

/// The most items that one call can change.
pub(crate) const MAX_ITEMS: usize = 50;

/// What WordPress reports about the item that a call acts on.
pub(crate) enum Target {
    /// The site does not know what the call acts on, so it counts as visible.
    Unknown,
    /// The call acts on no item that exists and that the user of the connection can see.
    None,
    /// An item.
    Item(Box<TargetItem>),
    /// The items of a call on many, each once. Those that do not exist or that the user cannot see are left out.
    Items(Vec<TargetItem>),
}

/// An item as it is stored.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TargetItem {
    id: u64,
    r#type: String,
    status: String,
    author: u64,
    title: String,
    content: String,
    excerpt: String,
    slug: String,
    parent: u64,
    template: String,
    date: String,
    date_gmt: String,
    password: String,
    /// The ids of its terms, in any order.
    terms: Vec<u64>,
    /// The metadata that the tool concerns: an object.
    meta: RawJson,
    /// The item to which an attachment belongs.
    #[serde(default)]
    under: Option<Box<Holder>>,
    /// The items below it in a hierarchy: its slug is a part of their addresses.
    #[serde(default)]
    above: Vec<Holder>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Holder {
    r#type: String,
    status: String,
    #[serde(default)]
    under: Option<Box<Holder>>,
}

impl Holder {
    fn is_visible(&self) -> bool {
        is_visible(&self.r#type, &self.status, self.under.as_deref())
    }
}

impl Target {
    /// Reads a report: an object as documented in the PHP class `McpCall`, a list of them, `"none"` or `"unknown"`.
    ///
    /// # Errors
    /// [`Misuse::Target`] if it has another form, or a list has more than [`MAX_ITEMS`] items or one twice.
    pub(crate) fn parse(json: &str) -> Result<Self, Misuse> {
        match json {
            "\"unknown\"" => Ok(Self::Unknown),
            "\"none\"" => Ok(Self::None),
            _ if json.len() > MAX_REPORT => Err(Misuse::Target),
            _ if json.starts_with('[') => serde_json::from_str::<Vec<TargetItem>>(json)
                .ok()
                .filter(|items| are_distinct(items))
                .map(Self::Items)
                .ok_or(Misuse::Target),
            _ => serde_json::from_str::<Box<TargetItem>>(json)
                .ok()
                .filter(|item| json::kind(&item.meta) == "object")
                .map(Self::Item)
                .ok_or(Misuse::Target),
        }
    }

    /// Returns whether visitors see it, or may see it because that is not known.
    pub(crate) fn is_visible(&self) -> bool {
        match self {
            Self::Unknown => true,
            Self::None => false,
            Self::Item(item) => item.is_visible(),
            Self::Items(items) => items.iter().any(TargetItem::is_visible),
        }
    }

    /// Returns the item, if there is one, to keep it.
    pub(crate) fn into_item(self) -> Option<Box<TargetItem>> {
        match self {
            Self::Item(item) => Some(item),
            Self::Unknown | Self::None | Self::Items(_) => None,
        }
    }

    /// Returns the item, if there is one.
    pub(crate) fn item(&self) -> Option<&TargetItem> {
        match self {
            Self::Item(item) => Some(item),
            Self::Unknown | Self::None | Self::Items(_) => None,
        }
    }
}

/// Whether a list can be one of the items of a call.
fn are_distinct(items: &[TargetItem]) -> bool {
    let ids: BTreeSet<u64> = items.iter().map(|item| item.id).collect();
    let well_formed = |item: &TargetItem| item.id > 0 && json::kind(&item.meta) == "object";
    items.len() <= MAX_ITEMS && ids.len() == items.len() && items.iter().all(well_formed)
}

/// An attachment is as visible as the item to which it belongs. Without one, everybody who knows its address sees it.
fn is_visible<'a>(mut kind: &'a str, mut status: &'a str, mut under: Option<&'a Holder>) -> bool {
    if COPIES.contains(&kind) {
        return false;
    }
    for _ in 0..MAX_DEPTH {
        if kind != "attachment" || status != "inherit" {
            return !HIDDEN.contains(&status);
        }
        let Some(holder) = under else {
            return true;
        };
        (kind, status, under) = (&holder.r#type, &holder.status, holder.under.as_deref());
    }
    true
}

impl TargetItem {
    /// Returns the id, or 0 for an item that is about to be stored.
    pub(crate) const fn id(&self) -> u64 {
        self.id
    }

    /// Returns whether visitors see it.
    pub(crate) fn is_visible(&self) -> bool {
        !self.is_new_upload()
            && (is_visible(&self.r#type, &self.status, self.under.as_deref())
                || self.above.iter().any(Holder::is_visible))
    }

    /// An attachment that is about to be stored, and that no item shows: it changes nothing that visitors have seen.
    fn is_new_upload(&self) -> bool {
        (self.id, self.parent) == (0, 0) && self.r#type == "attachment" && self.status == "inherit"
    }

    /// Returns whether `other` is the same item at another time.
    pub(crate) const fn is_same(&self, other: &Self) -> bool {
        self.id == other.id
    }

    /// Returns the digests of the item's fields.
    pub(crate) fn digests(&self, keyring: &Keyring) -> TargetDigests {
        let key = keyring.purpose_key(Purpose::Target);
        let id = self.id.to_string();
        let mut digests = [[0; WIDTH]; COUNT];
        for (slot, name) in digests.iter_mut().zip(FIELDS) {
            let value = self.value(name);
            let parts = [DOMAIN, id.as_bytes(), name.as_bytes(), value.as_bytes()];
            slot.copy_from_slice(&mac(&key, &bytes::pae(&parts))[..WIDTH]);
        }
        TargetDigests(digests)
    }

    fn value(&self, field: &str) -> String {
        match field {
            "type" => self.r#type.clone(),
            "status" => self.status.clone(),
            "author" => self.author.to_string(),
            "title" => self.title.clone(),
            "content" => self.content.clone(),
            "excerpt" => self.excerpt.clone(),
            "slug" => self.slug.clone(),
            "parent" => self.parent.to_string(),
            "template" => self.template.clone(),
            "date" => self.dated(),
            "password" => self.password.clone(),
            "terms" => {
                let terms: BTreeSet<u64> = self.terms.iter().copied().collect();
                let terms: Vec<String> = terms.iter().map(u64::to_string).collect();
                terms.join(",")
            }
            _ => json::canonical(&self.meta),
        }
    }

    /// Returns how the fields changed that are different in `now`. A password is told by nothing but the digest of the item.
    pub(crate) fn differences(&self, now: &Self) -> Vec<FieldChange> {
        let mut changes = Vec::new();
        for name in FIELDS.into_iter().filter(|name| *name != "password") {
            let (from, to) = (self.value(name), now.value(name));
            if from == to {
                continue;
            }
            changes.push(FieldChange {
                name,
                told: json::raw(&match name {
                    "meta" => tell::members(&self.meta, &now.meta),
                    _ => tell::difference(name, &from, &to),
                }),
                is_text: !PLAIN.contains(&name),
            });
        }
        changes
    }

    /// Returns the date, or nothing for a draft whose date floats.
    fn dated(&self) -> String {
        let floats =
            self.date_gmt.starts_with("0000-00-00") && UNDATED.contains(&self.status.as_str());
        if floats {
            String::new()
        } else {
            format!("{} {}", self.date, self.date_gmt)
        }
    }
}

/// The digests of an item's fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TargetDigests([[u8; WIDTH]; COUNT]);

impl TargetDigests {
    /// Combines the digests of many items, field by field: each field of each item, with the id of the item.
    pub(crate) fn combined<'a>(
        all: impl Iterator<Item = (u64, &'a Self)>,
        keyring: &Keyring,
    ) -> Self {
        let key = keyring.purpose_key(Purpose::Target);
        let mut all: Vec<(u64, &Self)> = all.collect();
        all.sort_unstable_by_key(|(id, _)| *id);
        let mut combined = [[0; WIDTH]; COUNT];
        for (at, (slot, name)) in combined.iter_mut().zip(FIELDS).enumerate() {
            let parts: Vec<[u8; 8 + WIDTH]> = all
                .iter()
                .map(|(id, digests)| {
                    let mut part = [0; 8 + WIDTH];
                    let (head, tail) = part.split_at_mut(8);
                    head.copy_from_slice(&id.to_be_bytes());
                    tail.copy_from_slice(digests.0.get(at).map_or(&[0; WIDTH], |field| field));
                    part
                })
                .collect();
            let whole = [DOMAIN, b"items", name.as_bytes(), parts.as_flattened()];
            slot.copy_from_slice(&mac(&key, &bytes::pae(&whole))[..WIDTH]);
        }
        Self(combined)
    }

    /// Returns the digests as base64url of a version byte and the digests: [`TEXT_LENGTH`] characters.
    pub(crate) fn to_text(self) -> String {
        bytes::base64url(&[[VERSION].as_slice(), self.0.as_flattened()].concat())
    }

    /// Reads what [`to_text`](Self::to_text) returned.
    pub(crate) fn from_text(text: &str) -> Option<Self> {
        let all = bytes::from_base64url(text.as_bytes())?;
        let (version, rest) = all.split_first()?;
        let (digests, rest) = rest.as_chunks::<WIDTH>();
        let digests = <[[u8; WIDTH]; COUNT]>::try_from(digests).ok()?;
        (*version == VERSION && rest.is_empty()).then_some(Self(digests))
    }

    /// Returns the bytes of all digests, for a binding.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.as_flattened()
    }

    /// Returns the digest of the whole item for the audit log: 32 hexadecimal digits.
    pub(crate) fn summary(&self) -> String {
        let digest = bytes::sha256_pae(&[DOMAIN, b"all", self.as_bytes()]);
        bytes::hex(digest.get(..16).unwrap_or_default())
    }

    /// Decides whether the item is still what it was.
    ///
    /// # Errors
    /// [`Reason::TargetChanged`] with the names of the fields that differ.
    pub(crate) fn unchanged(&self, now: &Self) -> Result<(), DeniedCall> {
        let drift = self.drift(now);
        if drift.is_empty() {
            return Ok(());
        }
        Err(DeniedCall {
            reason: Reason::TargetChanged,
            detail: Some(format!("Changed: {}.", drift.join(", "))),
        })
    }

    /// Returns the names of the fields that differ from `now`.
    pub(crate) fn drift(&self, now: &Self) -> Vec<&'static str> {
        FIELDS
            .into_iter()
            .zip(self.0.iter().zip(&now.0))
            .filter(|(_, (then, now))| !same(then.as_slice(), now.as_slice()))
            .map(|(name, _)| name)
            .collect()
    }
}
