//! `countersign`: the command line for operators, hosting providers and auditors.
//!
//! Each command has a file, which reads the input, calls the library and writes the result as text. The rules are in the
//! library. Results go to standard output, messages to standard error. Exit codes: 0 success, 1 a negative result, 2 the
//! arguments are wrong or a file could not be used. A verification that finds a fault ends with 10 plus the severity of
//! its verdict, 1 to 3.

mod audit;
mod key;
mod output;
mod self_test;
mod time_text;
mod token;
mod usage;

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand};

use output::{CommandError, CommandOutput};

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
    after_help = "Exit codes: 0 success, 1 negative result, 2 wrong arguments or a file that\n\
        cannot be used. 'audit verify' has further exit codes.\n\
        Run 'countersign COMMAND --help' for more about a command."
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Verify an exported audit log
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    /// Generate keys, and identify the key in a file
    #[command(subcommand)]
    Key(key::KeyCommand),
    /// Show the contents of a token
    #[command(subcommand)]
    Token(token::TokenCommand),
    /// Check that the cryptographic functions work on this machine
    SelfTest(self_test::SelfTestArguments),
}

impl Command {
    fn run(&self) -> Result<CommandOutput, CommandError> {
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
        Err(error) => usage::explain(&error, Arguments::command()),
    };
    output::end(result)
}
