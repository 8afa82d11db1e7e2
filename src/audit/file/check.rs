//! A verification of one or more files against the same expectations, which are given before the first bytes.

use super::conclusion::FileConclusion;
use super::report::{Expectations, FileReport};
use super::verify::FileVerifier;
use crate::audit::checkpoint::Checkpoint;
use crate::audit::note::VerifierKey;
use crate::audit::seal::FirstKey;
use crate::audit::tree::Hash;
use crate::clock::Timestamp;

/// Why an expectation was not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExpectationError {
    /// The verification has begun.
    #[error("expectations must be given before the first bytes of the file")]
    Late,
    /// No verifier key has signed the checkpoint.
    #[error("no verifier key has signed the checkpoint")]
    UnknownSigner,
}

/// Verifies files, one after the other, against the same expectations.
pub struct FileCheck {
    expected: Expectations,
    verifier: Option<FileVerifier>,
}

impl FileCheck {
    /// Begins with the verifier keys of the site. Without a key, checkpoints and the signature on a file prove nothing.
    #[must_use]
    pub fn new(keys: Vec<VerifierKey>) -> Self {
        Self {
            expected: Expectations {
                keys,
                ..Expectations::default()
            },
            verifier: None,
        }
    }

    /// Expects the log of `size` entries to have this root.
    ///
    /// # Errors
    /// [`ExpectationError::Late`] when the verification has begun.
    pub fn expect_root(&mut self, size: u64, root: Hash) -> Result<(), ExpectationError> {
        self.expectations()?.roots.push((size, root));
        Ok(())
    }

    /// Expects the log to continue a checkpoint that one of the verifier keys has signed under its own name.
    ///
    /// # Errors
    /// [`ExpectationError::UnknownSigner`] for any other text, [`ExpectationError::Late`] when the verification has begun.
    pub fn expect_checkpoint(&mut self, note: &str) -> Result<(), ExpectationError> {
        let expected = self.expectations()?;
        let opened = expected
            .keys
            .iter()
            .find_map(|key| Checkpoint::open(note, std::slice::from_ref(key), key.name()).ok())
            .ok_or(ExpectationError::UnknownSigner)?;
        expected.roots.push((opened.size, opened.root));
        Ok(())
    }

    /// Expects every epoch to have its seal. `taken` is when the file was taken, by a trusted clock: the log must have
    /// been sealed until then.
    ///
    /// # Errors
    /// [`ExpectationError::Late`] when the verification has begun.
    pub fn expect_seals(
        &mut self,
        key: FirstKey,
        taken: Option<Timestamp>,
    ) -> Result<(), ExpectationError> {
        let expected = self.expectations()?;
        expected.seal = Some(key);
        expected.taken = taken;
        Ok(())
    }

    /// Takes the next bytes of the file, any number.
    pub fn push(&mut self, chunk: &[u8]) {
        let expected = &self.expected;
        self.verifier
            .get_or_insert_with(|| FileVerifier::new(expected))
            .push(chunk);
    }

    /// Returns the report on the file. The next bytes begin another file, with the same expectations.
    pub fn finish(&mut self) -> FileReport {
        let begun = self.verifier.take();
        begun
            .unwrap_or_else(|| FileVerifier::new(&self.expected))
            .finish()
    }

    /// Returns the report on the file with its meaning. The next bytes begin another file, with the same expectations.
    pub fn conclude(&mut self) -> FileConclusion {
        FileConclusion::of(self.finish(), &self.expected)
    }

    /// Returns the number of entries in the bytes that were taken of the current file.
    #[must_use]
    pub fn entries(&self) -> u64 {
        self.verifier.as_ref().map_or(0, FileVerifier::entries)
    }

    const fn expectations(&mut self) -> Result<&mut Expectations, ExpectationError> {
        if self.verifier.is_some() {
            return Err(ExpectationError::Late);
        }
        Ok(&mut self.expected)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::verify::LogVerdict;
    use ed25519_dalek::SigningKey;

    const ORIGIN: &str = "shop.example/0101010101010101/audit";

    #[test]
    fn expectations_come_before_the_first_bytes() {
        let mut check = FileCheck::new(Vec::new());
        assert_eq!(check.expect_root(1, [7; 32]), Ok(()));
        check.push(b"x");
        assert_eq!(check.expect_root(1, [7; 32]), Err(ExpectationError::Late));
        assert_eq!(check.expect_checkpoint(""), Err(ExpectationError::Late));
        assert_ne!(check.finish().verdict, LogVerdict::Ok);
        assert_eq!(check.expect_root(2, [7; 32]), Ok(()), "the next file");
    }

    #[test]
    fn checkpoint_must_be_signed_by_a_verifier_key_under_its_name() {
        let key = SigningKey::from_bytes(&[7; 32]);
        let sign = |origin: &str| {
            let checkpoint = Checkpoint {
                origin: origin.to_owned(),
                size: 1,
                root: [7; 32],
            };
            checkpoint.sign(&key).unwrap()
        };
        let keys = vec![VerifierKey::new(ORIGIN, key.verifying_key()).unwrap()];
        let mut check = FileCheck::new(keys);
        assert_eq!(check.expect_checkpoint(&sign(ORIGIN)), Ok(()));
        let unknown = Err(ExpectationError::UnknownSigner);
        assert_eq!(check.expect_checkpoint(&sign("other.example")), unknown);
        assert_eq!(check.expect_checkpoint("no checkpoint"), unknown);
        assert_eq!(
            FileCheck::new(Vec::new()).expect_checkpoint(&sign(ORIGIN)),
            unknown
        );
    }
}
