//! `GET /api/v1/operation-log/days`: when machines ran and who sat at them, day by day.

use std::collections::HashMap;

use axum::extract::State;
use jiff::{Timestamp, ToSpan as _, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use yagura_endpoints::{Member, Tree, id_by_name_or_id, members};
use yagura_events::server::{clock, note_view};
use yagura_server_kit::{ApiError, ApiResult, Caller, Context, Json, Query as Params, error::Problem, page::Cursor};
use yagura_vocabulary::{
    Time,
    id::{EndpointId, EventId, PersonId},
};

use super::reading;
use crate::days::{Day, Mark, PersonDay, Span, milliseconds};

/// The longest stretch.
const LONGEST_DAYS: i32 = 62;
/// Machines of one page: each costs a question of its own.
const MACHINES: u32 = 50;

/// Of which machines and days.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct DaysQuery {
    /// The first day, as 2026-11-17, in the time zone of the organisation,
    from: String,
    /// and the last one; at most 62 days in all.
    to: String,
    /// Id or host name of an endpoint; all endpoints of the group if left out.
    endpoint: Option<String>,
    /// Id of a fixed group: only what is in it and below; the root if left out.
    group: Option<String>,
    /// At most so many endpoints.
    #[param(minimum = 1, maximum = 50)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A stretch of time.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct MachineDaySpan {
    from: Time,
    to: Time,
}

/// How a machine began or ceased to run.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct MachineDayMark {
    at: Time,
    /// `boot`, `wake`; `shutdown`, `sleep`, or `not_told`: the last thing that was heard of it, as after a loss of power.
    how: &'static str,
    /// The row that says it.
    event: Option<EventId>,
}

/// A logon or logoff.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct MachineDaySeat {
    at: Time,
    /// The row that says it.
    event: EventId,
}

/// Somebody's day at a machine.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct MachineDayPerson {
    /// The person; null for an account that nobody has been assigned.
    person: Option<PersonId>,
    /// What they are called; the account's name where nobody has been assigned.
    name: String,
    /// The account's name.
    user: String,
    first_logon: Option<MachineDaySeat>,
    last_logoff: Option<MachineDaySeat>,
    /// For how long they were logged on, the screen not locked and the machine awake, in milliseconds.
    present_ms: u64,
    /// When that was.
    present: Vec<MachineDaySpan>,
}

/// A day of a machine.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct MachineDay {
    /// `2026-11-17`.
    pub(super) date: String,
    pub(super) endpoint: EndpointId,
    pub(super) hostname: String,
    /// The first start or waking up of the day.
    pub(super) first_start: Option<MachineDayMark>,
    /// The last stop or falling asleep of the day.
    pub(super) last_stop: Option<MachineDayMark>,
    /// It ran when the day began.
    ran_in: bool,
    /// It ran when the day ended, or runs now.
    pub(super) runs_on: bool,
    /// For how long it was awake, in milliseconds.
    pub(super) on_ms: u64,
    /// When that was.
    on: Vec<MachineDaySpan>,
    /// Whether somebody said when it ended. Otherwise it ended at the last row that was heard of it.
    told: bool,
    /// Who was logged on, in the order in which they came.
    pub(super) people: Vec<MachineDayPerson>,
}

/// Days of machines.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MachineDays {
    /// By host name and day. Days of which nothing is known are left out.
    pub(super) items: Vec<MachineDay>,
    /// Where the next page begins; null if this is the last.
    pub(super) next_cursor: Option<String>,
    /// Everything was read. Otherwise what is missing was too much for one question.
    pub(super) complete: bool,
}

/// Show when machines ran and who sat at them
#[utoipa::path(get, path = "/api/v1/operation-log/days", tag = "operation-log", params(DaysQuery),
    responses((status = 200, body = MachineDays), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn days(
    State(ctx): State<Context>,
    caller: Caller,
    Params(params): Params<DaysQuery>,
) -> ApiResult<Json<MachineDays>> {
    let limit = match params.limit.unwrap_or(MACHINES) {
        limit @ 1..=MACHINES => limit as usize,
        _ => return Err(ApiError::invalid("?limit", "out_of_range", format!("limit is 1 to {MACHINES}"))),
    };
    let asked = Asked::of(&ctx, &caller, &params.from, &params.to, &params.endpoint, &params.group).await?;
    if params.cursor.is_none() {
        let question = json!({"report": "days", "from": params.from, "to": params.to, "endpoint": params.endpoint, "group": params.group});
        note_view(&ctx, &caller, &question).await?;
    }
    let after = params.cursor.as_deref().map(Cursor::read::<(String, String)>).transpose()?;
    Ok(Json(asked.page(&ctx, &caller, after, limit).await?))
}

/// What was asked for, checked.
pub(super) struct Asked {
    /// In the order of their names.
    machines: Vec<Member>,
    dates: Vec<Date>,
    pub(super) zone: TimeZone,
    names: HashMap<String, String>,
}

/// The place of a machine in the list.
type Place = (String, String);

fn place(machine: &Member) -> Place {
    (machine.hostname.to_lowercase(), machine.id.clone())
}

impl Asked {
    pub(super) async fn of(
        ctx: &Context,
        caller: &Caller,
        from: &str,
        to: &str,
        endpoint: &Option<String>,
        group: &Option<String>,
    ) -> Result<Self, ApiError> {
        let (from, to) = (date(from, "?from")?, date(to, "?to")?);
        if to < from || from.checked_add((LONGEST_DAYS - 1).days()).is_ok_and(|last| last < to) {
            let message = format!("write a day from `from` on, of at most {LONGEST_DAYS} days in all");
            return Err(ApiError::invalid("?to", "out_of_range", message));
        }
        let mut machines = members(ctx, caller).await?;
        if let Some(name) = endpoint {
            let (id, _) = id_by_name_or_id(ctx, caller, name).await?;
            machines.retain(|machine| machine.id == id.to_string());
        } else {
            machines.retain(|machine| machine.standing == "active");
        }
        if let Some(id) = group {
            let tree = Tree::load(ctx).await?;
            let top = tree.find(id).filter(|group| group.kind == "fixed");
            let top = top.ok_or_else(|| ApiError::invalid("?group", "unknown", "there is no such fixed group"))?;
            machines.retain(|machine| machine.id_path.starts_with(&top.id_path));
        }
        machines.sort_by_key(place);
        let dates = from.series(1.day()).take_while(|date| *date <= to).collect();
        let people: Vec<(String, String)> =
            sqlx::query_as("SELECT id, name FROM people_person").fetch_all(ctx.db().read()).await?;
        Ok(Self { machines, dates, zone: clock(ctx).await?.zone, names: people.into_iter().collect() })
    }

    /// The days of the machines after one, at most so many machines.
    pub(super) async fn page(
        &self,
        ctx: &Context,
        caller: &Caller,
        after: Option<Place>,
        limit: usize,
    ) -> Result<MachineDays, ApiError> {
        let first = after.map_or(0, |after| self.machines.partition_point(|machine| place(machine) <= after));
        let machines = &self.machines[first..self.machines.len().min(first + limit)];
        let bounds = self.bounds();
        let (found, complete) = reading::read(ctx, caller, machines, &bounds).await?;
        let mut items = Vec::new();
        for (machine, days) in machines.iter().zip(found) {
            let Ok(endpoint) = machine.id.parse() else { continue };
            let known = self.dates.iter().zip(&days).filter(|(_, day)| !day.is_empty());
            items.extend(known.map(|(date, day)| self.view(endpoint, &machine.hostname, *date, day)));
        }
        let more = first + limit < self.machines.len();
        let next_cursor = machines.last().filter(|_| more).map(|last| Cursor::write(&place(last)));
        Ok(MachineDays { items, next_cursor, complete })
    }

    /// When the days begin, and when the last one ends: where clocks are changed at midnight, at the first moment of the day.
    fn bounds(&self) -> Vec<Time> {
        let after = self.dates.last().and_then(|last| last.tomorrow().ok());
        let begin = |date: Date| {
            date.to_zoned(self.zone.clone()).map(|zoned| Time::from_micros(zoned.timestamp().as_microsecond()))
        };
        self.dates.iter().copied().chain(after).filter_map(|date| begin(date).ok()).collect()
    }

    fn view(&self, endpoint: EndpointId, hostname: &str, date: Date, day: &Day) -> MachineDay {
        MachineDay {
            date: date.to_string(),
            endpoint,
            hostname: hostname.to_owned(),
            first_start: day.first_start.map(mark),
            last_stop: day.last_stop.map(mark),
            ran_in: day.ran_in,
            runs_on: day.runs_on,
            on_ms: milliseconds(&day.awake),
            on: spans(&day.awake),
            told: day.is_told(),
            people: day.people.iter().map(|person| self.person(person)).collect(),
        }
    }

    fn person(&self, day: &PersonDay) -> MachineDayPerson {
        let name = day.who.person.and_then(|person| self.names.get(&person.to_string()));
        let seat = |seat: Option<(Time, EventId)>| seat.map(|(at, event)| MachineDaySeat { at, event });
        MachineDayPerson {
            person: day.who.person,
            name: name.unwrap_or(&day.who.account.name).clone(),
            user: day.who.account.name.clone(),
            first_logon: seat(day.first_logon),
            last_logoff: seat(day.last_logoff),
            present_ms: milliseconds(&day.present),
            present: spans(&day.present),
        }
    }

    /// A moment as spreadsheets understand it.
    pub(super) fn minute(&self, at: Time) -> String {
        let at = Timestamp::from_microsecond(at.micros()).map(|at| self.zone.to_datetime(at));
        at.map(|at| at.strftime("%Y-%m-%d %H:%M").to_string()).unwrap_or_default()
    }
}

impl MachineDayMark {
    pub(super) const fn at(&self) -> (Time, &'static str) {
        (self.at, self.how)
    }
}

impl MachineDayPerson {
    /// Name, account, first logon, last logoff and milliseconds.
    pub(super) fn told(&self) -> (&str, &str, Option<Time>, Option<Time>, u64) {
        let at = |seat: &Option<MachineDaySeat>| seat.as_ref().map(|seat| seat.at);
        (&self.name, &self.user, at(&self.first_logon), at(&self.last_logoff), self.present_ms)
    }
}

fn mark(Mark { at, how, row }: Mark) -> MachineDayMark {
    MachineDayMark { at, how: how.as_str(), event: row }
}

fn spans(spans: &[Span]) -> Vec<MachineDaySpan> {
    spans.iter().map(|(from, to)| MachineDaySpan { from: *from, to: *to }).collect()
}

fn date(text: &str, place: &'static str) -> Result<Date, ApiError> {
    text.parse().map_err(|_| ApiError::invalid(place, "unknown", "write a day as 2026-11-17"))
}
