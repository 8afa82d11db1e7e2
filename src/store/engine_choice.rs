//! Which engine the setting `countersign.store` chooses.

use super::error::StoreError;
use super::target::StoreTarget;

/// An engine that `countersign.store` can choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreEngine {
    /// Files in a folder, for one machine.
    Embedded,
    /// A Redis or Valkey server, for several machines.
    Redis,
    /// Memory with the lifetime of the site.
    Memory,
}

impl StoreEngine {
    /// Returns the engine that `setting`, the value of `countersign.store`, chooses in a build for `target`.
    ///
    /// # Errors
    /// * [`StoreError::Engine`]: it is not the word of an engine.
    /// * [`StoreError::MemoryOnHost`]: memory would not be shared by the processes of a web server, so each of them would
    ///   accept an item once.
    /// * [`StoreError::OnlyMemory`]: in WebAssembly there is no other engine.
    pub fn choose(setting: &str, target: StoreTarget) -> Result<Self, StoreError> {
        match (target, setting) {
            (StoreTarget::Host, "embedded") => Ok(Self::Embedded),
            (StoreTarget::Host, "redis") => Ok(Self::Redis),
            (StoreTarget::Host, "memory") => Err(StoreError::MemoryOnHost),
            (StoreTarget::Host, _) => Err(StoreError::Engine),
            (StoreTarget::WebAssembly, "memory") => Ok(Self::Memory),
            (StoreTarget::WebAssembly, _) => Err(StoreError::OnlyMemory),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_target_has_engines_of_its_own() {
        assert_eq!(StoreTarget::BUILD, StoreTarget::Host);
        let host = |setting| StoreEngine::choose(setting, StoreTarget::Host);
        assert_eq!(host("embedded"), Ok(StoreEngine::Embedded));
        assert_eq!(host("redis"), Ok(StoreEngine::Redis));
        assert_eq!(host("memory"), Err(StoreError::MemoryOnHost));
        let wasm = |setting| StoreEngine::choose(setting, StoreTarget::WebAssembly);
        assert_eq!(wasm("memory"), Ok(StoreEngine::Memory));
        for other in ["embedded", "redis", "", "Memory", "memory "] {
            assert_eq!(wasm(other), Err(StoreError::OnlyMemory), "{other}");
        }
        for other in ["", "Embedded", "Memory", "memory ", "memcached"] {
            assert_eq!(host(other), Err(StoreError::Engine), "{other}");
        }
    }
}
