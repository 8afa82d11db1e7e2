//! The private-use URI schemes of native applications (RFC 8252 §7.1): `cursor://…`, `com.example.app:/…`.
//!
//! The operating system opens the program that claimed the scheme, which any program can. So only public clients may have
//! such a redirect URI, PKCE protects the code, and the consent page names the program. The schemes are a closed list: of
//! most others the operating system or the browser does something with the address that a stranger must not choose.

use super::error::OAuthError;

/// The longest scheme, in bytes.
const MAX_LENGTH: usize = 64;

/// The schemes of MCP clients that have no dot, although RFC 8252 asks for one: desktop programs with an editor or a chat.
const KNOWN: [&str; 16] = [
    "claude",
    "code-oss",
    "cursor",
    "goose",
    "grokbot",
    "kiro",
    "lmstudio",
    "raycast",
    "trae",
    "vscode",
    "vscode-insiders",
    "vscodium",
    "warp",
    "windsurf",
    "windsurf-next",
    "zed",
];

/// Schemes that are never accepted, also if an administrator names them: browsers run or show what follows, or the
/// operating system opens a program of its own.
const RESERVED: [&str; 42] = [
    "about",
    "blob",
    "callto",
    "cid",
    "chrome",
    "chrome-extension",
    "content",
    "data",
    "devtools",
    "dns",
    "edge",
    "facetime",
    "feed",
    "file",
    "filesystem",
    "ftp",
    "ftps",
    "geo",
    "intent",
    "jar",
    "javascript",
    "ldap",
    "ldaps",
    "livescript",
    "magnet",
    "mailto",
    "market",
    "mid",
    "moz-extension",
    "news",
    "nfs",
    "resource",
    "sftp",
    "shell",
    "sip",
    "sms",
    "smb",
    "ssh",
    "tel",
    "urn",
    "vbscript",
    "view-source",
];

/// The beginnings of families of reserved schemes: the web, WebSockets, what Windows and Android open, and Telnet.
const RESERVED_BEGINNINGS: [&str; 8] = [
    "http", "ws:", "wss:", "ms-", "search", "android", "telnet", "x-",
];

/// The private-use schemes that a site accepts in redirect URIs: those with a dot, those of well-known programs, and those
/// that its administrator added. [`Default`] adds none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AppSchemes(Vec<String>);

impl AppSchemes {
    /// Adds schemes to those that every site accepts.
    ///
    /// # Errors
    /// [`OAuthError::Setting`] unless each of them passes [`AppSchemes::can_add`].
    pub fn adding(schemes: Vec<String>) -> Result<Self, OAuthError> {
        if schemes.iter().all(|scheme| Self::can_add(scheme)) {
            Ok(Self(schemes))
        } else {
            Err(OAuthError::Setting("app_schemes"))
        }
    }

    /// Whether an administrator may add `scheme`: it has 2 to 64 lower-case letters, digits, `+`, `-` and `.`, begins with
    /// a letter, and means nothing to browsers and operating systems.
    #[must_use]
    pub fn can_add(scheme: &str) -> bool {
        is_scheme(scheme) && !is_reserved(scheme)
    }

    /// Whether a redirect URI may have this scheme, which is in lower case.
    pub(super) fn admit(&self, scheme: &str) -> bool {
        Self::can_add(scheme)
            && (is_reverse_domain(scheme)
                || KNOWN.contains(&scheme)
                || self.0.iter().any(|added| added == scheme))
    }
}

/// Whether `text` is a scheme of RFC 3986 §3.1 in lower case. A single letter is a drive of Windows.
fn is_scheme(text: &str) -> bool {
    (2..=MAX_LENGTH).contains(&text.len())
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.bytes().all(|byte| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"+-.".contains(&byte)
        })
}

/// Whether `scheme` is the name of a domain, backwards (RFC 8252 §7.1).
fn is_reverse_domain(scheme: &str) -> bool {
    scheme.contains('.') && scheme.split('.').all(|label| !label.is_empty())
}

fn is_reserved(scheme: &str) -> bool {
    let with_colon = [scheme, ":"].concat();
    RESERVED.contains(&scheme)
        || RESERVED_BEGINNINGS
            .iter()
            .any(|beginning| with_colon.starts_with(beginning))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemes_of_native_programs_are_accepted_and_no_others() {
        let schemes = AppSchemes::default();
        for good in [
            "cursor",
            "vscode",
            "vscode-insiders",
            "windsurf",
            "zed",
            "com.example.app",
            "a.b",
        ] {
            assert!(schemes.admit(good), "{good}");
        }
        for bad in [
            "",
            "c",
            "myapp",
            "javascript",
            "data",
            "file",
            "http",
            "https",
            "httpsx",
            "http.example",
            "ws",
            "wss",
            "ms-msdt",
            "search-ms",
            "intent",
            "android-app",
            "view-source",
            "chrome-extension",
            "tel",
            "Cursor",
            "1a.b",
            ".a",
            "a.",
            "a..b",
            "a b",
            "a_b.c",
            "cursor:",
            "é.example",
        ] {
            assert!(!schemes.admit(bad), "{bad}");
        }
        assert!(!schemes.admit(&format!("a.{}", "b".repeat(63))));
        assert!(schemes.admit(&format!("a.{}", "b".repeat(62))));
    }

    #[test]
    fn an_administrator_adds_schemes_but_none_that_browsers_or_systems_understand() {
        let schemes =
            AppSchemes::adding(vec!["myapp".to_owned(), "other-editor".to_owned()]).unwrap();
        assert!(schemes.admit("myapp") && schemes.admit("other-editor") && schemes.admit("cursor"));
        assert!(!schemes.admit("another"));
        for bad in [
            "javascript",
            "data",
            "file",
            "https",
            "http+unix",
            "ms-settings",
            "MyApp",
            "a:b",
            "",
            "x-apple",
        ] {
            let refused = AppSchemes::adding(vec!["myapp".to_owned(), bad.to_owned()]);
            assert_eq!(refused, Err(OAuthError::Setting("app_schemes")), "{bad}");
        }
    }
}
