//! Child processes that run one function of the test program, for tests of races and crashes.
//!
//! A test starts the test program again with `COUNTERSIGN_TEST_ROLE` set and the name of a test as its filter. That
//! test then plays the child's part; in an ordinary run, without the variable, it does nothing.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Returns the command that plays `role` in the test `test` of the module `module` (its `module_path!()`). `program`
/// is this test program or a copy of it.
pub fn command(program: &Path, module: &str, test: &str, role: &str) -> Command {
    // libtest names tests without the crate.
    let (_, module) = module.split_once("::").unwrap();
    let mut command = Command::new(program);
    command
        .arg(format!("{module}::{test}"))
        .args(["--exact", "--nocapture", "--test-threads=1"])
        .env("COUNTERSIGN_TEST_ROLE", role);
    command
}

/// Copies this test program to `folder`, where every user can run it, and returns its path.
///
/// Another process copies it. A child that another thread forks meanwhile would else hold the copy open for writing, and
/// the kernel would not run it.
pub fn program_in(folder: &Path) -> PathBuf {
    let program = folder.join("program");
    let copied = Command::new("install")
        .args(["-m", "755"])
        .arg(std::env::current_exe().unwrap())
        .arg(&program)
        .status();
    assert!(copied.unwrap().success());
    program
}

/// Returns the role that this process is to play, if it was started by [`command`].
pub fn current() -> Option<String> {
    std::env::var("COUNTERSIGN_TEST_ROLE").ok()
}
