//! Which machine, and since which start of it.

use std::fs;

use super::StoreError;

/// What a store belongs to: it is started anew when any of it differs.
///
/// A store is not synced to disk, so after a crash of the machine its files may hold anything; and
/// on a copy of the machine they would let the same nonce pass on both. The boot id differs in
/// either case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostIdentity {
    boot: String,
    machine: String,
}

impl HostIdentity {
    /// From an id of this start of the machine, and one of the machine. What is not a letter, a digit
    /// or a hyphen is left out, so that both fit on a line of a file.
    #[must_use]
    pub fn new(boot: &str, machine: &str) -> Self {
        let plain = |text: &str| -> String {
            let kept = text
                .chars()
                .filter(|c| c.is_ascii_alphanumeric() || *c == '-');
            kept.take(128).collect()
        };
        Self {
            boot: plain(boot),
            machine: plain(machine),
        }
    }

    /// Of the machine this runs on: `/proc/sys/kernel/random/boot_id` and, where it exists,
    /// `/etc/machine-id`.
    ///
    /// # Errors
    /// [`StoreError::NoIdentity`] when the boot id cannot be read: a reboot would go unnoticed.
    pub fn of_host() -> Result<Self, StoreError> {
        let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
        let machine = fs::read_to_string("/etc/machine-id").unwrap_or_default();
        let identity = Self::new(&boot, &machine);
        if identity.boot.is_empty() {
            return Err(StoreError::NoIdentity);
        }
        Ok(identity)
    }

    /// The id of this start of the machine.
    #[must_use]
    pub fn boot(&self) -> &str {
        &self.boot
    }

    /// The id of the machine; empty where it has none.
    #[must_use]
    pub fn machine(&self) -> &str {
        &self.machine
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_stay_on_their_line() {
        let identity = HostIdentity::new("b0-0T\nmachine x", " m\0 ");
        assert_eq!(identity.boot(), "b0-0Tmachinex");
        assert_eq!(identity.machine(), "m");
    }

    #[test]
    fn this_host_has_a_boot_id() {
        assert_eq!(HostIdentity::of_host(), HostIdentity::of_host());
        assert_eq!(HostIdentity::of_host().unwrap().boot().len(), 36);
    }
}
