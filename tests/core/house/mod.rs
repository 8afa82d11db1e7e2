//! The structural rules of the project, checked on its source: the permitted imports, the names of types and the sizes of
//! files. The tests in `faults` apply each rule to small trees that break it.

mod imports;
mod modules;
mod php;
mod sources;
mod text;

mod faults;

use std::path::Path;
use std::sync::LazyLock;

use modules::Crates;
use sources::Sources;

/// The files that may be longer than the limit, each with the reason.
const LONG_FILES: &[&str] = &[];

/// Fails with all faults if there are any.
fn expect_none(faults: &[String]) {
    assert!(
        faults.is_empty(),
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
    expect_none(&imports::circles(&imports));
}

#[test]
fn no_room_imports_a_room_above_it() {
    let imports = imports::imports(&CRATES);
    expect_none(&imports::upward_imports(&imports));
}

#[test]
fn only_a_binding_uses_its_crates() {
    expect_none(&text::binding_crates_outside(&RUST));
}

#[test]
fn no_two_visible_types_share_a_name() {
    expect_none(&text::shared_names(&CRATES));
}

#[test]
fn no_file_in_http_uses_wordpress() {
    let sources = Sources::of_project(&["php-plugin/countersign/src/Http"], &["php"]);
    assert!(!sources.0.is_empty());
    expect_none(&php::wordpress_in(&sources));
}

#[test]
fn no_room_of_the_plugin_is_in_a_circle() {
    let rooms = php::rooms(&Sources::of_project(
        &["php-plugin/countersign/src"],
        &["php"],
    ));
    assert!(rooms.len() > 5, "rooms are missing");
    expect_none(&imports::circles(&rooms));
}

#[test]
fn no_file_is_too_long() {
    let places = [
        "src",
        "build.rs",
        "xtask",
        "benches",
        "npm",
        "fuzz/src",
        "fuzz/targets",
        "packaging",
        "pie",
        "php-plugin",
        "stubs",
        "verifier",
    ];
    let kinds = ["rs", "php", "js", "mjs", "css", "sh", "lua", "py"];
    let mut sources = Sources::of_project(&places, &kinds);
    // Of the tests, only the scripts that run them are limited.
    sources.0.extend(Sources::of_project(&["tests"], &["sh"]).0);
    assert!(sources.0.len() > 200, "files are missing");
    expect_none(&text::too_long(&sources, LONG_FILES));
}

#[test]
fn the_threat_model_names_every_attack_and_only_tests_that_exist() {
    let page = include_str!("../../../docs/security.md");
    let faults = text::missing_links(page, &Path::new(env!("CARGO_MANIFEST_DIR")).join("docs"));
    expect_none(&faults);
    let attacks = ["tests/plugin/attacks", "tests/e2e/attacks"];
    expect_none(&text::unnamed_attacks(page, &attacks));
    // Each line of the threat model names at least one test.
    let model = page
        .split("\n## ")
        .find(|part| part.starts_with("The threat model"))
        .unwrap_or_default();
    let lines: Vec<&str> = model
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| ---"))
        .skip(1)
        .collect();
    assert!(lines.len() > 20, "the table has {} lines", lines.len());
    let bare = lines.iter().filter(|line| !line.contains("](../tests/"));
    expect_none(&bare.map(ToString::to_string).collect::<Vec<_>>());
}
