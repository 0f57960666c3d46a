//! What happens by itself: a planned survey opens, an open one reminds and ends, a closed one forgets its answers.

use std::time::Duration;

use jiff::{Span, Timestamp, tz::TimeZone};
use serde_json::json;
use sqlx::AssertSqlSafe;
use tokio::time::{MissedTickBehavior, interval};
use yagura_events::server::clock;
use yagura_server_kit::{ApiError, Audit, Authenticator, Caller, Change, Context, Permission};
use yagura_vocabulary::Time;

use super::{
    audience::Chosen,
    close::end,
    remind::nag,
    remove::forget_answers,
    send::{DAY, open},
    survey::{Row, SELECT},
    tell::first,
};

/// How often is looked for what is due.
const EVERY: Duration = Duration::from_secs(30);
/// Newcomers are looked for with every so many looks: who belongs where is asked of all endpoints.
const NEWCOMERS_EVERY: u32 = 20;
/// The hour of the night in which answers are erased, by the organisation's clock: that of all other retention.
const HOUR: i8 = 2;
/// Nobody is reminded more often than this by itself.
const MOST_REMINDERS: i64 = 10;
/// Who is written down where nobody asked for it.
const SERVER: &str = "server";

/// Does what is due, until the server stops.
pub(super) async fn watch(ctx: Context) {
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for look in 0_u32.. {
        tokio::select! {
            _ = ticks.tick() => {}
            () = async { ctx.stopping().cancelled().await } => return,
        }
        tokio::select! {
            outcome = run(&ctx, look % NEWCOMERS_EVERY == 0) => if let Err(error) = outcome {
                tracing::warn!(?error, "what is due for surveys could not be done");
            },
            () = async { ctx.stopping().cancelled().await } => return,
        }
    }
}

/// Does everything whose time has come. What fails for one survey is tried again with the next look, and keeps no other from its
/// own.
///
/// # Errors
/// When the database is away.
pub async fn run_due(ctx: &Context) -> Result<(), ApiError> {
    run(ctx, true).await
}

/// The same; those who came since a survey began are looked for only with `newcomers`.
async fn run(ctx: &Context, newcomers: bool) -> Result<(), ApiError> {
    let sql = AssertSqlSafe(format!("{SELECT} WHERE s.state IN ('planned', 'open', 'closed') ORDER BY s.id"));
    let surveys: Vec<Row> = sqlx::query_as(sql).fetch_all(ctx.db().read()).await?;
    for survey in surveys {
        if let Err(error) = one(ctx, &survey, newcomers).await {
            tracing::warn!(?error, survey = survey.id, "what is due for a survey could not be done");
        }
    }
    Ok(())
}

async fn one(ctx: &Context, survey: &Row, newcomers: bool) -> Result<(), ApiError> {
    let now = ctx.now();
    let is_due = |at: Option<i64>| at.is_some_and(|at| at <= now.micros());
    match survey.state.as_str() {
        "planned" if is_due(survey.starts_at) => begin(ctx, survey).await,
        "open" if is_due(survey.ends_at) => {
            let at = survey.ends_at.map_or(now, Time::from_micros);
            let mut change = Change::begin_as(ctx, SERVER, None, "survey.close").await?;
            let audit = end(ctx, &mut change, survey, at).await?;
            change.commit(audit).await
        }
        "open" => {
            if newcomers {
                ask_more(ctx, survey).await?;
            }
            remind(ctx, survey).await
        }
        "closed" if is_due(survey.erase_at) => erase(ctx, survey).await,
        _ => Ok(()),
    }
}

/// Whoever made the survey, as far as they may still send one.
async fn owner(ctx: &Context, survey: &Row) -> Result<Option<Caller>, ApiError> {
    let Ok(id) = survey.created_by_id.parse() else { return Ok(None) };
    let owner = ctx.part::<Box<dyn Authenticator>>().in_the_name_of(ctx, id).await?;
    Ok(owner.filter(|owner| owner.may(Permission::SurveysWrite)))
}

/// Opens a planned survey in its owner's name; one whose owner is gone, or that reaches nobody now, is a draft again.
async fn begin(ctx: &Context, survey: &Row) -> Result<(), ApiError> {
    let mut connection = ctx.db().read().acquire().await?;
    let chosen = Chosen::of(&mut connection, &survey.id).await?;
    drop(connection);
    if let Some(owner) = owner(ctx, survey).await? {
        let reach = chosen.reach(ctx, &owner.limit()).await?;
        if !reach.recipients.is_empty() {
            let mut change = Change::begin(ctx, &owner, "survey.open").await?;
            let (audit, sent) = open(ctx, &mut change, survey, &reach).await?;
            change.commit(audit).await?;
            if let Some(sent) = sent {
                sent.nudge(ctx);
            }
            return Ok(());
        }
    }
    let mut change = Change::begin_as(ctx, SERVER, None, "survey.recall").await?;
    sqlx::query("UPDATE surveys_survey SET state = 'draft', starts_at = NULL, version = version + 1 WHERE id = $1 AND version = $2")
        .bind(&survey.id)
        .bind(survey.version)
        .execute(change.on())
        .await?;
    let why = "its owner may not send it any more, or nobody is reached";
    let after = json!({"state": "draft", "why": why});
    change.commit(Audit::changed(survey.object(), &json!({"state": "planned"}), &after)).await
}

/// Asks those who came since the start.
async fn ask_more(ctx: &Context, survey: &Row) -> Result<(), ApiError> {
    let Some(owner) = owner(ctx, survey).await? else { return Ok(()) };
    let Some(ends) = survey.ends_at.map(Time::from_micros) else { return Ok(()) };
    let mut connection = ctx.db().read().acquire().await?;
    let chosen = Chosen::of(&mut connection, &survey.id).await?;
    let told: Vec<(String,)> = sqlx::query_as("SELECT endpoint_id FROM surveys_told WHERE survey_id = $1")
        .bind(&survey.id)
        .fetch_all(&mut *connection)
        .await?;
    let asked: Vec<(String,)> = sqlx::query_as("SELECT who FROM surveys_asked WHERE survey_id = $1")
        .bind(&survey.id)
        .fetch_all(&mut *connection)
        .await?;
    drop(connection);
    let reach = chosen.reach(ctx, &owner.limit()).await?;
    let knows = |list: &[(String,)], id: &str| list.iter().any(|(known,)| known == id);
    let new_place = reach.recipients.iter().any(|one| !knows(&told, &one.endpoint.endpoint.to_string()));
    let new_person = reach.asked.keys().any(|who| !knows(&asked, who));
    if new_place || new_person {
        let mut change = Change::begin(ctx, &owner, "survey.ask_more").await?;
        let (asked, endpoints, sent) = first(ctx, &mut change, survey, ends, &reach).await?;
        // Somebody whose account has been mapped since then is no news.
        if asked > 0 || endpoints > 0 {
            let after = json!({"asked": asked, "endpoints": endpoints});
            change.commit(Audit::created(survey.object(), &after)).await?;
            if let Some(sent) = sent {
                sent.nudge(ctx);
            }
        }
    }
    Ok(())
}

/// Reminds when it is time.
async fn remind(ctx: &Context, survey: &Row) -> Result<(), ApiError> {
    let Some(next) = next_reminder(survey) else { return Ok(()) };
    if next > ctx.now() || survey.answered >= survey.asked {
        return Ok(());
    }
    if let Some(owner) = owner(ctx, survey).await? {
        let mut change = Change::begin(ctx, &owner, "survey.remind").await?;
        let (audit, sent) = nag(ctx, &mut change, survey, &owner.limit()).await?;
        change.commit(audit).await?;
        if let Some(sent) = sent {
            sent.nudge(ctx);
        }
    }
    Ok(())
}

/// When people are reminded next, if they are.
fn next_reminder(survey: &Row) -> Option<Time> {
    let days = u32::try_from(survey.remind_days).ok().filter(|days| *days > 0)?;
    let last = survey.reminded_at.filter(|_| survey.reminders < MOST_REMINDERS)?;
    Some(Time::from_micros(last) + DAY * days)
}

async fn erase(ctx: &Context, survey: &Row) -> Result<(), ApiError> {
    let mut change = Change::begin_as(ctx, SERVER, None, "survey.erase").await?;
    let erased = sqlx::query(
        "UPDATE surveys_survey SET state = 'erased', erased_asked = $1, erased_answered = $2, version = version + 1
         WHERE id = $3 AND state = 'closed'",
    )
    .bind(survey.asked)
    .bind(survey.answered)
    .bind(&survey.id)
    .execute(change.on())
    .await?;
    if erased.rows_affected() == 0 {
        return Ok(());
    }
    forget_answers(change.on(), &survey.id).await?;
    let was = json!({"answers": survey.answered});
    change.commit(Audit::removed(survey.object(), &was)).await
}

/// The first night's hour from this time on.
pub(super) async fn night(ctx: &Context, from: Time) -> Result<Time, ApiError> {
    Ok(night_after(from, &clock(ctx).await?.zone))
}

fn night_after(from: Time, zone: &TimeZone) -> Time {
    let at = Timestamp::from_microsecond(from.micros()).unwrap_or(Timestamp::MAX);
    let today = zone.to_datetime(at).date();
    let of = |day: i64| {
        let date = today.checked_add(Span::new().days(day)).ok()?;
        let zoned = date.at(HOUR, 0, 0, 0).to_zoned(zone.clone()).ok()?;
        Some(Time::from_micros(zoned.timestamp().as_microsecond()))
    };
    (0..=2).filter_map(of).find(|at| *at >= from).unwrap_or(from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_go_in_the_night_of_the_organisation() {
        let zone = TimeZone::fixed(jiff::tz::offset(9));
        let check = |from: &str, expected: &str| {
            assert_eq!(night_after(from.parse().unwrap(), &zone), expected.parse().unwrap(), "{from}");
        };
        check("2026-12-01T03:00:00Z", "2026-12-01T17:00:00Z");
        check("2026-12-01T17:00:00Z", "2026-12-01T17:00:00Z");
        check("2026-12-01T17:00:01Z", "2026-12-02T17:00:00Z");
    }
}
