//! The presets a person chooses from when connecting a client.

use super::groups::{Group, Groups};

/// A named set of groups. `custom` is not among them: it names no set of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Preset {
    /// Look, touch nothing.
    ReadOnly,
    /// SEO fields.
    SeoSpecialist,
    /// The media library.
    MediaManager,
    /// Everything about drafts, nothing that a visitor would see at once.
    DraftOnly,
    /// Write and publish.
    ContentManager,
    /// [`Preset::ContentManager`] with images and upload sessions: offered first.
    Standard,
    /// [`Preset::Standard`] with trash and restore.
    FullAccess,
}

/// A preset or group that does not exist was named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no such preset or group")]
pub struct Unknown;

impl Preset {
    /// Every preset, narrowest first.
    pub const ALL: &'static [Self] = &[
        Self::ReadOnly,
        Self::SeoSpecialist,
        Self::MediaManager,
        Self::DraftOnly,
        Self::ContentManager,
        Self::Standard,
        Self::FullAccess,
    ];

    /// The preset offered first.
    pub const DEFAULT: Self = Self::Standard;

    /// The stable name, in snake_case.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::ReadOnly => "read_only",
            Self::SeoSpecialist => "seo_specialist",
            Self::MediaManager => "media_manager",
            Self::DraftOnly => "draft_only",
            Self::ContentManager => "content_manager",
            Self::Standard => "standard",
            Self::FullAccess => "full_access",
        }
    }

    /// The preset of that name.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|preset| preset.code() == code)
    }

    /// What the preset allows.
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

/// The groups of the preset named `preset`, or for `custom` those named in `custom`; `read` is
/// always among them.
///
/// # Errors
/// [`Unknown`] for a preset or group that does not exist. There is no fallback.
pub fn resolve<S: AsRef<str>>(preset: &str, custom: &[S]) -> Result<Groups, Unknown> {
    if preset == "custom" {
        return Groups::parse(custom)
            .map(|groups| groups.with(Group::Read))
            .ok_or(Unknown);
    }
    Preset::parse(preset).map(Preset::groups).ok_or(Unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presets_are_exactly_those_promised() {
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
            .map(|preset| (preset.code(), preset.groups().codes().join(" ")))
            .collect();
        assert_eq!(actual.len(), expected.len());
        for ((name, groups), (code, joined)) in expected.iter().zip(&actual) {
            assert_eq!((name, *groups), (code, joined.as_str()));
        }
        assert_eq!(Preset::DEFAULT.code(), "standard");
    }

    #[test]
    fn wider_presets_contain_the_narrower_ones_they_are_made_from() {
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
    fn custom_adds_read_and_nothing_else() {
        for custom in [&[][..], &["read"], &["read", "read"]] {
            assert_eq!(resolve("custom", custom).unwrap().codes(), ["read"]);
        }
        assert_eq!(
            resolve("custom", &["image"]).unwrap().codes(),
            ["read", "image"]
        );
        assert_eq!(resolve("custom", &["everything"]), Err(Unknown));
        assert_eq!(resolve::<&str>("administrator", &[]), Err(Unknown));
        assert_eq!(
            resolve("read_only", &["publish"]).unwrap().codes(),
            ["read"],
            "groups are for custom only"
        );
    }
}
