//! What a report means for the person who asked: the headline, how far the log is proved, and what was not proved. The
//! command line, the verifier page and the JavaScript package all show this.

use serde::Serialize;

use super::report::{Expectations, FileReport, Remark};
use crate::audit::verify::LogVerdict;
use crate::words::words;

words! {
    /// The result of a verification, in one word.
    pub enum Soundness {
        /// Nothing is wrong.
        Sound = "sound",
        /// Nothing is wrong, but nothing outside the file confirms it.
        SoundInItself = "sound_in_itself",
        /// Nothing is wrong, but a signature with the given key is required and missing.
        NotSigned = "not_signed",
        /// Nothing is wrong, but a given checkpoint could not be compared.
        NotCompared = "not_compared",
        /// The log or the file was changed or damaged, or cannot be trusted.
        NotSound = "not_sound",
    }
}

impl Soundness {
    /// Returns the word as it is shown to people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Sound => "SOUND",
            Self::SoundInItself => "SOUND IN ITSELF",
            Self::NotSigned => "NOT SIGNED",
            Self::NotCompared => "NOT COMPARED",
            Self::NotSound => "NOT SOUND",
        }
    }
}

/// A report with its meaning. Serialised, it is what `countersign audit verify --json` prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileConclusion {
    /// The report.
    #[serde(flatten)]
    pub report: FileReport,
    /// The result in one word.
    pub soundness: Soundness,
    /// One sentence that explains it, without the word and without a full stop.
    pub meaning: String,
    /// Whether nothing is wrong, trusted roots cover the last entry, and every comparison that was asked for was made.
    pub proved: bool,
    /// The severity of the verdict, 0 to 3: see [`LogVerdict::weight`].
    pub weight: u8,
    /// The exit code of the command line: 0, or 10 and more.
    pub exit: u8,
    /// The entries that the finding of the verdict concerns, in words; `None` if nothing is wrong.
    pub place: Option<String>,
    /// How far trusted roots reach, in words.
    pub reach: String,
    /// What was not proved and what else a reader should know, one sentence each.
    pub notes: Vec<String>,
}

impl FileConclusion {
    /// Concludes from `report`, which was made with the expectations `expected`.
    #[must_use]
    pub fn of(report: FileReport, expected: &Expectations) -> Self {
        let wanting = (report.is_ok())
            .then(|| wanting(&report, expected))
            .flatten();
        let (soundness, meaning) = wanting.unwrap_or_else(|| judged(&report));
        let weight = report.verdict.weight();
        Self {
            soundness,
            meaning,
            proved: report.is_proved() && wanting_is_none(soundness),
            weight,
            exit: match weight {
                0 if wanting_is_none(soundness) => 0,
                weight => 10 + weight,
            },
            place: (!report.is_ok()).then(|| place(report.first_bad, report.until)),
            reach: reach(&report),
            notes: notes(&report, expected),
            report,
        }
    }

    /// Returns the headline: the word and its meaning.
    #[must_use]
    pub fn headline(&self) -> String {
        format!("{}: {}", self.soundness.title(), self.meaning)
    }

    /// Returns the conclusion as one JSON object in ASCII, which every JSON reader understands and which contains no
    /// control sequences.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Serialising numbers and strings cannot fail. Every reader would refuse an empty text.
        let json = serde_json::to_string(self).unwrap_or_default();
        let mut out = String::with_capacity(json.len());
        for c in json.chars() {
            if matches!(c, ' '..='~') {
                out.push(c);
            } else {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
        out
    }
}

const fn wanting_is_none(soundness: Soundness) -> bool {
    !matches!(soundness, Soundness::NotSigned | Soundness::NotCompared)
}

/// Returns the result if nothing is wrong but a signature or a comparison that the user asked for is missing. Without
/// this, a person who passes the file on, or who has the keys of the site, could avoid the check by leaving it out.
fn wanting(report: &FileReport, expected: &Expectations) -> Option<(Soundness, String)> {
    // Every export is signed when it is made. Only this signature covers entries after the last checkpoint, and the
    // range and filter of a partial export.
    let rests_on_signature = !report.is_proved() || report.remark(Remark::Selection).is_some();
    let unsigned = report.remark(Remark::HeaderUnsigned).is_some();
    let kept = expected.roots.iter().map(|(size, _)| *size).max();
    if !expected.keys.is_empty() && unsigned && rests_on_signature {
        let why = "nothing is wrong, but the file is not signed with the given key";
        Some((Soundness::NotSigned, why.to_owned()))
    } else if kept.is_some_and(|kept| kept > report.witnessed) {
        let why = "the file has only hashes at the place of your checkpoint";
        Some((Soundness::NotCompared, why.to_owned()))
    } else {
        None
    }
}

fn judged(report: &FileReport) -> (Soundness, String) {
    let whole = report.remark(Remark::Selection).is_none();
    let sound = |meaning: &str| (Soundness::Sound, meaning.to_owned());
    match report.verdict {
        LogVerdict::Ok if report.is_proved() && whole => {
            sound("no entry was changed, removed, moved or added")
        }
        LogVerdict::Ok if report.is_proved() => {
            sound("no entry in this part of the log was changed, moved or added")
        }
        LogVerdict::Ok if report.vouched > 0 => sound(&format!(
            "nothing is wrong; the first {} of {} entries are proved",
            report.vouched, report.size
        )),
        LogVerdict::Ok if report.seals == 1 => {
            sound("nothing is wrong; 1 seal was made with the given key")
        }
        LogVerdict::Ok if report.seals > 0 => sound(&format!(
            "nothing is wrong; {} seals were made with the given key",
            report.seals
        )),
        LogVerdict::Ok => (
            Soundness::SoundInItself,
            "the file is consistent, but nothing else confirms it".to_owned(),
        ),
        verdict => (Soundness::NotSound, meaning(verdict).to_owned()),
    }
}

/// Returns the meaning of a verdict about a file in plain words.
const fn meaning(verdict: LogVerdict) -> &'static str {
    match verdict {
        LogVerdict::Ok => "nothing is wrong",
        LogVerdict::IndexColumnMismatch => "a column used for filtering differs from its entry",
        LogVerdict::UnknownKey => {
            "a checkpoint or the file is signed with a key that was not given"
        }
        LogVerdict::CheckpointInvalid => "a checkpoint is malformed, or its signature is wrong",
        LogVerdict::EntryModified => "an entry was changed",
        LogVerdict::TextModified => "a text beside an entry was changed",
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

/// Returns in words which entries a finding or a remark concerns.
#[must_use]
pub fn place(first: Option<u64>, until: Option<u64>) -> String {
    match (first, until) {
        (None, _) => "no single entry".to_owned(),
        (Some(first), Some(until)) if until > first.saturating_add(1) => {
            format!("entries {first} to {}", until - 1)
        }
        (Some(first), Some(_)) => format!("entry {first}"),
        (Some(first), None) => format!("from entry {first}"),
    }
}

/// Describes how far trusted roots reach. They are roots over the recorded hashes. They prove the contents of entries
/// only if nothing is wrong.
fn reach(report: &FileReport) -> String {
    let what = if report.is_ok() {
        "entries"
    } else {
        "recorded hashes"
    };
    match (report.vouched, report.witnessed) {
        (0, _) if !report.is_ok() => "nothing".to_owned(),
        (0, _) => "nothing, except that the file is consistent with itself".to_owned(),
        (vouched, witnessed) if witnessed == vouched => {
            format!("the first {vouched} {what}, by a checkpoint that you kept")
        }
        (vouched, 0) => format!("the first {vouched} {what}, by the signature of the site"),
        (vouched, witnessed) => format!(
            "the first {vouched} {what}, by the signature of the site; {witnessed} of them also by a checkpoint that you kept"
        ),
    }
}

fn notes(report: &FileReport, expected: &Expectations) -> Vec<String> {
    let mut notes: Vec<String> = report
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
    let known = |origin: &str| expected.keys.iter().any(|key| key.name() == origin);
    if !expected.keys.is_empty() && !report.origin.is_empty() && !known(&report.origin) {
        notes.push(
            "No key that you gave belongs to the log that this file names. Check that the file and the key are of the same site."
                .to_owned(),
        );
    }
    if expected.seal.is_some() && expected.taken.is_none() {
        notes.push(
            "The time of the export was not given, so seals that were cut off at the end of the log are not noticed."
                .to_owned(),
        );
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn place_is_one_entry_a_range_or_an_open_end() {
        for (first, until, words) in [
            (None, None, "no single entry"),
            (Some(3), Some(4), "entry 3"),
            (Some(3), Some(3), "entry 3"),
            (Some(3), Some(6), "entries 3 to 5"),
            (Some(3), None, "from entry 3"),
            (Some(u64::MAX), Some(u64::MAX), "entry 18446744073709551615"),
        ] {
            assert_eq!(place(first, until), words);
        }
    }

    #[test]
    fn every_verdict_has_a_meaning_of_its_own() {
        let meanings: std::collections::HashSet<_> = LogVerdict::ALL
            .iter()
            .map(|verdict| meaning(*verdict))
            .collect();
        assert_eq!(meanings.len(), LogVerdict::ALL.len());
    }
}
