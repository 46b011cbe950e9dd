//! Chance that repeats itself.

use signalbox_domain::ContentHash;

/// A small generator of pseudo-random numbers (splitmix64). Not for secrets.
#[derive(Debug, Clone)]
pub(crate) struct Dice(u64);

impl Dice {
    /// Dice that fall the same way for the same hash and seed.
    pub(crate) fn new(hash: &ContentHash, seed: u64) -> Self {
        let start = hash.as_bytes().iter().take(8).fold(0_u64, |sum, byte| (sum << 8) | u64::from(*byte));
        Self(start ^ seed.wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 to below `count`; 0 when there is none.
    pub(crate) fn below(&mut self, count: usize) -> usize {
        let count = count as u64;
        self.next().checked_rem(count).unwrap_or(0) as usize
    }

    /// A number from 0 to below 1.
    pub(crate) fn fraction(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// One of the texts; an empty one when there are none.
    pub(crate) fn pick<'a>(&mut self, texts: &[&'a str]) -> &'a str {
        texts.get(self.below(texts.len())).copied().unwrap_or_default()
    }
}
