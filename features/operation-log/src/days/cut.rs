//! From runs to days.

use super::{
    Day, Mark, PersonDay, Span, Who,
    run::{Run, Stay},
};

/// What of the runs lies in one day.
pub(super) fn day(runs: &[Run], span: Span) -> Day {
    let (from, to) = span;
    let within = |mark: &&Mark| from <= mark.at && mark.at < to;
    let marks = |of: fn(&Run) -> &Vec<Mark>| runs.iter().flat_map(of).filter(within).copied();
    let awake = merged(runs.iter().flat_map(|run| &run.awake).filter_map(|one| clip(*one, span)).collect());
    Day {
        span,
        first_start: marks(|run| &run.starts).min_by_key(|mark| mark.at),
        last_stop: marks(|run| &run.stops).max_by_key(|mark| mark.at),
        ran_in: runs.iter().flat_map(|run| &run.awake).any(|(began, ended)| *began < from && from < *ended),
        runs_on: runs.iter().any(|run| {
            let last = run.awake.last().filter(|_| run.goes_on).map(|(_, ended)| *ended);
            let goes_on = last.is_some_and(|ended| from <= ended && ended <= to);
            goes_on || run.awake.iter().any(|(began, ended)| *began < to && to < *ended)
        }),
        awake,
        people: people(runs, span),
    }
}

fn people(runs: &[Run], span: Span) -> Vec<PersonDay> {
    let mut people: Vec<PersonDay> = Vec::new();
    for stay in runs.iter().flat_map(|run| &run.stays) {
        let Some(own) = one_day(stay, span) else { continue };
        match people.iter_mut().find(|known| same(&known.who, &own.who)) {
            Some(known) => {
                known.first_logon = [known.first_logon, own.first_logon].into_iter().flatten().min();
                known.last_logoff = known.last_logoff.max(own.last_logoff);
                known.present.extend(own.present);
            }
            None => people.push(own),
        }
    }
    for person in &mut people {
        person.present = merged(std::mem::take(&mut person.present));
    }
    let came = |person: &PersonDay| {
        let logon = person.first_logon.map(|(at, _)| at);
        person.present.first().map(|(from, _)| *from).into_iter().chain(logon).min()
    };
    people.sort_by_key(came);
    people
}

/// Two accounts of one person are one.
fn same(one: &Who, other: &Who) -> bool {
    match (one.person, other.person) {
        (Some(one), Some(other)) => one == other,
        (None, None) => one.account.id == other.account.id,
        _ => false,
    }
}

fn one_day(stay: &Stay, span: Span) -> Option<PersonDay> {
    let within = |(at, _): &(yagura_vocabulary::Time, _)| span.0 <= *at && *at < span.1;
    let day = PersonDay {
        who: stay.who.clone(),
        first_logon: stay.logon.filter(|one| within(one)),
        last_logoff: stay.logoff.filter(|one| within(one)),
        present: stay.present.iter().filter_map(|one| clip(*one, span)).collect(),
    };
    (!day.present.is_empty() || day.first_logon.is_some() || day.last_logoff.is_some()).then_some(day)
}

fn clip((from, to): Span, (first, last): Span) -> Option<Span> {
    let (from, to) = (from.max(first), to.min(last));
    (from < to).then_some((from, to))
}

/// In order and without overlaps.
fn merged(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable();
    let mut merged: Vec<Span> = Vec::new();
    for (from, to) in spans {
        match merged.last_mut().filter(|last| from <= last.1) {
            Some(last) => last.1 = last.1.max(to),
            None => merged.push((from, to)),
        }
    }
    merged
}
