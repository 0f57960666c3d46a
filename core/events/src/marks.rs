//! The one rule of deduplication, as a pure function.

use crate::{Batch, Mark, Outcome};

/// The hash of a batch that nobody remembers: the catalogue was made anew from the rows. No SHA-256 is known to be this.
pub(crate) const UNKNOWN: [u8; 32] = [0; 32];

/// What becomes of `batch` when its stream has been stored up to `mark`.
#[must_use]
pub fn decide(mark: Option<&Mark>, batch: &Batch) -> Outcome {
    let acked = mark.map_or(0, |mark| mark.last_seq);
    if batch.last < acked {
        return Outcome::AlreadyStored;
    }
    if batch.last == acked {
        return match mark {
            Some(mark) if mark.last_sha256 == batch.sha256 || mark.last_sha256 == UNKNOWN => Outcome::AlreadyStored,
            _ => Outcome::Conflict { acked },
        };
    }
    match batch.first {
        first if first <= acked => Outcome::Conflict { acked },
        first if first == acked + 1 => Outcome::Stored { rows: batch.rows.len() },
        _ => Outcome::Ahead { expected: acked + 1 },
    }
}

/// Why a batch cannot be taken whatever is stored, if so.
pub(crate) fn fault(batch: &Batch) -> Option<String> {
    let Batch { first, last, .. } = *batch;
    if first == 0 || first > last || last > i64::MAX.unsigned_abs() {
        return Some(format!("its range {first}..={last} is not a range of sequence numbers from 1"));
    }
    if batch.rows.is_empty() {
        return Some("it has no rows".to_owned());
    }
    let mut next = first;
    for row in &batch.rows {
        if row.seq < next || row.seq > last {
            return Some(format!("row {} is out of order or outside {first}..={last}", row.seq));
        }
        next = row.seq + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;
    use yagura_vocabulary::{Event, Id, Lane, Time};

    use super::*;
    use crate::Row;

    fn batch(first: u64, last: u64, hash: u8) -> Batch {
        let time = Time::from_seconds(0);
        let event = Event::new(time, "operation_log", "file.open");
        let rows = (first..=last).map(|seq| Row { seq, person: None, event: event.clone() }).collect();
        let (endpoint, epoch) = (Id::from_uuid(Uuid::nil()), Uuid::nil());
        Batch { endpoint, epoch, lane: Lane::Operation, first, last, sha256: [hash; 32], received_at: time, rows }
    }

    fn check(acked: u64, (first, last, hash): (u64, u64, u8), expected: Outcome) {
        let mark = Mark { epoch: Uuid::nil(), lane: Lane::Operation, last_seq: acked, last_sha256: [1; 32] };
        assert_eq!(decide((acked > 0).then_some(&mark), &batch(first, last, hash)), expected);
    }

    #[test]
    fn a_stream_begins_with_one_and_goes_on_without_holes() {
        check(0, (1, 3, 1), Outcome::Stored { rows: 3 });
        check(3, (4, 4, 2), Outcome::Stored { rows: 1 });
        check(0, (2, 3, 1), Outcome::Ahead { expected: 1 });
        check(3, (5, 6, 2), Outcome::Ahead { expected: 4 });
    }

    #[test]
    fn what_is_sent_again_is_acknowledged_again() {
        check(9, (7, 9, 1), Outcome::AlreadyStored);
        check(9, (4, 6, 2), Outcome::AlreadyStored);
    }

    #[test]
    fn what_contradicts_the_mark_is_a_conflict() {
        check(9, (7, 9, 2), Outcome::Conflict { acked: 9 });
        check(9, (7, 10, 1), Outcome::Conflict { acked: 9 });
    }

    #[test]
    fn a_batch_that_contradicts_itself_has_a_fault() {
        assert_eq!(fault(&batch(1, 3, 1)), None);
        assert!(fault(&Batch { first: 0, ..batch(1, 3, 1) }).is_some());
        assert!(fault(&Batch { first: 4, ..batch(1, 3, 1) }).is_some());
        assert!(fault(&Batch { last: u64::MAX, ..batch(1, 3, 1) }).is_some());
        assert!(fault(&Batch { rows: vec![], ..batch(1, 3, 1) }).is_some());
        assert!(fault(&Batch { last: 2, ..batch(1, 3, 1) }).is_some());
        let mut twice = batch(1, 2, 1);
        twice.rows[1].seq = 1;
        assert!(fault(&twice).is_some());
    }
}
