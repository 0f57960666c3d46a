//! Questions that the counts beside the rows answer (the projection `counts` of `step-2.sql`): those about hours, endpoints, kinds,
//! levels and accounts.
//!
//! The counts know nothing of what can be seen: a row may be there whose position lies behind the head, or is void. They know the
//! *block* of a row's position, though. A block is settled if nothing in it is hidden from the question and nothing can come to it
//! any more. Settled blocks are answered by the counts, all others row by row, and no row is in both.

use yagura_vocabulary::Time;

use super::{condition, control::Visible, row, sql::Sql};
use crate::{Order, Query, matcher::Matcher};

/// Positions of one block. `step-2.sql` says the same.
const BLOCK: u64 = 1_048_576;
const HOUR: i64 = 3_600_000_000;

/// A question that counts can answer.
pub(super) struct Counts {
    condition: Sql,
    settled: Sql,
    /// The same for rows: those that counts do not answer for.
    unsettled: Sql,
    since: Option<Time>,
    until: Option<Time>,
}

/// A part of the answer.
pub(super) enum Piece {
    /// From the counts of the hours from one to before another, in hours since 1970.
    Counted(Sql),
    /// From the rows of a stretch.
    Rows { since: Option<Time>, until: Option<Time>, which: Sql },
}

impl Counts {
    /// The question, if counts can answer it; `head` is where its sight ends.
    pub(super) fn of(query: &Query, visible: &Visible, head: u64) -> Option<Self> {
        if query.order != Order::Occurred {
            return None;
        }
        let matcher = Matcher::new(query);
        let Matcher { endpoints, kinds, levels, account, .. } = matcher.clone();
        let told = Matcher { endpoints: None, kinds: Vec::new(), levels: Vec::new(), account: None, ..matcher };
        if !told.is_empty() {
            return None;
        }
        let asked = Matcher { endpoints, kinds, levels, account, ..Matcher::default() };
        let (settled, unsettled) = blocks(visible, head);
        Some(Self {
            condition: condition::of_matcher(&asked),
            settled,
            unsettled,
            since: query.since,
            until: query.until,
        })
    }

    /// The same from a later time on.
    pub(super) fn from(mut self, since: Option<Time>) -> Self {
        self.since = self.since.max(since);
        self
    }

    /// What the answer is made of. `None` where no whole hour lies in the time that is asked about.
    pub(super) fn pieces(&self) -> Option<Vec<Piece>> {
        // Rounded up and down to whole hours: what is left on both sides is looked at row by row.
        let first = self.since.map(|since| row::hour(since.micros().saturating_add(HOUR - 1)));
        let end = self.until.map(|until| row::hour(until.micros()));
        if let (Some(first), Some(end)) = (first, end)
            && first >= end
        {
            return None;
        }
        let time = |hour: i64| Time::from_micros(hour.saturating_mul(HOUR));
        let mut parts = vec![self.settled.clone(), self.condition.clone()];
        parts.extend(first.map(|hour| Sql::new("hour >= toInt64(?)").int(hour)));
        parts.extend(end.map(|hour| Sql::new("hour < toInt64(?)").int(hour)));
        let mut pieces = vec![
            Piece::Counted(Sql::all(parts)),
            Piece::Rows { since: self.since, until: self.until, which: self.unsettled.clone() },
        ];
        let mut edge = |since: Time, until: Time| {
            if since < until {
                pieces.push(Piece::Rows { since: Some(since), until: Some(until), which: self.settled.clone() });
            }
        };
        if let (Some(since), Some(first)) = (self.since, first) {
            edge(since, time(first));
        }
        if let (Some(until), Some(end)) = (self.until, end) {
            edge(time(end), until);
        }
        Some(pieces)
    }
}

/// Rows of settled blocks, and all others.
fn blocks(visible: &Visible, head: u64) -> (Sql, Sql) {
    // The block of the head may still be written to.
    let open = (head + 1) / BLOCK;
    let mut settled = vec![Sql::new("intDiv(position, 1048576) < ?").number(open)];
    let mut others = vec![Sql::new("position >= ?").number(open * BLOCK)];
    for (first, last) in visible.voids.iter().filter(|(first, _)| first / BLOCK < open) {
        let (first, last) = (first / BLOCK, last / BLOCK);
        settled.push(Sql::new("intDiv(position, 1048576) NOT BETWEEN ? AND ?").number(first).number(last));
        others.push(Sql::new("position BETWEEN ? AND ?").number(first * BLOCK).number(last * BLOCK + (BLOCK - 1)));
    }
    (Sql::all(settled), Sql::any(others))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(sql: &Sql) -> String {
        sql.clone().query(&clickhouse::Client::default()).sql_display().to_string()
    }

    #[test]
    fn a_block_that_is_written_to_or_has_void_positions_is_not_settled() {
        let visible = Visible { head: 3 * BLOCK - 1, voids: vec![(BLOCK + 5, BLOCK + 9), (9 * BLOCK, 9 * BLOCK)] };
        let (settled, others) = blocks(&visible, visible.head);
        let blocks = "(intDiv(position, 1048576) < 3) AND (intDiv(position, 1048576) NOT BETWEEN 1 AND 1)";
        assert_eq!(shown(&settled), blocks);
        assert_eq!(shown(&others), "(position >= 3145728) OR (position BETWEEN 1048576 AND 2097151)");
        let (settled, others) = super::blocks(&Visible::default(), BLOCK - 2);
        assert_eq!(
            (shown(&settled), shown(&others)),
            ("(intDiv(position, 1048576) < 0)".into(), "(position >= 0)".into())
        );
    }

    #[test]
    fn what_counts_do_not_know_is_asked_of_rows() {
        let counts = |query: Query| Counts::of(&query, &Visible::default(), 0).is_some();
        assert!(counts(Query::new()));
        assert!(counts(Query { account: Some("Tanaka".to_owned()), ..Query::new() }));
        assert!(!counts(Query { order: Order::Received, ..Query::new() }));
        assert!(!counts(Query { text: Some("x".to_owned()), ..Query::new() }));
        assert!(!counts(Query { image: Some("x".to_owned()), ..Query::new() }));
    }

    #[test]
    fn hours_that_are_not_whole_are_looked_at_row_by_row() {
        let check = |since: Option<i64>, until: Option<i64>, expected: Option<&[(i64, i64)]>| {
            let times = |seconds: Option<i64>| seconds.map(Time::from_seconds);
            let query = Query { since: times(since), until: times(until), ..Query::new() };
            let pieces = Counts::of(&query, &Visible::default(), 5 * BLOCK).unwrap().pieces();
            let edges = pieces.map(|pieces| {
                let edge = |piece: &Piece| match piece {
                    Piece::Rows { since: Some(since), until: Some(until), which }
                        if shown(which).contains("intDiv") =>
                    {
                        Some((since.seconds(), until.seconds()))
                    }
                    _ => None,
                };
                pieces.iter().filter_map(edge).collect::<Vec<_>>()
            });
            assert_eq!(edges.as_deref(), expected);
        };
        check(None, None, Some(&[]));
        check(Some(3600), Some(10 * 3600), Some(&[]));
        check(Some(3601), Some(10 * 3600 + 5), Some(&[(3601, 7200), (36_000, 36_005)]));
        check(Some(3601), Some(7201), None);
        check(Some(-3601), None, Some(&[(-3601, -3600)]));
    }
}
