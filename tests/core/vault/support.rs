//! A vault with every kind of slot, the same in each run, and a function that opens it.

use countersign::entropy::CountingEntropy;
use countersign::keyring::SiteId;
use countersign::vault::recovery::RecoveryCode;
use countersign::vault::{SlotSecret, Vault, VaultError};
use serde_json::Value;

pub const SITE: &str = "0123456789abcdef";
pub const MATERIAL: &str = "vectors only: an AUTH_KEY and an AUTH_SALT that guard nothing";
pub const KEY_FILE: &str = "vectors only: the content of a key file that guards nothing";
pub const RECORD: &str = "connector/7/secret";
pub const SECRET: &str = "vectors only: the secret";

pub fn site(text: &str) -> SiteId {
    SiteId::parse(text).unwrap()
}

/// A vault with every kind of slot and two data keys, a secret sealed with each key, and the values used to make it.
pub struct Made {
    pub vault: Vault,
    pub entropy: CountingEntropy,
    pub code: String,
    pub old: String,
    pub new: String,
}

pub fn made() -> Made {
    let entropy = CountingEntropy::default();
    let mut vault = Vault::create(
        site(SITE),
        &SlotSecret::AuthKey(MATERIAL.as_bytes()),
        &entropy,
    )
    .unwrap();
    vault
        .put_slot(&SlotSecret::KeyFile(KEY_FILE.as_bytes()), &entropy)
        .unwrap();
    let code = RecoveryCode::random(&entropy).unwrap();
    vault
        .put_slot(&SlotSecret::Recovery(&code), &entropy)
        .unwrap();
    let old = vault
        .seal(RECORD.as_bytes(), SECRET.as_bytes(), &entropy)
        .unwrap();
    vault.rotate(&entropy).unwrap();
    let new = vault
        .seal(RECORD.as_bytes(), SECRET.as_bytes(), &entropy)
        .unwrap();
    Made {
        vault,
        entropy,
        code: code.to_text().to_string(),
        old,
        new,
    }
}
pub fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// Opens a vault as a caller does, which parses a recovery code first.
pub fn open(site_id: &str, slots: &str, kind: &str, material: &str) -> Result<Vault, String> {
    let code;
    let opener = match kind {
        "auth_key" => SlotSecret::AuthKey(material.as_bytes()),
        "key_file" => SlotSecret::KeyFile(material.as_bytes()),
        _ => {
            code = RecoveryCode::parse(material.as_bytes()).ok_or("recovery_code_invalid")?;
            SlotSecret::Recovery(&code)
        }
    };
    Vault::open(site(site_id), slots.as_bytes(), &opener).map_err(reason)
}

pub fn reason(error: VaultError) -> String {
    match error {
        VaultError::Refused(reason) => reason.code().to_owned(),
        other => other.to_string(),
    }
}
