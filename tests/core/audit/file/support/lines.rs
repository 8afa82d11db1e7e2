//! An exported file as its lines, so that tests can change them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign::audit::tree::Hash;
use countersign::bytes::{hex, sha256};
use serde_json::Value;

/// The lines of a file, without their newlines.
#[derive(Clone)]
pub struct Lines(pub Vec<Vec<u8>>);

impl Lines {
    pub fn of(file: &[u8]) -> Self {
        let mut lines: Vec<Vec<u8>> = file
            .split(|byte| *byte == b'\n')
            .map(<[u8]>::to_vec)
            .collect();
        assert_eq!(lines.pop(), Some(Vec::new()));
        Self(lines)
    }

    pub fn find(&self, start: &str) -> usize {
        self.nth(start, 0)
    }

    pub fn nth(&self, start: &str, nth: usize) -> usize {
        let at = |line: &Vec<u8>| line.starts_with(start.as_bytes());
        self.0
            .iter()
            .enumerate()
            .filter(|(_, line)| at(line))
            .nth(nth)
            .unwrap()
            .0
    }

    pub fn entry(&self, seq: u64) -> usize {
        self.find(&format!("{{\"v\":1,\"seq\":{seq},"))
    }

    pub fn replace(&mut self, line: usize, from: &str, to: &str) {
        let text = String::from_utf8(self.0[line].clone()).unwrap();
        assert!(text.contains(from), "{text}");
        self.0[line] = text.replacen(from, to, 1).into_bytes();
    }

    /// Computes the hash over the frame again, as an attacker would who knows the format.
    pub fn reframed(mut self) -> Self {
        let mut frame = Vec::new();
        let (end, lines) = self.0.split_last_mut().unwrap();
        let mut entries = 0;
        for line in lines.iter() {
            if line.starts_with(b"{\"v\":") {
                entries += 1;
            } else {
                frame.extend_from_slice(line);
                frame.push(b'\n');
            }
        }
        let mut value: Value = serde_json::from_slice(end).unwrap();
        value["frame"] = hex(&sha256(&frame)).into();
        *end = format!(
            r#"{{"end":{},"entries":{entries},"frame":{},"note":{}}}"#,
            value["end"], value["frame"], value["note"]
        )
        .into_bytes();
        self
    }

    pub fn file(&self) -> Vec<u8> {
        self.0
            .iter()
            .flat_map(|line| [line.as_slice(), b"\n"].concat())
            .collect()
    }

    /// Replaces the leaf hash of entry `seq` in its `leaves` line.
    pub fn set_leaf(&mut self, seq: u64, leaf: Hash) {
        for line in &mut self.0 {
            let Ok(value) = serde_json::from_slice::<Value>(line) else {
                continue;
            };
            let Some(from) = value["leaves"].as_u64() else {
                continue;
            };
            let mut bytes = STANDARD.decode(value["hashes"].as_str().unwrap()).unwrap();
            if (from..from + bytes.len() as u64 / 32).contains(&seq) {
                let at = (seq - from) as usize * 32;
                bytes[at..at + 32].copy_from_slice(&leaf);
                *line = format!(
                    r#"{{"leaves":{from},"hashes":"{}"}}"#,
                    STANDARD.encode(bytes)
                )
                .into_bytes();
                return;
            }
        }
        panic!("no `leaves` line has entry {seq}");
    }
}
