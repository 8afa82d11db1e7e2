//! The presets that a person chooses from when connecting a client.

use super::groups::{Group, Groups};
use crate::words::words;

words! {
    /// A named set of groups. The choice `custom` is not a preset, because it has no groups of its own.
    pub enum Preset {
        /// Read only.
        ReadOnly = "read_only",
        /// Read, and set SEO fields.
        SeoSpecialist = "seo_specialist",
        /// Read, and manage the media library.
        MediaManager = "media_manager",
        /// Everything that concerns drafts; nothing that is visible to visitors.
        DraftOnly = "draft_only",
        /// Write and publish.
        ContentManager = "content_manager",
        /// [`Preset::ContentManager`] with images and upload sessions.
        Standard = "standard",
        /// [`Preset::Standard`] with trash and restore.
        FullAccess = "full_access",
    }
}

/// No preset or group has the given word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no preset or group has this name")]
pub struct UnknownName;

impl Preset {
    /// The preset that is preselected.
    pub const DEFAULT: Self = Self::Standard;

    /// Returns the groups of the preset.
    #[must_use]
    pub const fn groups(self) -> Groups {
        match self {
            Self::ReadOnly => Groups::of(&[Group::Read]),
            Self::SeoSpecialist => Groups::of(&[Group::Read, Group::Seo]),
            Self::MediaManager => Groups::of(&[Group::Read, Group::MediaManage]),
            Self::DraftOnly => Groups::of(&[
                Group::Read,
                Group::CreateEdit,
                Group::MediaManage,
                Group::Taxonomy,
                Group::Seo,
                Group::Image,
                Group::UploadPortal,
            ]),
            Self::ContentManager => Groups::of(&[
                Group::Read,
                Group::CreateEdit,
                Group::Publish,
                Group::MediaManage,
                Group::Taxonomy,
                Group::Authors,
                Group::Seo,
            ]),
            Self::Standard => Self::ContentManager
                .groups()
                .with(Group::Image)
                .with(Group::UploadPortal),
            Self::FullAccess => Self::Standard.groups().with(Group::TrashRestore),
        }
    }
}

/// Returns the groups of the preset with the word `preset`, or for `custom` the groups with the words in
/// `custom`. [`Group::Read`] is always included.
///
/// ```
/// use countersign::access::resolve;
///
/// assert_eq!(resolve("custom", &["seo"]).unwrap().words(), ["read", "seo"]);
/// assert!(resolve::<&str>("administrator", &[]).is_err());
/// ```
///
/// # Errors
/// [`UnknownName`] if there is no such preset or group.
pub fn resolve<S: AsRef<str>>(preset: &str, custom: &[S]) -> Result<Groups, UnknownName> {
    if preset == "custom" {
        return Groups::parse(custom)
            .map(|groups| groups.with(Group::Read))
            .ok_or(UnknownName);
    }
    Preset::from_word(preset)
        .map(Preset::groups)
        .ok_or(UnknownName)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presets_have_the_documented_groups() {
        let expected = [
            ("read_only", "read"),
            ("seo_specialist", "read seo"),
            ("media_manager", "read media_manage"),
            (
                "draft_only",
                "read create_edit media_manage taxonomy seo image upload_portal",
            ),
            (
                "content_manager",
                "read create_edit publish media_manage taxonomy authors seo",
            ),
            (
                "standard",
                "read create_edit publish media_manage taxonomy authors seo image upload_portal",
            ),
            (
                "full_access",
                "read create_edit publish trash_restore media_manage taxonomy authors seo image upload_portal",
            ),
        ];
        let actual: Vec<_> = Preset::ALL
            .iter()
            .map(|preset| (preset.word(), preset.groups().words().join(" ")))
            .collect();
        assert_eq!(actual.len(), expected.len());
        for ((name, groups), (word, joined)) in expected.iter().zip(&actual) {
            assert_eq!((name, *groups), (word, joined.as_str()));
        }
        assert_eq!(Preset::DEFAULT.word(), "standard");
    }

    #[test]
    fn wider_presets_contain_the_narrower_ones() {
        let chains = [
            [Preset::ReadOnly, Preset::ContentManager],
            [Preset::ContentManager, Preset::Standard],
            [Preset::Standard, Preset::FullAccess],
            [Preset::DraftOnly, Preset::Standard],
            [Preset::SeoSpecialist, Preset::ContentManager],
            [Preset::MediaManager, Preset::DraftOnly],
        ];
        for [narrow, wide] in chains {
            assert!(narrow.groups().is_within(wide.groups()), "{narrow:?}");
            assert_ne!(narrow.groups(), wide.groups());
        }
        for preset in Preset::ALL {
            assert!(preset.groups().contains(Group::Read));
        }
    }

    #[test]
    fn custom_groups_get_read_added() {
        for custom in [&[][..], &["read"], &["read", "read"]] {
            assert_eq!(resolve("custom", custom).unwrap().words(), ["read"]);
        }
        assert_eq!(
            resolve("custom", &["image"]).unwrap().words(),
            ["read", "image"]
        );
        assert_eq!(resolve("custom", &["everything"]), Err(UnknownName));
        assert_eq!(resolve::<&str>("administrator", &[]), Err(UnknownName));
        assert_eq!(
            resolve("read_only", &["publish"]).unwrap().words(),
            ["read"],
            "groups are used for custom only"
        );
    }
}
