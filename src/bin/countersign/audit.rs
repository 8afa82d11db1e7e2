//! `countersign audit`

use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal as _};
use std::path::{Path, PathBuf};

use countersign::audit::checkpoint::Checkpoint;
use countersign::audit::file::{self, Expectations, FileReport, Remark};
use countersign::audit::note::{MAX_NOTE, VerifierKey};
use countersign::audit::seal::FirstKey;
use countersign::audit::verify::LogVerdict;
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
        let report = verify(file, &expected)?;
        let code = match report.verdict.weight() {
            0 if wanting(&report, &expected).is_some() => 10,
            0 => 0,
            weight => 10 + weight,
        };
        let text = if *json {
            as_json(&report, &expected)
        } else {
            in_words(&report, &expected)
        };
        Ok(CommandOutput { text, code })
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

/// Returns the headline if nothing is wrong but a signature or a comparison that the user asked for is missing. Without
/// this, a person who passes the file on, or who has the keys of the site, could avoid the check by leaving it out.
fn wanting(report: &FileReport, expected: &Expectations) -> Option<&'static str> {
    // Every export is signed when it is made. Only this signature covers entries after the last checkpoint, and the
    // range and filter of a partial export.
    let rests_on_signature = !report.is_proved() || report.remark(Remark::Selection).is_some();
    let unsigned = report.remark(Remark::HeaderUnsigned).is_some();
    let kept = expected.roots.iter().map(|(size, _)| *size).max();
    if !expected.keys.is_empty() && unsigned && rests_on_signature {
        Some("NOT SIGNED: nothing is wrong, but the file is not signed with the given key")
    } else if kept.is_some_and(|kept| kept > report.witnessed) {
        Some("NOT COMPARED: the file has only hashes at the place of your checkpoint")
    } else {
        None
    }
}

fn as_json(report: &FileReport, expected: &Expectations) -> String {
    let mut value = serde_json::json!(report);
    if let Some(members) = value.as_object_mut() {
        let proved = report.is_proved() && wanting(report, expected).is_none();
        members.insert("proved".to_owned(), proved.into());
        members.insert("weight".to_owned(), report.verdict.weight().into());
    }
    // Written in ASCII only, which every JSON reader understands and which contains no control sequences.
    let mut out = String::new();
    for c in value.to_string().chars() {
        if matches!(c, ' '..='~') {
            out.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    out.push('\n');
    out
}

fn headline(report: &FileReport, expected: &Expectations) -> String {
    let whole = report.remark(Remark::Selection).is_none();
    if report.verdict == LogVerdict::Ok
        && let Some(wanting) = wanting(report, expected)
    {
        return wanting.to_owned();
    }
    match report.verdict {
        LogVerdict::Ok if report.is_proved() && whole => {
            "SOUND: no entry was changed, removed, moved or added".to_owned()
        }
        LogVerdict::Ok if report.is_proved() => {
            "SOUND: no entry in this part of the log was changed, moved or added".to_owned()
        }
        LogVerdict::Ok if report.vouched > 0 => format!(
            "SOUND: nothing is wrong; the first {} of {} entries are proved",
            report.vouched, report.size
        ),
        LogVerdict::Ok if report.seals == 1 => {
            "SOUND: nothing is wrong; 1 seal was made with the given key".to_owned()
        }
        LogVerdict::Ok if report.seals > 0 => format!(
            "SOUND: nothing is wrong; {} seals were made with the given key",
            report.seals
        ),
        LogVerdict::Ok => {
            "SOUND IN ITSELF: the file is consistent, but nothing else confirms it".to_owned()
        }
        verdict => format!("NOT SOUND: {}", meaning(verdict)),
    }
}

fn in_words(report: &FileReport, expected: &Expectations) -> String {
    let mut lines = vec![headline(report, expected)];
    if report.verdict != LogVerdict::Ok {
        lines.push(format!("verdict    {}", report.verdict.word()));
        lines.push(format!(
            "first bad  {}",
            place(report.first_bad, report.until)
        ));
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
    lines.push(format!("proved     {}", reach(report)));
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
    let mut known: Vec<String> = report
        .remarks
        .iter()
        .map(|made| match made.first {
            Some(_) => format!(
                "{} ({})",
                made.remark.message(),
                place(made.first, made.until)
            ),
            None => made.remark.message().to_owned(),
        })
        .collect();
    if expected.seal.is_some() && expected.taken.is_none() {
        known.push(
            "Without --taken, seals that were cut off at the end of the log are not noticed."
                .to_owned(),
        );
    }
    if !known.is_empty() {
        lines.push("\nNote:".to_owned());
        lines.extend(known.iter().flat_map(|text| wrapped(text)));
    }
    lines.join("\n") + "\n"
}

/// Describes how far trusted roots reach. They are roots over the recorded hashes. They prove the contents of entries
/// only if nothing is wrong.
fn reach(report: &FileReport) -> String {
    let what = if report.verdict == LogVerdict::Ok {
        "entries"
    } else {
        "recorded hashes"
    };
    match (report.vouched, report.witnessed) {
        (0, _) if report.verdict != LogVerdict::Ok => "nothing".to_owned(),
        (0, _) => "nothing, except that the file is consistent with itself".to_owned(),
        (vouched, witnessed) if witnessed == vouched => {
            format!("the first {vouched} {what}, by a checkpoint that you kept")
        }
        (vouched, 0) => format!("the first {vouched} {what}, by the signature of the site"),
        (vouched, witnessed) => format!(
            "the first {vouched} {what}, by the signature of the site;\n           {witnessed} of them also by a checkpoint that you kept"
        ),
    }
}

/// Returns the meaning of a verdict in plain words.
const fn meaning(verdict: LogVerdict) -> &'static str {
    match verdict {
        LogVerdict::Ok => "nothing is wrong",
        LogVerdict::IndexColumnMismatch => "a column used for filtering differs from its entry",
        LogVerdict::UnknownKey => {
            "a checkpoint or the file is signed with a key that was not given"
        }
        LogVerdict::CheckpointInvalid => "a checkpoint is malformed, or its signature is wrong",
        LogVerdict::EntryModified => "an entry was changed",
        LogVerdict::MissingRange => "entries are missing",
        LogVerdict::Inserted => "an entry was added, doubled or moved",
        LogVerdict::TruncatedTail => "the end of the log or of the file is missing",
        LogVerdict::Fork => "history was rewritten: the log differs from a trusted root",
        LogVerdict::HeadMismatch => "the root in the header does not match the entries",
        LogVerdict::SealGap => "a seal is missing",
        LogVerdict::SealInvalid => {
            "a seal was not made with the key of its epoch, or does not match"
        }
        LogVerdict::OutsideEpoch => "the time of an entry is outside the epoch of its seal",
        LogVerdict::HeaderMismatch => {
            "the contents of the file differ from its header or last line"
        }
        LogVerdict::FileMalformed => "the file is damaged, or is not an exported audit log",
    }
}

fn place(first: Option<u64>, until: Option<u64>) -> String {
    match (first, until) {
        (None, _) => "no single entry".to_owned(),
        (Some(first), Some(until)) if until > first + 1 => {
            format!("entries {first} to {}", until - 1)
        }
        (Some(first), Some(_)) => format!("entry {first}"),
        (Some(first), None) => format!("from entry {first}"),
    }
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
