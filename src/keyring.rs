//! The keys of a site, one for each purpose, derived from its secret key material.
//!
//! The material is WordPress's `AUTH_KEY` and `AUTH_SALT`. It is never used as a key itself. Each key is derived by
//! HKDF with the site's id as salt and its own label. A key that leaks from one place therefore reveals no other key,
//! and two sites with the same `wp-config.php` have different keys.
//!
//! ```
//! use countersign::keyring::{Keyring, Purpose, SiteId};
//!
//! let site = SiteId::parse("0123456789abcdef").unwrap();
//! let keys = Keyring::open(site, &[7; 64], &[])?;
//! assert_ne!(
//!     keys.purpose_key(Purpose::Cursor).expose(),
//!     keys.purpose_key(Purpose::RequestState).expose(),
//! );
//! assert!(Keyring::open(site, b"too short", &[]).is_err());
//! # Ok::<(), countersign::reason::Reason>(())
//! ```

use std::sync::OnceLock;

use ed25519_dalek::SigningKey;

use crate::bytes;
use crate::reason::Reason;
use crate::secret::{MacKey, Secret, derive};
use crate::token::Kind;

/// The smallest accepted length of key material, in bytes.
pub const MIN_MATERIAL: usize = 32;

/// The text in `wp-config-sample.php` that must be replaced by a key.
const PLACEHOLDER: &[u8] = b"put your unique phrase here";

/// Returns whether `material` contains WordPress's placeholder.
pub(crate) fn has_placeholder(material: &[u8]) -> bool {
    material
        .windows(PLACEHOLDER.len())
        .any(|part| part.eq_ignore_ascii_case(PLACEHOLDER))
}

/// Checks that keys can be derived from `material`.
///
/// # Errors
/// [`Reason::KeyUnusable`] if it is shorter than [`MIN_MATERIAL`] or contains the placeholder.
pub(crate) fn check_material(material: &[u8]) -> Result<(), Reason> {
    if material.len() < MIN_MATERIAL || has_placeholder(material) {
        return Err(Reason::KeyUnusable);
    }
    Ok(())
}

/// The random id of a site: 8 bytes, generated once and kept in the site's database. It is written as 16 lower-case
/// hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SiteId([u8; 8]);

impl SiteId {
    /// Returns the id with these bytes.
    #[must_use]
    pub const fn new(bytes: [u8; 8]) -> Self {
        Self(bytes)
    }

    /// Reads 16 lower-case hexadecimal digits; `None` for any other text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        bytes::from_hex(text).map(Self)
    }

    /// Returns the bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 8] {
        &self.0
    }
}

impl std::fmt::Display for SiteId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&bytes::hex(&self.0))
    }
}

/// What a key is used for. The purpose is part of the derivation, so adding one changes no other key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Purpose {
    /// Protects the MCP `requestState` of a call that needs further input.
    RequestState,
    /// Protects the cursors of MCP lists.
    Cursor,
    /// Protects the state of an audit verification between two requests.
    AuditVerification,
    /// The seed of the key that signs audit checkpoints.
    AuditCheckpoint,
    /// Derives the ids of OAuth refresh tokens, so that the same token can be issued again.
    Refresh,
    /// Authenticates the identifiers of OAuth clients that registered themselves.
    ClientId,
    /// Derives the secret of an OAuth client from its identifier.
    ClientSecret,
    /// Authenticates the [records](crate::record) of what the site decided.
    Record,
    /// Makes the digests of what a call acts on, so that nobody can guess a hidden field from its digest.
    Target,
}

impl Purpose {
    const fn label(self) -> &'static str {
        match self {
            Self::RequestState => "countersign/mcp/request-state/v1",
            Self::Cursor => "countersign/mcp/cursor/v1",
            Self::AuditVerification => "countersign/audit/verification/v1",
            Self::AuditCheckpoint => "countersign/audit/checkpoint/v1",
            Self::Refresh => "countersign/oauth/refresh/v1",
            Self::ClientId => "countersign/oauth/client-id/v1",
            Self::ClientSecret => "countersign/oauth/client-secret/v1",
            Self::Record => "countersign/record/v1",
            Self::Target => "countersign/call/target/v1",
        }
    }
}

/// Identifies the material that a key was derived from, without revealing anything about it: 4 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyId(pub [u8; 4]);

impl KeyId {
    fn of(key: &Secret<32>) -> Self {
        let name = derive(key.expose(), &[], b"countersign/key-id/v1");
        let [a, b, c, d, ..] = *name.expose();
        Self([a, b, c, d])
    }
}

/// The keys that are derived from one key material.
struct DerivedKeys {
    id: KeyId,
    root: Secret<32>,
    tokens: TokenKeys,
    record: OnceLock<RecordKey>,
}

/// The prepared key of records, and its id. The id differs from that of the material, because the key also depends on the
/// file of [`Keyring::with_record_file`].
pub(crate) struct RecordKey {
    pub(crate) id: KeyId,
    pub(crate) key: MacKey,
}

/// The prepared keys of the kinds of tokens. Each is derived when it is first needed.
#[derive(Default)]
struct TokenKeys {
    access: OnceLock<MacKey>,
    refresh: OnceLock<MacKey>,
    code: OnceLock<MacKey>,
    confirmation: OnceLock<MacKey>,
    pairing: OnceLock<MacKey>,
    approval: OnceLock<MacKey>,
    upload: OnceLock<MacKey>,
}

impl TokenKeys {
    const fn of(&self, kind: Kind) -> &OnceLock<MacKey> {
        match kind {
            Kind::Access => &self.access,
            Kind::Refresh => &self.refresh,
            Kind::Code => &self.code,
            Kind::Confirmation => &self.confirmation,
            Kind::Pairing => &self.pairing,
            Kind::Approval => &self.approval,
            Kind::Upload => &self.upload,
        }
    }
}

impl DerivedKeys {
    fn new(site: SiteId, material: &[u8]) -> Result<Self, Reason> {
        check_material(material)?;
        let root = derive(material, site.as_bytes(), b"countersign/root/v1");
        Ok(Self {
            id: KeyId::of(&root),
            root,
            tokens: TokenKeys::default(),
            record: OnceLock::new(),
        })
    }

    fn key(&self, label: &str) -> Secret<32> {
        derive(self.root.expose(), &[], label.as_bytes())
    }

    fn purpose_key(&self, purpose: Purpose, record_file: Option<&Secret<32>>) -> Secret<32> {
        match (purpose, record_file) {
            (Purpose::Record, Some(file)) => derive(
                self.root.expose(),
                file.expose(),
                purpose.label().as_bytes(),
            ),
            _ => self.key(purpose.label()),
        }
    }

    fn record_key(&self, file: Option<&Secret<32>>) -> &RecordKey {
        self.record.get_or_init(|| {
            let key = self.purpose_key(Purpose::Record, file);
            RecordKey {
                id: KeyId::of(&key),
                key: MacKey::new(&key),
            }
        })
    }

    fn token_key(&self, kind: Kind) -> &MacKey {
        self.tokens
            .of(kind)
            .get_or_init(|| MacKey::new(&self.key(&token_label(kind))))
    }
}

/// The keys of a site: the current ones, which issue tokens, and previous ones, which still verify them.
pub struct Keyring {
    site: SiteId,
    current: DerivedKeys,
    previous: Vec<DerivedKeys>,
    record_file: Option<Secret<32>>,
}

impl Keyring {
    /// Derives the keys of `site` from its current key `material` and, while `AUTH_KEY` is being replaced, from
    /// `previous` materials.
    ///
    /// # Errors
    /// [`Reason::KeyUnusable`] if a material is shorter than [`MIN_MATERIAL`] or contains WordPress's placeholder.
    /// A missing key is never replaced by another one.
    pub fn open(site: SiteId, material: &[u8], previous: &[&[u8]]) -> Result<Self, Reason> {
        Ok(Self {
            site,
            current: DerivedKeys::new(site, material)?,
            previous: previous
                .iter()
                .map(|old| DerivedKeys::new(site, old))
                .collect::<Result<_, _>>()?,
            record_file: None,
        })
    }

    /// Mixes `file`, the digest of a key file of the host, into the keys of [`Purpose::Record`] and into no other.
    #[must_use]
    pub fn with_record_file(mut self, file: Option<Secret<32>>) -> Self {
        self.record_file = file;
        for keys in std::iter::once(&mut self.current).chain(&mut self.previous) {
            keys.record = OnceLock::new();
        }
        self
    }

    /// Returns the site that the keys belong to.
    #[must_use]
    pub const fn site(&self) -> SiteId {
        self.site
    }

    /// Returns the id of the current key material.
    #[must_use]
    pub const fn key_id(&self) -> KeyId {
        self.current.id
    }

    /// Returns the key that issues tokens of `kind`.
    #[must_use]
    pub fn token_key(&self, kind: Kind) -> &MacKey {
        self.current.token_key(kind)
    }

    /// Returns the key that verifies tokens of `kind` that were issued with the key material `id`; `None` if this
    /// keyring does not have that material.
    #[must_use]
    pub fn token_key_of(&self, id: KeyId, kind: Kind) -> Option<&MacKey> {
        self.all()
            .find(|keys| keys.id == id)
            .map(|keys| keys.token_key(kind))
    }

    /// Returns the key that seals records.
    pub(crate) fn record_key(&self) -> &RecordKey {
        self.current.record_key(self.record_file.as_ref())
    }

    /// Returns the key with this id that verifies records; `None` if this keyring does not have it.
    pub(crate) fn record_key_of(&self, id: KeyId) -> Option<&MacKey> {
        self.all()
            .map(|keys| keys.record_key(self.record_file.as_ref()))
            .find(|record| record.id == id)
            .map(|record| &record.key)
    }

    fn all(&self) -> impl Iterator<Item = &DerivedKeys> {
        std::iter::once(&self.current).chain(&self.previous)
    }

    /// Returns the current key for `purpose`.
    #[must_use]
    pub fn purpose_key(&self, purpose: Purpose) -> Secret<32> {
        self.current.purpose_key(purpose, self.record_file.as_ref())
    }

    /// Returns the Ed25519 key that signs audit checkpoints.
    #[must_use]
    pub fn audit_signer(&self) -> SigningKey {
        SigningKey::from_bytes(self.purpose_key(Purpose::AuditCheckpoint).expose())
    }
}

fn token_label(kind: Kind) -> String {
    format!("countersign/token/v1/{}", kind.prefix())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::mac;

    const SITE: SiteId = SiteId::new([1; 8]);

    #[test]
    fn short_material_and_the_placeholder_are_refused() {
        let placeholder = PLACEHOLDER.repeat(4);
        for weak in [&b""[..], b"short", &[b'x'; MIN_MATERIAL - 1], &placeholder] {
            assert_eq!(
                Keyring::open(SITE, weak, &[]).err(),
                Some(Reason::KeyUnusable)
            );
        }
        assert!(Keyring::open(SITE, &[b'x'; MIN_MATERIAL], &[]).is_ok());
        assert!(Keyring::open(SITE, &[b'x'; MIN_MATERIAL], &[b""]).is_err());
    }

    #[test]
    fn every_site_kind_and_purpose_has_its_own_key() {
        let one = Keyring::open(SITE, &[b'x'; 64], &[]).unwrap();
        let other = Keyring::open(SiteId::new([2; 8]), &[b'x'; 64], &[]).unwrap();
        // Keys are compared by their HMAC of the same message.
        let mut keys: Vec<[u8; 32]> = Vec::new();
        for keyring in [&one, &other] {
            keys.extend(
                Kind::ALL
                    .iter()
                    .map(|kind| keyring.token_key(*kind).mac(b"")),
            );
            for purpose in [
                Purpose::RequestState,
                Purpose::Cursor,
                Purpose::AuditVerification,
                Purpose::AuditCheckpoint,
                Purpose::Refresh,
                Purpose::ClientId,
                Purpose::ClientSecret,
                Purpose::Record,
                Purpose::Target,
            ] {
                keys.push(mac(&keyring.purpose_key(purpose), b""));
            }
        }
        let distinct: std::collections::HashSet<_> = keys.iter().collect();
        assert_eq!(distinct.len(), keys.len());
    }

    #[test]
    fn key_file_changes_the_keys_of_records_only() {
        let open = |file: Option<[u8; 32]>| {
            let keys = Keyring::open(SITE, &[b'x'; 64], &[&[b'y'; 64]]).unwrap();
            keys.with_record_file(file.map(Secret::new))
        };
        let (without, one, other) = (open(None), open(Some([1; 32])), open(Some([2; 32])));
        assert_eq!(without.key_id(), one.key_id());
        assert!(one.record_key_of(without.record_key().id).is_none());
        assert!(one.record_key_of(other.record_key().id).is_none());
        assert!(one.record_key_of(one.record_key().id).is_some());
        let mac_of = |keys: &Keyring, purpose| mac(&keys.purpose_key(purpose), b"");
        assert_ne!(
            mac_of(&one, Purpose::Record),
            mac_of(&other, Purpose::Record)
        );
        assert_eq!(
            mac_of(&one, Purpose::Cursor),
            mac_of(&without, Purpose::Cursor)
        );
        assert_eq!(one.record_key().key.mac(b""), mac_of(&one, Purpose::Record));
    }

    #[test]
    fn a_site_id_is_16_lower_case_hexadecimal_digits() {
        assert_eq!(SiteId::parse("0101010101010101"), Some(SITE));
        assert_eq!(SITE.to_string(), "0101010101010101");
        for wrong in [
            "",
            "01",
            "010101010101010G",
            "0101010101010101 ",
            "ABCDEF0101010101",
        ] {
            assert_eq!(SiteId::parse(wrong), None);
        }
    }
}
