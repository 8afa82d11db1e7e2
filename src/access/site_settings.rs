//! Who may change the settings of a site.

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::decision::Decision;
use crate::reason::Reason;

/// A limit: at most `max` in a rolling window of `window` seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct SettingsLimit {
    max: u64,
    window: u64,
}

impl SettingsLimit {
    /// Returns whether no moment allows more than `other` allows.
    const fn is_within(self, other: Self) -> bool {
        self.max <= other.max && self.window >= other.window
    }
}

/// The settings of a site that bound what agents and strangers may do.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct SiteSettings {
    ip_limit: SettingsLimit,
    connection_limit: SettingsLimit,
    registration_limit: SettingsLimit,
    allow_widening: bool,
    max_body: u64,
    /// Largest file of an agent, in bytes. Settings of an older version have none of these five.
    #[serde(default)]
    max_upload: u64,
    /// In seconds.
    #[serde(default)]
    access_lifetime: u64,
    #[serde(default)]
    refresh_lifetime: u64,
    #[serde(default)]
    app_schemes: Vec<String>,
    /// The abilities of other plugins that agents are offered, each as `name=group`.
    #[serde(default)]
    abilities: Vec<String>,
    /// Everything else. This module does not know what it widens.
    #[serde(flatten)]
    other: Map<String, Value>,
}

impl SiteSettings {
    /// Reads settings. Returns `None` if one of those that this module knows is missing or of another type.
    #[must_use]
    pub fn from_json(json: &str) -> Option<Self> {
        serde_json::from_str(json).ok()
    }

    /// Returns whether these settings allow nothing that `other` does not allow.
    fn is_within(&self, other: &Self) -> bool {
        self.ip_limit.is_within(other.ip_limit)
            && self.connection_limit.is_within(other.connection_limit)
            && self.registration_limit.is_within(other.registration_limit)
            && self.allow_widening <= other.allow_widening
            && self.max_body <= other.max_body
            && self.max_upload <= other.max_upload
            && self.access_lifetime <= other.access_lifetime
            && self.refresh_lifetime <= other.refresh_lifetime
            && self
                .app_schemes
                .iter()
                .all(|scheme| other.app_schemes.contains(scheme))
            && self
                .abilities
                .iter()
                .all(|offer| other.abilities.contains(offer))
            && self.other == other.other
    }
}

/// Decides whether a person may change the settings of the site from `from` to `to`. Whoever manages connections may narrow
/// them. What widens them, and every change of a setting that is neither a limit nor a permission (such as the proxies whose
/// word the site takes), needs an administrator: [`Reason::AdministratorRequired`].
pub fn change_settings(from: &SiteSettings, to: &SiteSettings, is_administrator: bool) -> Decision {
    if is_administrator || to.is_within(from) {
        Decision::Allow
    } else {
        Reason::AdministratorRequired.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FROM: &str = r#"{"ip_limit":{"max":60,"window":60},"connection_limit":{"max":60,"window":60},
        "registration_limit":{"max":20,"window":60},"allow_widening":false,"max_body":1048576,"max_upload":10485760,
        "access_lifetime":3600,"refresh_lifetime":2592000,"app_schemes":["myapp","other"],"abilities":["a/b=read","c/d=seo"],
        "trusted_proxies":["192.0.2.1"],"proxy_header":"x-forwarded-for"}"#;

    fn changed(from: &str, to: &str) -> SiteSettings {
        assert!(FROM.contains(from), "{from}");
        SiteSettings::from_json(&FROM.replacen(from, to, 1)).unwrap()
    }

    #[test]
    fn narrower_settings_need_no_administrator() {
        let from = SiteSettings::from_json(FROM).unwrap();
        let wide = changed(r#""allow_widening":false"#, r#""allow_widening":true"#);
        assert!(change_settings(&from, &from, false).is_allowed());
        assert!(change_settings(&wide, &from, false).is_allowed());
        for (now, then) in [
            (r#""ip_limit":{"max":60"#, r#""ip_limit":{"max":59"#),
            (r#""max":60,"window":60}"#, r#""max":60,"window":61}"#),
            (r#"{"max":20"#, r#"{"max":1"#),
            ("1048576", "1048575"),
            ("10485760", "10485759"),
            (r#""access_lifetime":3600"#, r#""access_lifetime":3599"#),
            ("2592000", "2591999"),
            (r#"["myapp","other"]"#, r#"["other"]"#),
            (r#"["myapp","other"]"#, "[]"),
            (r#"["a/b=read","c/d=seo"]"#, r#"["c/d=seo"]"#),
        ] {
            assert!(change_settings(&from, &changed(now, then), false).is_allowed());
        }
    }

    #[test]
    fn wider_settings_need_an_administrator() {
        let from = SiteSettings::from_json(FROM).unwrap();
        for (now, then) in [
            (r#""allow_widening":false"#, r#""allow_widening":true"#),
            (r#""ip_limit":{"max":60"#, r#""ip_limit":{"max":61"#),
            (r#""max":60,"window":60}"#, r#""max":59,"window":59}"#),
            (
                r#""connection_limit":{"max":60"#,
                r#""connection_limit":{"max":61"#,
            ),
            (r#"{"max":20"#, r#"{"max":21"#),
            ("1048576", "1048577"),
            (r#""access_lifetime":3600"#, r#""access_lifetime":3601"#),
            ("2592000", "2592001"),
            (r#"["myapp","other"]"#, r#"["myapp","third"]"#),
            (r#""c/d=seo""#, r#""c/d=publish""#),
            (r#""c/d=seo""#, r#""c/d=seo","e/f=read""#),
            (r#"["192.0.2.1"]"#, "[]"),
            (r#"["192.0.2.1"]"#, r#"["192.0.2.2"]"#),
            ("x-forwarded-for", "forwarded"),
            (r#""max_body""#, r#""a_later_setting":1,"max_body""#),
        ] {
            let to = changed(now, then);
            assert_eq!(
                change_settings(&from, &to, false),
                Reason::AdministratorRequired.into(),
                "{then}"
            );
            assert!(change_settings(&from, &to, true).is_allowed());
        }
    }

    #[test]
    fn settings_of_another_shape_are_not_read() {
        for json in [
            "",
            "[]",
            "{}",
            &FROM.replace("false", "0"),
            &FROM.replace("60", "-1"),
        ] {
            assert_eq!(SiteSettings::from_json(json), None, "{json}");
        }
    }
}
