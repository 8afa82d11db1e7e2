//! The kind of build, as far as stores differ by it.

/// The kind of build, which decides which engines can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreTarget {
    /// PHP on an operating system: several processes serve a site, so a store must be outside of each.
    Host,
    /// PHP in WebAssembly: there are no processes, no disk that lasts and no network.
    WebAssembly,
}

impl StoreTarget {
    /// The target of this build.
    pub const BUILD: Self = if cfg!(has_processes) {
        Self::Host
    } else {
        Self::WebAssembly
    };

    /// Returns the largest `countersign.store_size`, in MiB.
    #[must_use]
    pub const fn max_mib(self) -> usize {
        match self {
            Self::Host => 65_536,
            // Each operation reads and writes the whole store.
            Self::WebAssembly => 64,
        }
    }
}
