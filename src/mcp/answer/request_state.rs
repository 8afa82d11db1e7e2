//! The state that a tool keeps between the rounds of one call. The client stores it.
//!
//! The client can read the state but not change it: an authentication tag binds it to the connection, the
//! method, the name, the parameters and an expiry. The format is base64url(expiry in milliseconds, 8 bytes
//! big endian ‖ tag, 32 bytes ‖ state).

use crate::bytes;
use crate::clock::Timestamp;
use crate::json::{self, Object};
use crate::keyring::{Keyring, Purpose};
use crate::reason::Reason;
use crate::secret::{mac, same};

/// How long a state is valid, in seconds.
const LIFETIME: u64 = 600;

/// The largest state, in bytes.
pub(in crate::mcp) const MAX_STATE: usize = 16 * 1024;

/// The call to which a state is bound.
pub(in crate::mcp) struct CallRound<'a> {
    pub(in crate::mcp) connection: u64,
    pub(in crate::mcp) epoch: u32,
    pub(in crate::mcp) method: &'a str,
    pub(in crate::mcp) name: &'a str,
    pub(in crate::mcp) params: &'a Object,
}

impl CallRound<'_> {
    fn tag(&self, keyring: &Keyring, expires: [u8; 8], state: &[u8]) -> [u8; 32] {
        let mut params = self.params.clone();
        for name in ["inputResponses", "requestState", "_meta"] {
            params.remove(name);
        }
        let whole = Object::parse(&json::whole_numbers(&params.to_json())).unwrap_or(params);
        let digest = bytes::sha256(json::canonical(&json::raw(&whole)).as_bytes());
        let message = bytes::pae(&[
            b"countersign/request-state/v1",
            &self.connection.to_be_bytes(),
            &self.epoch.to_be_bytes(),
            self.method.as_bytes(),
            self.name.as_bytes(),
            &digest,
            &expires,
            state,
        ]);
        mac(&keyring.purpose_key(Purpose::RequestState), &message)
    }

    /// Seals `state`. Returns `None` if it is larger than [`MAX_STATE`].
    pub(in crate::mcp) fn seal(
        &self,
        keyring: &Keyring,
        state: &str,
        now: Timestamp,
    ) -> Option<String> {
        if state.len() > MAX_STATE {
            return None;
        }
        let expires = now.plus_seconds(LIFETIME).millis().to_be_bytes();
        let tag = self.tag(keyring, expires, state.as_bytes());
        Some(bytes::base64url(
            &[expires.as_slice(), &tag, state.as_bytes()].concat(),
        ))
    }

    /// Opens a sealed state.
    ///
    /// # Errors
    /// [`Reason::RequestStateInvalid`] if this site did not seal the state for this call, or if it has
    /// expired.
    pub(in crate::mcp) fn open(
        &self,
        keyring: &Keyring,
        text: &str,
        now: Timestamp,
    ) -> Result<String, Reason> {
        let invalid = Reason::RequestStateInvalid;
        if text.len() > (MAX_STATE + 40).div_ceil(3) * 4 {
            return Err(invalid);
        }
        let bytes = bytes::from_base64url(text.as_bytes()).ok_or(invalid)?;
        let (expires, rest) = bytes.split_first_chunk::<8>().ok_or(invalid)?;
        let (tag, state) = rest.split_first_chunk::<32>().ok_or(invalid)?;
        if !same(&self.tag(keyring, *expires, state), tag)
            || now >= Timestamp::from_millis(u64::from_be_bytes(*expires))
        {
            return Err(invalid);
        }
        String::from_utf8(state.to_vec()).map_err(|_| invalid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keyring::SiteId;

    const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

    fn keyring(site: u8) -> Keyring {
        Keyring::open(SiteId::new([site; 8]), &[b'k'; 64], &[]).unwrap()
    }

    fn params(text: &str) -> Object {
        Object::parse(text).unwrap()
    }

    #[test]
    fn a_state_opens_only_for_the_call_it_was_sealed_for() {
        let keys = keyring(1);
        let first = params(r#"{"name":"t","arguments":{"a":1}}"#);
        let again = params(
            r#"{"arguments":{ "a":1 },"name":"t","_meta":{"x":1},"inputResponses":{},"requestState":"s"}"#,
        );
        let round = |connection, epoch, name: &'static str, params| CallRound {
            connection,
            epoch,
            method: "tools/call",
            name,
            params,
        };
        let text = round(7, 0, "t", &first).seal(&keys, "step 2", NOW).unwrap();
        let open = |round: CallRound<'_>, now| round.open(&keys, &text, now);
        assert_eq!(open(round(7, 0, "t", &again), NOW).as_deref(), Ok("step 2"));
        let other = params(r#"{"name":"t","arguments":{"a":2}}"#);
        let bad = Err(Reason::RequestStateInvalid);
        assert_eq!(open(round(8, 0, "t", &again), NOW), bad);
        assert_eq!(open(round(7, 1, "t", &again), NOW), bad);
        assert_eq!(open(round(7, 0, "u", &again), NOW), bad);
        assert_eq!(open(round(7, 0, "t", &other), NOW), bad);
        assert_eq!(
            open(round(7, 0, "t", &again), NOW.plus_seconds(LIFETIME)),
            bad
        );
        let prompt = CallRound {
            method: "prompts/get",
            ..round(7, 0, "t", &again)
        };
        assert_eq!(open(prompt, NOW), bad);
        assert_eq!(round(7, 0, "t", &again).open(&keyring(2), &text, NOW), bad);
        for place in 0..text.len() {
            let mut wrong = text.clone().into_bytes();
            wrong[place] = if wrong[place] == b'A' { b'B' } else { b'A' };
            let wrong = String::from_utf8(wrong).unwrap();
            assert!(
                round(7, 0, "t", &again).open(&keys, &wrong, NOW).is_err(),
                "{place}"
            );
        }
        for wrong in [
            "",
            "AAAA",
            &(text.clone() + "-TAMPERED"),
            &"A".repeat(100_000),
        ] {
            assert!(round(7, 0, "t", &again).open(&keys, wrong, NOW).is_err());
        }
    }

    #[test]
    fn a_state_over_the_maximum_size_is_refused() {
        let empty = Object::default();
        let round = CallRound {
            connection: 1,
            epoch: 0,
            method: "tools/call",
            name: "t",
            params: &empty,
        };
        let largest = "x".repeat(MAX_STATE);
        let text = round.seal(&keyring(1), &largest, NOW).unwrap();
        assert_eq!(
            round.open(&keyring(1), &text, NOW).as_deref(),
            Ok(largest.as_str())
        );
        assert!(round.seal(&keyring(1), &(largest + "x"), NOW).is_none());
    }
}
