//! The public keys of a client that proves itself with signatures (RFC 7517, RFC 7518 §6, RFC 8037).
//!
//! The type of a key decides the algorithm: P-256 is ES256, RSA is RS256, Ed25519 is EdDSA. An assertion cannot choose.

use crypto_bigint::{BoxedUint, Odd};
use ed25519_dalek::{Signature as EdSignature, VerifyingKey as EdKey};
use p256::ecdsa::signature::Verifier as _;
use p256::ecdsa::{Signature as EcSignature, VerifyingKey as EcKey};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::bytes;

/// The greatest number of keys of one client.
const MAX_KEYS: usize = 10;
/// The longest key set that is read, in bytes.
pub(super) const MAX_KEY_SET: usize = 64 * 1024;
/// The lengths of an RSA modulus in bits (RFC 7518 §3.3 requires 2,048 at least).
const RSA_BITS: std::ops::RangeInclusive<u32> = 2048..=4096;
/// The beginning of the encoded digest of SHA-256 (RFC 8017 §9.2, note 1).
const SHA256_INFO: [u8; 19] = [
    0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05,
    0x00, 0x04, 0x20,
];

/// Where the keys of a client are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ClientKeys {
    /// In its metadata document.
    Jwks(Vec<PublicJwk>),
    /// At this address, a [`PublicUrl`](crate::network::PublicUrl). They are fetched for each request that needs them.
    JwksUri(String),
}

/// A public key as its owner publishes it. Parameters are base64url without padding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct PublicJwk {
    kty: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kid: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    alg: Option<String>,
    #[serde(rename = "use", default, skip_serializing_if = "Option::is_none")]
    usage: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    crv: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    x: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    y: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    n: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    e: Option<String>,
}

impl PublicJwk {
    /// Returns the usable keys of a key set, at most [`MAX_KEYS`]. One key that cannot be used does not sink the others.
    pub(super) fn all(key_set: &Value) -> Vec<Self> {
        key_set
            .get("keys")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(|key| Self::deserialize(key).ok())
            .filter(|key| key.verifier().is_some())
            .take(MAX_KEYS)
            .collect()
    }

    /// Whether this key made `signature` over `message` with the algorithm `alg`. `kid` is the name of the key that the
    /// signer used, if it says so.
    pub(super) fn verifies(
        &self,
        alg: &str,
        kid: Option<&str>,
        message: &[u8],
        signature: &[u8],
    ) -> bool {
        let named = kid.is_none_or(|kid| self.kid.as_deref() == Some(kid));
        named
            && self.verifier().is_some_and(|verifier| {
                verifier.algorithm() == alg && verifier.verifies(message, signature)
            })
    }

    /// Returns the key if it is a public key for signatures with the algorithm of its type.
    fn verifier(&self) -> Option<KeyVerifier> {
        let decoded = |text: &Option<String>| bytes::from_base64url(text.as_deref()?.as_bytes());
        let verifier = match (self.kty.as_str(), self.crv.as_deref()) {
            ("EC", Some("P-256")) => {
                let (x, y) = (decoded(&self.x)?, decoded(&self.y)?);
                if (x.len(), y.len()) != (32, 32) {
                    return None;
                }
                let point = [&[4][..], &x, &y].concat();
                KeyVerifier::Es256(EcKey::from_sec1_bytes(&point).ok()?)
            }
            ("OKP", Some("Ed25519")) => {
                let key = EdKey::from_bytes(&decoded(&self.x)?.try_into().ok()?).ok()?;
                KeyVerifier::EdDsa((!key.is_weak()).then_some(key)?)
            }
            ("RSA", _) => KeyVerifier::Rs256(RsaKey::new(&decoded(&self.n)?, &decoded(&self.e)?)?),
            _ => return None,
        };
        let fits = self
            .alg
            .as_deref()
            .is_none_or(|alg| alg == verifier.algorithm());
        let signs = self.usage.as_deref().is_none_or(|usage| usage == "sig");
        (fits && signs).then_some(verifier)
    }
}

/// A key that can verify signatures.
enum KeyVerifier {
    Es256(EcKey),
    EdDsa(EdKey),
    Rs256(RsaKey),
}

impl KeyVerifier {
    /// The name of the only algorithm of the key (RFC 7518 §3.1, RFC 8037 §3.1).
    const fn algorithm(&self) -> &'static str {
        match self {
            Self::Es256(_) => "ES256",
            Self::EdDsa(_) => "EdDSA",
            Self::Rs256(_) => "RS256",
        }
    }

    fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Es256(key) => EcSignature::from_slice(signature)
                .is_ok_and(|signature| key.verify(message, &signature).is_ok()),
            Self::EdDsa(key) => EdSignature::from_slice(signature)
                .is_ok_and(|signature| key.verify_strict(message, &signature).is_ok()),
            Self::Rs256(key) => key.verifies(message, signature),
        }
    }
}

/// An RSA key for RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017 §8.2.2). It is written here because the crate `rsa` has an open
/// advisory about private keys, and this needs only one exponentiation with public values.
struct RsaKey {
    modulus: Odd<BoxedUint>,
    exponent: BoxedUint,
    /// The length of the modulus in bytes.
    length: usize,
}

impl RsaKey {
    fn new(modulus: &[u8], exponent: &[u8]) -> Option<Self> {
        // Leading zeros would allow two texts for one key (RFC 7518 §6.3.1).
        let plain = |number: &[u8]| number.first().is_some_and(|first| *first != 0);
        let is_odd = |number: &[u8]| number.last().is_some_and(|last| last & 1 == 1);
        let bits = u32::try_from(modulus.len()).ok()?.checked_mul(8)?
            - modulus.first().map_or(0, |first| first.leading_zeros());
        let small = exponent.len() <= 4 && (exponent.len() > 1 || exponent.first() > Some(&2));
        if !plain(modulus)
            || !plain(exponent)
            || !is_odd(exponent)
            || !small
            || !RSA_BITS.contains(&bits)
        {
            return None;
        }
        let modulus_value = BoxedUint::from_be_slice_vartime(modulus);
        Some(Self {
            modulus: Odd::new(modulus_value).into_option()?,
            exponent: BoxedUint::from_be_slice_vartime(exponent),
            length: modulus.len(),
        })
    }

    /// Compares the whole encoded message, so that nothing in it is parsed.
    fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        if signature.len() != self.length {
            return false;
        }
        let representative = BoxedUint::from_be_slice_vartime(signature);
        if representative >= *self.modulus.as_ref() {
            return false;
        }
        let encoded = representative.pow_mod(&self.exponent, &self.modulus);
        let encoded = encoded.to_be_bytes();
        let found = encoded
            .len()
            .checked_sub(self.length)
            .and_then(|start| encoded.get(start..));
        found == self.expected(message).as_deref()
    }

    /// Returns `0x00 0x01 0xff… 0x00` and the digest with its algorithm (RFC 8017 §9.2).
    fn expected(&self, message: &[u8]) -> Option<Vec<u8>> {
        let digest = bytes::sha256(message);
        let padding = self
            .length
            .checked_sub(3 + SHA256_INFO.len() + digest.len())?;
        let mut out = vec![0x00, 0x01];
        out.resize(2 + padding, 0xff);
        out.push(0x00);
        out.extend(SHA256_INFO);
        out.extend(digest);
        Some(out)
    }
}
