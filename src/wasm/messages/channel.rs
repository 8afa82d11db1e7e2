//! Code that the classes of signed messages share.

use std::rc::Rc;

use wasm_bindgen::convert::TryFromJsValue as _;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast as _, JsValue};

use super::key::JsActionKey;
use crate::action::{ActionKey, Channel, Domain};
use crate::keyring::SiteId;
use crate::wasm::convert::NamedOptions;
use crate::wasm::error::{JsResult, misuse};

#[wasm_bindgen]
extern "C" {
    /// What may be a key.
    pub type JsKeyLike;

    #[wasm_bindgen(method, structural, catch, js_name = __handle)]
    fn handle(this: &JsKeyLike) -> Result<JsValue, JsValue>;
}

/// Opens the channel of a site with a list of keys.
pub(super) fn open(domain: Domain, site_id: &str, keys: &[JsValue]) -> JsResult<Channel> {
    let site = SiteId::parse(site_id)
        .ok_or_else(|| misuse("the site id must be 16 lower-case hexadecimal digits"))?;
    let keys: Vec<Rc<ActionKey>> = keys
        .iter()
        .map(|key| {
            let handle = key.unchecked_ref::<JsKeyLike>().handle().ok();
            handle
                .and_then(|handle| JsActionKey::try_from_js_value(handle).ok())
                .map(|key| Rc::clone(&key.0))
                .ok_or_else(|| misuse("a list of ActionKey is needed"))
        })
        .collect::<JsResult<_>>()?;
    let keys: Vec<&ActionKey> = keys.iter().map(Rc::as_ref).collect();
    Ok(Channel::new(domain, site, &keys)?)
}

/// Reads the lifetime in seconds as milliseconds. It is 300 seconds unless the caller gives another.
pub(super) fn lifetime_ms(options: &NamedOptions<'_>) -> JsResult<u64> {
    const MESSAGE: &str = "the lifetime must be 1 to 300 seconds";
    let seconds = options.whole("lifetime", MESSAGE)?.unwrap_or(300);
    Ok(seconds.saturating_mul(1000))
}
