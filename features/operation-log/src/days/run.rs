//! From rows to runs of the machine and stays of people.

use std::collections::BTreeMap;

use yagura_records::SessionAct as Act;
use yagura_vocabulary::{Id, Time, id::EventKind};

use super::{Heard, How, Mark, Row, Span, Who};

/// Clocks of one machine differ by less than this unless somebody set one of them.
const SLACK_US: i64 = 2_000_000;
/// When what began before the first row that there is began.
fn earliest() -> Time {
    Time::from_micros(i64::MIN)
}

/// What the machine did under one boot id.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) awake: Vec<Span>,
    pub(super) starts: Vec<Mark>,
    pub(super) stops: Vec<Mark>,
    pub(super) stays: Vec<Stay>,
    /// It goes on.
    pub(super) goes_on: bool,
}

/// A logon session.
#[derive(Debug)]
pub(super) struct Stay {
    pub(super) who: Who,
    pub(super) logon: Option<(Time, Id<EventKind>)>,
    pub(super) logoff: Option<(Time, Id<EventKind>)>,
    /// When it was open and not locked.
    pub(super) present: Vec<Span>,
}

/// The rows of one run, in the order in which they happened.
type Group = Vec<Row>;

/// By run, the earliest first.
fn groups(rows: &[Row]) -> Vec<Group> {
    let mut by_boot: BTreeMap<Option<uuid::Uuid>, Group> = BTreeMap::new();
    for row in rows {
        by_boot.entry(row.boot_id).or_default().push(row.clone());
    }
    let mut groups = Vec::new();
    for (boot_id, mut group) in by_boot {
        if boot_id.is_some() {
            straighten(&mut group);
            groups.push(group);
        } else {
            // Without word of the run each start begins one.
            group.sort_by_key(|row| row.at);
            for row in group {
                match groups.last_mut().filter(|last: &&mut Group| row.act != Act::Boot && last[0].boot_id.is_none()) {
                    Some(last) => last.push(row),
                    None => groups.push(vec![row]),
                }
            }
        }
    }
    groups.sort_by_key(|group| group[0].at);
    groups
}

/// Puts the rows of a run in their order. Where the clock on the wall was set meanwhile, the one that nobody sets says how long it was,
/// and the last row when: clocks are set right, seldom wrong.
fn straighten(group: &mut Group) {
    let known = group.iter().all(|row| row.mono_ns.is_some());
    if !known {
        return group.sort_by_key(|row| row.at);
    }
    let mono_us = |row: &Row| i64::try_from(row.mono_ns.unwrap_or_default() / 1000).unwrap_or(i64::MAX);
    group.sort_by_key(|row| (row.mono_ns, row.at));
    let offset = |row: &Row| row.at.micros().saturating_sub(mono_us(row));
    let Some(last) = group.last().map(offset) else { return };
    if group.iter().any(|row| (offset(row) - last).abs() > SLACK_US) {
        for row in group {
            row.at = Time::from_micros(last.saturating_add(mono_us(row)));
        }
    } else {
        group.sort_by_key(|row| row.at);
    }
}

/// When the run ended by its rows. A shutdown after which somebody still comes did not happen.
fn end_of(group: &Group) -> Option<Mark> {
    let comes = |row: &Row| matches!(row.act, Act::Boot | Act::Logon | Act::Unlock | Act::Wake);
    let after = group.iter().rposition(comes).map_or(0, |at| at + 1);
    let stop = group[after..].iter().find(|row| row.act == Act::Shutdown)?;
    let how = if stop.inferred { How::NotTold } else { How::Shutdown };
    Some(Mark { at: stop.at, how, row: Some(stop.id) })
}

/// Whether the last thing that is known of the run is that the machine sleeps.
fn sleeps(group: &Group) -> bool {
    group.iter().rfind(|row| row.act != Act::Lock).is_some_and(|row| row.act == Act::Sleep)
}

/// The runs, but the last, of which no row says how they ended: the time between their last row and the beginning of the next run, in
/// which to look for the last row of any kind.
#[must_use]
pub fn unended(rows: &[Row]) -> Vec<Span> {
    let groups = groups(rows);
    let open = |pair: &[Group]| {
        let (this, next) = (&pair[0], &pair[1]);
        (end_of(this).is_none() && !sleeps(this)).then(|| (last_of(this), next[0].at))
    };
    groups.windows(2).filter_map(open).collect()
}

fn last_of(group: &Group) -> Time {
    group.iter().map(|row| row.at).max().unwrap_or_else(earliest)
}

/// The runs, the earliest first.
pub(super) fn runs(rows: &[Row], heard: Heard<'_>) -> Vec<Run> {
    let groups = groups(rows);
    let mut ends = heard.ends.iter().copied();
    let mut next_starts = groups.iter().skip(1).map(|group| group[0].at).collect::<Vec<_>>().into_iter();
    let mut runs = Vec::new();
    for (number, group) in groups.iter().enumerate() {
        let next = next_starts.next();
        let last = last_of(group);
        let (end, goes_on) = match end_of(group) {
            Some(end) => (end, false),
            None if sleeps(group) => (Mark { at: last, how: How::Sleep, row: None }, false),
            None => {
                let heard_at = if next.is_some() { ends.next().unwrap_or(last) } else { heard.last };
                let at = heard_at.max(last).min(next.unwrap_or(heard_at.max(last)));
                (Mark { at, how: How::NotTold, row: None }, next.is_none() && heard.now)
            }
        };
        runs.push(run(group, end, goes_on, number == 0 && heard.cut_off));
    }
    runs
}

fn run(group: &Group, end: Mark, goes_on: bool, cut_off: bool) -> Run {
    let mut run = Run { awake: Vec::new(), starts: Vec::new(), stops: Vec::new(), stays: Vec::new(), goes_on };
    let first = &group[0];
    let began = match first.act {
        Act::Boot => {
            run.starts.push(Mark { at: first.at, how: How::Boot, row: Some(first.id) });
            first.at
        }
        // It ran before anything was told of it.
        _ if cut_off => earliest(),
        _ => first.at,
    };
    let mut awake_since = Some(began);
    for row in group.iter().filter(|row| row.at <= end.at) {
        match (row.act, awake_since) {
            (Act::Sleep, Some(since)) => {
                run.awake.push((since, row.at));
                run.stops.push(Mark { at: row.at, how: How::Sleep, row: Some(row.id) });
                awake_since = None;
            }
            (Act::Wake, asleep_or_not) => {
                let slept = row.duration_ms.and_then(|ms| i64::try_from(ms).ok()).unwrap_or(0).saturating_mul(1000);
                if let Some(since) = asleep_or_not {
                    // That it fell asleep was not told.
                    let asleep = Time::from_micros(row.at.micros().saturating_sub(slept)).max(since);
                    run.awake.push((since, asleep));
                }
                run.starts.push(Mark { at: row.at, how: How::Wake, row: Some(row.id) });
                awake_since = Some(row.at);
            }
            // Somebody is there: it woke up, and that was not told.
            (Act::Unlock | Act::Logon, None) => awake_since = Some(row.at),
            _ => {}
        }
    }
    if let Some(since) = awake_since {
        run.awake.push((since, end.at.max(since)));
        if !goes_on {
            run.stops.push(end);
        }
    }
    run.awake.retain(|(from, to)| from < to);
    run.stays = stays(group, began, end.at);
    for stay in &mut run.stays {
        stay.present = both(&stay.present, &run.awake);
    }
    run
}

/// A session that goes on.
struct Open {
    who: Who,
    logon: Option<(Time, Id<EventKind>)>,
    /// Since when somebody is before it; `None` while it is locked.
    since: Option<Time>,
    present: Vec<Span>,
}

impl Open {
    fn close(mut self, at: Time, logoff: Option<(Time, Id<EventKind>)>) -> Stay {
        self.present.extend(self.since.map(|since| (since, at.max(since))));
        self.present.retain(|(from, to)| from < to);
        Stay { who: self.who, logon: self.logon, logoff, present: self.present }
    }
}

fn stays(group: &Group, began: Time, end: Time) -> Vec<Stay> {
    let mut open: BTreeMap<&str, Open> = BTreeMap::new();
    let mut stays = Vec::new();
    for row in group {
        let (Some(id), Some(who)) = (row.session.as_deref(), &row.who) else { continue };
        let at = row.at.min(end);
        // What was not told began with the run.
        let unseen = |since| Open { who: who.clone(), logon: None, since, present: Vec::new() };
        match row.act {
            Act::Logon => {
                let logon = Some((row.at, row.id));
                let fresh = Open { who: who.clone(), logon, since: Some(at), present: Vec::new() };
                if let Some(before) = open.insert(id, fresh) {
                    stays.push(before.close(at, None));
                }
            }
            Act::Logoff => {
                let lasted = row.duration_ms.and_then(|ms| i64::try_from(ms).ok()).map(|ms| ms.saturating_mul(1000));
                let since = lasted.map_or(began, |us| Time::from_micros(row.at.micros().saturating_sub(us)).max(began));
                let ended = open.remove(id).unwrap_or_else(|| unseen(Some(since)));
                stays.push(ended.close(at, Some((row.at, row.id))));
            }
            Act::Lock => {
                let session = open.entry(id).or_insert_with(|| unseen(Some(began)));
                session.present.extend(session.since.take().map(|since| (since, at.max(since))));
            }
            Act::Unlock => {
                let session = open.entry(id).or_insert_with(|| unseen(None));
                session.since.get_or_insert(at);
            }
            _ => {}
        }
    }
    stays.extend(open.into_values().map(|session| session.close(end, None)));
    stays
}

/// What lies in both; each of the two is in order and without overlaps.
fn both(one: &[Span], other: &[Span]) -> Vec<Span> {
    let cut = |a: &Span, b: &Span| (a.0.max(b.0), a.1.min(b.1));
    let all = one.iter().flat_map(|a| other.iter().map(move |b| cut(a, b)));
    all.filter(|(from, to)| from < to).collect()
}
