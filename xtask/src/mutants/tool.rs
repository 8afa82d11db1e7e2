//! Installs and runs cargo-mutants, and reads its results.

use std::error::Error;
use std::fmt;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};

use super::plan::Job;
use super::tree::Tree;

/// Installs cargo-mutants if it is not installed yet.
pub fn install(root: &Path) -> Result<(), Box<dyn Error>> {
    let status = Command::new(root.join("tests/setup/cargo-tool.sh"))
        .arg("cargo-mutants")
        .status()?;
    if status.success() {
        return Ok(());
    }
    Err("cargo-mutants could not be installed".into())
}

/// Runs cargo-mutants on one job: on all its mutants without the slow tests, or with all tests on the mutants that
/// survived (`again`).
pub fn cargo_mutants(
    tree: &Tree,
    job: &Job,
    results: &Path,
    options: &[String],
    again: bool,
) -> Result<(), Box<dyn Error>> {
    let mut command = Command::new("nice");
    command
        .args(["-n", "19"])
        .arg(tree.root.join(".cache/cargo-tools/bin/cargo-mutants"))
        .arg("mutants")
        .arg("--dir")
        .arg(&tree.folder)
        .arg("--config")
        .arg(tree.root.join(".cargo/mutants.toml"))
        .arg("--output")
        .arg(results)
        .args([
            "--no-shuffle",
            "--colors",
            "never",
            "--cargo-arg=--lib",
            "--in-place",
        ])
        .args(["--file", &job.pattern])
        .args(options);
    if again {
        command.arg("--iterate");
    }
    command.args(["--", "--"]).args(&job.filters);
    if !again {
        for test in job.slow_tests {
            command.args(["--skip", test]);
        }
    }
    let log = results.join("log");
    let output = File::create(&log)?;
    let status = command
        .env_remove("CARGO_TARGET_DIR")
        // `cargo xtask` sets these for xtask's own package.
        .env_remove("CARGO")
        .env_remove("CARGO_MANIFEST_DIR")
        // Property tests run few cases, always the same ones, and do not shrink a failing case.
        .env("PROPTEST_RNG_SEED", "1")
        .env("PROPTEST_CASES", "64")
        .env("PROPTEST_MAX_SHRINK_ITERS", "0")
        .stdin(Stdio::null())
        .stdout(output.try_clone()?)
        .stderr(output)
        .status()?;
    // 2: some mutants survived; 3: some timed out, which counts as caught.
    if let Some(0 | 2 | 3) = status.code() {
        return Ok(());
    }
    let text = fs::read_to_string(&log)?;
    let lines: Vec<&str> = text.lines().collect();
    let last = lines
        .get(lines.len().saturating_sub(60)..)
        .unwrap_or_default();
    Err(format!("{}\ncargo-mutants failed: {status}", last.join("\n")).into())
}

/// The number of mutants by result.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub caught: usize,
    pub timed_out: usize,
    pub do_not_compile: usize,
    pub survived: Vec<String>,
}

impl Counts {
    /// Reads the lists that cargo-mutants writes. A missing list counts as empty.
    pub fn read(results: &Path) -> Result<Self, Box<dyn Error>> {
        let list = |name: &str| -> Result<Vec<String>, Box<dyn Error>> {
            let file = results.join("mutants.out").join(name);
            if !file.exists() {
                return Ok(Vec::new());
            }
            Ok(fs::read_to_string(file)?
                .lines()
                .map(str::to_owned)
                .collect())
        };
        Ok(Self {
            caught: list("caught.txt")?.len(),
            timed_out: list("timeout.txt")?.len(),
            do_not_compile: list("unviable.txt")?.len(),
            survived: list("missed.txt")?,
        })
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} caught, {} timed out, {} do not compile, {} survived",
            self.caught,
            self.timed_out,
            self.do_not_compile,
            self.survived.len()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_the_lines_of_the_lists() {
        let results = tempfile::tempdir().unwrap();
        assert_eq!(Counts::read(results.path()).unwrap(), Counts::default());
        let out = results.path().join("mutants.out");
        fs::create_dir(&out).unwrap();
        fs::write(out.join("caught.txt"), "a\nb\n").unwrap();
        fs::write(out.join("missed.txt"), "src/a.rs:1:1: replace f\n").unwrap();
        let counts = Counts::read(results.path()).unwrap();
        assert_eq!(counts.survived, ["src/a.rs:1:1: replace f"]);
        assert_eq!(
            counts.to_string(),
            "2 caught, 0 timed out, 0 do not compile, 1 survived"
        );
    }
}
