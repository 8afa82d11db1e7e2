//! The bytes of a store in memory, which the instances of PHP that serve one site share.
//!
//! Layout: `CSMEMRY1`, the watermark (8 bytes), the latest moment (8); then one-time items, histories, tallies and values,
//! each as their number (4) and the records; then the SHA-256 of everything before it. A record is a key (32) and a value;
//! the key of a small value is its length (4) and its bytes. A value is its length (4) and its bytes; that of a one-time
//! item begins with the moment until which it is remembered (8, before the length). Numbers are big-endian. Records are
//! sorted by their keys, each of which occurs once.

use std::collections::BTreeMap;

use super::state::MemoryState;
use crate::bytes::{ByteReader, sha256};
use crate::clock::Timestamp;

const MAGIC: &[u8; 8] = b"CSMEMRY1";

impl MemoryState {
    /// Returns the image of this state: equal states have equal images.
    pub(super) fn to_image(&self) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        out.extend_from_slice(&self.opened_at.millis().to_be_bytes());
        out.extend_from_slice(&self.latest.millis().to_be_bytes());
        put_length(&mut out, self.seen.len());
        for (key, (until, receipt)) in &self.seen {
            out.extend_from_slice(key);
            out.extend_from_slice(&until.millis().to_be_bytes());
            put_bytes(&mut out, receipt);
        }
        for map in [&self.limits, &self.budgets] {
            put_length(&mut out, map.len());
            for (key, bytes) in map {
                out.extend_from_slice(key);
                put_bytes(&mut out, bytes);
            }
        }
        put_length(&mut out, self.values.len());
        for (name, value) in &self.values {
            put_bytes(&mut out, name);
            put_bytes(&mut out, value);
        }
        let checksum = sha256(&out);
        out.extend_from_slice(&checksum);
        out
    }

    /// Reads the bytes of [`MemoryState::to_image`]; `None` for any others.
    pub(super) fn of_image(bytes: &[u8]) -> Option<Self> {
        let (content, checksum) = bytes.split_last_chunk::<32>()?;
        if sha256(content) != *checksum {
            return None;
        }
        let mut reader = ByteReader(content);
        if reader.array()? != *MAGIC {
            return None;
        }
        let mut state = Self::new(moment(&mut reader)?);
        state.latest = moment(&mut reader)?;
        state.seen = records(&mut reader, ByteReader::array, |reader| {
            Some((moment(reader)?, bytes_of(reader)?))
        })?;
        state.limits = records(&mut reader, ByteReader::array, bytes_of)?;
        state.budgets = records(&mut reader, ByteReader::array, bytes_of)?;
        state.values = records(&mut reader, bytes_of, bytes_of)?;
        reader.0.is_empty().then_some(state)
    }
}

/// Writes a length. No record and no store is as long as 4 GiB: see `MAX_IMAGE`.
fn put_length(out: &mut Vec<u8>, length: usize) {
    out.extend_from_slice(&u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes());
}

fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_length(out, bytes.len());
    out.extend_from_slice(bytes);
}

fn moment(reader: &mut ByteReader<'_>) -> Option<Timestamp> {
    reader
        .array()
        .map(u64::from_be_bytes)
        .map(Timestamp::from_millis)
}

fn length(reader: &mut ByteReader<'_>) -> Option<usize> {
    usize::try_from(u32::from_be_bytes(reader.array()?)).ok()
}

fn bytes_of(reader: &mut ByteReader<'_>) -> Option<Vec<u8>> {
    let length = length(reader)?;
    reader.take(length).map(<[u8]>::to_vec)
}

fn records<'a, K: Ord, V>(
    reader: &mut ByteReader<'a>,
    key: impl Fn(&mut ByteReader<'a>) -> Option<K>,
    value: impl Fn(&mut ByteReader<'a>) -> Option<V>,
) -> Option<BTreeMap<K, V>> {
    let mut map = BTreeMap::new();
    for _ in 0..length(reader)? {
        let key = key(reader)?;
        let is_sorted = map.last_key_value().is_none_or(|(last, _)| *last < key);
        if !is_sorted {
            return None;
        }
        map.insert(key, value(reader)?);
    }
    Some(map)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state() -> MemoryState {
        let mut state = MemoryState::new(Timestamp::from_millis(5));
        state.latest = Timestamp::from_millis(9);
        state
            .seen
            .insert([1; 32], (Timestamp::from_millis(7), b"receipt".to_vec()));
        state
            .seen
            .insert([2; 32], (Timestamp::from_millis(8), Vec::new()));
        state.limits.insert([3; 32], vec![1, 2, 3]);
        state.budgets.insert([4; 32], vec![4, 5]);
        state.values.insert(b"n".to_vec(), Vec::new());
        state.values.insert(b"name".to_vec(), b"value".to_vec());
        state
    }

    #[test]
    fn an_image_is_read_as_the_state_that_it_was_made_of() {
        for state in [MemoryState::new(Timestamp::from_millis(0)), state()] {
            let image = state.to_image();
            assert_eq!(MemoryState::of_image(&image), Some(state));
        }
    }

    #[test]
    fn other_bytes_are_no_image() {
        let image = state().to_image();
        for length in 0..image.len() {
            let cut = image.get(..length).unwrap();
            assert_eq!(MemoryState::of_image(cut), None, "{length}");
        }
        for at in 0..image.len() {
            let mut changed = image.clone();
            *changed.get_mut(at).unwrap() ^= 1;
            assert_eq!(MemoryState::of_image(&changed), None, "{at}");
        }
        // Genuine checksums of wrong contents.
        let (content, _) = image.split_last_chunk::<32>().unwrap();
        for wrong in [
            [content, &[0]].concat(),
            content.get(..content.len() - 1).unwrap().to_vec(),
            content.iter().map(|byte| byte ^ 1).collect(),
        ] {
            let sum = sha256(&wrong);
            let wrong = [wrong.as_slice(), &sum].concat();
            assert_eq!(MemoryState::of_image(&wrong), None);
        }
    }
}
