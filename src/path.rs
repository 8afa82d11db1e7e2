//! Absolute paths, the only ones that a setting or a script may name.
//!
//! A relative path depends on the working directory. Under php-fpm that is the folder of the script, so a relative
//! state folder would lie in the web root, and each folder of scripts would have a state of its own. A stream wrapper
//! (`file:///x`) and a drive letter (`C:\x`) are relative paths too, since they do not begin with a slash.

use std::borrow::Cow;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Why a path is refused. The message begins with the name of the setting or argument and does not contain the path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PathError {
    /// The path is empty.
    #[error("{0} is empty: give an absolute path, which begins with a slash")]
    Empty(&'static str),
    /// The path does not begin with a slash.
    #[error("{0} is a relative path: give an absolute path, which begins with a slash")]
    Relative(&'static str),
    /// The path contains a NUL byte, at which the operating system would cut it.
    #[error("{0} contains a NUL byte: give an absolute path without it")]
    Nul(&'static str),
    /// PHP's `open_basedir` does not contain the path.
    #[error(
        "{0} is not within open_basedir: choose a path within it, or let the administrator name one in php.ini"
    )]
    OutsideBasedir(&'static str),
}

/// A path that begins with a slash and contains no NUL byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AbsolutePath<'a>(Cow<'a, Path>);

impl<'a> AbsolutePath<'a> {
    /// Reads the value of the setting or argument `name`, which is only used for the message of an error.
    ///
    /// # Errors
    /// [`PathError::Empty`], [`PathError::Relative`] or [`PathError::Nul`].
    pub fn parse(path: &'a Path, name: &'static str) -> Result<Self, PathError> {
        let bytes = path.as_os_str().as_encoded_bytes();
        if bytes.is_empty() {
            return Err(PathError::Empty(name));
        }
        if bytes.contains(&0) {
            return Err(PathError::Nul(name));
        }
        if !bytes.starts_with(b"/") {
            return Err(PathError::Relative(name));
        }
        Ok(Self(Cow::Borrowed(path)))
    }

    /// Returns the path with its symbolic links and `..` resolved, except for a symbolic link at its end. The last parts
    /// need not exist. Returns `None` if the path cannot be resolved or a symbolic link on it leads nowhere.
    ///
    /// A rule about paths must be applied to this path, and this path must then be opened: the operating system follows a
    /// link before `..`, while PHP removes `..` from the text first.
    #[must_use]
    pub fn resolved(&self) -> Option<AbsolutePath<'static>> {
        let (mut above, last) = match (self.0.parent(), self.0.file_name()) {
            (Some(parent), Some(name)) => (parent, Some(name)),
            // The root, or a path that ends with `..`.
            _ => (self.as_path(), None),
        };
        let mut missing = Vec::from_iter(last);
        let mut resolved: PathBuf = loop {
            match fs::canonicalize(above) {
                Ok(path) => break path,
                Err(error) if error.kind() == ErrorKind::NotFound => {
                    // Somebody could create the target of this link later.
                    if fs::symlink_metadata(above).is_ok() {
                        return None;
                    }
                    // A folder that does not exist has no `..`.
                    missing.push(above.file_name()?);
                    above = above.parent()?;
                }
                Err(_) => return None,
            }
        };
        resolved.extend(missing.into_iter().rev());
        Some(AbsolutePath(Cow::Owned(resolved)))
    }

    /// Returns the path for the functions of the standard library.
    #[must_use]
    pub fn as_path(&self) -> &Path {
        &self.0
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    fn parse(text: &str) -> Result<AbsolutePath<'_>, PathError> {
        AbsolutePath::parse(Path::new(text), "countersign.state_dir")
    }

    #[test]
    fn only_a_path_that_begins_with_a_slash_is_absolute() {
        let name = "countersign.state_dir";
        assert_eq!(parse(""), Err(PathError::Empty(name)));
        for relative in [
            "st",
            "./st",
            "../st",
            ".",
            " /st",
            "~/st",
            "\\st",
            "C:\\st",
            "C:/st",
            "\\\\host\\st",
            "file:///st",
            "php://memory",
            "phar:///st.phar/st",
        ] {
            assert_eq!(
                parse(relative),
                Err(PathError::Relative(name)),
                "{relative}"
            );
        }
        for nul in ["/st\0", "/s\0t", "\0/st"] {
            assert_eq!(parse(nul), Err(PathError::Nul(name)));
        }
        for absolute in ["/", "/st", "//st", "/st/../x", "/s t"] {
            assert_eq!(parse(absolute).unwrap().as_path(), Path::new(absolute));
        }
        assert_eq!(
            PathError::Relative(name).to_string(),
            "countersign.state_dir is a relative path: give an absolute path, which begins with a slash"
        );
    }

    #[test]
    fn links_and_dots_are_resolved_as_the_operating_system_does() {
        let dir = tempfile::tempdir().unwrap();
        let base = fs::canonicalize(dir.path()).unwrap();
        fs::create_dir_all(base.join("a/deep")).unwrap();
        fs::create_dir(base.join("b")).unwrap();
        symlink(base.join("a/deep"), base.join("b/link")).unwrap();
        symlink(base.join("nowhere"), base.join("b/dangling")).unwrap();
        symlink("loop", base.join("b/loop")).unwrap();
        let resolved = |path: &str| {
            let path = base.join(path);
            let found = parse(path.to_str().unwrap()).unwrap().resolved()?;
            Some(found.as_path().strip_prefix(&base).unwrap().to_owned())
        };
        for (given, expected) in [
            ("a/deep", "a/deep"),
            ("a/new/er", "a/new/er"),
            ("b/link/new", "a/deep/new"),
            // The link is followed before `..` is applied.
            ("b/link/../x", "a/x"),
            ("b/link/..", "a"),
            ("b/../a/./deep/", "a/deep"),
            // A link at the end stays, since the store and the key file refuse links.
            ("b/link", "b/link"),
            ("b/link/", "b/link"),
            ("b/dangling", "b/dangling"),
        ] {
            assert_eq!(resolved(given), Some(expected.into()), "{given}");
        }
        for given in [
            "b/dangling/x",
            "b/dangling/x/y",
            "b/loop/x",
            "missing/../x",
            "missing/..",
        ] {
            assert_eq!(resolved(given), None, "{given}");
        }
        assert_eq!(
            parse("/").unwrap().resolved().unwrap().as_path(),
            Path::new("/")
        );
    }
}
