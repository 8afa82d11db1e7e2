//! Application passwords of WordPress that were made for agents, and the records that they are bound to.
//!
//! WordPress verifies the password. The record of a connection names the one password that it is for, with a digest of it,
//! so that a password list that was changed in the database opens no connection. The password has 24 random letters and
//! digits, more than 142 bits, so its digest needs neither a salt nor a slow hash.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::bytes::{base64url, sha256_pae};
use crate::json::Object;
use crate::secret::same;
use crate::words::words;

/// The number of letters and digits of an application password (`WP_Application_Passwords::PW_LENGTH`).
const LENGTH: usize = 24;

/// The longest text of Basic credentials that is decoded, in bytes.
const MAX_TEXT: usize = 1024;

const DOMAIN: &[u8] = b"countersign/application-password/v1";

/// Clients differ in whether they write padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

words! {
    /// The kind of a credential that a connection is bound to. A connection without one has access tokens.
    pub enum CredentialKind {
        /// An application password of WordPress.
        ApplicationPassword = "application_password",
    }
}

/// Basic credentials of a request that have the form of an application password. They may be wrong.
pub struct SentPassword {
    username: String,
    /// Letters and digits only.
    password: Zeroizing<String>,
}

impl SentPassword {
    /// Reads the value of the header `Authorization`
    /// ([RFC 7617](https://www.rfc-editor.org/rfc/rfc7617#section-2)). Returns `None` if it has no Basic credentials, or
    /// their password does not have the form of an application password. Such credentials belong to the web server, which
    /// may protect a whole site with them.
    ///
    /// As in WordPress, other characters than letters and digits do not count.
    #[must_use]
    pub fn parse(authorization: &str) -> Option<Self> {
        let (scheme, text) = authorization.split_once(' ')?;
        let text = text.trim_matches(' ');
        if !scheme.eq_ignore_ascii_case("basic") || text.len() > MAX_TEXT {
            return None;
        }
        let decoded = Zeroizing::new(BASE64.decode(text).ok()?);
        let (username, password) = std::str::from_utf8(&decoded).ok()?.split_once(':')?;
        let password: Zeroizing<String> = Zeroizing::new(
            password
                .chars()
                .filter(char::is_ascii_alphanumeric)
                .collect(),
        );
        (!username.is_empty() && password.len() == LENGTH).then(|| Self {
            username: username.to_owned(),
            password,
        })
    }

    /// Returns the login name or e-mail address of the account, as sent.
    #[must_use]
    pub fn username(&self) -> &str {
        &self.username
    }

    /// Returns the 24 letters and digits of the password.
    #[must_use]
    pub fn password(&self) -> &str {
        &self.password
    }
}

/// The application password that a connection is for: the member `credential` of its record.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PasswordCredential {
    kind: CredentialKind,
    /// The id of the WordPress user whose list has the password.
    user: u64,
    /// The id that WordPress gave the password.
    uuid: String,
    /// When it was made, in Unix seconds.
    created_at: u64,
    /// The SHA-256 of the password and its id, in base64url.
    digest: String,
}

impl PasswordCredential {
    /// Returns the credential of a new password, as WordPress made it: with or without spaces. Returns `None` if it is not
    /// an application password.
    #[must_use]
    pub fn new(user: u64, uuid: &str, password: &str, created_at: u64) -> Option<Self> {
        let password: Zeroizing<String> = Zeroizing::new(
            password
                .chars()
                .filter(char::is_ascii_alphanumeric)
                .collect(),
        );
        (password.len() == LENGTH && user > 0 && !uuid.is_empty()).then(|| Self {
            kind: CredentialKind::ApplicationPassword,
            user,
            uuid: uuid.to_owned(),
            created_at,
            digest: digest(uuid, &password),
        })
    }

    /// Returns the credential as JSON, to be sealed in the record.
    #[must_use]
    pub fn to_json(&self) -> String {
        Object::default()
            .with("kind", &self.kind)
            .with("user", &self.user)
            .with("uuid", &self.uuid)
            .with("created_at", &self.created_at)
            .with("digest", &self.digest)
            .to_json()
    }

    /// Returns whether a request that WordPress verified for the account `user` and its password `uuid` was sent with this
    /// password.
    #[must_use]
    pub fn is_proven_by(&self, sent: &SentPassword, user: u64, uuid: &str) -> bool {
        let digest = digest(&self.uuid, sent.password());
        self.user == user && self.uuid == uuid && same(self.digest.as_bytes(), digest.as_bytes())
    }

    /// Returns the id of the WordPress user.
    #[must_use]
    pub const fn user(&self) -> u64 {
        self.user
    }
}

fn digest(uuid: &str, password: &str) -> String {
    base64url(&sha256_pae(&[DOMAIN, uuid.as_bytes(), password.as_bytes()]))
}

#[cfg(test)]
mod tests {
    use super::*;

    const UUID: &str = "3f1a1f6e-9d0e-4c57-8f0c-6f5a0d1c2b3a";
    const PASSWORD: &str = "Du1m My2D umMY 3dUm mY4d UmMy";

    fn basic(text: &str) -> String {
        format!("Basic {}", BASE64.encode(text))
    }

    fn sent(password: &str) -> SentPassword {
        SentPassword::parse(&basic(&format!("anna:{password}"))).unwrap()
    }

    #[test]
    fn basic_credentials_of_the_form_are_read() {
        for text in [
            PASSWORD,
            "Du1mMy2DumMY3dUmmY4dUmMy",
            "Du1m-My2D\u{a0}umMY 3dUm mY4d UmMy\n",
        ] {
            assert_eq!(sent(text).password(), "Du1mMy2DumMY3dUmmY4dUmMy", "{text}");
        }
        assert_eq!(sent(PASSWORD).username(), "anna");
        let unpadded = basic(&format!("ann:{PASSWORD}"));
        let unpadded = unpadded.trim_end_matches('=').replace("Basic", "bASIC ");
        assert!(SentPassword::parse(&unpadded).is_some());
        let colon = SentPassword::parse(&basic("anna:Du1m:My2D:umMY:3dUm:mY4d:UmMy")).unwrap();
        assert_eq!(colon.username(), "anna");
    }

    #[test]
    fn credentials_of_a_web_server_are_not_read() {
        let long = format!("{}:{PASSWORD}", "a".repeat(1024));
        for text in [
            "staging:letmein",
            ":Du1mMy2DumMY3dUmmY4dUmMy",
            "anna",
            "",
            "anna:Du1mMy2DumMY3dUmmY4dUmM",
            "anna:Du1mMy2DumMY3dUmmY4dUmMyx",
            &long,
        ] {
            assert!(SentPassword::parse(&basic(text)).is_none(), "{text}");
        }
        let token = basic(&format!("anna:{PASSWORD}")).replace("Basic", "Bearer");
        for header in ["", "Basic", "Basic %%%", "Basic /w==", &token] {
            assert!(SentPassword::parse(header).is_none(), "{header}");
        }
    }

    #[test]
    fn only_the_same_password_of_the_same_account_proves_a_credential() {
        let credential = PasswordCredential::new(3, UUID, PASSWORD, 1).unwrap();
        assert!(credential.is_proven_by(&sent(PASSWORD), 3, UUID));
        assert!(!credential.is_proven_by(&sent(PASSWORD), 4, UUID));
        assert!(!credential.is_proven_by(&sent(PASSWORD), 3, "other"));
        let other = sent("Du1m My2D umMY 3dUm mY4d UmMz");
        assert!(!credential.is_proven_by(&other, 3, UUID));
    }

    #[test]
    fn what_is_not_an_application_password_makes_no_credential() {
        assert!(PasswordCredential::new(3, UUID, "short", 1).is_none());
        assert!(PasswordCredential::new(0, UUID, PASSWORD, 1).is_none());
        assert!(PasswordCredential::new(3, "", PASSWORD, 1).is_none());
    }
}
