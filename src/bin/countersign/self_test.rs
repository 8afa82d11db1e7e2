//! `countersign self-test`

use super::output::CommandOutput;

/// Checks every cryptographic function with the test values of its standard.
///
/// These are the same checks that phpinfo() shows. If one fails, do not use
/// Countersign on this machine: check its memory and processor, and install the
/// package again.
#[derive(clap::Args)]
pub(crate) struct SelfTestArguments {}

impl SelfTestArguments {
    #[expect(clippy::unused_self, reason = "every command runs the same way")]
    pub(crate) fn run(&self) -> CommandOutput {
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
                "{failed} of {} checks FAILED: do not use Countersign on this machine.\n",
                checks.len()
            ),
        });
        CommandOutput::of(failed == 0, text)
    }
}
