//! Refuses to build the binding for an unsupported version of PHP.

use std::env;
use std::ffi::{OsStr, OsString};
use std::process::Command;

/// The oldest and the newest supported version of PHP.
const OLDEST: (u32, u32) = (8, 2);
const NEWEST: (u32, u32) = (8, 5);

const ADVICE: &str = "set PHP_CONFIG and PHP to the programs of one PHP, for example \
     PHP_CONFIG=/usr/bin/php-config8.2 PHP=/usr/bin/php8.2, or build without the feature `php`";

/// Checks the PHP that the crate `ext-php-rs` builds for: it reads the headers that `$PHP_CONFIG` names and
/// asks `$PHP`, or `php-config` and `php` of the path.
///
/// # Errors
/// One line that says which program reports which version, and what to do. A program that cannot be run is
/// reported here for `php-config` only; `ext-php-rs` reports it for `php`.
pub(crate) fn check() -> Result<(), String> {
    let named = |variable, otherwise: &str| {
        env::var_os(variable).unwrap_or_else(|| OsString::from(otherwise))
    };
    let config = named("PHP_CONFIG", "php-config");
    let reported = output(&config, &["--version"])
        .map_err(|error| format!("`{}` cannot be run: {error}: {ADVICE}", config.display()))?;
    let version = check_version(&config, &reported)?;
    let php = named("PHP", "php");
    match output(&php, &["-n", "-r", "echo PHP_VERSION;"]) {
        Ok(other) => check_same(version, &config, &php, &other),
        Err(_) => Ok(()),
    }
}

fn output(program: &OsStr, arguments: &[&str]) -> Result<String, String> {
    let output = Command::new(program)
        .args(arguments)
        .output()
        .map_err(|error| error.to_string())?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    } else {
        Err(output.status.to_string())
    }
}

/// Returns major and minor version of a supported PHP.
fn check_version(config: &OsStr, reported: &str) -> Result<(u32, u32), String> {
    let program = config.display();
    let Some(version) = parse(reported) else {
        return Err(format!(
            "`{program} --version` does not report a version: {ADVICE}"
        ));
    };
    if (OLDEST..=NEWEST).contains(&version) {
        return Ok(version);
    }
    Err(format!(
        "the extension supports PHP {}.{} to {}.{}, but `{program}` belongs to PHP {}.{}: {ADVICE}",
        OLDEST.0, OLDEST.1, NEWEST.0, NEWEST.1, version.0, version.1,
    ))
}

fn check_same(version: (u32, u32), config: &OsStr, php: &OsStr, other: &str) -> Result<(), String> {
    match parse(other) {
        Some(other) if other != version => Err(format!(
            "`{}` is PHP {}.{}, but `{}` belongs to PHP {}.{}: {ADVICE}",
            php.display(),
            other.0,
            other.1,
            config.display(),
            version.0,
            version.1,
        )),
        _ => Ok(()),
    }
}

/// Reads the major and minor version from a text such as `8.2.30` or `8.5.0-dev`.
fn parse(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.split('.');
    let major = parts.next()?.parse().ok()?;
    let minor = parts.next()?.parse().ok()?;
    parts.next()?;
    Some((major, minor))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn supported_versions_are_accepted() {
        for (reported, version) in [
            ("8.2.0", (8, 2)),
            ("8.3.30-1+deb12", (8, 3)),
            ("8.4.1RC2", (8, 4)),
            ("8.5.0-dev", (8, 5)),
        ] {
            assert_eq!(
                check_version("c".as_ref(), reported),
                Ok(version),
                "{reported}"
            );
        }
    }

    #[test]
    fn other_versions_are_refused_with_what_to_do() {
        for (reported, found) in [
            ("7.4.33", "7.4"),
            ("8.1.34", "8.1"),
            ("8.6.0", "8.6"),
            ("9.2.0", "9.2"),
            ("8.20.0", "8.20"),
        ] {
            let message = check_version("/usr/bin/php-config".as_ref(), reported).unwrap_err();
            assert!(
                message.starts_with(&format!(
                    "the extension supports PHP 8.2 to 8.5, but `/usr/bin/php-config` belongs to PHP {found}: set PHP_CONFIG"
                )),
                "{message}"
            );
            assert!(!message.contains('\n'));
        }
        for reported in ["", "8.2", "eight", "8.x.1", "PHP 8.2.0"] {
            let message = check_version("c".as_ref(), reported).unwrap_err();
            assert!(
                message.starts_with("`c --version` does not report a version"),
                "{message}"
            );
        }
    }

    #[test]
    fn two_programs_of_different_versions_are_refused() {
        let same = |other| check_same((8, 2), "php-config8.2".as_ref(), "php".as_ref(), other);
        assert_eq!(same("8.2.31"), Ok(()));
        assert_eq!(same("unreadable"), Ok(()), "left to ext-php-rs");
        let message = same("8.4.1").unwrap_err();
        assert!(
            message.starts_with("`php` is PHP 8.4, but `php-config8.2` belongs to PHP 8.2: "),
            "{message}"
        );
    }

    #[test]
    fn a_program_that_fails_gives_no_version() {
        assert!(output("/nonexistent/php-config".as_ref(), &[]).is_err());
        assert!(output("false".as_ref(), &[]).is_err());
        assert_eq!(output("echo".as_ref(), &["8.2.0"]).as_deref(), Ok("8.2.0"));
    }
}
