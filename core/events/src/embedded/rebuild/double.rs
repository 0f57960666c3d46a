//! Files that hold the same events: a crash leaves what was merged, compacted or partly removed beside what came of it, and
//! without a journal nothing tells which of the two counts.

use std::{collections::BTreeMap, path::Path};

use super::{
    Rebuilt,
    survey::{Found, positions},
};
use crate::{StoreError, embedded::manifest::ManifestFile};

/// Leaves out every segment whose events are all in another one, and every one that shares some with another: of two, the one
/// stays that the journal knows, or else the one with more events. Nothing is doubled, and what stays is told.
pub(super) fn put_out(
    dir: &Path,
    found: &mut Vec<Found>,
    known: &BTreeMap<String, ManifestFile>,
    rebuilt: &mut Rebuilt,
) -> Result<(), StoreError> {
    // The ones that are to stay first.
    found.sort_by_key(|one| (!known.contains_key(&one.entry.path), std::cmp::Reverse(one.entry.rows), one.entry.id));
    let mut stay: Vec<Found> = Vec::with_capacity(found.len());
    for one in found.drain(..) {
        match other(dir, &one, &stay)? {
            None => stay.push(one),
            Some((other, all)) => {
                let what = if all { "all" } else { "some" };
                let why = format!("{what} of its events are in {other} too");
                for (name, _) in one.entry.files() {
                    rebuilt.adopted.retain(|adopted| *adopted != name);
                    rebuilt.aside.push((name, why.clone()));
                }
            }
        }
    }
    stay.sort_by_key(|one| one.entry.extent.position);
    *found = stay;
    Ok(())
}

/// A segment that has events of `one`, and whether it has all of them.
fn other(dir: &Path, one: &Found, stay: &[Found]) -> Result<Option<(String, bool)>, StoreError> {
    let (low, high) = one.entry.extent.position;
    let near = |other: &&Found| {
        let (from, to) = other.entry.extent.position;
        from <= high && low <= to
    };
    let mut own = None;
    for other in stay.iter().filter(near) {
        let own = match &own {
            Some(own) => own,
            None => own.insert(positions(dir, &one.entry)?),
        };
        let theirs = positions(dir, &other.entry)?;
        let shared = own.iter().filter(|position| theirs.binary_search(position).is_ok()).count();
        if shared > 0 {
            return Ok(Some((other.entry.path.clone(), shared == own.len())));
        }
    }
    Ok(None)
}
