//! One test program for a module: its unit tests and its tests of `tests/core`, without the modules that it does not
//! need. Each mutant then costs one small compilation and one link.
//!
//! In the copy of the source, the tests become modules of the library. `extern crate self as countersign` lets them
//! keep their imports.

use std::collections::BTreeSet;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens as _, format_ident, quote};

use super::plan::Job;
use super::tree::Tree;

/// Turns the copy into the program of a job.
pub fn into_one_program(tree: &Tree, job: &Job) -> Result<(), Box<dyn Error>> {
    let mut tests = Vec::new();
    for test in job.tests {
        tests.extend(rust_files(&tree.folder.join("tests/core"), test)?);
    }
    let support = rust_files(&tree.folder.join("tests/core"), "support")?;
    let mut texts = Vec::new();
    for (file, to) in tests
        .iter()
        .map(|file| (file, "src/core_tests"))
        .chain(support.iter().map(|file| (file, "src")))
    {
        let content = fs::read(tree.folder.join("tests/core").join(file))?;
        tree.write(&Path::new(to).join(file), &content)?;
        texts.push(String::from_utf8(content)?);
    }

    let library = fs::read_to_string(tree.folder.join("src/lib.rs"))?;
    let library = syn::parse_file(&library)?;
    let modules = public_modules(&library);
    let needed = needed_modules(tree, job.module, &modules, &texts)?;
    let text = library_of(library, &needed, job.tests).to_string();
    tree.write(Path::new("src/lib.rs"), text.as_bytes())
}

/// Returns the Rust files of `folder/name/`, or the file `folder/name.rs`, relative to `folder`.
pub(super) fn rust_files(folder: &Path, name: &str) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let file = PathBuf::from(name).with_extension("rs");
    if folder.join(&file).is_file() {
        return Ok(vec![file]);
    }
    let mut files = Vec::new();
    let mut open = vec![PathBuf::from(name)];
    while let Some(inner) = open.pop() {
        for entry in fs::read_dir(folder.join(&inner))? {
            let path = inner.join(entry?.file_name());
            if folder.join(&path).is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    Ok(files)
}

fn public_modules(library: &syn::File) -> BTreeSet<String> {
    let modules = library.items.iter().filter_map(|item| match item {
        syn::Item::Mod(module) if matches!(module.vis, syn::Visibility::Public(_)) => {
            Some(module.ident.to_string())
        }
        _ => None,
    });
    modules.collect()
}

/// Returns the module, the modules that it and the tests name, the modules that these name, and so on.
fn needed_modules(
    tree: &Tree,
    module: &str,
    modules: &BTreeSet<String>,
    tests: &[String],
) -> Result<BTreeSet<String>, Box<dyn Error>> {
    let mut needed = BTreeSet::new();
    let mut open = vec![module.to_owned()];
    for text in tests {
        open.extend(named_modules(text.parse()?));
    }
    // Modules that are not public are always kept.
    let library = fs::read_to_string(tree.folder.join("src/lib.rs"))?;
    for item in syn::parse_file(&library)?.items {
        if let syn::Item::Mod(item) = item {
            let name = item.ident.to_string();
            if item.attrs.is_empty() && !modules.contains(&name) {
                open.push(name);
            }
        }
    }
    let mut seen = BTreeSet::new();
    while let Some(name) = open.pop() {
        if !seen.insert(name.clone()) {
            continue;
        }
        for file in rust_files(&tree.folder.join("src"), &name).unwrap_or_default() {
            let text = fs::read_to_string(tree.folder.join("src").join(file))?;
            open.extend(named_modules(text.parse()?));
        }
        if modules.contains(&name) {
            needed.insert(name);
        }
    }
    Ok(needed)
}

/// Returns the first segments after `crate::` and `countersign::`, including those of a group.
fn named_modules(tokens: TokenStream) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) => names.extend(named_modules(group.stream())),
            TokenTree::Ident(ident) if ident == "crate" || ident == "countersign" => {
                match tokens.get(at + 1..at + 4) {
                    Some(
                        [
                            TokenTree::Punct(_),
                            TokenTree::Punct(_),
                            TokenTree::Ident(name),
                        ],
                    ) => {
                        names.insert(name.to_string());
                    }
                    Some(
                        [
                            TokenTree::Punct(_),
                            TokenTree::Punct(_),
                            TokenTree::Group(group),
                        ],
                    ) => {
                        names.extend(first_segments(group.stream()));
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }
    names
}

/// Returns the first word of the list and of each part after a comma.
fn first_segments(tokens: TokenStream) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut is_first = true;
    for token in tokens {
        match token {
            TokenTree::Ident(name) if is_first => {
                names.insert(name.to_string());
                is_first = false;
            }
            TokenTree::Punct(punct) if punct.as_char() == ',' => is_first = true,
            _ => {}
        }
    }
    names
}

/// Returns the library without the public modules that are not needed, and with the tests.
fn library_of(mut library: syn::File, needed: &BTreeSet<String>, tests: &[&str]) -> TokenStream {
    library.items.retain(|item| match item {
        syn::Item::Mod(module) if matches!(module.vis, syn::Visibility::Public(_)) => {
            needed.contains(&module.ident.to_string())
        }
        _ => true,
    });
    let library = library.to_token_stream();
    if tests.is_empty() {
        return library;
    }
    let tests = tests.iter().map(|test| format_ident!("{test}"));
    quote! {
        #library
        #[cfg(test)]
        extern crate self as countersign;
        #[cfg(test)]
        #[allow(dead_code)]
        mod support;
        #[cfg(test)]
        mod core_tests {
            #(mod #tests;)*
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(text: &str) -> Vec<String> {
        named_modules(text.parse().unwrap()).into_iter().collect()
    }

    #[test]
    fn modules_are_named_by_paths_and_groups() {
        assert_eq!(named("use crate::clock::Timestamp;"), ["clock"]);
        assert_eq!(
            named("use countersign::{bytes::{self, hex}, token, reason::Reason};"),
            ["bytes", "reason", "token"]
        );
        assert_eq!(
            named("fn f() { g(crate::store::open(1), super::x::y) }"),
            ["store"]
        );
        assert_eq!(named("// crate::a\nconst S: &str = \"crate::b\";"), [""; 0]);
    }

    #[test]
    fn the_program_has_what_is_needed_and_the_tests() {
        let library =
            "//! Docs.\npub mod a;\npub mod b;\nmod c;\n#[cfg(feature = \"php\")]\nmod php;";
        let library = syn::parse_file(library).unwrap();
        assert_eq!(
            public_modules(&library),
            BTreeSet::from(["a".into(), "b".into()])
        );
        let made = library_of(
            library,
            &BTreeSet::from(["b".into()]),
            &["vault", "wycheproof"],
        );
        let made: syn::File = syn::parse2(made).unwrap();
        let names: Vec<String> = made
            .items
            .iter()
            .filter_map(|item| match item {
                syn::Item::Mod(module) => Some(module.ident.to_string()),
                _ => None,
            })
            .collect();
        assert_eq!(names, ["b", "c", "php", "support", "core_tests"]);
    }

    #[test]
    fn every_planned_program_can_be_gathered() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let tree = Tree::new(root, folder.path());
        for job in super::super::plan::jobs(root, &[]).unwrap() {
            tree.update().unwrap();
            into_one_program(&tree, &job).unwrap();
            let text = fs::read_to_string(folder.path().join("src/lib.rs")).unwrap();
            let modules = public_modules(&syn::parse_file(&text).unwrap());
            assert!(modules.contains(job.module), "{}", job.name);
            assert!(
                !modules.contains("mcp"),
                "{} needs mcp: {modules:?}",
                job.name
            );
        }
    }
}
