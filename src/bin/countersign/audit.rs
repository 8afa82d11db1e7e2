//! `countersign audit`

use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal as _};
use std::path::{Path, PathBuf};

use countersign::audit::checkpoint::Checkpoint;
use countersign::audit::file::{self, Expectations, FileConclusion, FileReport, place};
use countersign::audit::note::{MAX_NOTE, VerifierKey};
use countersign::audit::seal::FirstKey;
use countersign::bytes::hex;
use countersign::clock::Timestamp;
use indicatif::{ProgressBar, ProgressStyle};

use super::output::{CommandError, CommandOutput, printable, read_small, shown};

#[derive(clap::Subcommand)]
pub(crate) enum AuditCommand {
    /// Verify an exported audit log without trusting the site
    ///
    /// Hashes every entry again and compares the result with what you have kept: the
    /// verifier key of the site, checkpoints, and the first sealing key. Without any
    /// of these, the command can only show that the file is consistent with itself,
    /// and it says so. It reads files of any size in little memory and uses no
    /// network.
    ///
    /// Exit codes:
    ///    0  nothing is wrong; the output says what was proved
    ///   10  nothing is wrong, but a required signature is missing, or your
    ///       checkpoint could not be compared
    ///   11  columns for filtering are wrong
    ///   12  a checkpoint or signature cannot be trusted
    ///   13  the log or the file was changed or damaged
    ///    2  the file could not be read, or the arguments are wrong
    #[command(verbatim_doc_comment)]
    Verify {
        /// The exported file (NDJSON), or - for standard input
        file: PathBuf,
        /// The verifier key from the audit page of the site; can be repeated
        #[arg(long = "key", value_name = "VERIFIER_KEY", value_parser = verifier_key)]
        keys: Vec<VerifierKey>,
        /// A file with a checkpoint that you kept; needs --key; can be repeated
        #[arg(long = "checkpoint", value_name = "FILE", requires = "keys")]
        checkpoints: Vec<PathBuf>,
        /// A file with the first sealing key, which was shown when sealing began
        #[arg(long, value_name = "FILE")]
        seal_key: Option<PathBuf>,
        /// When you received the file (Unix seconds): seals must reach that time
        #[arg(long, value_name = "SECONDS", requires = "seal_key")]
        taken: Option<u64>,
        /// Print the result as JSON
        #[arg(long)]
        json: bool,
    },
}

impl AuditCommand {
    pub(crate) fn run(&self) -> Result<CommandOutput, CommandError> {
        let Self::Verify {
            file,
            keys,
            checkpoints,
            seal_key,
            taken,
            json,
        } = self;
        let given = [Some(file), seal_key.as_ref()];
        let inputs = given.into_iter().flatten().chain(checkpoints);
        if inputs.filter(|path| *path == Path::new("-")).count() > 1 {
            return Err(CommandError(
                "standard input can be used for one argument only; use files for the others"
                    .to_owned(),
            ));
        }
        let expected = Expectations {
            keys: keys.clone(),
            roots: checkpoints
                .iter()
                .map(|path| kept_root(path, keys))
                .collect::<Result<_, _>>()?,
            seal: seal_key.as_deref().map(first_key).transpose()?,
            taken: taken.map(Timestamp::from_seconds),
        };
        let concluded = FileConclusion::of(verify(file, &expected)?, &expected);
        let text = if *json {
            concluded.to_json() + "\n"
        } else {
            in_words(&concluded)
        };
        Ok(CommandOutput {
            text,
            code: concluded.exit,
        })
    }
}

fn verifier_key(text: &str) -> Result<VerifierKey, &'static str> {
    VerifierKey::parse(text.trim()).map_err(|_| "this is not a verifier key")
}

/// Reads a checkpoint that one of `keys` must have signed, and returns its size and root.
fn kept_root(path: &Path, keys: &[VerifierKey]) -> Result<(u64, [u8; 32]), CommandError> {
    let note = read_small(path, "Paste the checkpoint.", MAX_NOTE as u64)?;
    let note = std::str::from_utf8(note.expose()).unwrap_or_default();
    // The name of the key in a checkpoint is the name of the log.
    keys.iter()
        .find_map(|key| Checkpoint::open(note, std::slice::from_ref(key), key.name()).ok())
        .map(|checkpoint| (checkpoint.size, checkpoint.root))
        .ok_or_else(|| {
            CommandError(format!(
                "{} is not a checkpoint that was signed with the given key",
                shown(path)
            ))
        })
}

fn first_key(path: &Path) -> Result<FirstKey, CommandError> {
    let text = read_small(path, "Paste the first sealing key, then press Enter.", 4096)?;
    std::str::from_utf8(text.expose().trim_ascii())
        .ok()
        .and_then(|text| FirstKey::from_text(text).ok())
        .ok_or_else(|| {
            CommandError(format!(
                "{} does not contain a first sealing key, or the key was mistyped",
                shown(path)
            ))
        })
}

fn verify(path: &Path, expected: &Expectations) -> Result<FileReport, CommandError> {
    if path == Path::new("-") {
        let reader = io::stdin().lock();
        return read(reader, None, expected)
            .map_err(|error| CommandError(format!("cannot read standard input: {error}")));
    }
    let failure = |error| CommandError::file("read", path, &error);
    let file = File::open(path).map_err(failure)?;
    let size = file.metadata().map_err(failure)?.len();
    read(
        BufReader::with_capacity(1 << 18, file),
        Some(size),
        expected,
    )
    .map_err(failure)
}

/// Verifies, with a progress bar if standard error is a terminal.
fn read(
    reader: impl BufRead,
    size: Option<u64>,
    expected: &Expectations,
) -> io::Result<FileReport> {
    let bar = match size {
        _ if !io::stderr().is_terminal() => ProgressBar::hidden(),
        Some(size) => ProgressBar::new(size).with_style(style(
            "{bar:32} {percent:>3}%  {bytes} of {total_bytes}, {eta} left",
        )),
        None => ProgressBar::new_spinner().with_style(style("{spinner} {bytes} read")),
    };
    let report = file::verify(reader, expected, &mut |done| bar.set_position(done));
    bar.finish_and_clear();
    report
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

fn in_words(concluded: &FileConclusion) -> String {
    let report = &concluded.report;
    let mut lines = vec![concluded.headline()];
    if let Some(place) = &concluded.place {
        lines.push(format!("verdict    {}", report.verdict.word()));
        lines.push(format!("first bad  {place}"));
        // An empty file has no lines.
        lines.extend(
            report
                .line
                .filter(|line| *line > 0)
                .map(|line| format!("found at   line {line} of the file")),
        );
    }
    if !report.origin.is_empty() {
        lines.push(format!("log        {}", quoted(&report.origin)));
    }
    lines.push(format!(
        "entries    {} checked, of {} in the log",
        report.entries, report.size
    ));
    if let Some(filter) = &report.filter {
        lines.push(format!("filter     {}", quoted(filter)));
    }
    lines.push(format!("root       {}", hex(&report.root)));
    let reach = concluded.reach.replace("; ", ";\n           ");
    lines.push(format!("proved     {reach}"));
    if report.seals > 0 {
        lines.push(format!("seals      {} checked", report.seals));
    }
    let others = report.findings.len().saturating_sub(1) as u64 + report.more;
    if others > 0 {
        lines.push(format!("\nOther findings ({others}):"));
        // The finding that gave the verdict is already shown above.
        let mut first = true;
        for finding in &report.findings {
            if first && finding.verdict == report.verdict && finding.first_bad == report.first_bad {
                first = false;
                continue;
            }
            lines.push(format!(
                "  {}, {} (line {})",
                finding.verdict.word(),
                place(finding.first_bad, finding.until),
                finding.line
            ));
        }
        if report.more > 0 {
            lines.push(format!("  and {} more, which are not listed", report.more));
        }
    }
    if !concluded.notes.is_empty() {
        lines.push("\nNote:".to_owned());
        lines.extend(concluded.notes.iter().flat_map(|text| wrapped(text)));
    }
    lines.join("\n") + "\n"
}

/// Returns text from the file for display, cut to 200 characters.
fn quoted(text: &str) -> String {
    printable(&text.chars().take(200).collect::<String>())
}

/// Formats text as an item of a list, in lines of at most 80 characters.
fn wrapped(text: &str) -> Vec<String> {
    let mut lines = vec!["  -".to_owned()];
    for word in text.split(' ') {
        let full = lines
            .last()
            .is_some_and(|line| line.chars().count() + 1 + word.chars().count() > 80);
        if full {
            lines.push("   ".to_owned());
        }
        if let Some(line) = lines.last_mut() {
            line.push(' ');
            line.push_str(word);
        }
    }
    lines
}
