//! The binding for JavaScript: one file per class of the npm package `@countersign/core`, without rules. A method takes its
//! arguments, calls the core and maps the answer to JavaScript's types.
//!
//! Every class `X` of JavaScript is the Rust type `JsX`, so that it cannot be confused with the core's type `X`. The doc
//! comments of classes and methods are also those of the package's type declarations, and therefore describe JavaScript.
//!
//! **Panics.** A panic is a fault of this crate. It does not unwind: the first one is thrown as an error with the code
//! `internal`, every later one as a `WebAssembly.RuntimeError`. The object whose method panicked stays locked. The page or
//! the process must be started again, because it is not known what the call has left unfinished.

mod audit;
mod convert;
mod error;
mod messages;
mod platform;
mod token;

use wasm_bindgen::prelude::wasm_bindgen;

/// Makes the first panic an error of JavaScript. It names the place only: the message could quote a secret.
#[wasm_bindgen(start)]
pub(crate) fn start() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic
            .location()
            .map_or_else(String::new, |at| format!(" at {}:{}", at.file(), at.line()));
        let message =
            format!("internal error of Countersign{place}: start the page or the process again");
        wasm_bindgen::throw_val(error::internal(&message));
    }));
}
