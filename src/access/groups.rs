//! The ten capability groups and sets of them.

/// What a connection may be allowed to do, in the order of the documentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Group {
    /// Site info, list and search content, one post or media item. Always on.
    Read,
    /// Drafts, updates, clones, post meta.
    CreateEdit,
    /// Publish and schedule.
    Publish,
    /// Trash and restore.
    TrashRestore,
    /// Upload, alternative texts, featured and inline images.
    MediaManage,
    /// Create and assign terms.
    Taxonomy,
    /// List and reassign authors.
    Authors,
    /// Fields of SEO plugins.
    Seo,
    /// Generated images and stock photos.
    Image,
    /// Upload sessions for people without an account.
    UploadPortal,
}

impl Group {
    /// Every group, `read` first.
    pub const ALL: &'static [Self] = &[
        Self::Read,
        Self::CreateEdit,
        Self::Publish,
        Self::TrashRestore,
        Self::MediaManage,
        Self::Taxonomy,
        Self::Authors,
        Self::Seo,
        Self::Image,
        Self::UploadPortal,
    ];

    /// The stable name, in snake_case.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::CreateEdit => "create_edit",
            Self::Publish => "publish",
            Self::TrashRestore => "trash_restore",
            Self::MediaManage => "media_manage",
            Self::Taxonomy => "taxonomy",
            Self::Authors => "authors",
            Self::Seo => "seo",
            Self::Image => "image",
            Self::UploadPortal => "upload_portal",
        }
    }

    /// The group of that name; names are case-sensitive.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|group| group.code() == code)
    }

    const fn bit(self) -> u16 {
        1 << self as u8
    }
}

/// A set of groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Groups(u16);

impl Groups {
    /// No group: nothing may be called.
    pub const NONE: Self = Self(0);

    /// The set of `groups`.
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

    /// This set and `group`.
    #[must_use]
    pub const fn with(self, group: Group) -> Self {
        Self(self.0 | group.bit())
    }

    /// Whether `group` is in the set.
    #[must_use]
    pub const fn contains(self, group: Group) -> bool {
        self.0 & group.bit() != 0
    }

    /// Whether the two sets share a group.
    #[must_use]
    pub const fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether every group of this set is in `other`.
    #[must_use]
    pub const fn is_within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    /// The groups, in the order of [`Group::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Group> {
        Group::ALL
            .iter()
            .copied()
            .filter(move |group| self.contains(*group))
    }

    /// The names, in the order of [`Group::ALL`].
    #[must_use]
    pub fn codes(self) -> Vec<&'static str> {
        self.iter().map(Group::code).collect()
    }

    /// The set of the groups named in `codes`; `None` when one does not exist.
    #[must_use]
    pub fn parse<S: AsRef<str>>(codes: &[S]) -> Option<Self> {
        codes
            .iter()
            .map(|code| Group::parse(code.as_ref()))
            .collect()
    }

    /// As [`Groups::parse`], but passes over names that do not exist: what a newer version granted
    /// and this one does not know is not granted.
    #[must_use]
    pub fn parse_known<S: AsRef<str>>(codes: &[S]) -> Self {
        codes
            .iter()
            .filter_map(|code| Group::parse(code.as_ref()))
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
    fn names_and_order_are_those_of_the_documentation() {
        let codes: Vec<_> = Group::ALL.iter().map(|group| group.code()).collect();
        assert_eq!(
            codes.join(" "),
            "read create_edit publish trash_restore media_manage taxonomy authors seo image upload_portal"
        );
        for group in Group::ALL.iter().copied() {
            assert_eq!(Group::parse(group.code()), Some(group));
        }
        assert_eq!(Group::parse("Read"), None);
        assert_eq!(Group::parse(""), None);
    }

    #[test]
    fn sets_are_sets() {
        let set = Groups::of(&[Group::Seo, Group::Read, Group::Seo]);
        assert_eq!(set.codes(), ["read", "seo"]);
        assert!(set.is_within(set.with(Group::Image)));
        assert!(!set.with(Group::Image).is_within(set));
        assert!(!Groups::NONE.intersects(set));
        assert_eq!(Groups::parse(&["read", "admin"]), None);
        assert_eq!(Groups::parse_known(&["admin", "seo"]).codes(), ["seo"]);
        let all: Groups = Group::ALL.iter().copied().collect();
        assert_eq!(all.iter().count(), 10);
        assert_eq!(all.with(Group::Read), all);
        let twice = ["seo", "seo", "read", "read"];
        assert_eq!(Groups::parse(&twice), Some(set));
        assert_eq!(Groups::parse_known(&twice), set);
    }

    #[test]
    fn a_group_is_met_in_every_set_that_has_it_and_in_no_other() {
        for one in Group::ALL.iter().copied() {
            let alone = Groups::of(&[one]);
            let others: Groups = Group::ALL.iter().copied().filter(|g| *g != one).collect();
            assert_eq!(alone.codes(), [one.code()]);
            assert!(alone.contains(one) && !others.contains(one), "{one:?}");
            assert!(alone.intersects(others.with(one)), "{one:?}");
            assert!(others.with(one).intersects(alone), "{one:?}");
            assert!(!alone.intersects(others), "{one:?}");
            assert!(!others.intersects(alone), "{one:?}");
        }
    }
}
