//! Many acts of one kind by one tree of processes become one row with a count.

use std::collections::{BTreeMap, HashMap};

use yagura_records::{FileAct, FileActed, Text};

const SECOND_NS: u64 = 1_000_000_000;

/// So many acts of one kind are told of one by one; those after them in sum.
pub(crate) const ONE_BY_ONE: u64 = 100;
/// A tree that rested this long begins anew.
const REST_NS: u64 = 60 * SECOND_NS;
/// A sum is told of when nothing was added for so long, or it is so old.
const QUIET_NS: u64 = 2 * SECOND_NS;
const LONGEST_NS: u64 = 60 * SECOND_NS;
/// Paths that a sum gives as examples.
const EXAMPLES: usize = 3;
/// Trees that are kept at most.
const TREES: usize = 4096;

/// A sum.
#[derive(Debug)]
struct Fold {
    row: FileActed,
    count: u64,
    touched_ns: u64,
}

#[derive(Debug, Default)]
struct Tree {
    told: HashMap<FileAct, u64>,
    folds: BTreeMap<FileAct, Fold>,
    touched_ns: u64,
}

/// Rows on their way out.
#[derive(Debug, Default)]
pub(crate) struct Folds(HashMap<u32, Tree>);

impl Folds {
    /// Takes a row of a tree and hands it on, or adds it to a sum. With `always`, to a sum in any case.
    pub(crate) fn add(&mut self, tree: u32, row: FileActed, always: bool, out: &mut dyn FnMut(FileActed)) {
        let now_ns = row.at.mono_ns;
        if self.0.len() >= TREES && !self.0.contains_key(&tree) {
            self.flush(now_ns, true, out);
        }
        let kept = self.0.entry(tree).or_default();
        if now_ns.saturating_sub(kept.touched_ns) >= REST_NS {
            kept.told.clear();
        }
        kept.touched_ns = now_ns;
        let told = kept.told.entry(row.act).or_default();
        *told += 1;
        if !always && *told <= ONE_BY_ONE {
            return out(row);
        }
        match kept.folds.get_mut(&row.act) {
            Some(fold) => fold.add(&row, now_ns),
            None => drop(kept.folds.insert(row.act, Fold { row, count: 1, touched_ns: now_ns })),
        }
    }

    /// Hands on what is complete; with `all`, everything.
    pub(crate) fn flush(&mut self, now_ns: u64, all: bool, out: &mut dyn FnMut(FileActed)) {
        self.0.retain(|_, tree| {
            for (act, fold) in std::mem::take(&mut tree.folds) {
                let quiet = now_ns.saturating_sub(fold.touched_ns) >= QUIET_NS;
                if all || quiet || now_ns.saturating_sub(fold.row.at.mono_ns) >= LONGEST_NS {
                    out(fold.finish());
                } else {
                    tree.folds.insert(act, fold);
                }
            }
            !all && now_ns.saturating_sub(tree.touched_ns) < REST_NS
        });
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.values().all(|tree| tree.folds.is_empty())
    }
}

impl Fold {
    fn add(&mut self, row: &FileActed, now_ns: u64) {
        if self.count == 1 {
            self.row.examples = vec![self.row.outcome().0.clone()];
        }
        self.count += 1;
        self.touched_ns = now_ns;
        if self.row.examples.len() < EXAMPLES {
            self.row.examples.push(row.outcome().0.clone());
        }
        let kept = &mut self.row;
        kept.bytes = match (kept.bytes, row.bytes) {
            (Some(one), Some(other)) => Some(one.saturating_add(other)),
            (one, other) => one.or(other),
        };
        kept.path = common(&kept.path, &row.path);
        kept.target = match (&kept.target, &row.target) {
            (Some(one), Some(other)) => Some(common(one, other)),
            _ => None,
        };
        kept.inferred |= row.inferred;
        if let (Some(one), Some(other)) = (&mut kept.process, &row.process)
            && one.logon_session != other.logon_session
        {
            // Of several sessions at work together none is named.
            one.logon_session = None;
        }
        kept.notes.retain(|note| row.notes.contains(note));
    }

    fn finish(self) -> FileActed {
        let Self { mut row, count, .. } = self;
        if count > 1 {
            row.count = Some(count);
        }
        row
    }
}

/// The folder that holds both, or the path if they are one.
fn common(one: &Text, other: &Text) -> Text {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one == other {
        return Text::from_bytes(one.to_vec());
    }
    let same = one.iter().zip(other).take_while(|(one, other)| one == other).count();
    // A folder that holds the other path, and one that only begins alike.
    let whole = |path: &[u8], rest: &[u8]| path.len() == same && rest.get(same) == Some(&b'/');
    let end = if whole(one, other) || whole(other, one) {
        same
    } else {
        one[..same].iter().rposition(|byte| *byte == b'/').unwrap_or(0)
    };
    if end == 0 { "/".into() } else { Text::from_bytes(one[..end].to_vec()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_names_the_folder_that_holds_all() {
        for (one, other, expected) in [
            ("/a/b/c", "/a/b/d", "/a/b"),
            ("/a/b", "/a/b/d", "/a/b"),
            ("/a/bc", "/a/bd/x", "/a"),
            ("/a", "/b", "/"),
            ("/a/b", "/a/b", "/a/b"),
        ] {
            assert_eq!(common(&one.into(), &other.into()), expected.into(), "{one} {other}");
            assert_eq!(common(&other.into(), &one.into()), expected.into(), "{other} {one}");
        }
    }
}
