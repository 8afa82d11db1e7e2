//! `countersign`: the command line for whoever runs, hosts or audits sites.
//!
//! A file per command, and no rule in any of them: each reads its input, asks the crate, and puts the answer
//! into words. Results go to standard output, all else to standard error, and the exit code says what a script
//! needs to know: 0 yes, 1 no, 2 the command was not understood or a file could not be used; a verification ends
//! with 10 and the weight of its verdict.

mod audit;
mod key;
mod outcome;
mod self_test;
mod token;
mod usage;
mod when;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use outcome::{Failure, Outcome};

/// What `--version` prints: version, commit and target, as the build script stamped them.
const VERSION: &str = concat!(
    env!("CARGO_PKG_VERSION"),
    " (commit ",
    env!("COUNTERSIGN_COMMIT"),
    ", ",
    env!("COUNTERSIGN_TARGET"),
    ")"
);

/// Tools for sites that run Countersign.
#[derive(Parser)]
#[command(
    name = "countersign",
    version = VERSION,
    max_term_width = 80,
    disable_help_subcommand = true,
    after_help = "Exit codes: 0 yes, 1 no, 2 a wrong command or an unusable file;\n\
        'audit verify' has some of its own.\n\
        'countersign COMMAND --help' tells more of each command."
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Verify an exported audit log
    #[command(subcommand)]
    Audit(audit::Command),
    /// Make keys, and see which key is in a file
    #[command(subcommand)]
    Key(key::Command),
    /// Read what a token says of itself
    #[command(subcommand)]
    Token(token::Command),
    /// Check that cryptography works on this machine
    SelfTest(self_test::Arguments),
}

impl Command {
    fn run(&self) -> Result<Outcome, Failure> {
        match self {
            Self::Audit(command) => command.run(),
            Self::Key(command) => command.run(),
            Self::Token(command) => command.run(),
            Self::SelfTest(arguments) => Ok(arguments.run()),
        }
    }
}

fn main() -> ExitCode {
    let result = match Arguments::try_parse() {
        Ok(arguments) => arguments.command.run(),
        Err(error) => usage::explain(&error),
    };
    outcome::end(result)
}
