//! Forward-secure seals: whoever takes the machine today cannot reseal what was sealed yesterday.
//!
//! Time is cut into epochs of one length. At the end of each, also of one without entries, the log is sealed:
//! HMAC-SHA256 under the epoch's key over origin, epoch, size, root, time range and the seal before. Then the
//! key is replaced by its hash, and the old one is gone. The first key is shown once and kept elsewhere: from
//! it a verifier computes every key.
//!
//! What verification holds against a sealed log: one seal for each epoch without a gap, each by the key of just
//! its epoch, each about the root at its place, entries within the time of their epoch, and no epoch left
//! unsealed. Seals by a newer key and gaps between epochs are how sealed journals were forged before.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::Error;
use super::append::Head;
use super::tree::{Hash, MAX_SIZE};
use crate::bytes::{base64url, from_base64url, from_hex, hex, pae};
use crate::clock::Timestamp;
use crate::secret::{Secret, mac, same};

/// How far an entry's time may lie outside its epoch, in milliseconds: clocks of web heads differ.
pub const SKEW: u64 = 30_000;
/// Shortest epoch, in seconds.
pub const MIN_SECONDS: u32 = 60;
/// Longest epoch, in seconds: 31 days.
pub const MAX_SECONDS: u32 = 31 * 86_400;
/// Most seals that are made at once: what a log that slept for long still owes follows in the next call.
pub const MAX_DUE: usize = 1024;
/// Most epochs: a century of the shortest.
const MAX_EPOCHS: u64 = 60 << 20;

const PREFIX: &str = "cssk_";

/// One seal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seal {
    /// Number of the epoch it ends, from 0.
    pub epoch: u64,
    /// Entries in the log at the end of the epoch.
    pub size: u64,
    /// Root over them.
    pub root: Hash,
    /// Beginning of the epoch.
    pub from: Timestamp,
    /// End of the epoch, exclusive.
    pub until: Timestamp,
    /// The MAC of the seal before; zeroes for the first.
    pub previous: Hash,
    /// HMAC-SHA256 under the epoch's key.
    pub mac: Hash,
}

/// The line it is written as: field order is the order of the bytes.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    seal: u64,
    size: u64,
    root: String,
    from: Timestamp,
    until: Timestamp,
    previous: String,
    mac: String,
}

impl Seal {
    fn message(&self, origin: &str) -> Vec<u8> {
        pae(&[
            b"countersign/audit/seal/v1",
            origin.as_bytes(),
            &self.epoch.to_be_bytes(),
            &self.size.to_be_bytes(),
            &self.root,
            &self.from.millis().to_be_bytes(),
            &self.until.millis().to_be_bytes(),
            &self.previous,
        ])
    }

    /// One line of JSON, as an export holds it.
    #[must_use]
    pub fn to_text(&self) -> String {
        let line = Line {
            seal: self.epoch,
            size: self.size,
            root: hex(&self.root),
            from: self.from,
            until: self.until,
            previous: hex(&self.previous),
            mac: hex(&self.mac),
        };
        // Numbers and texts always serialise.
        serde_json::to_string(&line).unwrap_or_default()
    }

    /// Reads [`Seal::to_text`]; a seal has one spelling.
    ///
    /// # Errors
    /// [`Error::Seal`].
    pub fn from_text(text: &str) -> Result<Self, Error> {
        let line: Line = serde_json::from_str(text).map_err(|_| Error::Seal)?;
        let seal = Self {
            epoch: line.seal,
            size: line.size,
            root: from_hex(&line.root).ok_or(Error::Seal)?,
            from: line.from,
            until: line.until,
            previous: from_hex(&line.previous).ok_or(Error::Seal)?,
            mac: from_hex(&line.mac).ok_or(Error::Seal)?,
        };
        if seal.size <= MAX_SIZE && seal.to_text() == text {
            Ok(seal)
        } else {
            Err(Error::Seal)
        }
    }
}

/// K(e+1) = H(K(e)), hashed under a label of its own.
fn next_key(key: &Secret<32>) -> Secret<32> {
    let hash = Sha256::new()
        .chain_update(b"countersign/audit/seal-key/v1")
        .chain_update(key.expose());
    Secret::new(hash.finalize().into())
}

/// When sealing began and how long an epoch is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Epochs {
    start: Timestamp,
    seconds: u32,
}

impl Epochs {
    fn new(start: Timestamp, seconds: u32) -> Result<Self, Error> {
        if (MIN_SECONDS..=MAX_SECONDS).contains(&seconds) && start.millis() <= MAX_SIZE {
            Ok(Self { start, seconds })
        } else {
            Err(Error::Seal)
        }
    }

    const fn begin(self, epoch: u64) -> Timestamp {
        self.start
            .plus_seconds(epoch.saturating_mul(self.seconds as u64))
    }
}

/// The key of the first epoch, as the verifier keeps it. Text: `cssk_`, base64url of start (milliseconds, 64-bit
/// big-endian), epoch length (seconds, 32-bit big-endian) and key, and a CRC-32 over that in eight hexadecimal digits.
pub struct FirstKey {
    epochs: Epochs,
    key: Secret<32>,
}

impl FirstKey {
    /// The text that is shown once. It is a secret: with it any epoch can be sealed.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut bytes = zeroize::Zeroizing::new(self.epochs.start.millis().to_be_bytes().to_vec());
        bytes.extend_from_slice(&self.epochs.seconds.to_be_bytes());
        bytes.extend_from_slice(self.key.expose());
        let body = format!("{PREFIX}{}", base64url(&bytes));
        format!("{body}{:08x}", crc32fast::hash(body.as_bytes()))
    }

    /// Reads [`FirstKey::to_text`].
    ///
    /// # Errors
    /// [`Error::Seal`], also for a typing error: the check sum finds it.
    pub fn from_text(text: &str) -> Result<Self, Error> {
        let at = text.len().checked_sub(8).ok_or(Error::Seal)?;
        let (body, sum) = text.split_at_checked(at).ok_or(Error::Seal)?;
        if format!("{:08x}", crc32fast::hash(body.as_bytes())) != sum {
            return Err(Error::Seal);
        }
        let bytes = body.strip_prefix(PREFIX).ok_or(Error::Seal)?;
        let bytes = from_base64url(bytes.as_bytes()).ok_or(Error::Seal)?;
        let bytes = zeroize::Zeroizing::new(bytes);
        let (start, rest) = bytes.split_first_chunk().ok_or(Error::Seal)?;
        let (seconds, key) = rest.split_first_chunk().ok_or(Error::Seal)?;
        let start = Timestamp::from_millis(u64::from_be_bytes(*start));
        Ok(Self {
            epochs: Epochs::new(start, u32::from_be_bytes(*seconds))?,
            key: Secret::new(key.try_into().map_err(|_| Error::Seal)?),
        })
    }

    pub(super) fn copy(&self) -> Self {
        Self {
            epochs: self.epochs,
            key: Secret::new(*self.key.expose()),
        }
    }
}

/// The side that seals: holds the key of the present epoch alone.
pub struct Sealer {
    origin: String,
    epochs: Epochs,
    epoch: u64,
    key: Secret<32>,
    previous: Hash,
}

impl Sealer {
    /// Begins to seal the log `origin` at `start`, in epochs of `seconds`, with a random `key`.
    ///
    /// # Errors
    /// [`Error::Seal`] unless `seconds` lies between [`MIN_SECONDS`] and [`MAX_SECONDS`].
    pub fn enroll(
        origin: &str,
        start: Timestamp,
        seconds: u32,
        key: Secret<32>,
    ) -> Result<(Self, FirstKey), Error> {
        let epochs = Epochs::new(start, seconds)?;
        let first = FirstKey { epochs, key };
        let sealer = Self {
            origin: origin.to_owned(),
            epochs,
            epoch: 0,
            key: Secret::new(*first.key.expose()),
            previous: Hash::default(),
        };
        Ok((sealer, first))
    }

    /// Number of the epoch that will be sealed next.
    #[must_use]
    pub const fn epoch(&self) -> u64 {
        self.epoch
    }

    /// The seals of every epoch that has ended, at most [`MAX_DUE`]; to be stored, and then passed with
    /// [`Sealer::advance`]. To be called under the lock of the head row, before anything else is appended:
    /// what is appended later belongs to the next epoch.
    #[must_use]
    pub fn due(&self, head: &Head, now: Timestamp) -> Vec<Seal> {
        let mut key = Secret::new(*self.key.expose());
        let (mut epoch, mut previous) = (self.epoch, self.previous);
        let mut seals = Vec::new();
        while self.epochs.begin(epoch + 1) <= now && seals.len() < MAX_DUE && epoch < MAX_EPOCHS {
            let mut seal = Seal {
                epoch,
                size: head.size(),
                root: *head.root(),
                from: self.epochs.begin(epoch),
                until: self.epochs.begin(epoch + 1),
                previous,
                mac: Hash::default(),
            };
            seal.mac = mac(&key, &seal.message(&self.origin));
            previous = seal.mac;
            key = next_key(&key);
            epoch += 1;
            seals.push(seal);
        }
        seals
    }

    /// Goes past a seal that was stored: its key is gone from here on. One that was passed before changes nothing.
    ///
    /// # Errors
    /// [`Error::SealOrder`] when it is not the next one, or not made with this key.
    pub fn advance(&mut self, seal: &Seal) -> Result<(), Error> {
        if seal.epoch < self.epoch {
            return Ok(());
        }
        let sound = seal.epoch == self.epoch
            && seal.previous == self.previous
            && same(&mac(&self.key, &seal.message(&self.origin)), &seal.mac);
        if !sound {
            return Err(Error::SealOrder);
        }
        self.key = next_key(&self.key);
        self.previous = seal.mac;
        self.epoch += 1;
        Ok(())
    }

    /// The state to keep outside the database, as text. A secret.
    #[must_use]
    pub fn to_state(&self) -> zeroize::Zeroizing<String> {
        let key = zeroize::Zeroizing::new(hex(self.key.expose()));
        let body = zeroize::Zeroizing::new(format!(
            "countersign seal 1\n{}\n{} {} {}\n{}\n{}\n",
            self.origin,
            self.epochs.start.millis(),
            self.epochs.seconds,
            self.epoch,
            *key,
            hex(&self.previous),
        ));
        zeroize::Zeroizing::new(format!(
            "{}{:08x}\n",
            *body,
            crc32fast::hash(body.as_bytes())
        ))
    }

    /// Reads [`Sealer::to_state`] of the log `origin`.
    ///
    /// # Errors
    /// [`Error::Seal`] for anything else.
    pub fn from_state(text: &str, origin: &str) -> Result<Self, Error> {
        let parse = || {
            let mut lines = text.lines();
            let found = lines.next()? == "countersign seal 1" && lines.next()? == origin;
            let mut numbers = lines.next()?.split(' ');
            let mut number = || numbers.next()?.parse::<u64>().ok();
            let (start, seconds, epoch) = (number()?, number()?, number()?);
            let sealer = Self {
                origin: origin.to_owned(),
                epochs: Epochs::new(Timestamp::from_millis(start), u32::try_from(seconds).ok()?)
                    .ok()?,
                epoch,
                key: Secret::new(from_hex(lines.next()?)?),
                previous: from_hex(lines.next()?)?,
            };
            let sound = found && epoch <= MAX_EPOCHS;
            (sound && sealer.to_state().as_str() == text).then_some(sealer)
        };
        parse().ok_or(Error::Seal)
    }
}

/// What is wrong with a seal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Seals before it are missing.
    Gap,
    /// It is not what the key of its epoch makes, or not the next one.
    Invalid,
}

/// The side that verifies: takes the seals of a log in order.
pub struct Chain {
    origin: String,
    key: Option<FirstKey>,
    /// The epoch that comes next; unknown before the first seal where there is no key.
    next: Option<u64>,
    previous: Option<Hash>,
    until: Option<Timestamp>,
    size: u64,
}

impl Chain {
    /// Begins, with the first key or without: then only whether the seals continue each other is looked at.
    #[must_use]
    pub fn new(origin: &str, first: Option<&FirstKey>) -> Self {
        Self {
            origin: origin.to_owned(),
            key: first.map(FirstKey::copy),
            next: first.map(|_| 0),
            previous: first.map(|_| Hash::default()),
            until: first.map(|first| first.epochs.start),
            size: 0,
        }
    }

    /// Takes the next seal. After a fault the chain goes on from this seal, so that one fault is one finding.
    ///
    /// # Errors
    /// [`Fault`].
    pub fn take(&mut self, seal: &Seal) -> Result<(), Fault> {
        let next = self.next.unwrap_or(seal.epoch);
        if seal.epoch < next || seal.size < self.size || seal.epoch >= MAX_EPOCHS {
            return Err(Fault::Invalid);
        }
        let gap = seal.epoch > next;
        let follows = gap
            || self.previous.is_none_or(|mac| mac == seal.previous)
                && self.until.is_none_or(|until| until == seal.from);
        let made = self.key.as_mut().is_none_or(|first| {
            for _ in next..seal.epoch {
                first.key = next_key(&first.key);
            }
            let range = (
                first.epochs.begin(seal.epoch),
                first.epochs.begin(seal.epoch + 1),
            );
            let sound = same(&mac(&first.key, &seal.message(&self.origin)), &seal.mac);
            first.key = next_key(&first.key);
            sound && range == (seal.from, seal.until)
        });
        self.next = Some(seal.epoch + 1);
        self.previous = Some(seal.mac);
        self.until = Some(seal.until);
        self.size = seal.size;
        if !follows || !made || seal.from >= seal.until {
            Err(Fault::Invalid)
        } else if gap {
            Err(Fault::Gap)
        } else {
            Ok(())
        }
    }

    /// Whether seals are held against the first key.
    #[must_use]
    pub const fn is_keyed(&self) -> bool {
        self.key.is_some()
    }

    /// From when on an entry shows that a seal is missing: the next epoch is over, and its seal would stand before it.
    #[must_use]
    pub fn overdue(&self) -> Option<Timestamp> {
        let seconds = u64::from(self.key.as_ref()?.epochs.seconds);
        Some(self.until?.plus_seconds(seconds).plus_millis(SKEW))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::append::append;
    use crate::audit::entry::Draft;

    const ORIGIN: &str = "shop.example/0101010101010101/audit";
    const START: Timestamp = Timestamp::from_seconds(1_800_000_000);

    fn enroll() -> (Sealer, FirstKey) {
        Sealer::enroll(ORIGIN, START, 3600, Secret::new([7; 32])).unwrap()
    }

    fn hours(n: u64) -> Timestamp {
        START.plus_seconds(n * 3600)
    }

    fn grown(head: &Head) -> Head {
        let draft = r#"{"kind":"system","actor":{"kind":"system"},"action":"a"}"#;
        let drafts = [Draft::from_json(draft).unwrap()];
        append(head, &drafts, [1; 8], START).unwrap().head
    }

    fn check(seals: &[Seal], first: Option<&FirstKey>) -> Vec<Option<Fault>> {
        let mut chain = Chain::new(ORIGIN, first);
        seals.iter().map(|seal| chain.take(seal).err()).collect()
    }

    #[test]
    fn every_epoch_has_its_seal_and_a_passed_key_is_gone() {
        let (mut sealer, first) = enroll();
        let head = grown(&Head::default());
        assert_eq!(
            sealer.due(&head, Timestamp::from_millis(hours(1).millis() - 1)),
            []
        );
        let seals = sealer.due(&head, hours(3));
        assert_eq!(seals.len(), 3);
        assert_eq!(check(&seals, Some(&first)), [None; 3]);
        assert_eq!(check(&seals, None), [None; 3]);
        for seal in &seals {
            assert_eq!(Seal::from_text(&seal.to_text()).as_ref(), Ok(seal));
        }
        // The state goes to a file and back after each seal, as it does in life.
        for seal in &seals {
            let old = sealer.to_state();
            sealer.advance(seal).unwrap();
            assert_eq!(sealer.advance(seal), Ok(()));
            let state = sealer.to_state();
            let key = hex(Sealer::from_state(&old, ORIGIN).unwrap().key.expose());
            assert!(!state.contains(&key));
            sealer = Sealer::from_state(&state, ORIGIN).unwrap();
        }
        assert_eq!(sealer.epoch(), 3);
        let more = sealer.due(&grown(&head), hours(4));
        let all: Vec<Seal> = seals.iter().chain(&more).cloned().collect();
        assert_eq!(check(&all, Some(&first)), [None; 4]);
        assert_eq!(sealer.due(&head, hours(3 + 5000)).len(), MAX_DUE);
    }

    #[test]
    fn what_is_not_the_next_seal_is_found() {
        let (sealer, first) = enroll();
        let seals = sealer.due(&grown(&Head::default()), hours(5));
        let faults = |change: &dyn Fn(&mut Vec<Seal>)| {
            let mut changed = seals.clone();
            change(&mut changed);
            check(&changed, Some(&first)).into_iter().flatten().next()
        };
        assert_eq!(faults(&|_| ()), None);
        assert_eq!(
            faults(&|seals| {
                seals.remove(2);
            }),
            Some(Fault::Gap)
        );
        assert_eq!(
            faults(&|seals| {
                seals.remove(0);
            }),
            Some(Fault::Gap)
        );
        assert_eq!(faults(&|seals| seals.swap(1, 2)), Some(Fault::Gap));
        assert_eq!(
            faults(&|seals| seals.insert(1, seals[0].clone())),
            Some(Fault::Invalid)
        );
        type Change = fn(&mut Seal);
        let changes: [Change; 7] = [
            |seal| seal.size += 1,
            |seal| seal.size = 0,
            |seal| seal.root[0] ^= 1,
            |seal| seal.from = START,
            |seal| seal.until = seal.until.plus_millis(1),
            |seal| seal.previous[31] ^= 1,
            |seal| seal.mac[0] ^= 1,
        ];
        for (at, change) in changes.into_iter().enumerate() {
            assert_eq!(
                faults(&|seals| change(&mut seals[2])),
                Some(Fault::Invalid),
                "{at}"
            );
        }
        // Sealed again from a later key: what whoever takes the machine in epoch 3 could do.
        let mut later = enroll().0;
        for seal in &seals[..3] {
            later.advance(seal).unwrap();
        }
        later.epoch = 1;
        later.previous = seals[0].mac;
        let forged = later.due(&Head::default(), hours(5));
        assert_eq!(
            faults(&|seals| seals.splice(1.., forged.clone()).for_each(drop)),
            Some(Fault::Invalid)
        );
        let mut sealer = enroll().0;
        assert_eq!(sealer.advance(&seals[1]), Err(Error::SealOrder));
        assert_eq!(sealer.advance(&forged[0]), Err(Error::SealOrder));
    }

    #[test]
    fn a_seal_has_one_spelling() {
        let seal = &enroll().0.due(&Head::default(), hours(1))[0];
        let text = seal.to_text();
        let mut large = seal.clone();
        large.size = MAX_SIZE;
        assert_eq!(Seal::from_text(&large.to_text()).as_ref(), Ok(&large));
        large.size += 1;
        for wrong in [
            format!(" {text}"),
            format!("{text}\n"),
            text.replace("\"seal\":0", "\"seal\": 0"),
            text.replace(&hex(&seal.mac), &hex(&seal.mac).to_uppercase()),
            large.to_text(),
        ] {
            assert_ne!(wrong, text);
            assert_eq!(Seal::from_text(&wrong), Err(Error::Seal), "{wrong}");
        }
    }

    /// Seals with a sound MAC that the sealer of their epoch would not have made.
    #[test]
    fn a_sound_mac_is_not_enough() {
        let key = || Secret::new([7; 32]);
        let (sealer, first) = enroll();
        let one = |sealer: &Sealer| sealer.due(&Head::default(), hours(3)).remove(0);
        let good = one(&sealer);
        let mut other_past = enroll().0;
        other_past.previous = [1; 32];
        let mut other_epoch = enroll().0;
        other_epoch.epoch = 1;
        let (other_length, _) = Sealer::enroll(ORIGIN, START, 7200, key()).unwrap();
        let (other_start, _) = Sealer::enroll(ORIGIN, hours(1), 3600, key()).unwrap();
        for (at, wrong) in [&other_past, &other_epoch, &other_length, &other_start]
            .map(one)
            .iter()
            .enumerate()
        {
            assert!(
                check(std::slice::from_ref(wrong), Some(&first))[0].is_some(),
                "{at}"
            );
            if at < 2 {
                assert_eq!(enroll().0.advance(wrong), Err(Error::SealOrder), "{at}");
            }
        }
        let mut forged = good.clone();
        forged.mac[31] ^= 1;
        assert_eq!(enroll().0.advance(&forged), Err(Error::SealOrder));
        assert_eq!(enroll().0.advance(&good), Ok(()));
        // A log that has become shorter.
        let mut sealer = enroll().0;
        let long = sealer.due(&grown(&Head::default()), hours(1)).remove(0);
        sealer.advance(&long).unwrap();
        let short = sealer.due(&Head::default(), hours(2)).remove(0);
        let faults = check(&[long, short], Some(&first));
        assert_eq!(faults, [None, Some(Fault::Invalid)]);
    }

    #[test]
    fn one_fault_is_one_finding() {
        let (sealer, first) = enroll();
        let seals = sealer.due(&grown(&Head::default()), hours(5));
        let mut again = seals.clone();
        again.insert(1, seals[0].clone());
        let invalid = Some(Fault::Invalid);
        for first in [Some(&first), None] {
            assert_eq!(
                check(&again, first),
                [None, invalid, None, None, None, None]
            );
        }
        // Without the key, that seals continue each other is all there is to see.
        type Change = fn(&mut Seal);
        let changes: [Change; 3] = [
            |seal| seal.from = seal.from.plus_millis(1),
            |seal| seal.previous[0] ^= 1,
            |seal| seal.until = seal.from,
        ];
        for (at, change) in changes.into_iter().enumerate() {
            let mut changed = seals.clone();
            change(&mut changed[4]);
            let faults = check(&changed, None);
            assert_eq!(faults, [None, None, None, None, invalid], "{at}");
        }
    }

    #[test]
    fn epochs_have_an_end() {
        let (mut sealer, _) = enroll();
        sealer.epoch = MAX_EPOCHS - 1;
        let far = Timestamp::from_millis(u64::MAX);
        let seals = sealer.due(&Head::default(), far);
        assert_eq!(seals.len(), 1);
        assert_eq!(check(&seals, None), [None]);
        let mut beyond = seals[0].clone();
        beyond.epoch += 1;
        assert_eq!(check(&[beyond], None), [Some(Fault::Invalid)]);
        for (epoch, sound) in [
            (MAX_EPOCHS, true),
            (MAX_EPOCHS + 1, false),
            (u64::MAX, false),
        ] {
            sealer.epoch = epoch;
            let read = Sealer::from_state(&sealer.to_state(), ORIGIN);
            assert_eq!(read.is_ok(), sound, "{epoch}");
        }
    }

    #[test]
    fn a_key_is_read_without_a_typing_error_or_not_at_all() {
        let (sealer, first) = enroll();
        let text = first.to_text();
        assert_eq!(FirstKey::from_text(&text).unwrap().to_text(), text);
        let state = sealer.to_state();
        assert!(Sealer::from_state(&state, "other").is_err());
        for (text, read) in [
            (
                text,
                &(|text: &str| FirstKey::from_text(text).is_ok()) as &dyn Fn(&str) -> bool,
            ),
            (state.to_string(), &|text| {
                Sealer::from_state(text, ORIGIN).is_ok()
            }),
        ] {
            assert!(read(&text));
            for at in 0..text.len() {
                assert!(!read(&text[..at]));
                let mut changed = text.clone().into_bytes();
                changed[at] ^= 1;
                assert!(!read(&String::from_utf8(changed).unwrap()), "{at}");
            }
        }
        for (seconds, sound) in [
            (0, false),
            (59, false),
            (60, true),
            (2_678_400, true),
            (2_678_401, false),
        ] {
            let made = Sealer::enroll(ORIGIN, START, seconds, Secret::new([1; 32]));
            assert_eq!(made.is_ok(), sound, "{seconds}");
        }
    }
}
