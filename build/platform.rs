//! What the platform of the build has, as conditions for `cfg`.
//!
//! | condition | meaning | native | PHP.wasm | browser module |
//! | --- | --- | --- | --- | --- |
//! | `has_os` | a clock, random numbers and files | yes | yes | no |
//! | `has_processes` | threads, and several processes that share files: the embedded store, Redis, the witness | yes | no | no |

use super::variable;

/// Tells Cargo which of the conditions hold for the target of the build.
pub(crate) fn tell() {
    println!("cargo::rustc-check-cfg=cfg(has_os, has_processes)");
    let is_wasm = variable("CARGO_CFG_TARGET_FAMILY").contains("wasm");
    // PHP.wasm gives its extensions what Emscripten emulates.
    if !is_wasm || variable("CARGO_CFG_TARGET_OS") == "emscripten" {
        println!("cargo::rustc-cfg=has_os");
    }
    if !is_wasm {
        println!("cargo::rustc-cfg=has_processes");
    }
}
