//! The layout of a token.
//!
//! `prefix` ‖ base64url(version 1 ‖ kind 1 ‖ key id 4 ‖ site 8 ‖ issued 4 ‖ lifetime 4 ‖ id 12 ‖
//! subject 8 ‖ epoch 4 ‖ binding 32 ‖ tag 32) ‖ CRC-32 in six base62 digits, with the lengths of the
//! fields in bytes. Numbers are big-endian, times are seconds. The checksum covers all preceding
//! characters. It lets a secret scanner recognise a token without asking the site. It does not protect
//! against forgery.

use super::kind::Kind;
use crate::bytes::{self, ByteReader};
use crate::secret::MacKey;

/// The length of every token, in bytes. Tokens are ASCII.
pub const LENGTH: usize = PREFIX + PAYLOAD + CHECKSUM;

pub(super) const FIELDS: usize = 78;
pub(super) const VERSION: u8 = 1;

const PREFIX: usize = 5;
const TAG: usize = 32;
const PAYLOAD: usize = (FIELDS + TAG).div_ceil(3) * 4 - 1;
const CHECKSUM: usize = 6;
const LABEL: &[u8] = b"countersign/token/v1";
/// The length of the authenticated message: the PAE of three parts.
const MESSAGE: usize = 8 + (8 + LABEL.len()) + (8 + PREFIX) + (8 + FIELDS);

/// The fields of a token. The tag is not verified yet.
pub(super) struct TokenFields {
    pub(super) kind: u8,
    pub(super) key_id: [u8; 4],
    pub(super) site: [u8; 8],
    pub(super) issued: u32,
    pub(super) lifetime: u32,
    pub(super) id: [u8; 12],
    pub(super) subject: u64,
    pub(super) epoch: u32,
    pub(super) binding: [u8; 32],
}

impl TokenFields {
    pub(super) fn to_bytes(&self) -> [u8; FIELDS] {
        let mut out = [0_u8; FIELDS];
        let mut rest = &mut out[..];
        let mut put = |part: &[u8]| put(&mut rest, part);
        put(&[VERSION, self.kind]);
        put(&self.key_id);
        put(&self.site);
        put(&self.issued.to_be_bytes());
        put(&self.lifetime.to_be_bytes());
        put(&self.id);
        put(&self.subject.to_be_bytes());
        put(&self.epoch.to_be_bytes());
        put(&self.binding);
        out
    }

    fn from_bytes(bytes: &[u8; FIELDS]) -> Option<Self> {
        let mut reader = ByteReader(bytes);
        if reader.array()? != [VERSION] {
            return None;
        }
        let [kind] = reader.array()?;
        Some(Self {
            kind,
            key_id: reader.array()?,
            site: reader.array()?,
            issued: u32::from_be_bytes(reader.array()?),
            lifetime: u32::from_be_bytes(reader.array()?),
            id: reader.array()?,
            subject: u64::from_be_bytes(reader.array()?),
            epoch: u32::from_be_bytes(reader.array()?),
            binding: reader.array()?,
        })
    }
}

/// Writes `part` at the beginning of `rest` and moves `rest` behind it.
fn put(rest: &mut &mut [u8], part: &[u8]) {
    if let Some((head, tail)) = std::mem::take(rest).split_at_mut_checked(part.len()) {
        head.copy_from_slice(part);
        *rest = tail;
    }
}

/// A decoded token. The tag is not verified yet.
pub(super) struct DecodedToken {
    pub(super) signed: [u8; FIELDS],
    pub(super) fields: TokenFields,
    pub(super) tag: [u8; TAG],
}

pub(super) fn encode(kind: Kind, signed: &[u8; FIELDS], tag: &[u8; TAG]) -> String {
    let mut payload = [0_u8; FIELDS + TAG];
    let (head, tail) = payload.split_at_mut(FIELDS);
    head.copy_from_slice(signed);
    tail.copy_from_slice(tag);
    let mut text = vec![0_u8; LENGTH];
    let mut rest = &mut text[..];
    put(&mut rest, kind.prefix().as_bytes());
    // The remaining buffer has exactly the length of the encoded payload.
    let _ = bytes::base64url_at(rest, &payload);
    let (body, sum) = text.split_at_mut(LENGTH - CHECKSUM);
    sum.copy_from_slice(&bytes::crc32_base62(body));
    // All characters are ASCII.
    String::from_utf8(text).unwrap_or_default()
}

/// Decodes a token. Returns `None` if its length, prefix, checksum, alphabet or version is wrong, or if
/// prefix and kind disagree.
pub(super) fn decode(kind: Kind, text: &[u8]) -> Option<DecodedToken> {
    has_checksum(text).then(|| decode_unchecked(kind, text))?
}

/// Whether `text` has the length of a token and ends with the checksum of its other characters.
pub(super) fn has_checksum(text: &[u8]) -> bool {
    text.len() == LENGTH
        && text
            .split_at_checked(LENGTH - CHECKSUM)
            .is_some_and(|(body, sum)| bytes::crc32_base62(body) == sum)
}

/// Decodes a token as [`decode`] does, but without verifying the checksum.
pub(super) fn decode_unchecked(kind: Kind, text: &[u8]) -> Option<DecodedToken> {
    if text.len() != LENGTH {
        return None;
    }
    let (body, _) = text.split_at_checked(LENGTH - CHECKSUM)?;
    let text = body.strip_prefix(kind.prefix().as_bytes())?;
    let payload = bytes::array_from_base64url::<{ FIELDS + TAG }>(text)?;
    let (signed, tag) = payload.split_first_chunk::<FIELDS>()?;
    let fields = TokenFields::from_bytes(signed)?;
    if fields.kind != kind.byte() {
        return None;
    }
    Some(DecodedToken {
        signed: *signed,
        fields,
        tag: tag.try_into().ok()?,
    })
}

/// Computes the tag over `signed`. The message contains the kind twice, as prefix and as a field.
pub(super) fn tag(key: &MacKey, kind: Kind, signed: &[u8; FIELDS]) -> [u8; TAG] {
    // Hashing one buffer is faster than hashing its parts one by one.
    let mut message = [0_u8; MESSAGE];
    let mut rest = &mut message[..];
    let parts: [&[u8]; 3] = [LABEL, kind.prefix().as_bytes(), signed];
    bytes::pae_into(parts.into_iter(), |piece| put(&mut rest, piece));
    key.mac(&message)
}
