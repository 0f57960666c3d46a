//! `GET /api/v1/operation-log/days.csv`: the report of days for a spreadsheet. Who fetches it is written down.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::header;
use serde::Deserialize;
use serde_json::json;
use utoipa::IntoParams;
use yagura_log_search::table::{BYTE_ORDER_MARK, harmless, line};
use yagura_server_kit::{
    ApiResult, Audit, Caller, Change, Context, Object, Query as Params, error::Problem, page::Cursor,
};
use yagura_vocabulary::Time;

use super::days::{Asked, MachineDay};

/// Machines that are read at a time.
const AT_ONCE: usize = 50;

/// Of which machines and days, and for whom.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct SheetQuery {
    /// The first day, as 2026-11-17, in the time zone of the organisation,
    from: String,
    /// and the last one; at most 62 days in all.
    to: String,
    /// Id or host name of an endpoint; all endpoints of the group if left out.
    endpoint: Option<String>,
    /// Id of a fixed group: only what is in it and below; the root if left out.
    group: Option<String>,
    /// The language of the words: `ja` or `en`; Japanese when absent.
    language: Option<String>,
}

const HEADS: [(&str, &str); 12] = [
    ("日付", "Date"),
    ("端末", "Endpoint"),
    ("最初の起動", "First start"),
    ("起動の種類", "Kind of start"),
    ("最後の停止", "Last stop"),
    ("停止の種類", "Kind of stop"),
    ("稼働（分）", "On (minutes)"),
    ("利用者", "Person"),
    ("アカウント", "Account"),
    ("最初のサインイン", "First logon"),
    ("最後のサインアウト", "Last logoff"),
    ("利用（分）", "At the machine (minutes)"),
];

/// Fetch when machines ran and who sat at them as CSV
#[utoipa::path(get, path = "/api/v1/operation-log/days.csv", tag = "operation-log", params(SheetQuery),
    responses((status = 200, content((String = "text/csv"))), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn sheet(
    State(ctx): State<Context>,
    caller: Caller,
    Params(params): Params<SheetQuery>,
) -> ApiResult<Response> {
    let asked = Asked::of(&ctx, &caller, &params.from, &params.to, &params.endpoint, &params.group).await?;
    let japanese = params.language.as_deref() != Some("en");
    let reason = yagura_events::server::reason(&ctx, &caller).await?;
    let mut file = BYTE_ORDER_MARK.as_bytes().to_vec();
    file.extend(line(HEADS.iter().map(|(ja, en)| (if japanese { *ja } else { *en }).to_owned())));
    let (mut after, mut lines, mut complete) = (None, 0, true);
    loop {
        let page = asked.page(&ctx, &caller, after, AT_ONCE).await?;
        complete &= page.complete;
        for cells in page.items.iter().flat_map(|day| cells(day, japanese, |at| asked.minute(at))) {
            lines += 1;
            file.extend(line(cells.into_iter().map(harmless)));
        }
        match page.next_cursor {
            Some(next) => after = Some(Cursor::read(&next)?),
            None => break,
        }
    }
    if !complete {
        let words =
            if japanese { "一部の記録を読み切れませんでした" } else { "Not all rows could be read" };
        file.extend(line(std::iter::once(words.to_owned())));
    }
    let change = Change::begin(&ctx, &caller, "days.export").await?;
    let question = json!({"from": params.from, "to": params.to, "endpoint": params.endpoint, "group": params.group, "lines": lines});
    let audit = Audit::created(Object::new("events", &"", "days"), &question);
    change.commit(audit.because(reason.map(|reason| reason.purpose))).await?;
    let name = format!("attachment; filename=\"yagura-days-{}-{}.csv\"", params.from, params.to);
    let headers = [(header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, file).into_response())
}

/// A line for each person of the day; one without a person where nobody was there.
fn cells(day: &MachineDay, japanese: bool, minute: impl Fn(Time) -> String) -> Vec<Vec<String>> {
    let at = |at: Option<Time>| at.map(&minute).unwrap_or_default();
    let minutes = |ms: u64| (ms / 60_000).to_string();
    let marks = [&day.first_start, &day.last_stop].into_iter().flat_map(|mark| {
        let mark = mark.as_ref().map(super::days::MachineDayMark::at);
        [at(mark.map(|(at, _)| at)), mark.map(|(_, how)| word(how, japanese)).unwrap_or_default().to_owned()]
    });
    let machine: Vec<String> =
        [day.date.clone(), day.hostname.clone()].into_iter().chain(marks).chain([minutes(day.on_ms)]).collect();
    let of_person = |person: &super::days::MachineDayPerson| {
        let (name, user, logon, logoff, ms) = person.told();
        [name.to_owned(), user.to_owned(), at(logon), at(logoff), minutes(ms)]
    };
    let nobody = || [const { String::new() }; 5];
    let people: Vec<_> = day.people.iter().map(of_person).collect();
    let people = if people.is_empty() { vec![nobody()] } else { people };
    people.into_iter().map(|person| machine.iter().cloned().chain(person).collect()).collect()
}

const fn word(how: &'static str, japanese: bool) -> &'static str {
    match (how.as_bytes(), japanese) {
        (b"boot", true) => "起動",
        (b"boot", false) => "start",
        (b"wake", true) => "復帰",
        (b"wake", false) => "wake",
        (b"shutdown", true) => "停止",
        (b"shutdown", false) => "stop",
        (b"sleep", true) => "スリープ",
        (b"sleep", false) => "sleep",
        (_, true) => "不明（最後の記録）",
        (_, false) => "not told (last row)",
    }
}
