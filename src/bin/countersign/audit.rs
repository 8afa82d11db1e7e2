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

use super::outcome::{Failure, Outcome, printable, read_small, shown};

#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Verify an exported audit log, trusting neither the site nor its giver
    ///
    /// Hashes every entry again and holds the result against what you kept: the
    /// site's verifier key, checkpoints from its answers or mails, its first sealing
    /// key. Without any of them only self-consistency is proved, and it says so.
    /// Reads a file of any size in little memory, and talks to nobody.
    ///
    /// Exit code 0: nothing is wrong. Read on: what was not proved is listed too.
    /// 10: what you gave is not borne out: no signature where it needs one, or your
    /// checkpoint lies where the file has only hashes.
    /// 11: columns for filtering are wrong. 12: a checkpoint is not to be believed.
    /// 13: the log, or the file it came in, is not sound. 2: it could not be read.
    #[command(verbatim_doc_comment)]
    Verify {
        /// The export (NDJSON), or - for standard input
        file: PathBuf,
        /// The site's verifier key, as its audit page shows it. Can be repeated
        #[arg(long = "key", value_name = "VERIFIER_KEY", value_parser = verifier_key)]
        keys: Vec<VerifierKey>,
        /// A checkpoint you kept (signed note); needs --key. Can be repeated
        #[arg(long = "checkpoint", value_name = "FILE", requires = "keys")]
        checkpoints: Vec<PathBuf>,
        /// A file with the first sealing key, shown once when sealing began
        #[arg(long, value_name = "FILE")]
        seal_key: Option<PathBuf>,
        /// When you got the export, in Unix seconds: it must be sealed up to then
        #[arg(long, value_name = "SECONDS", requires = "seal_key")]
        taken: Option<u64>,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
}

impl Command {
    pub(crate) fn run(&self) -> Result<Outcome, Failure> {
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
            return Err(Failure(
                "standard input can be read for one thing only: name files for the others"
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
        Ok(Outcome { text, code })
    }
}

fn verifier_key(text: &str) -> Result<VerifierKey, &'static str> {
    VerifierKey::parse(text.trim()).map_err(|_| "not a verifier key")
}

/// Size and root of a checkpoint that one of `keys` signed.
fn kept_root(path: &Path, keys: &[VerifierKey]) -> Result<(u64, [u8; 32]), Failure> {
    let note = read_small(path, "Paste the checkpoint.", MAX_NOTE as u64)?;
    let note = std::str::from_utf8(note.expose()).unwrap_or_default();
    // A log signs its checkpoints under its own name.
    keys.iter()
        .find_map(|key| Checkpoint::open(note, std::slice::from_ref(key), key.name()).ok())
        .map(|checkpoint| (checkpoint.size, checkpoint.root))
        .ok_or_else(|| {
            Failure(format!(
                "{} is not a checkpoint signed by the key given: it can vouch for nothing",
                shown(path)
            ))
        })
}

fn first_key(path: &Path) -> Result<FirstKey, Failure> {
    let text = read_small(path, "Paste the first sealing key, then press Enter.", 4096)?;
    std::str::from_utf8(text.expose().trim_ascii())
        .ok()
        .and_then(|text| FirstKey::from_text(text).ok())
        .ok_or_else(|| {
            Failure(format!(
                "{} does not hold a first sealing key, or it was mistyped",
                shown(path)
            ))
        })
}

fn verify(path: &Path, expected: &Expectations) -> Result<FileReport, Failure> {
    if path == Path::new("-") {
        let reader = io::stdin().lock();
        return read(reader, None, expected)
            .map_err(|error| Failure(format!("cannot read standard input: {error}")));
    }
    let failure = |error| Failure::file("read", path, &error);
    let file = File::open(path).map_err(failure)?;
    let size = file.metadata().map_err(failure)?.len();
    read(
        BufReader::with_capacity(1 << 18, file),
        Some(size),
        expected,
    )
    .map_err(failure)
}

/// Verifies with a progress bar for a person who watches, and none for a script.
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

/// What whoever verifies asked for, and the file, though nothing in it is wrong, does not bear out. Whoever hands a
/// file on, or holds the site's keys, could else go round it.
fn wanting(report: &FileReport, expected: &Expectations) -> Option<&'static str> {
    // Every export is signed when it is made. Only that signature speaks for entries behind the last checkpoint,
    // and for what a part of the log leaves out.
    let rests_on_signature = !report.is_proved() || report.remark(Remark::Selection).is_some();
    let unsigned = report.remark(Remark::HeaderUnsigned).is_some();
    let kept = expected.roots.iter().map(|(size, _)| *size).max();
    if !expected.keys.is_empty() && unsigned && rests_on_signature {
        Some("NOT SIGNED: it agrees with itself, and the key given did not sign it")
    } else if kept.is_some_and(|kept| kept > report.witnessed) {
        Some("NOT COMPARED: the checkpoint you kept lies where only hashes are")
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
    // ASCII alone, which every reader of JSON takes for the same and no terminal obeys.
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
            "SOUND: no entry was changed, removed, moved or put in".to_owned()
        }
        LogVerdict::Ok if report.is_proved() => {
            "SOUND: no entry in this part of the log was changed, moved or put in".to_owned()
        }
        LogVerdict::Ok if report.vouched > 0 => format!(
            "SOUND: nothing is wrong, and the first {} of {} entries are proved",
            report.vouched, report.size
        ),
        LogVerdict::Ok if report.seals == 1 => {
            "SOUND: nothing is wrong, and 1 seal is by the key you gave".to_owned()
        }
        LogVerdict::Ok if report.seals > 0 => format!(
            "SOUND: nothing is wrong, and {} seals are by the key you gave",
            report.seals
        ),
        LogVerdict::Ok => {
            "SOUND IN ITSELF: nothing from outside vouches for its entries".to_owned()
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
        // An empty file has no line to name.
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
        "entries    {} checked, of a log of {}",
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
        lines.push(format!("\nAlso found ({others} more):"));
        // The verdict's own finding stands above.
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
            lines.push(format!("  and {} more that are not listed", report.more));
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
            "Seals cut off the end are missed only from the moment the file was taken: give --taken."
                .to_owned(),
        );
    }
    if !known.is_empty() {
        lines.push("\nTo be known:".to_owned());
        lines.extend(known.iter().flat_map(|text| wrapped(text)));
    }
    lines.join("\n") + "\n"
}

/// How far the roots reach that do not rest on the file alone. They are roots over the recorded hashes: what an
/// entry's line holds is proved by them only where nothing is wrong.
fn reach(report: &FileReport) -> String {
    let what = if report.verdict == LogVerdict::Ok {
        "entries"
    } else {
        "recorded hashes"
    };
    match (report.vouched, report.witnessed) {
        (0, _) if report.verdict != LogVerdict::Ok => "nothing".to_owned(),
        (0, _) => "nothing beyond that the file agrees with itself".to_owned(),
        (vouched, witnessed) if witnessed == vouched => {
            format!("the first {vouched} {what}, by a checkpoint you kept")
        }
        (vouched, 0) => format!("the first {vouched} {what}, by the site's signature"),
        (vouched, witnessed) => format!(
            "the first {vouched} {what} by the site's signature,\n           {witnessed} of them by a checkpoint you kept"
        ),
    }
}

/// What a verdict means, for whoever never saw one.
const fn meaning(verdict: LogVerdict) -> &'static str {
    match verdict {
        LogVerdict::Ok => "nothing is wrong",
        LogVerdict::IndexColumnMismatch => "a column used for filtering differs from its entry",
        LogVerdict::UnknownKey => "a checkpoint or the file is signed by a key you did not give",
        LogVerdict::CheckpointInvalid => "a checkpoint is malformed, or not what its key signed",
        LogVerdict::EntryModified => "an entry is not what was written",
        LogVerdict::MissingRange => "entries are missing",
        LogVerdict::Inserted => "an entry stands where it was not written",
        LogVerdict::TruncatedTail => "the end is missing",
        LogVerdict::Fork => "history was rewritten: a root you trust is not of this log",
        LogVerdict::HeadMismatch => "the head that was exported is not of these entries",
        LogVerdict::SealGap => "an epoch has no seal, although the log is sealed",
        LogVerdict::SealInvalid => "a seal was not made by the key of its epoch",
        LogVerdict::OutsideEpoch => "an entry's time lies outside the epoch it is sealed in",
        LogVerdict::HeaderMismatch => "the file does not hold what it says of itself",
        LogVerdict::FileMalformed => "the file is damaged, or no export of an audit log",
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

/// The file's own words: at most 200 characters of them.
fn quoted(text: &str) -> String {
    printable(&text.chars().take(200).collect::<String>())
}

/// As an item of a list, in lines of at most 80 characters.
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
