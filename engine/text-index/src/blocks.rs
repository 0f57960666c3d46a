//! A set of blocks.

/// Blocks of one file, from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blocks {
    /// One number for each section of 128 blocks.
    pub(crate) sections: Vec<u128>,
}

impl Blocks {
    /// Whether `block` is one of them.
    #[must_use]
    pub fn contains(&self, block: usize) -> bool {
        self.sections.get(block / 128).is_some_and(|bits| bits >> (block % 128) & 1 == 1)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sections.iter().all(|bits| *bits == 0)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.sections.iter().map(|bits| bits.count_ones() as usize).sum()
    }
}

/// The first `count` blocks of a section.
pub(crate) const fn first(count: u32) -> u128 {
    if count >= 128 { u128::MAX } else { (1 << count) - 1 }
}
