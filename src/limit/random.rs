/// A small generator of numbers for tests, so that a failing schedule is found again by its number.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    /// The next number, below `bound`.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % bound
    }
}
