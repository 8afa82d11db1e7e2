//! How a command ends: what it prints, and its exit code.

use std::io::{ErrorKind, IsTerminal as _, Read as _, Write as _};
use std::path::Path;
use std::process::ExitCode;

use countersign::secret::SecretBytes;

/// The result of a command.
pub(crate) struct CommandOutput {
    /// The text for standard output.
    pub(crate) text: String,
    /// The exit code: 0 for success.
    pub(crate) code: u8,
}

impl CommandOutput {
    /// A positive result (exit code 0) or a negative one (exit code 1).
    pub(crate) fn of(yes: bool, text: String) -> Self {
        Self {
            text,
            code: u8::from(!yes),
        }
    }
}

/// Why a command has no result: one line that says what is wrong and what to do. It contains no input.
pub(crate) struct CommandError(pub(crate) String);

impl CommandError {
    /// The file `path` could not be used. `doing` is the verb: `read` or `write`.
    pub(crate) fn file(doing: &str, path: &Path, error: &std::io::Error) -> Self {
        let why = match error.kind() {
            ErrorKind::NotFound => "the file or folder does not exist".to_owned(),
            ErrorKind::PermissionDenied => "permission denied".to_owned(),
            ErrorKind::AlreadyExists => {
                "the file exists and is never overwritten; choose another name or move it away"
                    .to_owned()
            }
            ErrorKind::IsADirectory => "it is a directory".to_owned(),
            _ => error.to_string(),
        };
        Self(format!("cannot {doing} {}: {why}", shown(path)))
    }
}

/// Returns a path for display, without control sequences: file names may have been chosen by others.
pub(crate) fn shown(path: &Path) -> String {
    printable(&path.to_string_lossy())
}

/// Returns untrusted text for display, with control and direction characters escaped.
pub(crate) fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        // `escape_debug` escapes quotation marks and backslashes too, which are harmless here.
        if matches!(c, '"' | '\'' | '\\') {
            out.push(c);
        } else {
            out.extend(c.escape_debug());
        }
    }
    out
}

/// Prints `result` and returns its exit code. A reader that ended early, such as `| head`, is not an error.
pub(crate) fn end(result: Result<CommandOutput, CommandError>) -> ExitCode {
    match result {
        Ok(CommandOutput { text, code }) => {
            match std::io::stdout().lock().write_all(text.as_bytes()) {
                Err(error) if error.kind() != ErrorKind::BrokenPipe => end(Err(CommandError(
                    format!("cannot write to standard output: {error}"),
                ))),
                _ => ExitCode::from(code),
            }
        }
        Err(CommandError(line)) => {
            note(&format!("error: {line}"));
            ExitCode::from(2)
        }
    }
}

/// Prints a message to standard error.
pub(crate) fn note(line: &str) {
    // If standard error is closed, the message cannot be shown.
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

/// Reads a small file that may contain a secret, or standard input for `-`. On a terminal it shows `prompt` and reads
/// one line. More than `most` bytes are refused.
pub(crate) fn read_small(
    path: &Path,
    prompt: &str,
    most: u64,
) -> Result<SecretBytes, CommandError> {
    let mut bytes = Vec::new();
    if path == Path::new("-") {
        let input = std::io::stdin();
        if input.is_terminal() {
            note(prompt);
            let mut line = String::new();
            input
                .read_line(&mut line)
                .map_err(|error| CommandError(format!("cannot read standard input: {error}")))?;
            return Ok(SecretBytes::new(line.into_bytes()));
        }
        input
            .lock()
            .take(most + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| CommandError(format!("cannot read standard input: {error}")))?;
    } else {
        std::fs::File::open(path)
            .and_then(|file| file.take(most + 1).read_to_end(&mut bytes))
            .map_err(|error| CommandError::file("read", path, &error))?;
    }
    let bytes = SecretBytes::new(bytes);
    if bytes.expose().len() as u64 > most {
        return Err(CommandError(format!(
            "the input is longer than {most} bytes, so it is not what this command reads"
        )));
    }
    Ok(bytes)
}
