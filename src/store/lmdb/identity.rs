//! Identifies a machine and its current boot.

use std::fs;

use super::system::io_error;
use crate::state_folder::is_limit_of_open_files;
use crate::store::error::StoreError;

/// The machine and the boot that a store belongs to. The store is reset if either differs and nobody has it open; while
/// processes of another identity have it open, it is refused.
///
/// A store is not synced to disk, so after a crash of the machine its files may have any content. On a clone of the
/// machine they would allow the same nonce to be used on both. The boot id differs in either case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostIdentity {
    boot: String,
    machine: String,
}

impl HostIdentity {
    /// Returns an identity from the id of a boot and the id of a machine. Characters other than ASCII letters, digits
    /// and hyphens are removed, and 128 are kept of each, so that both fit on a line of a file.
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

    /// Returns the identity of this machine: `/proc/sys/kernel/random/boot_id` and, if it exists, `/etc/machine-id`.
    ///
    /// # Errors
    /// [`StoreError::NoIdentity`] if the boot id cannot be read: a reboot would not be noticed. The error of a machine
    /// that has too many files open: an id that is not read for a moment would reset the store.
    pub fn of_host() -> Result<Self, StoreError> {
        let read = |path: &str| match fs::read_to_string(path) {
            Err(error) if is_limit_of_open_files(&error) => Err(io_error(&error)),
            read => Ok(read.unwrap_or_default()),
        };
        let boot = read("/proc/sys/kernel/random/boot_id")?;
        let identity = Self::new(&boot, &read("/etc/machine-id")?);
        if identity.boot.is_empty() {
            return Err(StoreError::NoIdentity);
        }
        Ok(identity)
    }

    /// Returns the namespace in which process ids of this process are unique; empty if it cannot be read. It is not part
    /// of the identity, since records of another namespace are as good as those of this one.
    pub(super) fn process_namespace() -> String {
        let link = fs::read_link("/proc/self/ns/pid").unwrap_or_default();
        Self::new(&link.to_string_lossy().replace(':', "-"), "").boot
    }

    /// Returns the id of the boot.
    #[must_use]
    pub fn boot(&self) -> &str {
        &self.boot
    }

    /// Returns the id of the machine; empty if it has none.
    #[must_use]
    pub fn machine(&self) -> &str {
        &self.machine
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_characters_are_removed_from_ids() {
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
