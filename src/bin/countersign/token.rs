//! `countersign token`

use std::path::Path;

use countersign::bytes::hex;
use countersign::clock::{Clock as _, SystemClock, Timestamp};
use countersign::token::{self, UnverifiedToken};

use super::outcome::{Failure, Outcome, read_small};
use super::when::{span, utc};

#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Read a token from standard input and say what it says of itself
    ///
    /// Kind, site, key, times, id and subject stand in every token in the clear.
    /// This reads them and verifies nothing: that needs the site's keys, and only
    /// the site has them. The token is neither printed nor kept, and never an
    /// argument, because shells keep arguments in their history:
    ///
    ///     countersign token inspect < token.txt
    ///
    /// Exit code 0: the form and the checksum are right, expired or not.
    /// 1: no token of Countersign, or one that was cut or mistyped.
    #[command(verbatim_doc_comment)]
    Inspect {
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
}

/// Longest input that is read: a token is far shorter, and more is a mistake.
const MOST: u64 = 64 * 1024;

impl Command {
    pub(crate) fn run(&self) -> Result<Outcome, Failure> {
        let Self::Inspect { json } = *self;
        let input = read_small(Path::new("-"), "Paste the token, then press Enter.", MOST)?;
        // White space around it comes from copying and is no part of any token.
        let token = token::peek(input.expose().trim_ascii());
        let now = SystemClock.now();
        let right = token.as_ref().is_some_and(|token| token.is_checksum_right);
        let text = match (&token, json) {
            (Some(token), true) => as_json(token, now),
            (Some(token), false) => in_words(token, now),
            (None, true) => "{\"verified\":false,\"form\":\"unknown\"}\n".to_owned(),
            (None, false) => "This is not a token of Countersign, or a part of it is missing.\n\
                A token has 158 characters and begins with its kind, such as csat_.\n"
                .to_owned(),
        };
        Ok(Outcome::of(right, text))
    }
}

fn in_words(token: &UnverifiedToken, now: Timestamp) -> String {
    let kind = kind(token);
    let checksum = if token.is_checksum_right {
        "right"
    } else {
        "WRONG: a character was lost or changed on the way"
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
         binding   {binding}... (its first 4 of 32 bytes)\n\
         \n\
         Nothing was verified: anybody can write such a text. Only the site that\n\
         issued it can tell whether it is genuine and still good.\n",
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

fn as_json(token: &UnverifiedToken, now: Timestamp) -> String {
    let value = serde_json::json!({
        "verified": false,
        "form": "token",
        "checksum": token.is_checksum_right,
        "kind": kind(token),
        "site": token.site.to_string(),
        "key_id": hex(&token.key_id.0),
        "id": hex(&token.id),
        "subject": token.subject,
        "epoch": token.epoch,
        "issued_at": token.issued.seconds(),
        "expires_at": token.expires.seconds(),
        "expired": now >= token.expires,
    });
    format!("{value}\n")
}

fn kind(token: &UnverifiedToken) -> String {
    format!("{:?}", token.kind).to_lowercase()
}
