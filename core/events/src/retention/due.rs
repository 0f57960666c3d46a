//! What has been kept long enough.

use std::{collections::BTreeMap, time::Duration};

use yagura_search_language::{Clock, Expr, Fault, Names, TimeZone, compile, parse};
use yagura_vocabulary::{
    Time,
    id::{EndpointId, GroupId},
};

use super::{Place, Policy, Rule};
use crate::{KindFilter, Order, Query};

/// The queries that find, together, exactly the events that the policy does not keep any longer.
///
/// An endpoint that is not among `places` is in no group.
///
/// # Errors
/// A kind that the language of questions does not know: then nothing may be removed.
pub fn due(policy: &Policy, places: &[Place], now: Time) -> Result<Vec<Query>, Fault> {
    let mut queries = Vec::new();
    // Whatever rule answers, this is past it. It also lets whole files go unread.
    if let Some(days) = policy.longest() {
        queries.push(until(now, days));
    }
    let classes = classes(policy, places);
    let others: Vec<EndpointId> = classes.values().flatten().copied().collect();
    for (groups, endpoints) in &classes {
        let of_class = |query: Query| Query { endpoints: Some(endpoints.clone()), ..query };
        add(policy, groups, now, &mut queries, &of_class, &[])?;
    }
    add(policy, &[], now, &mut queries, &|query| query, &others)?;
    Ok(queries)
}

/// Endpoints for which the same rules are asked: by the groups above them that have rules. Those without are left out.
fn classes(policy: &Policy, places: &[Place]) -> BTreeMap<Vec<GroupId>, Vec<EndpointId>> {
    let mut classes: BTreeMap<Vec<GroupId>, Vec<EndpointId>> = BTreeMap::new();
    for place in places {
        let has_rule = |group: &GroupId| policy.rules.iter().any(|rule| rule.group.as_ref() == Some(group));
        let groups: Vec<_> = place.groups.iter().copied().filter(has_rule).collect();
        if !groups.is_empty() {
            classes.entry(groups).or_default().push(place.endpoint);
        }
    }
    classes
}

fn add(
    policy: &Policy,
    groups: &[GroupId],
    now: Time,
    queries: &mut Vec<Query>,
    scope: &dyn Fn(Query) -> Query,
    others: &[EndpointId],
) -> Result<(), Fault> {
    let ordered = policy.ordered(groups);
    let longest = policy.longest();
    for (n, rule) in ordered.iter().enumerate() {
        let Some(days) = rule.days.filter(|days| Some(*days) != longest) else { continue };
        // What an earlier rule answers for is its matter, if it keeps that longer; otherwise it is past that rule as well.
        let longer = |before: &&&Rule| before.keep() > rule.keep() && rule.covers(before);
        let kinds: Vec<_> = ordered[..n].iter().filter(longer).filter_map(|before| before.kind.as_deref()).collect();
        let kind = rule.kind.as_deref().map(KindFilter::parse);
        let query = scope(Query { kinds: kind.into_iter().collect(), ..until(now, days) });
        queries.push(match except(&kinds, others)? {
            Some(expr) => query.ask(expr),
            None => query,
        });
    }
    Ok(())
}

fn until(now: Time, days: u32) -> Query {
    let until = Some(now - Duration::from_secs(u64::from(days) * 86_400));
    Query { until, order: Order::Received, ..Query::new() }
}

/// Anything but these kinds and endpoints; `None` if there are none.
fn except(kinds: &[&str], endpoints: &[EndpointId]) -> Result<Option<Expr>, Fault> {
    let mut text: String = kinds.iter().map(|kind| format!("-kind:{kind} ")).collect();
    if !endpoints.is_empty() {
        // The name is looked up by nobody: it stands for these.
        text.push_str("-endpoint:others");
    }
    if text.is_empty() {
        return Ok(None);
    }
    let node = parse(&text)?;
    let mut names = Names::default();
    for name in node.names() {
        names.set(name, endpoints.iter().map(|id| id.uuid()));
    }
    // The question has no times in it.
    let clock = Clock { now: Time::from_micros(0), zone: TimeZone::UTC };
    compile(&node, &clock, &names).map(Some)
}
