//! Roll-out in rings: which endpoints already get a new version.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One step of a roll-out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Ring {
    /// So many of a hundred endpoints have the new version in this step, those of earlier steps included.
    pub percent: u8,
    /// After so many seconds the next step begins.
    pub wait_s: u64,
}

/// Everybody at once.
pub const AT_ONCE: [Ring; 1] = [Ring { percent: 100, wait_s: 0 }];

/// What is wrong with these rings: they must grow and end with everybody.
#[must_use]
pub fn fault(rings: &[Ring]) -> Option<&'static str> {
    let grows = rings.windows(2).all(|pair| pair[0].percent < pair[1].percent);
    match rings.last() {
        Some(Ring { percent: 100, .. }) if grows && rings[0].percent > 0 && rings.len() <= 20 => None,
        _ => Some("rings grow from step to step and the last one is 100 percent"),
    }
}

/// Whether the endpoint is within the first `percent` of a hundred. The same endpoint falls elsewhere for another policy
/// version (`salt`), so that it is not always the same people who try things out.
#[must_use]
pub fn within(percent: u8, endpoint: &str, salt: &str) -> bool {
    // FNV-1a, 64 bit: spreads well enough for drawing lots and is the same on every machine.
    let hash = endpoint
        .bytes()
        .chain(salt.bytes())
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    (hash >> 32) % 100 < u64::from(percent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rings_grow_and_end_with_everybody() {
        let ring = |percent| Ring { percent, wait_s: 0 };
        assert_eq!(fault(&[ring(5), ring(30), ring(100)]), None);
        assert!(fault(&[ring(30), ring(5), ring(100)]).is_some());
        assert!(fault(&[ring(50)]).is_some());
        assert!(fault(&[]).is_some());
    }

    #[test]
    fn a_ring_holds_about_its_share_and_a_larger_one_holds_the_smaller() {
        let ids: Vec<_> = (0..10_000).map(|n| format!("endpoint-{n}")).collect();
        let inside = |percent| ids.iter().filter(|id| within(percent, id, "version")).count();
        assert!((400..600).contains(&inside(5)), "{}", inside(5));
        assert!(ids.iter().all(|id| !within(5, id, "v") || within(30, id, "v")));
        assert_eq!(inside(100), 10_000);
        assert_eq!(inside(0), 0);
    }
}
