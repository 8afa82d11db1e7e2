//! Checks whether the salts of a site are suitable for a vault.
//!
//! If one of its constants is missing, is the placeholder or equals another one, WordPress silently uses a value from
//! its database instead. An attacker who has the database would find the key beside the secrets that it protects.

use crate::keyring::{MIN_MATERIAL, has_placeholder};
use crate::reason::Reason;

/// The least number of different bytes in a salt. A salt with fewer is not random text.
const MIN_VARIETY: usize = 12;

/// Checks the values of the needed salts, with `None` for a constant that is not defined.
///
/// # Errors
/// The first fault: [`Reason::SaltMissing`] if a salt is undefined or empty (or the list is empty),
/// [`Reason::SaltPlaceholder`] if it contains WordPress's placeholder, [`Reason::SaltShort`] if it has fewer than 32
/// bytes, and [`Reason::SaltMonotonous`] if it has fewer than 12 different bytes. If no salt has such a fault,
/// [`Reason::SaltDuplicated`] if two are equal.
pub fn check(salts: &[Option<&[u8]>]) -> Result<(), Reason> {
    if salts.is_empty() {
        return Err(Reason::SaltMissing);
    }
    for salt in salts {
        let salt = salt
            .filter(|salt| !salt.is_empty())
            .ok_or(Reason::SaltMissing)?;
        if has_placeholder(salt) {
            return Err(Reason::SaltPlaceholder);
        }
        if salt.len() < MIN_MATERIAL {
            return Err(Reason::SaltShort);
        }
        let mut seen = [false; 256];
        for byte in salt {
            if let Some(seen) = seen.get_mut(usize::from(*byte)) {
                *seen = true;
            }
        }
        if seen.iter().filter(|seen| **seen).count() < MIN_VARIETY {
            return Err(Reason::SaltMonotonous);
        }
    }
    for (at, salt) in salts.iter().enumerate() {
        if salts.iter().skip(at + 1).any(|other| other == salt) {
            return Err(Reason::SaltDuplicated);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &[u8] = b"(XpF0aE9?m]1kd|3#z-Q7rT>wUo8s*Vb";
    const OTHER: &[u8] = b"9uY{2hC^g4~Ln6@Jt+x5eW=Ri!0ZqK&m";

    #[test]
    fn each_fault_of_a_salt_has_its_reason() {
        assert_eq!(check(&[Some(GOOD), Some(OTHER)]), Ok(()));
        for (salts, reason) in [
            (vec![], Reason::SaltMissing),
            (vec![Some(GOOD), None], Reason::SaltMissing),
            (vec![Some(GOOD), Some(&b""[..])], Reason::SaltMissing),
            (
                vec![Some(&b"Put your unique phrase here, and more of it"[..])],
                Reason::SaltPlaceholder,
            ),
            (vec![Some(&GOOD[..31])], Reason::SaltShort),
            (vec![Some(&[b'a'; 64][..])], Reason::SaltMonotonous),
            (
                vec![Some(&b"0123456789a0123456789a0123456789a"[..])],
                Reason::SaltMonotonous,
            ),
            (
                vec![Some(GOOD), Some(OTHER), Some(GOOD)],
                Reason::SaltDuplicated,
            ),
        ] {
            assert_eq!(check(&salts), Err(reason));
        }
        assert_eq!(check(&[Some(b"0123456789ab0123456789ab01234567")]), Ok(()));
    }
}
