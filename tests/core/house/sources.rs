//! The source files that the rules are applied to: those of the project, or a small artificial tree.

use std::collections::BTreeMap;
use std::path::Path;

/// Text files by their path from the root of the project.
#[derive(Default)]
pub struct Sources(pub BTreeMap<String, String>);

impl Sources {
    /// Returns an artificial tree of paths and texts.
    pub fn of(files: &[(&str, &str)]) -> Self {
        let owned = files.iter().map(|(path, text)| {
            let (path, text) = (*path, *text);
            (path.to_owned(), text.to_owned())
        });
        Self(owned.collect())
    }

    /// Reads the project's files below `places` (files or folders) that have one of `extensions`.
    pub fn of_project(places: &[&str], extensions: &[&str]) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut sources = Self::default();
        for place in places {
            sources.add(root, &root.join(place), extensions);
        }
        sources
    }

    fn add(&mut self, root: &Path, path: &Path, extensions: &[&str]) {
        // Packages of others, which a script has installed.
        if path.ends_with("node_modules") {
            return;
        }
        if path.is_dir() {
            for entry in std::fs::read_dir(path).unwrap() {
                self.add(root, &entry.unwrap().path(), extensions);
            }
            return;
        }
        let extension = path.extension().and_then(|extension| extension.to_str());
        if extension.is_some_and(|extension| extensions.contains(&extension)) && path.is_file() {
            let name = path.strip_prefix(root).unwrap().to_str().unwrap();
            let text = std::fs::read_to_string(path).unwrap();
            self.0.insert(name.to_owned(), text);
        }
    }

    pub fn has(&self, path: &str) -> bool {
        self.0.contains_key(path)
    }
}
