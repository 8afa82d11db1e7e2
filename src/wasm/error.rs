//! The one place where errors of the core become errors of JavaScript.

use js_sys::{Error, Reflect};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::action::{ActionKeyError, SignError};
use crate::decision::Denial;
use crate::entropy::EntropyError;
use crate::reason::Reason;

/// The code of an error for incorrect use of the API. It is not a reason code, because no client sees it.
const MISUSE: &str = "misuse";

/// The code of an error that is a fault of this crate.
const INTERNAL: &str = "internal";

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** What every method throws: an `Error` with a stable code. The message contains no input. */
export interface CountersignError extends Error {
  readonly name: "CountersignError";
  /**
   * `misuse` for incorrect use of a method, `internal` for a fault of the module, after which the page or the process must
   * be started again, and otherwise the code of a reason.
   */
  readonly code: string;
  /** Seconds after which the same may succeed, if they are known. */
  readonly retryAfter?: number;
}
"#;

/// Why a method of the binding throws.
pub(super) struct JsFailure {
    code: &'static str,
    message: String,
    retry_after: Option<u32>,
}

/// The result of a method of the binding.
pub(super) type JsResult<T> = Result<T, JsFailure>;

/// Returns the error for incorrect use of the API. The sentence contains no input.
pub(super) fn misuse(message: impl Into<String>) -> JsFailure {
    JsFailure {
        code: MISUSE,
        message: message.into(),
        retry_after: None,
    }
}

/// Returns the error for a fault of this crate.
pub(super) fn internal(message: &str) -> JsValue {
    JsValue::from(JsFailure {
        code: INTERNAL,
        message: message.to_owned(),
        retry_after: None,
    })
}

impl From<Denial> for JsFailure {
    fn from(denial: Denial) -> Self {
        Self {
            code: denial.reason.code(),
            message: denial.reason.message().to_owned(),
            retry_after: denial.retry_after,
        }
    }
}

impl From<Reason> for JsFailure {
    fn from(reason: Reason) -> Self {
        Denial::from(reason).into()
    }
}

impl From<EntropyError> for JsFailure {
    fn from(_: EntropyError) -> Self {
        Reason::EntropyUnavailable.into()
    }
}

impl From<ActionKeyError> for JsFailure {
    fn from(error: ActionKeyError) -> Self {
        Self {
            code: error.reason().code(),
            message: error.to_string(),
            retry_after: None,
        }
    }
}

impl From<SignError> for JsFailure {
    fn from(error: SignError) -> Self {
        misuse(error.to_string())
    }
}

impl From<JsFailure> for JsValue {
    fn from(failure: JsFailure) -> Self {
        let error = Error::new(&failure.message);
        error.set_name("CountersignError");
        // Setting a property of a new error cannot fail.
        let _ = Reflect::set(&error, &"code".into(), &failure.code.into());
        if let Some(seconds) = failure.retry_after {
            let _ = Reflect::set(&error, &"retryAfter".into(), &seconds.into());
        }
        error.into()
    }
}
