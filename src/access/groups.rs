//! The ten capability groups, and sets of them.

use crate::words::words;

words! {
    /// A capability group: a set of tools that a connection may be given.
    #[derive(PartialOrd, Ord)]
    #[repr(u8)]
    pub enum Group {
        /// Read site information, posts and media. Every connection has this group.
        Read = "read",
        /// Create and change drafts, clones and post meta.
        CreateEdit = "create_edit",
        /// Publish and schedule posts.
        Publish = "publish",
        /// Trash and restore posts.
        TrashRestore = "trash_restore",
        /// Upload media, and set alternative texts and featured images.
        MediaManage = "media_manage",
        /// Create and assign terms.
        Taxonomy = "taxonomy",
        /// List authors and reassign posts.
        Authors = "authors",
        /// Set the fields of SEO plugins.
        Seo = "seo",
        /// Add generated images and stock photos.
        Image = "image",
        /// Open upload sessions for people without an account.
        UploadPortal = "upload_portal",
    }
}

impl Group {
    const fn bit(self) -> u16 {
        1 << self as u8
    }

    /// Returns the group that a tool of this group needs for an item that visitors see. What a person writes, such as a
    /// title, then needs the group that publishes. SEO fields, media, terms and others need their own group.
    #[must_use]
    pub const fn for_visible(self) -> Self {
        match self {
            Self::CreateEdit => Self::Publish,
            other => other,
        }
    }
}

/// A set of groups.
///
/// ```
/// use countersign::access::{Group, Groups};
///
/// let set = Groups::of(&[Group::Seo, Group::Read]);
/// assert_eq!(set.words(), ["read", "seo"]);
/// assert!(set.is_within(set.with(Group::Image)));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Groups(u16);

impl Groups {
    /// The empty set. A connection with it may call nothing.
    pub const NONE: Self = Self(0);

    /// Returns the set of `groups`.
    #[must_use]
    pub const fn of(groups: &[Group]) -> Self {
        let mut bits = 0;
        let mut rest = groups;
        while let [group, tail @ ..] = rest {
            bits |= group.bit();
            rest = tail;
        }
        Self(bits)
    }

    /// Returns this set with `group` added.
    #[must_use]
    pub const fn with(self, group: Group) -> Self {
        Self(self.0 | group.bit())
    }

    /// Returns whether `group` is in the set.
    #[must_use]
    pub const fn contains(self, group: Group) -> bool {
        self.0 & group.bit() != 0
    }

    /// Returns whether the two sets have a group in common.
    #[must_use]
    pub const fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Returns whether every group of this set is in `other`.
    #[must_use]
    pub const fn is_within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    /// Iterates over the groups, in the order of [`Group::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Group> {
        Group::ALL
            .iter()
            .copied()
            .filter(move |group| self.contains(*group))
    }

    /// Returns the words of the groups, in the order of [`Group::ALL`].
    #[must_use]
    pub fn words(self) -> Vec<&'static str> {
        self.iter().map(Group::word).collect()
    }

    /// Returns the set of the groups with these words. Returns `None` if a word is not that of a group.
    #[must_use]
    pub fn parse<S: AsRef<str>>(words: &[S]) -> Option<Self> {
        words
            .iter()
            .map(|word| Group::from_word(word.as_ref()))
            .collect()
    }

    /// Returns the set of the groups with these words and ignores other words. For stored connections: a
    /// newer version may have granted groups that this version does not have.
    #[must_use]
    pub fn parse_known<S: AsRef<str>>(words: &[S]) -> Self {
        words
            .iter()
            .filter_map(|word| Group::from_word(word.as_ref()))
            .collect()
    }
}

impl FromIterator<Group> for Groups {
    fn from_iter<T: IntoIterator<Item = Group>>(groups: T) -> Self {
        groups.into_iter().fold(Self::NONE, Self::with)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_order_are_as_documented() {
        let words: Vec<_> = Group::ALL.iter().map(|group| group.word()).collect();
        assert_eq!(
            words.join(" "),
            "read create_edit publish trash_restore media_manage taxonomy authors seo image upload_portal"
        );
        for group in Group::ALL.iter().copied() {
            assert_eq!(Group::from_word(group.word()), Some(group));
        }
        assert_eq!(Group::from_word("Read"), None);
        assert_eq!(Group::from_word(""), None);
    }

    #[test]
    fn duplicates_and_unknown_words_are_handled() {
        let set = Groups::of(&[Group::Seo, Group::Read, Group::Seo]);
        assert_eq!(set.words(), ["read", "seo"]);
        assert!(set.is_within(set.with(Group::Image)));
        assert!(!set.with(Group::Image).is_within(set));
        assert!(!Groups::NONE.intersects(set));
        assert_eq!(Groups::parse(&["read", "admin"]), None);
        assert_eq!(Groups::parse_known(&["admin", "seo"]).words(), ["seo"]);
        let all: Groups = Group::ALL.iter().copied().collect();
        assert_eq!(all.iter().count(), 10);
        assert_eq!(all.with(Group::Read), all);
        let twice = ["seo", "seo", "read", "read"];
        assert_eq!(Groups::parse(&twice), Some(set));
        assert_eq!(Groups::parse_known(&twice), set);
    }

    #[test]
    fn each_group_intersects_exactly_the_sets_that_contain_it() {
        for one in Group::ALL.iter().copied() {
            let alone = Groups::of(&[one]);
            let others: Groups = Group::ALL.iter().copied().filter(|g| *g != one).collect();
            assert_eq!(alone.words(), [one.word()]);
            assert!(alone.contains(one) && !others.contains(one), "{one:?}");
            assert!(alone.intersects(others.with(one)), "{one:?}");
            assert!(others.with(one).intersects(alone), "{one:?}");
            assert!(!alone.intersects(others), "{one:?}");
            assert!(!others.intersects(alone), "{one:?}");
        }
    }
}
