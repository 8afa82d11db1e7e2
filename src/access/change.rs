//! The state of a connection, and whether its groups may be changed.

use super::field_rules::FieldRules;
use super::groups::{Group, Groups};
use crate::decision::Decision;
use crate::reason::Reason;
use crate::words::words;

words! {
    /// The state of a connection, which an administrator sets.
    pub enum ConnectionState {
        /// It may act.
        Active = "active",
        /// It may not act until it is resumed. Its tokens stay valid.
        Paused = "paused",
        /// It may never act again.
        Revoked = "revoked",
    }
}

/// Decides whether the groups of a connection may change from `from` to `to`. Groups may always be
/// removed; adding one is refused with [`Reason::WideningRefused`] unless the site allows widening.
/// [`Group::Read`] may always be added, because every connection has it.
pub fn change(from: Groups, to: Groups, allow_widening: bool) -> Decision {
    if allow_widening || to.is_within(from.with(Group::Read)) {
        Decision::Allow
    } else {
        Reason::WideningRefused.into()
    }
}

/// Decides whether the rules of a connection for fields may change from `from` to `to`. Rules may always be added; removing
/// one is refused with [`Reason::WideningRefused`] unless the site allows widening.
pub fn change_fields(from: &FieldRules, to: &FieldRules, allow_widening: bool) -> Decision {
    if allow_widening || from.are_within(to) {
        Decision::Allow
    } else {
        Reason::WideningRefused.into()
    }
}

/// Returns whether a connection with the groups `held` may use a tool that needs one of `needed`. A tool
/// that needs no group is closed to every connection.
#[must_use]
pub const fn admits(held: Groups, needed: Groups) -> bool {
    held.intersects(needed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_may_be_removed_but_not_added() {
        let wide = Groups::of(&[Group::Read, Group::Seo, Group::Publish]);
        let narrow = Groups::of(&[Group::Read, Group::Seo]);
        assert!(change(wide, narrow, false).is_allowed());
        assert!(change(narrow, narrow, false).is_allowed());
        assert_eq!(change(narrow, wide, false), Reason::WideningRefused.into());
        assert!(change(narrow, wide, true).is_allowed());
        assert!(change(narrow, Groups::NONE, false).is_allowed());
        let swapped = Groups::of(&[Group::Read, Group::Image]);
        assert!(!change(narrow, swapped, false).is_allowed());
        assert!(change(Groups::NONE, Groups::of(&[Group::Read]), false).is_allowed());
    }

    #[test]
    fn rules_for_fields_may_be_added_but_not_removed() {
        let rules = |texts: &[&str]| FieldRules::parse(texts).unwrap();
        let (few, more) = (rules(&["slug"]), rules(&["slug", "meta:_price"]));
        assert!(change_fields(&few, &more, false).is_allowed());
        assert!(change_fields(&more, &more, false).is_allowed());
        assert!(change_fields(&more, &few, true).is_allowed());
        let refused = Reason::WideningRefused.into();
        assert_eq!(change_fields(&more, &few, false), refused);
        assert_eq!(change_fields(&few, &FieldRules::default(), false), refused);
    }

    #[test]
    fn states_have_exactly_one_word() {
        assert_eq!(
            ConnectionState::from_word("active"),
            Some(ConnectionState::Active)
        );
        assert_eq!(
            ConnectionState::from_word("paused"),
            Some(ConnectionState::Paused)
        );
        assert_eq!(
            ConnectionState::from_word("revoked"),
            Some(ConnectionState::Revoked)
        );
        for word in ["", "Active", "ended"] {
            assert_eq!(ConnectionState::from_word(word), None, "{word}");
        }
    }

    #[test]
    fn a_tool_that_needs_no_group_is_closed_to_every_connection() {
        let all: Groups = Group::ALL.iter().copied().collect();
        assert!(!admits(all, Groups::NONE));
        assert!(admits(
            all,
            Groups::of(&[Group::Publish, Group::TrashRestore])
        ));
    }
}
