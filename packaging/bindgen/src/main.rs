//! `bindgen MODULE.wasm FOLDER`: writes the module with the JavaScript that calls it: `core_bg.wasm`, `core.js`, `core.d.ts`.
//!
//! The same as wasm-bindgen's own program for the target `web`, which needs many more crates for its other tasks.

use anyhow::{Context as _, Result};
use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<()> {
    let mut arguments = std::env::args_os().skip(1);
    let usage = "usage: bindgen MODULE.wasm FOLDER";
    let module = arguments.next().context(usage)?;
    let folder = arguments.next().context(usage)?;
    Bindgen::new()
        .input_path(module)
        .web(true)?
        .typescript(true)
        // The package decides where the module is read from.
        .omit_default_module_path(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .out_name("core")
        .generate(folder)
}
