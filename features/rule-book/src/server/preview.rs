//! `POST /api/v1/rule-book/preview`: what rules would have answered to, by the very code that will judge.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    time::{Duration, Instant},
};

use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use yagura_events::{
    EventStore, KindFilter, Query,
    server::{Store, question},
};
use yagura_rules::{First, Matcher, Memory, RuleBook};
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Context, Json, Object, error::Problem};
use yagura_vocabulary::{
    Id, Level, RuleLevel, StoredEvent, Time,
    id::{Endpoint, EventKind},
};

use super::{check, without::InFleet};
use crate::quiet::Quiet;

/// Events are read so much at a time, the oldest first: rules count what comes together.
const SLICE: Duration = Duration::from_secs(6 * 3600);
const AT_ONCE: usize = 1000;
/// Nobody waits longer for an answer that is about the past.
const PATIENCE: Duration = Duration::from_secs(20);
/// How many days back, if nobody says.
const USUAL: Duration = Duration::from_secs(7 * 86_400);
const LONGEST: Duration = Duration::from_secs(31 * 86_400);
/// Of each rule so many events are named.
const EXAMPLES: usize = 10;

/// Which rules, on which time.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = RuleBookPreviewRequest)]
pub(crate) struct Draft {
    /// The book, as the policy `rule_book` would have it. Rules that are off answer to nothing.
    #[schema(value_type = Object)]
    value: Value,
    /// From when on, at most 31 days ago; a week if left out.
    since: Option<Time>,
}

/// What one rule would have answered to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RuleAnswers {
    /// The rule's id.
    rule: String,
    name: String,
    level: RuleLevel,
    /// How many events it would have answered to.
    times: u64,
    /// Of how many people, or accounts that nobody has been assigned.
    people: u64,
    /// On how many endpoints.
    endpoints: u64,
    /// How often somebody would have been warned on the screen, its quiet time counted in; several a minute are shown in one.
    warned: u64,
    /// Some of the events, the oldest first.
    #[schema(value_type = Vec<String>)]
    examples: Vec<Id<EventKind>>,
}

/// What rules would have answered to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PreviewView {
    since: Time,
    /// Up to when the events were judged.
    until: Time,
    /// All of the time was judged. Otherwise what came after `until` was not.
    complete: bool,
    /// How many events were judged.
    judged: u64,
    /// Every rule that is on, in the order of the book.
    rules: Vec<RuleAnswers>,
    /// Rules that ask what was seen before on an endpoint, which cannot be said of the past: they answered to nothing here.
    cannot_say: Vec<String>,
}

/// Preview rules on stored events
#[utoipa::path(post, path = "/api/v1/rule-book/preview", tag = "rule-book", request_body = Draft,
    responses((status = 200, body = PreviewView), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn preview(
    State(ctx): State<Context>,
    caller: Caller,
    Json(draft): Json<Draft>,
) -> ApiResult<Json<PreviewView>> {
    if let Some(fault) = check(&draft.value).into_iter().next() {
        return Err(ApiError::invalid(&format!("/value{}", fault.pointer), "invalid", fault.message));
    }
    let book: RuleBook = serde_json::from_value(draft.value).unwrap_or_default();
    let matcher =
        Matcher::new(&book).map_err(|_| ApiError::invalid("/value", "invalid", "the book has faults".to_owned()))?;
    let now = ctx.now();
    let since = draft.since.unwrap_or(now - USUAL);
    if since < now - LONGEST || since > now {
        return Err(ApiError::invalid("/since", "out_of_range", "write a time within the last 31 days".to_owned()));
    }
    // Whoever looks at other people's logs is written down, also where only numbers come out.
    let change = Change::begin(&ctx, &caller, "rule_book.preview").await?;
    let rules: Vec<_> = book.rules.iter().filter(|rule| rule.on).map(|rule| &rule.id).collect();
    change
        .commit(Audit::created(Object::new("rule_book", &"draft", ""), &json!({"rules": rules, "since": since})))
        .await?;
    let mut query = question(&ctx, &caller, "", None).await?;
    query.kinds = kinds(&book);
    query.limit = AT_ONCE;
    let begun = Instant::now();
    let store = &**ctx.part::<Store>();
    let of_fleet = |rule: &yagura_rules::Rule| rule.on && rule.when.first_seen == Some(First::Fleet);
    let fleet = if book.rules.iter().any(of_fleet) { InFleet::before(&ctx, since).await? } else { InFleet::default() };
    let mut judged = Judged::new(&matcher, fleet);
    let until = judge(store, query, (since, now), begun, &mut judged).await?;
    Ok(Json(judged.view(&book, since, until, until >= now)))
}

/// Kinds and families that a rule can answer to; nothing where one answers to all.
fn kinds(book: &RuleBook) -> Vec<KindFilter> {
    let on: Vec<_> = book.rules.iter().filter(|rule| rule.on).collect();
    if on.iter().any(|rule| rule.when.kinds.is_empty()) {
        return Vec::new();
    }
    let named: HashSet<_> = on.iter().flat_map(|rule| &rule.when.kinds).collect();
    named.into_iter().flat_map(|kind| [KindFilter::Exact(kind.clone()), KindFilter::Family(kind.clone())]).collect()
}

/// Judges slice by slice, the oldest first; up to when it came.
async fn judge(
    store: &dyn EventStore,
    query: Query,
    (since, now): (Time, Time),
    begun: Instant,
    judged: &mut Judged<'_>,
) -> Result<Time, ApiError> {
    let mut from = since;
    while from < now && begun.elapsed() < PATIENCE && !judged.matcher_is_empty() {
        let to = (from + SLICE).min(now);
        let mut query = Query { since: Some(from), until: Some(to), cursor: None, ..query.clone() };
        let mut slice = Vec::new();
        loop {
            let page = store.search(&query).await?;
            slice.extend(page.items);
            match page.next {
                Some(next) if begun.elapsed() < PATIENCE => query.cursor = Some(next),
                // Half of a slice has its newest events only: it is left out, so that what is told holds.
                Some(_) => return Ok(from),
                None => break,
            }
        }
        slice.iter().rev().for_each(|stored| judged.add(stored));
        from = to;
    }
    Ok(if judged.matcher_is_empty() { now } else { from })
}

#[derive(Default)]
struct Answers {
    times: u64,
    people: HashSet<String>,
    endpoints: HashSet<Id<Endpoint>>,
    warned: u64,
    examples: Vec<Id<EventKind>>,
}

struct Judged<'m> {
    matcher: &'m Matcher,
    fleet: InFleet,
    memories: HashMap<Id<Endpoint>, (Memory, Quiet)>,
    answers: BTreeMap<String, Answers>,
    judged: u64,
}

impl<'m> Judged<'m> {
    fn new(matcher: &'m Matcher, fleet: InFleet) -> Self {
        Self { matcher, fleet, memories: HashMap::new(), answers: BTreeMap::new(), judged: 0 }
    }

    fn matcher_is_empty(&self) -> bool {
        self.matcher.is_empty()
    }

    fn add(&mut self, stored: &StoredEvent) {
        let event = &stored.event;
        // What a feature judged itself no rule judges; what a rule judged is judged anew.
        if event.level != Level::Recorded && !event.body.contains_key("rule_name") {
            return;
        }
        self.judged += 1;
        self.fleet.meet(stored.id, event);
        let (memory, quiet) = self.memories.entry(stored.endpoint).or_default();
        let Some(answer) = self.matcher.judge(event, memory, &mut self.fleet) else { return };
        let rule = answer.rule;
        let account = event.account.as_ref().map(|account| account.id.as_str());
        let whose = stored.person.map_or_else(
            || format!("{}/{}", stored.endpoint, account.unwrap_or_default()),
            |person| person.to_string(),
        );
        let answers = self.answers.entry(rule.id.clone()).or_default();
        answers.times += 1;
        answers.people.insert(whose);
        answers.endpoints.insert(stored.endpoint);
        if answers.examples.len() < EXAMPLES {
            answers.examples.push(stored.id);
        }
        // That a program is new in the organisation, the person never hears.
        let told = rule.when.first_seen != Some(First::Fleet);
        let tells = told && rule.level != RuleLevel::Log && rule.popup.show;
        if let Some(account) = account.filter(|_| tells)
            && quiet.may_speak(&rule.id, account, event.occurred_at, rule.popup.quiet_s)
        {
            answers.warned += 1;
        }
    }

    fn view(mut self, book: &RuleBook, since: Time, until: Time, complete: bool) -> PreviewView {
        let on: Vec<_> = book.rules.iter().filter(|rule| rule.on).collect();
        let cannot_say = on
            .iter()
            .filter(|rule| rule.when.first_seen == Some(First::Endpoint))
            .map(|rule| rule.id.clone())
            .collect();
        let rules = on.into_iter().map(|rule| {
            let Answers { times, people, endpoints, warned, examples } =
                self.answers.remove(&rule.id).unwrap_or_default();
            RuleAnswers {
                rule: rule.id.clone(),
                name: rule.name.clone(),
                level: rule.level,
                times,
                people: people.len() as u64,
                endpoints: endpoints.len() as u64,
                warned,
                examples,
            }
        });
        let rules = rules.collect();
        PreviewView { since, until, complete, judged: self.judged, rules, cannot_say }
    }
}
