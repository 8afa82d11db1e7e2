//! The items of a call on many: as they were considered, and what the call made of each.
//!
//! A confirmation covers all items of a call. Its token has the digests of all of them combined, so that it is as long as
//! that of one item. The digests of the single items are kept while the call runs: each item is compared directly before it
//! is written, and one that has changed is refused without the others.

use std::collections::BTreeMap;

use serde::Serialize;

use super::denied::DeniedCall;
use super::target::{TargetDigests, TargetItem};
use crate::audit::attempt::{Attempt, FieldChange};
use crate::json::{self, Object};
use crate::keyring::Keyring;
use crate::reason::Reason;

/// The most ids that a refusal names.
const MAX_NAMED: usize = 10;

/// The items of a call.
#[derive(Default)]
pub(crate) struct ConsideredItems(BTreeMap<u64, ConsideredItem>);

struct ConsideredItem {
    digests: TargetDigests,
    /// What the audit log records about it, besides the arguments.
    notes: Object,
    /// The item directly before it is written.
    before: Option<TargetItem>,
    /// How its fields were changed.
    fields: Vec<FieldChange>,
}

impl ConsideredItems {
    /// The items as WordPress reports them.
    pub(crate) fn new(items: &[TargetItem], keyring: &Keyring) -> Self {
        let considered = |item: &TargetItem| {
            let digests = item.digests(keyring);
            let notes = Object::default().with("digest_before", &digests.summary());
            ConsideredItem {
                digests,
                notes,
                before: None,
                fields: Vec::new(),
            }
        };
        Self(
            items
                .iter()
                .map(|item| (item.id(), considered(item)))
                .collect(),
        )
    }

    /// Returns the digests of all items as one.
    pub(crate) fn combined(&self, keyring: &Keyring) -> TargetDigests {
        let all = self.0.iter().map(|(id, item)| (*id, &item.digests));
        TargetDigests::combined(all, keyring)
    }

    /// Decides whether each item is still what the agent has read.
    ///
    /// # Errors
    /// [`Reason::TargetChanged`] with the ids and the names of the changed fields.
    pub(crate) fn unchanged_since(
        &self,
        read: &BTreeMap<u64, TargetDigests>,
    ) -> Result<(), DeniedCall> {
        let mut changed = Vec::new();
        for (id, item) in &self.0 {
            let drift = read
                .get(id)
                .map_or_else(Vec::new, |then| then.drift(&item.digests));
            if !drift.is_empty() {
                changed.push(format!("{id} ({})", drift.join(", ")));
            }
        }
        if changed.is_empty() {
            return Ok(());
        }
        Err(DeniedCall {
            reason: Reason::TargetChanged,
            detail: Some(format!("Changed items: {}.", listed(&changed))),
        })
    }

    /// Decides whether an item is what it was when the call was considered, and keeps it as it is now.
    ///
    /// # Errors
    /// [`Reason::TargetChanged`], also for an item that the call did not name.
    pub(crate) fn check(&mut self, id: u64, now: TargetDigests) -> Result<(), DeniedCall> {
        let item = self.0.get_mut(&id).ok_or(Reason::TargetChanged)?;
        item.digests.unchanged(&now)?;
        item.digests = now;
        Ok(())
    }

    /// Adds a member to what the audit log records about an item that the call has named.
    pub(crate) fn note(&mut self, id: u64, name: &str, value: &(impl Serialize + ?Sized)) {
        if let Some(item) = self.0.get_mut(&id) {
            item.notes.set(name, json::raw(value));
        }
    }

    /// Keeps an item as it is directly before it is written.
    pub(crate) fn keep(&mut self, before: TargetItem) {
        if let Some(item) = self.0.get_mut(&before.id()) {
            item.before = Some(before);
        }
    }

    /// Notes how the fields of an item were changed, which is stored as `now`.
    pub(crate) fn changed(&mut self, now: &TargetItem) {
        if let Some(item) = self.0.get_mut(&now.id())
            && let Some(before) = item.before.take()
        {
            item.fields = before.differences(now);
        }
    }

    /// Adds to an attempt on an item what the audit log records about it.
    pub(crate) fn tell(&self, id: u64, attempt: &mut Attempt) {
        let Some(item) = self.0.get(&id) else {
            return;
        };
        for (name, value) in item.notes.iter() {
            attempt.note(name, value);
        }
        attempt.changed(item.fields.clone());
    }
}

/// Returns a list for a person or a model, cut to [`MAX_NAMED`] entries.
pub(crate) fn listed(entries: &[String]) -> String {
    let shown = entries.iter().take(MAX_NAMED).cloned();
    let shown: Vec<String> = shown.collect();
    match entries.len().saturating_sub(shown.len()) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
