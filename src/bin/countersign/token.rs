//! `countersign token`

use std::path::Path;

use countersign::bytes::hex;
use countersign::clock::{Clock as _, SystemClock, Timestamp};
use countersign::token::{self, UnverifiedToken};

use super::output::{CommandError, CommandOutput, read_small};
use super::time_text::{span, utc};

#[derive(clap::Subcommand)]
pub(crate) enum TokenCommand {
    /// Show the contents of a token that is read from standard input
    ///
    /// Every token contains its kind, site, key, times, id and subject in readable
    /// form. This command shows them and does not verify the token, because only the
    /// site has the keys for that. The token is neither printed nor stored. It is read
    /// from standard input, because shells keep arguments in their history:
    ///
    ///     countersign token inspect < token.txt
    ///
    /// Exit code 0: form and checksum are correct; the token may have expired.
    /// 1: the input is not a token of Countersign, or was cut off or mistyped.
    #[command(verbatim_doc_comment)]
    Inspect {
        /// Print the result as JSON
        #[arg(long)]
        json: bool,
    },
}

/// The length of the longest input in bytes. A token is much shorter, so longer input is a mistake.
const MOST: u64 = 64 * 1024;

impl TokenCommand {
    pub(crate) fn run(&self) -> Result<CommandOutput, CommandError> {
        let Self::Inspect { json } = *self;
        let input = read_small(Path::new("-"), "Paste the token, then press Enter.", MOST)?;
        // White space around a token comes from copying.
        let token = token::peek(input.expose().trim_ascii());
        let now = SystemClock.now();
        let right = token.as_ref().is_some_and(|token| token.is_checksum_right);
        let text = match (&token, json) {
            (Some(token), true) => token.to_json(now) + "\n",
            (Some(token), false) => in_words(token, now),
            (None, true) => "{\"verified\":false,\"form\":\"unknown\"}\n".to_owned(),
            (None, false) => "This is not a token of Countersign, or part of it is missing.\n\
                A token has 158 characters and begins with its kind, such as csat_.\n"
                .to_owned(),
        };
        Ok(CommandOutput::of(right, text))
    }
}

fn in_words(token: &UnverifiedToken, now: Timestamp) -> String {
    let kind = token.kind.name();
    let checksum = if token.is_checksum_right {
        "correct"
    } else {
        "WRONG: a character is missing or was changed"
    };
    let life = if now >= token.expires {
        format!(
            "expired {} ago",
            span(now.seconds() - token.expires.seconds())
        )
    } else if token.issued > now {
        "issued in the future".to_owned()
    } else {
        format!("{} left", span(token.expires.seconds() - now.seconds()))
    };
    format!(
        "kind      {kind} ({prefix})\n\
         checksum  {checksum}\n\
         site      {site}\n\
         key id    {key}\n\
         id        {id}\n\
         subject   {subject}\n\
         epoch     {epoch}\n\
         issued    {issued}\n\
         expires   {expires} ({life})\n\
         binding   {binding}... (the first 4 of 32 bytes)\n\
         \n\
         This token was not verified, and anybody could have written it. Only the\n\
         site that issued it can check whether it is genuine and still valid.\n",
        prefix = token.kind.prefix(),
        site = token.site,
        key = hex(&token.key_id.0),
        id = hex(&token.id),
        subject = token.subject,
        epoch = token.epoch,
        issued = utc(token.issued),
        expires = utc(token.expires),
        binding = hex(&token.binding_starts),
    )
}
