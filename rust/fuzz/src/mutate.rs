// SPDX-License-Identifier: GPL-2.0

//! Changes that make sense in formats which are tables of numbers: sizes, offsets and indices.

/// Numbers that come one after the other, and always the same for the same seed.
struct Numbers(u64);

impl Numbers {
    /// SplitMix64.
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut number = self.0;
        number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        number ^ (number >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        match limit {
            0 => 0,
            limit => (self.next() % limit as u64) as usize,
        }
    }
}

/// Changes one word of the first `size` bytes of `data`; returns whether it has, which it does for half of the seeds.
pub fn mutate(data: &mut [u8], size: usize, seed: u32) -> bool {
    let numbers = &mut Numbers(seed.into());
    let width = [1, 2, 4, 4, 8, 8][numbers.below(6)];

    if size < 2 * width || numbers.below(2) == 0 {
        return false;
    }
    let mut word = |data: &[u8]| {
        let at = numbers.below(size / width) * width;
        let mut bytes = [0; 8];
        bytes[..width].copy_from_slice(&data[at..at + width]);
        (at, u64::from_le_bytes(bytes))
    };
    let (at, is) = word(data);
    let (_, other) = word(data);
    let new = match numbers.below(10) {
        0 => 0,
        1 => numbers.next() % 8,
        2 => numbers.next() % size as u64,
        3 => size as u64,
        4 => is.wrapping_add(1),
        5 => is.wrapping_sub(1),
        6 => u64::MAX,
        7 => 1 << numbers.below(64),
        // In files of the other order of bytes.
        8 => (numbers.next() % size as u64).swap_bytes() >> (64 - 8 * width),
        _ => other,
    };
    data[at..at + width].copy_from_slice(&new.to_le_bytes()[..width]);
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_word() {
        let mut changed = 0;

        for seed in 0..1000 {
            let mut data: Vec<u8> = (0..50).collect();
            let did = mutate(&mut data, 40, seed);
            let differ: Vec<_> = (0..50).filter(|&at| data[at] != at as u8).collect();

            assert!(did || differ.is_empty());
            assert!(differ.iter().all(|&at| at < 40));
            assert!(differ.last().copied().unwrap_or(0) - differ.first().copied().unwrap_or(0) < 8);
            changed += usize::from(!differ.is_empty());
        }
        assert!(changed > 300, "{changed}");
        for size in 0..3 {
            mutate(&mut [1, 2, 3], size, 7);
        }
    }
}
