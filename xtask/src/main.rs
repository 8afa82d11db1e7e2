//! Development tasks of Countersign that are too long for a shell script. Run as `cargo xtask TASK`.

mod mutants;

use std::error::Error;
use std::process::ExitCode;

/// The result of a task: `Ok(false)` if a check failed.
type Outcome = Result<bool, Box<dyn Error>>;

const USAGE: &str = "usage: cargo xtask mutants [MODULE|FILE]... [-- CARGO-MUTANTS OPTION...]";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let outcome = match arguments.next().as_deref() {
        Some("mutants") => mutants::run(&arguments.collect::<Vec<_>>()),
        _ => Err(USAGE.into()),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
