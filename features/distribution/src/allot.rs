//! Which endpoint is in which ring: each in one only. Pure.

use std::collections::HashSet;

/// How a ring gets its endpoints.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wants<T> {
    /// These, as far as no ring before has them.
    pub named: Vec<T>,
    /// Besides, so many in a hundred of the endpoints that no ring names.
    pub share: Option<u8>,
}

/// Puts endpoints into rings: those that a ring names there, the first ring that does; of the others (`pool`, in the order in which they
/// are taken) each ring its share, and the last ring with a share all that are left.
#[must_use]
pub fn allot<T: Copy + Eq + std::hash::Hash>(rings: &[Wants<T>], pool: &[T]) -> Vec<Vec<T>> {
    let mut taken: HashSet<T> = HashSet::new();
    let mut found: Vec<Vec<T>> =
        rings.iter().map(|ring| ring.named.iter().copied().filter(|one| taken.insert(*one)).collect()).collect();
    let pool: Vec<T> = pool.iter().copied().filter(|one| taken.insert(*one)).collect();
    let last = rings.iter().rposition(|ring| ring.share.is_some());
    let mut rest = pool.as_slice();
    for (at, ring) in rings.iter().enumerate() {
        let Some(share) = ring.share else { continue };
        let many = if Some(at) == last { rest.len() } else { (pool.len() * usize::from(share)).div_ceil(100) };
        let (own, others) = rest.split_at(many.min(rest.len()));
        found[at].extend_from_slice(own);
        rest = others;
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn wants(named: &[u32], share: Option<u8>) -> Wants<u32> {
        Wants { named: named.to_vec(), share }
    }

    #[test]
    fn an_endpoint_that_two_rings_name_is_in_the_first() {
        assert_eq!(allot(&[wants(&[1, 2], None), wants(&[2, 3], None)], &[]), [vec![1, 2], vec![3]]);
    }

    #[test]
    fn shares_are_of_those_that_nobody_names_and_the_last_one_has_the_rest() {
        let pool: Vec<u32> = (0..41).collect();
        let rings = [wants(&[0], Some(5)), wants(&[], Some(25)), wants(&[], Some(70))];
        let sizes: Vec<_> = allot(&rings, &pool).iter().map(Vec::len).collect();
        assert_eq!(sizes, [3, 10, 28]);
    }

    #[test]
    fn without_a_share_nobody_gets_those_that_are_not_named() {
        assert_eq!(allot(&[wants(&[1], None)], &[1, 2, 3]), [vec![1]]);
    }

    proptest! {
        #[test]
        fn each_endpoint_is_in_one_ring_at_most(
            rings in prop::collection::vec((prop::collection::vec(0_u32..50, 0..20), prop::option::of(0_u8..=100)), 0..6),
            pool in prop::collection::vec(0_u32..80, 0..100),
        ) {
            let rings: Vec<_> = rings.into_iter().map(|(named, share)| Wants { named, share }).collect();
            let found: Vec<u32> = allot(&rings, &pool).concat();
            let once: HashSet<u32> = found.iter().copied().collect();
            prop_assert_eq!(once.len(), found.len());
            if rings.iter().any(|ring| ring.share.is_some()) {
                prop_assert!(pool.iter().all(|one| once.contains(one)));
            }
        }
    }
}
