//! Rules about the names of types, the use of ext-php-rs and the size of files.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use proc_macro2::{TokenStream, TokenTree};

use super::modules::Crates;
use super::sources::Sources;

/// Returns a sentence for each name that several visible types of the project share.
pub fn shared_names(crates: &Crates) -> Vec<String> {
    let mut places: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for module in &crates.modules {
        for name in &module.types {
            places.entry(name).or_default().insert(&module.file);
        }
    }
    let shared = places.iter().filter(|(_, files)| files.len() > 1);
    let told = shared.map(|(name, files)| {
        let files: Vec<&str> = files.iter().copied().collect();
        format!(
            "`{name}` names several types: {}. Rename all but one.",
            files.join(", ")
        )
    });
    told.collect()
}

/// The crates of the bindings, each with the only folder that may use it.
const BINDINGS: &[(&str, &str)] = &[
    ("ext_php_rs", "src/php/"),
    ("wasm_bindgen", "src/wasm/"),
    ("js_sys", "src/wasm/"),
];

/// Returns a sentence for each file that uses the crate of a binding outside that binding.
pub fn binding_crates_outside(sources: &Sources) -> Vec<String> {
    fn uses(tokens: TokenStream, name: &str) -> bool {
        tokens.into_iter().any(|token| match token {
            TokenTree::Group(group) => uses(group.stream(), name),
            TokenTree::Ident(ident) => ident == name,
            _ => false,
        })
    }
    let mut faults = Vec::new();
    for (file, text) in &sources.0 {
        let tokens: TokenStream = text.parse().unwrap();
        for (name, folder) in BINDINGS {
            if !file.starts_with(folder) && uses(tokens.clone(), name) {
                faults.push(format!(
                    "{file} uses {name}: only {folder} may, so that the core builds without it"
                ));
            }
        }
    }
    faults
}

/// The largest number of lines of a file.
pub const MAX_LINES: usize = 500;

/// Returns a sentence for each file that is too long and not in `excepted`, and for each exception that is not needed.
pub fn too_long(sources: &Sources, excepted: &[&str]) -> Vec<String> {
    let mut faults = Vec::new();
    for (file, text) in &sources.0 {
        let lines = text.lines().count();
        let is_excepted = excepted.contains(&file.as_str());
        if lines > MAX_LINES && !is_excepted {
            faults.push(format!(
                "{file} has {lines} lines, more than {MAX_LINES}: split it"
            ));
        }
        if lines <= MAX_LINES && is_excepted {
            faults.push(format!("{file} is not too long: remove its exception"));
        }
    }
    for file in excepted {
        if !sources.has(file) {
            faults.push(format!("{file} does not exist: remove its exception"));
        }
    }
    faults
}

/// Returns a sentence for each relative link of a page in Markdown that leads to no file.
pub fn missing_links(page: &str, folder: &Path) -> Vec<String> {
    page.split("](")
        .skip(1)
        .filter_map(|rest| rest.split([')', '#']).next())
        .filter(|link| !link.contains("://") && !folder.join(link).exists())
        .map(|link| format!("the link {link} leads to no file"))
        .collect()
}

/// Returns a sentence for each attack in `folders`, directly in them, that a page does not link to.
pub fn unnamed_attacks(page: &str, folders: &[&str]) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = folders.iter().flat_map(|folder| {
        let entries = std::fs::read_dir(root.join(folder)).unwrap();
        entries.map(move |entry| format!("{folder}/{}", entry.unwrap().file_name().display()))
    });
    files
        .filter(|file| file.ends_with("Test.php") || file.ends_with(".test.mjs"))
        .filter(|file| !page.contains(&format!("/{file})")))
        .map(|file| format!("docs/security.md does not name {file}: add it to the threat model"))
        .collect()
}
