//! Keys, one for each purpose, derived from what the site keeps secret.
//!
//! The material is WordPress's `AUTH_KEY` and `AUTH_SALT`. No key of this crate is that material:
//! each is derived by HKDF with the site's id as salt and a label of its own, so a key leaked in one
//! place opens nothing else, and two sites that share a `wp-config.php` share no key.

use std::sync::OnceLock;

use ed25519_dalek::SigningKey;

use crate::bytes;
use crate::reason::Reason;
use crate::secret::{MacKey, Secret, derive};
use crate::token::Kind;

/// The least number of bytes of key material that is accepted.
pub const MIN_MATERIAL: usize = 32;

/// What `wp-config-sample.php` has in place of a key.
const PLACEHOLDER: &[u8] = b"put your unique phrase here";

/// Whether WordPress's placeholder stands anywhere in `material`.
pub(crate) fn has_placeholder(material: &[u8]) -> bool {
    material
        .windows(PLACEHOLDER.len())
        .any(|part| part.eq_ignore_ascii_case(PLACEHOLDER))
}

/// Whether `material` can be the root of keys.
pub(crate) fn check_material(material: &[u8]) -> Result<(), Reason> {
    if material.len() < MIN_MATERIAL || has_placeholder(material) {
        return Err(Reason::KeyUnusable);
    }
    Ok(())
}

/// A site's random identity: 8 bytes, made once, kept in the site's database; 16 lower-case hex
/// digits where it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SiteId([u8; 8]);

impl SiteId {
    /// From the bytes.
    #[must_use]
    pub const fn new(bytes: [u8; 8]) -> Self {
        Self(bytes)
    }

    /// From 16 lower-case hex digits; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        bytes::from_hex(text).map(Self)
    }

    /// The bytes.
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

/// What a key is for. A purpose is part of the derivation: adding one changes no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Purpose {
    /// MCP `requestState` of input-required rounds.
    RequestState,
    /// MCP list cursors.
    Cursor,
    /// Seals the state of an audit verification between two requests.
    AuditVerification,
    /// The seed of the key that signs audit checkpoints.
    AuditCheckpoint,
    /// The ids of OAuth refresh tokens, which must be derivable again.
    Refresh,
}

impl Purpose {
    const fn label(self) -> &'static str {
        match self {
            Self::RequestState => "countersign/mcp/request-state/v1",
            Self::Cursor => "countersign/mcp/cursor/v1",
            Self::AuditVerification => "countersign/audit/verification/v1",
            Self::AuditCheckpoint => "countersign/audit/checkpoint/v1",
            Self::Refresh => "countersign/oauth/refresh/v1",
        }
    }
}

/// Names the material a key came from, without telling anything of it: 4 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyId(pub [u8; 4]);

/// One generation of key material, already spread into what is needed of it.
struct DerivedKeys {
    id: KeyId,
    root: Secret<32>,
    tokens: TokenKeys,
}

/// The prepared keys of tokens, each made when it is first needed.
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
        let name = derive(root.expose(), &[], b"countersign/key-id/v1");
        let [a, b, c, d, ..] = *name.expose();
        Ok(Self {
            id: KeyId([a, b, c, d]),
            root,
            tokens: TokenKeys::default(),
        })
    }

    fn key(&self, label: &str) -> Secret<32> {
        derive(self.root.expose(), &[], label.as_bytes())
    }

    fn token_key(&self, kind: Kind) -> &MacKey {
        self.tokens
            .of(kind)
            .get_or_init(|| MacKey::new(&self.key(&token_label(kind))))
    }
}

/// A site's keys: the generation that issues, and older ones that still verify.
pub struct Keyring {
    site: SiteId,
    current: DerivedKeys,
    previous: Vec<DerivedKeys>,
}

impl Keyring {
    /// Opens the keys of `site` from its present `material` and, while a change of `AUTH_KEY` is
    /// under way, the `previous` ones.
    ///
    /// # Errors
    /// [`Reason::KeyUnusable`] for material under [`MIN_MATERIAL`] bytes or with WordPress's
    /// placeholder in it. There is no fallback key.
    pub fn open(site: SiteId, material: &[u8], previous: &[&[u8]]) -> Result<Self, Reason> {
        Ok(Self {
            site,
            current: DerivedKeys::new(site, material)?,
            previous: previous
                .iter()
                .map(|old| DerivedKeys::new(site, old))
                .collect::<Result<_, _>>()?,
        })
    }

    /// Whose keys these are.
    #[must_use]
    pub const fn site(&self) -> SiteId {
        self.site
    }

    /// The id of the generation that issues.
    #[must_use]
    pub const fn key_id(&self) -> KeyId {
        self.current.id
    }

    /// The key that issues tokens of `kind`.
    #[must_use]
    pub fn token_key(&self, kind: Kind) -> &MacKey {
        self.current.token_key(kind)
    }

    /// The key of generation `id` that verifies tokens of `kind`; `None` when this site does not
    /// hold that generation.
    #[must_use]
    pub fn token_key_of(&self, id: KeyId, kind: Kind) -> Option<&MacKey> {
        std::iter::once(&self.current)
            .chain(&self.previous)
            .find(|generation| generation.id == id)
            .map(|generation| generation.token_key(kind))
    }

    /// The key for `purpose`.
    #[must_use]
    pub fn purpose_key(&self, purpose: Purpose) -> Secret<32> {
        self.current.key(purpose.label())
    }

    /// The Ed25519 key that signs audit checkpoints.
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
    fn weak_material_is_refused() {
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
    fn no_two_uses_share_a_key() {
        let one = Keyring::open(SITE, &[b'x'; 64], &[]).unwrap();
        let other = Keyring::open(SiteId::new([2; 8]), &[b'x'; 64], &[]).unwrap();
        // What a key makes of the same message stands for the key.
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
            ] {
                keys.push(mac(&keyring.purpose_key(purpose), b""));
            }
        }
        let distinct: std::collections::HashSet<_> = keys.iter().collect();
        assert_eq!(distinct.len(), keys.len());
    }

    #[test]
    fn site_id_is_16_lower_case_digits() {
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
