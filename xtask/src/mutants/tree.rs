//! A copy of the source in which mutants are built. It keeps its build artifacts between runs.

use std::collections::BTreeSet;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

pub struct Tree {
    /// The project.
    pub root: PathBuf,
    /// The copy.
    pub folder: PathBuf,
}

impl Tree {
    pub fn new(root: &Path, folder: &Path) -> Self {
        Self {
            root: root.to_owned(),
            folder: folder.to_owned(),
        }
    }

    /// Makes the copy equal to the project again.
    pub fn update(&self) -> Result<(), Box<dyn Error>> {
        // The files that the build and the tests of the core need, without the plugin, the fuzz corpus and other tests.
        let output = Command::new("git")
            .args(["ls-files", "-z", "-co", "--exclude-standard", "--"])
            .args([
                "Cargo.toml",
                "Cargo.lock",
                "rust-toolchain.toml",
                "build.rs",
                "build",
            ])
            .args([
                "src",
                "stubs",
                "docs",
                "benches/*.rs",
                "tests/core",
                "tests/vectors",
            ])
            .current_dir(&self.root)
            .output()?;
        if !output.status.success() {
            return Err("git does not list the files of the project".into());
        }
        let listed = String::from_utf8(output.stdout)?;
        let files: BTreeSet<PathBuf> = listed
            .split_terminator('\0')
            .map(PathBuf::from)
            .filter(|file| self.root.join(file).is_file())
            .collect();
        self.keep_only(&files)?;
        for file in &files {
            self.write(file, &fs::read(self.root.join(file))?)?;
        }
        Ok(())
    }

    /// Writes a file of the copy unless its content is already the same, because cargo compiles every written file
    /// again.
    ///
    /// The modification time of the file is always the time of writing, so that cargo never mistakes the build of a
    /// mutant for the build of the source.
    pub fn write(&self, file: &Path, content: &[u8]) -> Result<(), Box<dyn Error>> {
        let path = self.folder.join(file);
        if fs::read(&path).is_ok_and(|present| present == content) {
            return Ok(());
        }
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(path, content)?;
        Ok(())
    }

    /// Removes from the copy everything but these files and the build.
    pub fn keep_only(&self, files: &BTreeSet<PathBuf>) -> Result<(), Box<dyn Error>> {
        fs::create_dir_all(&self.folder)?;
        let mut open = vec![PathBuf::new()];
        while let Some(folder) = open.pop() {
            for entry in fs::read_dir(self.folder.join(&folder))? {
                let entry = entry?;
                let file = folder.join(entry.file_name());
                if entry.file_type()?.is_dir() {
                    if file != Path::new("target") {
                        open.push(file);
                    }
                } else if !files.contains(&file) {
                    fs::remove_file(entry.path())?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_copy_equals_the_project_and_keeps_its_build() {
        let folder = tempfile::tempdir().unwrap();
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let tree = Tree::new(root, folder.path());
        tree.write(Path::new("target/debug/kept"), b"build")
            .unwrap();
        tree.write(Path::new("src/removed/long_ago.rs"), b"")
            .unwrap();
        tree.update().unwrap();
        let of_copy = |file: &str| fs::read(folder.path().join(file)).ok();
        let of_project = |file: &str| fs::read(root.join(file)).ok();
        for file in ["src/lib.rs", "tests/core/main.rs", "Cargo.lock"] {
            assert_eq!(of_copy(file), of_project(file), "{file}");
        }
        assert_eq!(of_copy("target/debug/kept"), Some(b"build".to_vec()));
        assert_eq!(of_copy("src/removed/long_ago.rs"), None);

        // A mutated file is restored with a new modification time; the others keep theirs.
        let time = |file: &str| {
            fs::metadata(folder.path().join(file))
                .unwrap()
                .modified()
                .unwrap()
        };
        let before = (time("src/lib.rs"), time("src/bytes.rs"));
        tree.write(Path::new("src/bytes.rs"), b"mutant").unwrap();
        tree.update().unwrap();
        assert_eq!(of_copy("src/bytes.rs"), of_project("src/bytes.rs"));
        assert_eq!(time("src/lib.rs"), before.0);
        assert!(time("src/bytes.rs") > before.1);
    }
}
