//! What people are told of a survey, and the notices that tell it.

use std::collections::BTreeMap;

use jiff::{Timestamp, tz::TimeZone};
use sqlx::AnyConnection;
use yagura_events::server::clock;
use yagura_notices::{Action, Message, Recipient, Sent, send};
use yagura_server_kit::{ApiError, Change, Context};
use yagura_vocabulary::Time;

use super::{
    audience::{Reach, at},
    people::{accounts, by_endpoint},
    survey::Row,
};

/// So many characters of the words above the questions stand in a pop-up; the page has all.
const SHOWN: usize = 400;

/// The notice of a survey that ends then.
fn message(survey: &Row, ends: Time, zone: &TimeZone) -> Message {
    let lead: String = survey.lead.trim().chars().take(SHOWN).collect();
    let more = if survey.lead.trim().chars().count() > SHOWN { "…" } else { "" };
    let gap = if lead.is_empty() { "" } else { "\n\n" };
    Message {
        title: survey.title.clone(),
        text: format!("{lead}{more}{gap}〆 {}", minute(ends, zone)),
        action: Some(Action { page: format!("/me/surveys/{}", survey.id), ja: "回答する", en: "Answer" }),
        until: Some(ends),
    }
}

/// A time as spreadsheets and people read it: `2026-12-05 18:00`.
pub(super) fn minute(time: Time, zone: &TimeZone) -> String {
    let time = Timestamp::from_microsecond(time.micros()).map(|time| zone.to_datetime(time));
    time.map(|time| time.strftime("%Y-%m-%d %H:%M").to_string()).unwrap_or_default()
}

/// Writes down who is asked and tells the endpoints that were not told yet. Gives how many there are of both, with what to nudge.
pub(super) async fn first(
    ctx: &Context,
    change: &mut Change,
    survey: &Row,
    ends: Time,
    reach: &Reach,
) -> Result<(usize, usize, Option<Sent>), ApiError> {
    let asked = ask(change.on(), &survey.id, &reach.asked).await?;
    let mut to = Vec::new();
    for recipient in &reach.recipients {
        let new =
            sqlx::query("INSERT INTO surveys_told (survey_id, endpoint_id) VALUES ($1, $2) ON CONFLICT DO NOTHING")
                .bind(&survey.id)
                .bind(recipient.endpoint.endpoint.to_string())
                .execute(change.on())
                .await?;
        if new.rows_affected() == 1 {
            to.push(recipient.clone());
        }
    }
    let sent = post(ctx, change, survey, ends, &to).await?;
    Ok((asked, to.len(), sent))
}

/// Writes down who is asked; gives how many of them are new. Whoever was asked by an account that has become somebody's since then is
/// not asked again.
async fn ask(on: &mut AnyConnection, survey: &str, asked: &BTreeMap<String, String>) -> Result<usize, ApiError> {
    let mut new = 0;
    for (who, name) in asked {
        let done = sqlx::query(
            "INSERT INTO surveys_asked (survey_id, who, name, answered) SELECT $1, $2, $3, 0
             WHERE NOT EXISTS (SELECT 1 FROM surveys_asked k JOIN people_account a ON a.id = k.who
             WHERE k.survey_id = $1 AND a.person_id = $2) ON CONFLICT DO NOTHING",
        )
        .bind(survey)
        .bind(who)
        .bind(name)
        .execute(&mut *on)
        .await?;
        new += usize::try_from(done.rows_affected()).unwrap_or(0);
    }
    Ok(new)
}

/// Tells those who have not answered, and nobody else, wherever somebody with this limit may see them.
pub(super) async fn again(
    ctx: &Context,
    change: &mut Change,
    survey: &Row,
    limit: &str,
) -> Result<(usize, Option<Sent>), ApiError> {
    let Some(ends) = survey.ends_at.map(Time::from_micros) else { return Ok((0, None)) };
    let waiting: Vec<(String,)> =
        sqlx::query_as("SELECT who FROM surveys_asked WHERE survey_id = $1 AND answered = 0 ORDER BY who")
            .bind(&survey.id)
            .fetch_all(change.on())
            .await?;
    let is_waiting = |id: &str| waiting.binary_search_by(|(who,)| who.as_str().cmp(id)).is_ok();
    let accounts = accounts(change.on(), limit).await?;
    let places = by_endpoint(&accounts, |account| is_waiting(account.who()) || is_waiting(&account.id));
    let to = at(ctx, places).await?;
    Ok((to.len(), post(ctx, change, survey, ends, &to).await?))
}

async fn post(
    ctx: &Context,
    change: &mut Change,
    survey: &Row,
    ends: Time,
    to: &[Recipient],
) -> Result<Option<Sent>, ApiError> {
    if to.is_empty() {
        return Ok(None);
    }
    let message = message(survey, ends, &clock(ctx).await?.zone);
    Ok(Some(send(ctx, change, &message, &survey.created_by, to).await?))
}
