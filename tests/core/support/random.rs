//! A small generator of numbers, the same on every machine, so that a failing case can be repeated by its seed.

/// An xorshift generator. The seed must not be 0.
pub struct Random(pub u64);

impl Random {
    /// Returns the next number below `bound`.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % bound
    }
}
