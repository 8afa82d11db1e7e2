//! Finds the commit from which the package is built, without running git.
//!
//! The files of `.git` are read directly, so that a build needs no git, and works on a repository that
//! belongs to another user.

use std::fs;
use std::path::{Path, PathBuf};

/// The environment variable that overrides the commit of the repository. Packagers set it to build from an archive.
pub(crate) const VARIABLE: &str = "COUNTERSIGN_COMMIT";

/// The number of hexadecimal digits of a commit that are stamped.
const DIGITS: usize = 12;

/// The commit to stamp.
pub(crate) struct Stamp {
    /// Twelve hexadecimal digits, the value of [`VARIABLE`], or `unknown`.
    pub(crate) commit: String,
    /// The files from which it was read. Cargo runs the build script again when one of them changes.
    pub(crate) read_from: Vec<PathBuf>,
}

/// Returns the commit to stamp into a build of `root`. A debug build is stamped `unknown` unless a commit is
/// `given`, because it would otherwise be compiled again after every commit.
pub(crate) fn of_build(root: &Path, profile: &str, given: Option<String>) -> Stamp {
    if let Some(commit) = given.filter(|commit| is_plain(commit)) {
        let read_from = Vec::new();
        return Stamp { commit, read_from };
    }
    let mut read_from = Vec::new();
    let found = if profile == "debug" {
        None
    } else {
        of_repository(root, &mut read_from)
    };
    let commit = found.unwrap_or_else(|| "unknown".to_owned());
    Stamp { commit, read_from }
}

/// Whether `commit` is 1 to 64 letters, digits, `.`, `-`, `_` or `+`.
fn is_plain(commit: &str) -> bool {
    (1..=64).contains(&commit.len())
        && commit
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b".-_+".contains(&byte))
}

/// Returns the commit that is checked out in `root`. Returns `None` if `root` is not the top folder of a
/// repository (an enclosing repository is ignored), or if the commit cannot be read.
fn of_repository(root: &Path, read_from: &mut Vec<PathBuf>) -> Option<String> {
    let git = folder(root)?;
    let head = read(git.join("HEAD"), read_from)?;
    let Some(reference) = head.strip_prefix("ref: ") else {
        return short(&head);
    };
    // In a worktree, branches are in the folder of the main repository.
    let common = fs::read_to_string(git.join("commondir"))
        .map_or_else(|_| git.clone(), |common| git.join(common.trim()));
    if let Some(commit) = read(common.join(reference), read_from) {
        return short(&commit);
    }
    let packed = read(common.join("packed-refs"), read_from)?;
    packed.lines().find_map(|line| {
        let (commit, name) = line.split_once(' ')?;
        if name == reference {
            short(commit)
        } else {
            None
        }
    })
}

/// Returns the folder of the repository. In a worktree or a submodule, `.git` is a file that names it.
fn folder(root: &Path) -> Option<PathBuf> {
    let git = root.join(".git");
    if git.is_dir() {
        return Some(git);
    }
    let text = fs::read_to_string(&git).ok()?;
    Some(root.join(text.strip_prefix("gitdir: ")?.trim_end()))
}

fn read(file: PathBuf, read_from: &mut Vec<PathBuf>) -> Option<String> {
    let text = fs::read_to_string(&file).ok()?;
    read_from.push(file);
    Some(text.trim_end().to_owned())
}

/// Returns the first digits of a full object name (SHA-1 or SHA-256).
fn short(commit: &str) -> Option<String> {
    let full = matches!(commit.len(), 40 | 64) && commit.bytes().all(|b| b.is_ascii_hexdigit());
    full.then(|| commit.get(..DIGITS).map(str::to_owned))?
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

    fn write(root: &Path, name: &str, text: &str) {
        let file = root.join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    fn commit(root: &Path) -> String {
        of_build(root, "release", None).commit
    }

    #[test]
    fn the_checked_out_commit_is_found_in_every_layout() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        assert_eq!(commit(root), "unknown", "no repository");

        write(root, ".git/HEAD", &format!("{COMMIT}\n"));
        assert_eq!(commit(root), "0123456789ab", "detached");

        write(root, ".git/HEAD", "ref: refs/heads/main\n");
        assert_eq!(commit(root), "unknown", "a branch without a commit");

        let packed = format!(
            "# pack-refs with: peeled fully-peeled sorted\n{} refs/heads/main2\n{COMMIT} refs/heads/main\n",
            "f".repeat(40)
        );
        write(root, ".git/packed-refs", &packed);
        assert_eq!(commit(root), "0123456789ab", "a packed branch");

        write(
            root,
            ".git/refs/heads/main",
            &format!("{}\n", "a".repeat(40)),
        );
        assert_eq!(
            commit(root),
            "aaaaaaaaaaaa",
            "a branch newer than its packed entry"
        );

        write(root, ".git/worktrees/w/HEAD", "ref: refs/heads/main\n");
        write(root, ".git/worktrees/w/commondir", "../..\n");
        let git = root.join(".git/worktrees/w");
        write(root, "w/.git", &format!("gitdir: {}\n", git.display()));
        assert_eq!(commit(&root.join("w")), "aaaaaaaaaaaa", "a worktree");

        assert_eq!(
            commit(&root.join(".git/refs")),
            "unknown",
            "an enclosing repository"
        );

        write(root, ".git/refs/heads/main", "not a commit\n");
        assert_eq!(commit(root), "unknown", "a damaged branch");
    }

    #[test]
    fn the_files_that_were_read_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        assert!(of_build(root, "release", None).read_from.is_empty());
        write(root, ".git/HEAD", "ref: refs/heads/main\n");
        write(root, ".git/refs/heads/main", COMMIT);
        let files = of_build(root, "release", None).read_from;
        let names = [".git/HEAD", ".git/refs/heads/main"].map(|name| root.join(name));
        assert_eq!(files, names);
    }

    #[test]
    fn a_given_commit_takes_precedence_and_a_debug_build_has_none() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        write(root, ".git/HEAD", COMMIT);
        for (profile, given, expected) in [
            ("release", None, "0123456789ab"),
            ("debug", None, "unknown"),
            ("release", Some("v1.0+deb1"), "v1.0+deb1"),
            ("debug", Some("abc"), "abc"),
            ("release", Some(""), "0123456789ab"),
            ("release", Some("a\nb"), "0123456789ab"),
        ] {
            let stamp = of_build(root, profile, given.map(str::to_owned));
            assert_eq!(stamp.commit, expected, "{profile} {given:?}");
            assert_eq!(stamp.read_from.is_empty(), expected != "0123456789ab");
        }
    }
}
