//! `ActionSigner` and `HeartbeatSigner`.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::channel::{lifetime_ms, open};
use crate::action::{ActionType, Channel, Domain, SnapshotId, UnsignedAction};
use crate::bytes;
use crate::entropy::Entropy as _;
use crate::wasm::convert::{self, JsBytes, NamedOptions};
use crate::wasm::error::{JsFailure, JsResult, misuse};
use crate::wasm::platform::WebCrypto;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** What may be given when a heartbeat is signed. */
export interface SignOptions {
  /** Seconds until the message expires, 1 to 300. Default: 300. */
  lifetime?: number;
  /** The time of the signature, in milliseconds since 1970. Default: `Date.now()`. */
  now?: number;
  /** 32 lower-case hexadecimal digits, random and new for every signature. Default: new random bytes. */
  nonce?: string;
}

/** What may be given when an action is signed. */
export interface ActionOptions extends SignOptions {
  /** The id of the snapshot that the action relies on: 1 to 64 letters, digits, `-`, `_` and `.`. */
  snapshot?: string;
  /** The id of an action to send again, from {@link ActionSigner.newId}. Default: a new one. */
  id?: string;
}
"#;

const NONCE: &str = "the nonce must be 32 lower-case hexadecimal digits";
const BODY: &str = "a body is a Uint8Array or a string";

#[wasm_bindgen]
extern "C" {
    /// The options of a signature.
    #[wasm_bindgen(typescript_type = "SignOptions")]
    pub type JsSignOptions;

    /// The options of the signature of an action.
    #[wasm_bindgen(typescript_type = "ActionOptions")]
    pub type JsActionOptions;
}

fn nonce(options: &NamedOptions<'_>) -> JsResult<[u8; 16]> {
    match options.hex("nonce", NONCE)? {
        Some(nonce) => Ok(nonce),
        None => Ok(WebCrypto.bytes()?),
    }
}

/// Signs actions: an operator orders a site to do something once.
#[wasm_bindgen(js_name = ActionSigner)]
pub struct JsActionSigner(Channel);

#[wasm_bindgen(js_class = ActionSigner)]
impl JsActionSigner {
    /// @param siteId 16 lower-case hexadecimal digits: the site that runs the actions. Both sides use the same.
    /// @param keys At least one key. The first one that can sign signs.
    #[wasm_bindgen(constructor)]
    pub fn new(
        #[wasm_bindgen(js_name = siteId)] site_id: &str,
        #[wasm_bindgen(unchecked_param_type = "ActionKey[]")] keys: Vec<JsValue>,
    ) -> Result<Self, JsValue> {
        Ok(Self(open(Domain::Action, site_id, &keys)?))
    }

    /// Returns a random id, 32 lower-case hexadecimal digits, for an action that may have to be signed again.
    #[wasm_bindgen(js_name = newId)]
    pub fn new_id() -> Result<String, JsValue> {
        let id = WebCrypto.bytes::<16>().map_err(JsFailure::from)?;
        Ok(bytes::hex(&id))
    }

    /// Signs an action. Send the result as a header value, and `body` unchanged as the body.
    ///
    /// @param type 1 to 64 lower-case letters, digits and `_`, beginning with a letter.
    /// @param body All arguments of the action, in any format, so that they are signed. May be empty. A string stands for its
    /// UTF-8.
    pub fn sign(
        &self,
        #[wasm_bindgen(js_name = type)] action_type: &str,
        body: &JsBytes,
        options: Option<JsActionOptions>,
    ) -> Result<String, JsValue> {
        let given = options.map_or(JsValue::UNDEFINED, JsValue::from);
        let options = NamedOptions::of(&given)?;
        let payload = convert::bytes(body, BODY)?;
        let snapshot = "a snapshot id is 1 to 64 letters, digits, -, _ and .";
        let snapshot = options
            .text("snapshot", snapshot)?
            .map(|text| SnapshotId::parse(&text).ok_or_else(|| misuse(snapshot)))
            .transpose()?;
        let id = options.hex(
            "id",
            "the id must be 32 lower-case hexadecimal digits, as newId() returns it",
        )?;
        let id = match id {
            Some(id) => id,
            None => WebCrypto.bytes().map_err(JsFailure::from)?,
        };
        let action_type = ActionType::parse(action_type).ok_or_else(|| {
            misuse("a type is 1 to 64 lower-case letters, digits and _, beginning with a letter")
        })?;
        let action = UnsignedAction {
            id,
            action_type,
            payload: &payload,
            snapshot,
            issued: options.now()?,
            lifetime_ms: lifetime_ms(&options)?,
            nonce: nonce(&options)?,
        };
        Ok(self.0.sign(&action).map_err(JsFailure::from)?)
    }
}

/// Signs heartbeats: a site reports its state to its operator.
#[wasm_bindgen(js_name = HeartbeatSigner)]
pub struct JsHeartbeatSigner(Channel);

#[wasm_bindgen(js_class = HeartbeatSigner)]
impl JsHeartbeatSigner {
    /// @param siteId 16 lower-case hexadecimal digits: the site that reports. Both sides use the same.
    /// @param keys At least one key. The first one that can sign signs.
    #[wasm_bindgen(constructor)]
    pub fn new(
        #[wasm_bindgen(js_name = siteId)] site_id: &str,
        #[wasm_bindgen(unchecked_param_type = "ActionKey[]")] keys: Vec<JsValue>,
    ) -> Result<Self, JsValue> {
        Ok(Self(open(Domain::Heartbeat, site_id, &keys)?))
    }

    /// Signs a heartbeat. Send the result as a header value, and `body` unchanged as the body.
    ///
    /// @param body The report, in any format. A string stands for its UTF-8.
    pub fn sign(&self, body: &JsBytes, options: Option<JsSignOptions>) -> Result<String, JsValue> {
        let given = options.map_or(JsValue::UNDEFINED, JsValue::from);
        let options = NamedOptions::of(&given)?;
        let payload = convert::bytes(body, BODY)?;
        let (now, lifetime) = (options.now()?, lifetime_ms(&options)?);
        let id = WebCrypto.bytes().map_err(JsFailure::from)?;
        let signed = self
            .0
            .sign_heartbeat(&payload, now, lifetime, id, nonce(&options)?);
        Ok(signed.map_err(JsFailure::from)?)
    }
}
