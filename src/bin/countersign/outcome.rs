//! How a command ends: what it prints, and with which exit code.

use std::io::{ErrorKind, IsTerminal as _, Read as _, Write as _};
use std::path::Path;
use std::process::ExitCode;

use countersign::secret::SecretBytes;

/// What a command found out.
pub(crate) struct Outcome {
    /// For standard output.
    pub(crate) text: String,
    /// 0 for a yes.
    pub(crate) code: u8,
}

impl Outcome {
    /// A yes, or a no (exit code 1).
    pub(crate) fn of(yes: bool, text: String) -> Self {
        Self {
            text,
            code: u8::from(!yes),
        }
    }
}

/// Why there is nothing to answer: one line that says what to do. Never holds what was read.
pub(crate) struct Failure(pub(crate) String);

impl Failure {
    /// `path` could not be used.
    pub(crate) fn file(doing: &str, path: &Path, error: &std::io::Error) -> Self {
        let why = match error.kind() {
            ErrorKind::NotFound => "there is no such file or folder".to_owned(),
            ErrorKind::PermissionDenied => "this user may not".to_owned(),
            ErrorKind::AlreadyExists => {
                "it is there already, and is never overwritten: name another, or move it away"
                    .to_owned()
            }
            ErrorKind::IsADirectory => "it is a folder".to_owned(),
            _ => error.to_string(),
        };
        Self(format!("cannot {doing} {}: {why}", shown(path)))
    }
}

/// A path as it was given, with nothing in it that a terminal would obey: files have names that others chose.
pub(crate) fn shown(path: &Path) -> String {
    printable(&path.to_string_lossy())
}

/// Text of others, with control and direction characters by their numbers.
pub(crate) fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        // Quotes and backslashes are escaped in a program's text, and harmless in an answer.
        if matches!(c, '"' | '\'' | '\\') {
            out.push(c);
        } else {
            out.extend(c.escape_debug());
        }
    }
    out
}

/// Prints `result` and gives its exit code. A reader that went away early (`| head`) is no fault.
pub(crate) fn end(result: Result<Outcome, Failure>) -> ExitCode {
    match result {
        Ok(Outcome { text, code }) => match std::io::stdout().lock().write_all(text.as_bytes()) {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                end(Err(Failure(format!("cannot write the answer: {error}"))))
            }
            _ => ExitCode::from(code),
        },
        Err(Failure(line)) => {
            note(&format!("error: {line}"));
            ExitCode::from(2)
        }
    }
}

/// A line for the person, beside the answer.
pub(crate) fn note(line: &str) {
    // Where standard error is closed there is nobody to tell.
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

/// All of a small file that may hold a secret, or of standard input for `-`.
pub(crate) fn read_small(path: &Path, prompt: &str, most: u64) -> Result<SecretBytes, Failure> {
    let mut bytes = Vec::new();
    if path == Path::new("-") {
        let input = std::io::stdin();
        if input.is_terminal() {
            note(prompt);
            let mut line = String::new();
            input
                .read_line(&mut line)
                .map_err(|error| Failure(format!("cannot read standard input: {error}")))?;
            return Ok(SecretBytes::new(line.into_bytes()));
        }
        input
            .lock()
            .take(most + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| Failure(format!("cannot read standard input: {error}")))?;
    } else {
        std::fs::File::open(path)
            .and_then(|file| file.take(most + 1).read_to_end(&mut bytes))
            .map_err(|error| Failure::file("read", path, &error))?;
    }
    let bytes = SecretBytes::new(bytes);
    if bytes.expose().len() as u64 > most {
        return Err(Failure(format!(
            "the input is longer than {most} bytes: it is not what this command reads"
        )));
    }
    Ok(bytes)
}
