//! `countersign self-test`

use super::outcome::Outcome;

/// Runs known-answer checks of every primitive, as the extension does in phpinfo().
///
/// The answers are those of the standards that define each primitive. A machine
/// on which one fails must not decide anything: have its memory and processor
/// checked, and install the package anew.
#[derive(clap::Args)]
pub(crate) struct Arguments {}

impl Arguments {
    #[expect(clippy::unused_self, reason = "every command runs the same way")]
    pub(crate) fn run(&self) -> Outcome {
        let checks = countersign::selftest::run();
        let failed = checks.iter().filter(|(_, passed)| !passed).count();
        let mut text = String::new();
        for (name, passed) in &checks {
            let verdict = if *passed { "passed" } else { "FAILED" };
            text.push_str(&format!("{name:<24} {verdict}\n"));
        }
        text.push_str(&match failed {
            0 => format!("All {} checks passed.\n", checks.len()),
            _ => format!(
                "{failed} of {} checks FAILED: this machine must not decide anything.\n",
                checks.len()
            ),
        });
        Outcome::of(failed == 0, text)
    }
}
