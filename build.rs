//! Build script: joins and checks the tool catalogue, checks the table of credential formats, refuses an unsupported PHP,
//! and stamps the build.
//!
//! | Given to the crate | Contents |
//! | --- | --- |
//! | `$OUT_DIR/catalogue.json` | the tools of `src/access/catalogue/`, one compact JSON array |
//! | `$OUT_DIR/formats.rs` | the credential formats of `src/audit/redact/formats.json`, as Rust code |
//! | `cfg(has_os)`, `cfg(has_processes)` | what the platform has, see `build/platform.rs` |
//! | `COUNTERSIGN_COMMIT` | the short commit of the source, or `unknown` |
//! | `COUNTERSIGN_TARGET` | the target triple, such as `x86_64-unknown-linux-gnu` |
//!
//! The same source gives the same output: no time and no path of the build machine is stamped.
//! The unit tests of these files are the test program `build` (`cargo test --test build`).

#![allow(
    clippy::print_stdout,
    reason = "Cargo reads a build script's standard output"
)]

#[path = "build/catalogue.rs"]
mod catalogue;
#[path = "build/commit.rs"]
mod commit;
#[path = "build/formats.rs"]
mod formats;
// The names of the capability groups, from the file that defines them.
#[allow(dead_code, unreachable_pub, reason = "the build needs the names only")]
#[path = "src/access/groups.rs"]
mod groups;
#[path = "build/json.rs"]
mod json;
#[path = "build/php.rs"]
mod php;
#[path = "build/platform.rs"]
mod platform;
#[path = "build/schema.rs"]
mod schema;
#[path = "build/tool.rs"]
mod tool;
// The macro that the capability groups are declared with.
#[allow(dead_code, unused_imports, reason = "the groups need the macro only")]
#[path = "src/words.rs"]
mod words;

use std::env;
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let faults = run();
    for fault in &faults {
        // Cargo prints one line for each and fails the build.
        println!("cargo::error={fault}");
    }
    ExitCode::from(u8::from(!faults.is_empty()))
}

/// Does all the work. Returns what is wrong, one line for each fault.
fn run() -> Vec<String> {
    let mut faults = Vec::new();
    platform::tell();
    let root = variable("CARGO_MANIFEST_DIR");
    let root = Path::new(&root);

    println!("cargo::rerun-if-changed={}", catalogue::FOLDER);
    match catalogue::load(root) {
        Ok(json) => {
            let file = Path::new(&variable("OUT_DIR")).join("catalogue.json");
            if let Err(error) = std::fs::write(&file, json) {
                faults.push(format!("cannot write {}: {error}", file.display()));
            }
        }
        Err(found) => faults.extend(found),
    }

    println!("cargo::rerun-if-changed={}", formats::FILE);
    match std::fs::read_to_string(root.join(formats::FILE)) {
        Ok(json) => match formats::generate(&json) {
            Ok(code) => {
                let file = Path::new(&variable("OUT_DIR")).join("formats.rs");
                if let Err(error) = std::fs::write(&file, code) {
                    faults.push(format!("cannot write {}: {error}", file.display()));
                }
            }
            Err(found) => faults.extend(found),
        },
        Err(error) => faults.push(format!("{}: cannot be read: {error}", formats::FILE)),
    }

    if env::var_os("CARGO_FEATURE_PHP").is_some() {
        for name in ["PHP", "PHP_CONFIG", "PATH"] {
            println!("cargo::rerun-if-env-changed={name}");
        }
        if let Err(fault) = php::check() {
            faults.push(fault);
        }
    }

    println!("cargo::rerun-if-env-changed={}", commit::VARIABLE);
    let stamp = commit::of_build(root, &variable("PROFILE"), env::var(commit::VARIABLE).ok());
    for file in &stamp.read_from {
        println!("cargo::rerun-if-changed={}", file.display());
    }
    println!("cargo::rustc-env=COUNTERSIGN_COMMIT={}", stamp.commit);
    println!("cargo::rustc-env=COUNTERSIGN_TARGET={}", variable("TARGET"));
    faults
}

/// A variable that Cargo sets for every build script.
fn variable(name: &str) -> String {
    env::var(name).unwrap_or_default()
}
