//! Whether the site's salts can carry a vault.
//!
//! WordPress silently makes do with what it is given: for a constant that is missing, is the placeholder or stands
//! twice, it takes a value from its own database, where whoever has the database finds it beside what it protects.

use crate::keyring::{MIN_MATERIAL, has_placeholder};
use crate::reason::Reason;

/// Fewer different bytes than this in one salt is no random text.
const MIN_VARIETY: usize = 12;

/// Checks the salts that are needed, by value: `None` for a constant that is not defined.
///
/// # Errors
/// The first that is wrong: [`Reason::SaltMissing`], [`Reason::SaltPlaceholder`], [`Reason::SaltShort`],
/// [`Reason::SaltMonotonous`]; then [`Reason::SaltDuplicated`] when two are the same.
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
    fn each_way_to_be_weak_has_its_reason() {
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
