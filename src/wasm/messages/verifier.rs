//! `ActionVerifier` and `HeartbeatVerifier`.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::action::JsAction;
use super::channel::open;
use super::heartbeat::JsHeartbeat;
use super::receipt::JsActionReceipt;
use crate::action::{self, Channel, Domain, ReceivedAction};
use crate::store::{MemoryStore, StoreError};
use crate::wasm::convert::{self, JsBytes, JsTimeOptions, NamedOptions};
use crate::wasm::error::{JsFailure, misuse};

const HEADER: &str = "a header is a string";
const BODY: &str = "a body is a Uint8Array or a string";

/// Verifies actions that an operator has signed, and makes sure that each runs once.
///
/// What was received is remembered in the memory of this object, for a day at most. A service that is restarted refuses
/// messages that were signed before its start plus 30 seconds (`store_restarted`). A service of several processes must let
/// one of them verify.
#[wasm_bindgen(js_name = ActionVerifier)]
pub struct JsActionVerifier {
    channel: Channel,
    store: MemoryStore,
}

#[wasm_bindgen(js_class = ActionVerifier)]
impl JsActionVerifier {
    /// @param siteId 16 lower-case hexadecimal digits: the site that runs the actions. Both sides use the same.
    /// @param keys All valid keys, at least one.
    /// @param options The time at which the memory of this object begins.
    #[wasm_bindgen(constructor)]
    pub fn new(
        #[wasm_bindgen(js_name = siteId)] site_id: &str,
        #[wasm_bindgen(unchecked_param_type = "ActionKey[]")] keys: Vec<JsValue>,
        options: Option<JsTimeOptions>,
    ) -> Result<Self, JsValue> {
        let given = options.map_or(JsValue::UNDEFINED, JsValue::from);
        Ok(Self {
            channel: open(Domain::Action, site_id, &keys)?,
            store: MemoryStore::new(NamedOptions::of(&given)?.now()?),
        })
    }

    /// Verifies an action: size, form, site, key, signature, body, lifetime and time (with a tolerance of 30 seconds), in
    /// this order. Then it makes sure that the action is new: only the first call with an id gets the {@link Action}.
    ///
    /// If the same action comes again, the result is its {@link ActionReceipt}. As long as there is none, and for every
    /// message that is refused, it throws an error whose code is the reason.
    ///
    /// @param header The header value, or "" if it is missing.
    /// @param body The body exactly as it was received.
    #[wasm_bindgen(unchecked_return_type = "Action | ActionReceipt")]
    pub fn verify(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] header: &JsValue,
        body: &JsBytes,
        options: Option<JsTimeOptions>,
    ) -> Result<JsValue, JsValue> {
        let given = options.map_or(JsValue::UNDEFINED, JsValue::from);
        let now = NamedOptions::of(&given)?.now()?;
        let header = header.as_string().ok_or_else(|| misuse(HEADER))?;
        let body = convert::bytes(body, BODY)?;
        match self
            .channel
            .receive(&self.store, header.as_bytes(), &body, now)
        {
            ReceivedAction::Accepted(message) => Ok(JsAction(message).into()),
            ReceivedAction::Receipt(message, receipt) => {
                Ok(JsActionReceipt { message, receipt }.into())
            }
            ReceivedAction::Denied(denial) => Err(JsFailure::from(denial).into()),
        }
    }

    /// Keeps the receipt of an action, to answer with if the action comes again. A later receipt replaces an earlier one.
    ///
    /// @param action The action that was run.
    /// @param receipt At most 960 bytes, in any format.
    pub fn finish(&self, action: &JsAction, receipt: &JsBytes) -> Result<(), JsValue> {
        let receipt = convert::bytes(receipt, "a receipt is a Uint8Array or a string")?;
        match action::finish(&self.store, &action.0, &receipt) {
            Ok(_) => Ok(()),
            Err(StoreError::Misuse) => Err(misuse("a receipt has at most 960 bytes").into()),
            Err(error) => Err(JsFailure::from(error.reason()).into()),
        }
    }
}

/// Verifies heartbeats that a site has signed. As in {@link ActionVerifier}, what was received is remembered in memory.
#[wasm_bindgen(js_name = HeartbeatVerifier)]
pub struct JsHeartbeatVerifier {
    channel: Channel,
    store: MemoryStore,
}

#[wasm_bindgen(js_class = HeartbeatVerifier)]
impl JsHeartbeatVerifier {
    /// @param siteId 16 lower-case hexadecimal digits: the site that reports. Both sides use the same.
    /// @param keys All valid keys, at least one.
    /// @param options The time at which the memory of this object begins.
    #[wasm_bindgen(constructor)]
    pub fn new(
        #[wasm_bindgen(js_name = siteId)] site_id: &str,
        #[wasm_bindgen(unchecked_param_type = "ActionKey[]")] keys: Vec<JsValue>,
        options: Option<JsTimeOptions>,
    ) -> Result<Self, JsValue> {
        let given = options.map_or(JsValue::UNDEFINED, JsValue::from);
        Ok(Self {
            channel: open(Domain::Heartbeat, site_id, &keys)?,
            store: MemoryStore::new(NamedOptions::of(&given)?.now()?),
        })
    }

    /// Verifies a heartbeat as {@link ActionVerifier.verify} does. One that was received before is refused with
    /// `action_replayed`.
    ///
    /// @param header The header value, or "" if it is missing.
    /// @param body The body exactly as it was received.
    pub fn verify(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] header: &JsValue,
        body: &JsBytes,
        options: Option<JsTimeOptions>,
    ) -> Result<JsHeartbeat, JsValue> {
        let given = options.map_or(JsValue::UNDEFINED, JsValue::from);
        let now = NamedOptions::of(&given)?.now()?;
        let header = header.as_string().ok_or_else(|| misuse(HEADER))?;
        let body = convert::bytes(body, BODY)?;
        let received = self
            .channel
            .receive_heartbeat(&self.store, header.as_bytes(), &body, now);
        Ok(JsHeartbeat(received.map_err(JsFailure::from)?))
    }
}
