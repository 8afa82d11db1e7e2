//! The rules of the house, checked on the source: what may import what, names, sizes. That each rule notices what it is
//! there for is tested in `faults`, with small made-up trees.

mod imports;
mod modules;
mod php;
mod sources;
mod text;

mod faults;

use std::sync::LazyLock;

use modules::Crates;
use sources::Sources;

/// Temporary: rules that the source still breaks, with the number of faults. It may only shrink.
const KNOWN: &[(&str, usize)] = &[];

/// Files that may be longer, each with the reason.
const LONG_FILES: &[&str] = &[];

/// That a rule holds.
fn holds(rule: &str, faults: &[String]) {
    let known = KNOWN.iter().find(|(name, _)| *name == rule);
    let known = known.map_or(0, |(_, count)| *count);
    assert!(
        faults.len() <= known,
        "{} faults:\n{}",
        faults.len(),
        faults.join("\n")
    );
}

static RUST: LazyLock<Sources> = LazyLock::new(|| Sources::of_project(&["src"], &["rs"]));
static CRATES: LazyLock<Crates> = LazyLock::new(|| Crates::read(&RUST));

#[test]
fn no_file_imports_in_a_circle() {
    let imports = imports::imports(&CRATES);
    holds("circles", &imports::circles(&imports));
}

#[test]
fn no_room_imports_a_room_above_it() {
    let imports = imports::imports(&CRATES);
    holds("levels", &imports::upward_imports(&imports));
}

#[test]
fn only_the_binding_uses_ext_php_rs() {
    holds("ext-php-rs", &text::ext_php_rs_outside_php(&RUST));
}

#[test]
fn no_two_visible_types_share_a_name() {
    holds("names", &text::shared_names(&CRATES));
}

#[test]
fn no_file_in_http_uses_wordpress() {
    let sources = Sources::of_project(&["php-plugin/countersign/src/Http"], &["php"]);
    assert!(!sources.0.is_empty());
    holds("wordpress", &php::wordpress_in(&sources));
}

#[test]
fn no_file_is_too_long() {
    let places = [
        "src",
        "build.rs",
        "xtask",
        "benches",
        "fuzz/src",
        "fuzz/targets",
        "packaging",
        "pie",
        "php-plugin",
        "stubs",
    ];
    let kinds = ["rs", "php", "js", "css", "sh", "lua", "py"];
    let mut sources = Sources::of_project(&places, &kinds);
    // Of the tests only the scripts that run them.
    sources.0.extend(Sources::of_project(&["tests"], &["sh"]).0);
    assert!(sources.0.len() > 200, "files are missing");
    holds("length", &text::too_long(&sources, LONG_FILES));
}
