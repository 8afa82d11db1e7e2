//! Help texts, and one-line messages for wrong arguments. The messages never repeat a value, because it may be a secret.

use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::output::{CommandError, CommandOutput};

/// Returns the help text, or the message for arguments that cannot be run. `program` is the whole command line program.
pub(crate) fn explain(
    error: &clap::Error,
    program: clap::Command,
) -> Result<CommandOutput, CommandError> {
    let command = words(program).join(" ");
    let line = match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            return Ok(CommandOutput::of(true, error.to_string()));
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand | ErrorKind::MissingSubcommand => {
            "no command was given".to_owned()
        }
        ErrorKind::InvalidSubcommand => match suggestion(error, ContextKind::SuggestedSubcommand) {
            Some(name) => format!("unknown command; did you mean '{name}'?"),
            None => "unknown command".to_owned(),
        },
        ErrorKind::UnknownArgument if command.ends_with("token inspect") => {
            "a token must not be an argument, because shells keep arguments in their history; \
             pass it on standard input"
                .to_owned()
        }
        ErrorKind::UnknownArgument => match suggestion(error, ContextKind::SuggestedArg) {
            Some(name) => format!("unknown argument; did you mean '{name}'?"),
            None => "unknown argument, or one argument too many".to_owned(),
        },
        ErrorKind::MissingRequiredArgument => match context(error, ContextKind::InvalidArg) {
            Some(ContextValue::Strings(names)) => {
                format!("missing argument: {}", names.join(" and "))
            }
            _ => "an argument is missing".to_owned(),
        },
        ErrorKind::ArgumentConflict => "these arguments cannot be combined".to_owned(),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            match context(error, ContextKind::InvalidArg) {
                Some(ContextValue::String(name)) => format!("invalid value for {name}"),
                _ => "invalid value".to_owned(),
            }
        }
        _ => "the arguments were not understood".to_owned(),
    };
    Err(CommandError(format!("{line}; see '{command} --help'")))
}

fn context(error: &clap::Error, kind: ContextKind) -> Option<&ContextValue> {
    error
        .context()
        .find_map(|(found, value)| (found == kind).then_some(value))
}

/// Returns the most similar name of a command or argument.
fn suggestion(error: &clap::Error, kind: ContextKind) -> Option<String> {
    match context(error, kind)? {
        ContextValue::String(name) => Some(name.clone()),
        ContextValue::Strings(names) => names.first().cloned(),
        _ => None,
    }
}

/// Returns the command as far as it was understood. It contains only names of commands.
fn words(program: clap::Command) -> Vec<String> {
    let mut command = program;
    let mut words = vec![command.get_name().to_owned()];
    for argument in std::env::args().skip(1) {
        let Some(next) = command.find_subcommand(&argument) else {
            break;
        };
        words.push(argument);
        command = next.clone();
    }
    words
}
