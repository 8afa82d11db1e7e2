//! Help as it is, and mistakes in one line that never repeats a value: it may be a secret.

use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::outcome::{Failure, Outcome};

/// What to answer where the arguments were not a command to run.
pub(crate) fn explain(error: &clap::Error) -> Result<Outcome, Failure> {
    let command = words().join(" ");
    let line = match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            return Ok(Outcome::of(true, error.to_string()));
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand | ErrorKind::MissingSubcommand => {
            "a command is missing".to_owned()
        }
        ErrorKind::InvalidSubcommand => match suggestion(error, ContextKind::SuggestedSubcommand) {
            Some(name) => format!("there is no such command (is it '{name}'?)"),
            None => "there is no such command".to_owned(),
        },
        ErrorKind::UnknownArgument if command.ends_with("token inspect") => {
            "a token is never an argument, because shells keep those in their history: \
             give it on standard input"
                .to_owned()
        }
        ErrorKind::UnknownArgument => match suggestion(error, ContextKind::SuggestedArg) {
            Some(name) => format!("an argument is not known (is it '{name}'?)"),
            None => "an argument is not known, or is one too many".to_owned(),
        },
        ErrorKind::MissingRequiredArgument => match context(error, ContextKind::InvalidArg) {
            Some(ContextValue::Strings(names)) => format!("{} is missing", names.join(" and ")),
            _ => "an argument is missing".to_owned(),
        },
        ErrorKind::ArgumentConflict => "these arguments exclude each other".to_owned(),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            match context(error, ContextKind::InvalidArg) {
                Some(ContextValue::String(name)) => format!("the value of {name} does not fit"),
                _ => "a value does not fit".to_owned(),
            }
        }
        _ => "the arguments were not understood".to_owned(),
    };
    Err(Failure(format!("{line}; see '{command} --help'")))
}

fn context(error: &clap::Error, kind: ContextKind) -> Option<&ContextValue> {
    error
        .context()
        .find_map(|(found, value)| (found == kind).then_some(value))
}

/// The nearest of our own names.
fn suggestion(error: &clap::Error, kind: ContextKind) -> Option<String> {
    match context(error, kind)? {
        ContextValue::String(name) => Some(name.clone()),
        ContextValue::Strings(names) => names.first().cloned(),
        _ => None,
    }
}

/// The command as far as it was understood: only words that are names of commands.
fn words() -> Vec<String> {
    use clap::CommandFactory as _;
    let mut command = super::Arguments::command();
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
