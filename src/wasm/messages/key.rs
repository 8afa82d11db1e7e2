//! `ActionKey`.

use std::rc::Rc;

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::action::ActionKey;
use crate::entropy::Entropy as _;
use crate::secret::{Secret, SecretBytes};
use crate::wasm::convert::{self, JsBytes};
use crate::wasm::error::JsFailure;
use crate::wasm::platform::WebCrypto;

/// A key that signs or verifies actions and heartbeats. The key decides the algorithm: a message only names its key.
///
/// The memory of the module that held a secret is wiped by `free()`. JavaScript's own copies of it cannot be wiped.
#[wasm_bindgen(js_name = ActionKey)]
pub struct JsActionKey(pub(super) Rc<ActionKey>);

#[wasm_bindgen(js_class = ActionKey)]
impl JsActionKey {
    /// Returns a key for HMAC-SHA256 with a secret that both sides hold. Use a different secret for each site.
    ///
    /// @param secret At least 32 random bytes. A string stands for its UTF-8. The signing key is derived from it for each site
    /// and direction. Throws `action_key_unusable` if it is too short.
    pub fn hmac(secret: &JsBytes) -> Result<Self, JsValue> {
        let secret = convert::bytes(secret, "a secret is a Uint8Array or a string")?;
        let secret = SecretBytes::new(secret);
        let key = ActionKey::hmac(secret.expose()).map_err(JsFailure::from)?;
        Ok(Self(Rc::new(key)))
    }

    /// Returns an Ed25519 key that signs and verifies.
    ///
    /// @param seed Exactly 32 random bytes. Throws `action_key_unusable` for another length.
    pub fn ed25519(
        #[wasm_bindgen(unchecked_param_type = "Uint8Array")] seed: &JsValue,
    ) -> Result<Self, JsValue> {
        let seed = SecretBytes::new(convert::array(seed, "a seed is a Uint8Array")?);
        let key = ActionKey::ed25519(seed.expose()).map_err(JsFailure::from)?;
        Ok(Self(Rc::new(key)))
    }

    /// Returns an Ed25519 key that only verifies. A copy of it cannot forge anything.
    ///
    /// @param publicKey Exactly 32 bytes. Throws `action_key_unusable` for another length and for a weak key.
    #[wasm_bindgen(js_name = ed25519Public)]
    pub fn ed25519_public(
        #[wasm_bindgen(js_name = publicKey, unchecked_param_type = "Uint8Array")]
        public_key: &JsValue,
    ) -> Result<Self, JsValue> {
        let public = convert::array(public_key, "a public key is a Uint8Array")?;
        let key = ActionKey::ed25519_public(&public).map_err(JsFailure::from)?;
        Ok(Self(Rc::new(key)))
    }

    /// Returns a new Ed25519 key. Keep its seed secret.
    pub fn generate() -> Result<Self, JsValue> {
        let seed = Secret::new(WebCrypto.bytes::<32>().map_err(JsFailure::from)?);
        let key = ActionKey::ed25519(seed.expose()).map_err(JsFailure::from)?;
        Ok(Self(Rc::new(key)))
    }

    /// The id of the key and its algorithm, 32 lower-case hexadecimal digits. It reveals nothing about a secret. The private
    /// and the public form of an Ed25519 key have the same id.
    #[wasm_bindgen(getter, js_name = keyId)]
    pub fn key_id(&self) -> String {
        self.0.id().to_string()
    }

    /// The algorithm: `hmac-sha256` or `ed25519`.
    #[wasm_bindgen(getter)]
    pub fn algorithm(&self) -> String {
        self.0.algorithm().name().to_owned()
    }

    /// Whether the key can sign. Only a public key cannot.
    #[wasm_bindgen(getter, js_name = canSign)]
    pub fn can_sign(&self) -> bool {
        self.0.can_sign()
    }

    /// The 32 bytes of the Ed25519 public key; undefined for HMAC.
    #[wasm_bindgen(getter, js_name = publicKey)]
    pub fn public_key(&self) -> Option<Vec<u8>> {
        self.0.public().map(|key| key.to_vec())
    }

    /// Returns the seed of an Ed25519 key that signs; undefined for any other key.
    pub fn seed(&self) -> Option<Vec<u8>> {
        self.0.seed().map(|seed| seed.expose().to_vec())
    }

    /// Returns another handle of the same key. A list of keys takes the handles that are in it.
    #[wasm_bindgen(js_name = __handle, skip_typescript)]
    pub fn handle(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}
