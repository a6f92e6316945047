// SPDX-License-Identifier: GPL-2.0

//! Finds types by their names.

use crate::types::TypeId;

/// Numbers of types in buckets, by a hash of their names: 8 bytes a type, and made in one pass.
pub(crate) struct Index {
    /// Where each bucket begins in `ids`, and the end of the last.
    starts: Vec<u32>,
    ids: Vec<TypeId>,
}

impl Index {
    pub(crate) fn new<'a>(names: impl Iterator<Item = (&'a [u8], TypeId)>) -> Self {
        let hashed: Vec<_> = names.map(|(name, id)| (hash(name), id)).collect();
        let buckets = hashed.len().next_power_of_two();
        let mut starts = vec![0u32; buckets + 1];
        let bucket = |hash: u32| hash as usize & (buckets - 1);

        for &(hash, _) in &hashed {
            if let Some(count) = starts.get_mut(bucket(hash) + 1) {
                *count += 1;
            }
        }
        let mut total = 0;
        for start in &mut starts {
            total += *start;
            *start = total;
        }
        // Each bucket is filled from its end, so the end becomes its start.
        let mut ids = vec![TypeId::VOID; hashed.len()];
        for &(hash, id) in hashed.iter().rev() {
            let Some(end) = starts.get_mut(bucket(hash) + 1) else {
                continue;
            };
            *end -= 1;
            if let Some(slot) = ids.get_mut(*end as usize) {
                *slot = id;
            }
        }
        starts.remove(0);
        starts.push(total);

        Self { starts, ids }
    }

    /// Returns the types that can have the name, in the order of their numbers, and some that have others.
    pub(crate) fn candidates(&self, name: &[u8]) -> impl Iterator<Item = TypeId> + '_ {
        let bucket = hash(name) as usize & (self.starts.len().saturating_sub(2));
        let start = self.starts.get(bucket).copied().unwrap_or_default();
        let end = self.starts.get(bucket + 1).copied().unwrap_or_default();

        self.ids
            .get(start as usize..end as usize)
            .unwrap_or_default()
            .iter()
            .copied()
    }
}

/// FNV-1a.
fn hash(name: &[u8]) -> u32 {
    name.iter().fold(0x811c_9dc5, |hash, &byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}
