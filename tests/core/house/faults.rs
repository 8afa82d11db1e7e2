//! Applies each rule to small trees that break it. The rule must report that fault and no other.

use std::path::Path;

use super::imports::{circles, imports, upward_imports};
use super::modules::Crates;
use super::php::{rooms, wordpress_in};
use super::sources::Sources;
use super::text::{binding_crates_outside, missing_links, shared_names, too_long};

fn crates(files: &[(&str, &str)]) -> Crates {
    Crates::read(&Sources::of(files))
}

/// Expects exactly one fault, whose text contains each of `says`.
fn one_fault(faults: &[String], says: &[&str]) {
    assert_eq!(faults.len(), 1, "{faults:#?}");
    for text in says {
        assert!(faults[0].contains(text), "{} lacks {text}", faults[0]);
    }
}

fn circles_in(files: &[(&str, &str)]) -> Vec<String> {
    circles(&imports(&crates(files)))
}

#[test]
fn a_circle_of_three_files_is_named() {
    let faults = circles_in(&[
        ("src/lib.rs", "mod a; mod b; mod c;"),
        ("src/a.rs", "use crate::b::B; pub struct A;"),
        ("src/b.rs", "pub struct B(crate::c::C);"),
        ("src/c.rs", "pub struct C; fn c() -> super::a::A {}"),
    ]);
    one_fault(&faults, &["3 files", "src/a.rs", "src/b.rs", "src/c.rs"]);
}

#[test]
fn a_circle_through_a_re_export_is_named_by_the_files_that_define() {
    let faults = circles_in(&[
        ("src/lib.rs", "mod room; mod other;"),
        ("src/room/mod.rs", "mod inner; pub use inner::Thing;"),
        (
            "src/room/inner.rs",
            "use crate::other::help; pub struct Thing;",
        ),
        ("src/other.rs", "use crate::room::Thing; pub fn help() {}"),
    ]);
    one_fault(&faults, &["2 files", "src/room/inner.rs", "src/other.rs"]);
}

#[test]
fn a_circle_through_a_glob_a_rename_a_module_alias_and_a_macro_is_named() {
    let other = "pub fn help() { crate::thing::make(); }";
    for user in [
        "use crate::other::*; pub fn make() { help(); }",
        "use crate::other::help as aid; pub fn make() {}",
        "use crate::other; pub fn make() { other::help(); }",
        "use crate::other as o; pub fn make() { println!(\"{}\", o::help()); }",
        "use crate::{other::{self}}; pub fn make() { other::help(); }",
        "macro_rules! m { () => { $crate::other::help() } } pub fn make() {}",
        "pub fn make() { use super::other::help; }",
    ] {
        let faults = circles_in(&[
            ("src/lib.rs", "mod thing; mod other;"),
            ("src/thing.rs", user),
            ("src/other.rs", other),
        ]);
        one_fault(&faults, &["2 files", "src/thing.rs", "src/other.rs"]);
    }
}

#[test]
fn a_parent_that_uses_a_child_and_is_used_by_it_is_a_circle() {
    let child = (
        "src/room/child.rs",
        "use super::Kind; pub fn of() -> Kind {}",
    );
    let faults = circles_in(&[
        ("src/lib.rs", "mod room;"),
        (
            "src/room/mod.rs",
            "mod child; pub enum Kind {} fn all() { child::of(); }",
        ),
        child,
    ]);
    one_fault(&faults, &["src/room/mod.rs", "src/room/child.rs"]);
    // Declaring and re-exporting a child is not an import.
    let faults = circles_in(&[
        ("src/lib.rs", "mod room;"),
        (
            "src/room/mod.rs",
            "mod child; pub use child::of; pub enum Kind {}",
        ),
        child,
    ]);
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn items_for_tests_are_not_imports() {
    let faults = circles_in(&[
        ("src/lib.rs", "mod a; mod b;"),
        (
            "src/a.rs",
            "pub struct A; #[cfg(test)] mod tests { use crate::b::B; }",
        ),
        (
            "src/b.rs",
            "use crate::a::A; pub struct B; #[cfg(test)] mod missing;",
        ),
    ]);
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn names_of_other_crates_are_not_imports() {
    let faults = circles_in(&[
        ("src/lib.rs", "mod a; mod url;"),
        (
            "src/a.rs",
            "use ::url::Url; use serde_json::Value; pub struct A;",
        ),
        ("src/url.rs", "use crate::a::A; pub struct Url;"),
    ]);
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn an_import_of_mcp_by_call_is_named() {
    let files = [
        ("src/lib.rs", "mod call; mod mcp;"),
        ("src/call.rs", "use crate::mcp::Session;"),
        ("src/mcp.rs", "pub struct Session;"),
    ];
    let faults = upward_imports(&imports(&crates(&files)));
    one_fault(
        &faults,
        &[
            "src/call.rs",
            "crate::mcp::Session",
            "`call` must not import `mcp`",
        ],
    );
}

#[test]
fn an_import_of_a_room_by_the_vocabulary_is_named() {
    let faults = upward_imports(&imports(&crates(&[
        ("src/lib.rs", "mod bytes; mod token; mod secret;"),
        (
            "src/bytes.rs",
            "fn f(_: crate::token::Kind, _: crate::secret::Secret) {}",
        ),
        ("src/secret.rs", "pub struct Secret;"),
        (
            "src/token/mod.rs",
            "mod kind; pub use kind::Kind; use crate::secret::Secret;",
        ),
        ("src/token/kind.rs", "pub enum Kind {}"),
    ])));
    one_fault(&faults, &["src/bytes.rs", "src/token/kind.rs"]);
}

#[test]
fn an_import_of_the_binding_by_the_core_is_named() {
    let faults = upward_imports(&imports(&crates(&[
        ("src/lib.rs", "mod mcp; #[cfg(feature = \"php\")] mod php;"),
        ("src/mcp.rs", "use crate::php::Reply;"),
        ("src/php/mod.rs", "pub struct Reply;"),
    ])));
    one_fault(&faults, &["`mcp` must not import `php`"]);
}

#[test]
fn a_room_without_a_level_is_named() {
    let faults = upward_imports(&imports(&crates(&[
        ("src/lib.rs", "mod attic;"),
        ("src/attic.rs", ""),
    ])));
    one_fault(&faults, &["attic"]);
}

#[test]
fn a_crate_of_a_binding_outside_it_is_named() {
    let faults = binding_crates_outside(&Sources::of(&[
        ("src/php/mod.rs", "use ext_php_rs::prelude::*;"),
        (
            "src/token.rs",
            "//! Not ext_php_rs.\nfn f() { let z: ext_php_rs::types::Zval; }",
        ),
        (
            "src/bytes.rs",
            "/* ext_php_rs */ const NAME: &str = \"ext_php_rs\";",
        ),
    ]));
    one_fault(&faults, &["src/token.rs"]);
    let faults = binding_crates_outside(&Sources::of(&[
        (
            "src/wasm/mod.rs",
            "use js_sys::Date; use wasm_bindgen::JsValue;",
        ),
        ("src/php/mod.rs", "use wasm_bindgen::JsValue;"),
    ]));
    one_fault(&faults, &["src/php/mod.rs", "wasm_bindgen"]);
}

#[test]
fn a_name_shared_by_two_types_is_named() {
    let faults = shared_names(&crates(&[
        ("src/lib.rs", "mod a; mod b; mod php;"),
        (
            "src/a.rs",
            "pub struct Draft; struct Row; pub(crate) struct Kind;",
        ),
        (
            "src/b.rs",
            "pub(super) type Draft = u8; struct Row; pub struct Other;",
        ),
        (
            "src/php/mod.rs",
            "pub struct PhpDraft; #[cfg(test)] pub struct Other;",
        ),
    ]));
    one_fault(&faults, &["`Draft`", "src/a.rs", "src/b.rs"]);
}

#[test]
fn a_type_in_the_input_of_a_macro_counts() {
    let faults = shared_names(&crates(&[
        ("src/lib.rs", "mod a;"),
        (
            "src/a.rs",
            "words! { /// Doc.\n pub enum Mode { A = \"a\" } }",
        ),
        ("src/bin/countersign/main.rs", "pub(crate) enum Mode {}"),
    ]));
    one_fault(
        &faults,
        &["`Mode`", "src/a.rs", "src/bin/countersign/main.rs"],
    );
}

fn http(text: &str) -> Vec<String> {
    wordpress_in(&Sources::of(&[("Http/Request.php", text)]))
}

#[test]
fn wordpress_in_http_is_named() {
    for (code, name) in [
        ("<?php $a = wp_unslash( $b );", "wp_unslash"),
        ("<?php return \\home_url( '/' );", r"\home_url"),
        ("<?php $a = array_map( 'wp_unslash', $b );", "wp_unslash"),
        ("<?php $a = __( 'text', 'countersign' );", "__"),
        ("<?php global $wpdb;", "$wpdb"),
        (
            "<?php function f( WP_REST_Request $r ) {}",
            "WP_REST_Request",
        ),
        (
            "<?php use Countersign\\Plugin\\Site\\Json;",
            "Countersign\\Plugin\\Site\\Json",
        ),
    ] {
        one_fault(&http(code), &["Http/Request.php", &format!("`{name}`")]);
    }
}

#[test]
fn php_without_wordpress_has_no_fault() {
    let faults = http(
        r#"<?php
        namespace Countersign\Plugin\Http;
        use Countersign\McpReply;
        // wp_unslash( 1 )
        # esc_html( 2 )
        /* home_url( 3 ) */
        #[\SensitiveParameter]
        final class A {
            public function get_header( string $is_ssl ): string {
                if ( isset( $a ) ) { return strtolower( $this->wp_name( "is_ssl( \" )" ) ) . self::rest_url( 'x' ); }
                return new Response( \strlen( 'a' ), fn( $x ) => $x );
            }
        }"#,
    );
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn rooms_of_the_plugin_in_a_circle_are_named() {
    let files = [
        ("p/src/All.php", "use Countersign\\Plugin\\A\\X;"),
        (
            "p/src/A/X.php",
            "namespace Countersign\\Plugin\\A;\nuse Countersign\\Plugin\\B\\Y;\nuse const Countersign\\Plugin\\FILE;",
        ),
        ("p/src/B/Y.php", "use Countersign\\Plugin\\C\\Z;"),
        ("p/src/C/Z.php", "new \\Countersign\\Plugin\\A\\X();"),
    ];
    let faults = circles(&rooms(&Sources::of(&files)));
    one_fault(
        &faults,
        &["A → B (`p/src/A/X.php`)", "→ A (`p/src/C/Z.php`)"],
    );
    assert!(circles(&rooms(&Sources::of(&files[..3]))).is_empty());
}

#[test]
fn a_link_to_no_file_is_named() {
    let page = "[a](../src/lib.rs) [b](https://example.org/x) [c](gone.md#part) [d](audit.md#part)";
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    one_fault(&missing_links(page, &docs), &["gone.md"]);
}

#[test]
fn a_long_file_and_a_needless_exception_are_named() {
    let long = "line\n".repeat(501);
    let sources = Sources::of(&[("src/a.rs", &long), ("src/b.rs", &long[5..])]);
    one_fault(&too_long(&sources, &[]), &["src/a.rs", "501"]);
    one_fault(
        &too_long(&sources, &["src/a.rs", "src/b.rs"]),
        &["src/b.rs", "remove its exception"],
    );
    one_fault(
        &too_long(&sources, &["src/a.rs", "src/c.rs"]),
        &["src/c.rs"],
    );
}
