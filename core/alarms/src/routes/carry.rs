//! Takes what waits to where it goes, until the server stops.

use std::{collections::BTreeMap, time::Duration};

use bytes::Bytes;
use http::{Request, header};
use jiff::Timestamp;
use sqlx::FromRow;
use yagura_dial::HttpClient;
use yagura_mail::Mail;
use yagura_server_kit::{
    ApiError, Context,
    outbox::{claim, pause, work_off},
    syslog::{self, Facility, Message, Receiver, Severity as Level},
};
use yagura_vocabulary::{Severity, Time};

use super::{
    AlarmRoads, Bell, cef, chat,
    queue::zone,
    route::{Format, Service, To, webhook},
    store::{self, Kept},
    told::{self, Told},
    words,
};

const TABLE: &str = "alarms_delivery";
/// What waits for one route is looked at in such pieces.
const AT_ONCE: i64 = 1000;
/// People are not written to more often; what comes meanwhile goes together.
const PACE: Duration = Duration::from_secs(300);
/// So long it is remembered what was told.
const REMEMBERED: Duration = Duration::from_secs(30 * 86_400);
/// A chat answers in this time, or is asked again later.
const PATIENCE: Duration = Duration::from_secs(20);

#[derive(FromRow)]
struct Waiting {
    id: String,
    route_id: String,
    alarm_id: String,
    attempts: i64,
    next_at: i64,
    expires_at: i64,
}

pub(crate) async fn watch(ctx: Context) {
    let bell = ctx.part::<Bell>().0.clone();
    work_off(ctx, bell, "new alarms", |ctx| async move { look(&ctx).await }).await;
}

/// Tells everything that is due.
async fn look(ctx: &Context) -> Result<(), ApiError> {
    let now = ctx.now();
    let mut connection = ctx.db().read().acquire().await?;
    let waiting: Vec<Waiting> = sqlx::query_as(
        "SELECT id, route_id, alarm_id, attempts, next_at, expires_at FROM alarms_delivery
         WHERE state = 'queued' AND next_at <= $1 ORDER BY next_at, id LIMIT $2",
    )
    .bind(now.micros())
    .bind(AT_ONCE)
    .fetch_all(&mut *connection)
    .await?;
    if waiting.is_empty() {
        return Ok(());
    }
    let routes = store::in_use(&mut connection).await?;
    let mut by_route: BTreeMap<String, Vec<Waiting>> = BTreeMap::new();
    for one in waiting {
        by_route.entry(one.route_id.clone()).or_default().push(one);
    }
    for (id, waiting) in by_route {
        if ctx.stopping().is_cancelled() {
            break;
        }
        let Some(kept) = routes.iter().find(|kept| kept.id == id) else {
            // Switched off, or gone: nobody wants it any more.
            settle(ctx, &waiting, "dropped", None).await?;
            continue;
        };
        let standing = store::standing(&mut connection, &id).await?;
        if may_send(standing.sent_at, now, &kept.route.to) {
            tell(ctx, kept, waiting).await?;
        }
    }
    Ok(())
}

/// Whether a place may be written to again. Programs can be, always.
fn may_send(last: Option<Time>, now: Time, to: &To) -> bool {
    let patient = matches!(to, To::Syslog { .. } | To::Chat { service: Service::Json, .. });
    // After a clock that was set back it is as if nothing had been sent.
    patient || last.is_none_or(|last| now < last || now.since(last) >= PACE)
}

/// Tells one route what waits for it.
async fn tell(ctx: &Context, kept: &Kept, waiting: Vec<Waiting>) -> Result<(), ApiError> {
    let mut claimed = Vec::with_capacity(waiting.len());
    for one in waiting {
        if claim(ctx, TABLE, &one.id, one.next_at).await? {
            claimed.push(one);
        }
    }
    let mut connection = ctx.db().read().acquire().await?;
    let (mut alarms, mut meant, mut needless) = (Vec::new(), Vec::new(), Vec::new());
    for one in claimed {
        match told::read(&mut connection, &one.alarm_id).await? {
            Some(alarm) if alarm.open || kept.route.open_for_min.is_none() => {
                alarms.push(alarm);
                meant.push(one);
            }
            // Somebody has looked meanwhile, or it is gone.
            _ => needless.push(one),
        }
    }
    drop(connection);
    settle(ctx, &needless, "dropped", None).await?;
    if alarms.is_empty() {
        return Ok(());
    }
    let sent = send(ctx, kept, &alarms).await?;
    let refused = sent.as_ref().err().map(String::as_str);
    let mut tx = ctx.db().write().await?;
    store::note_standing(tx.on(), &kept.id, ctx.now(), refused.map_or(Ok(()), Err)).await?;
    tx.commit().await?;
    match refused {
        None => settle(ctx, &meant, "sent", None).await,
        Some(error) => {
            tracing::warn!(route = kept.route.name, error, "alarms could not be told");
            let now = ctx.now();
            let (again, late): (Vec<_>, Vec<_>) =
                meant.into_iter().partition(|one| (now + pause(one.attempts)).micros() < one.expires_at);
            settle(ctx, &late, "failed", None).await?;
            let next = again.first().map(|one| now + pause(one.attempts));
            settle(ctx, &again, "queued", next).await
        }
    }
}

/// Sends a trial, of which nothing is kept.
pub(super) async fn try_out(ctx: &Context, kept: &Kept) -> Result<Result<(), String>, ApiError> {
    let title = ("試験の警告です".to_owned(), "This is a test".to_owned());
    let trial = Told {
        id: "00000000-0000-0000-0000-000000000000".to_owned(),
        kind: "test".to_owned(),
        severity: Severity::Low,
        title,
        hostname: None,
        at: ctx.now(),
        user: None,
        rule: None,
        class: None,
        subject: None,
        times: 1,
        open: true,
    };
    let sent = send(ctx, kept, std::slice::from_ref(&trial)).await?;
    let mut tx = ctx.db().write().await?;
    match &sent {
        Err(error) => store::note_standing(tx.on(), &kept.id, ctx.now(), Err(error)).await?,
        Ok(()) => store::note_mended(tx.on(), &kept.id).await?,
    }
    tx.commit().await?;
    Ok(sent)
}

async fn send(ctx: &Context, kept: &Kept, alarms: &[Told]) -> Result<Result<(), String>, ApiError> {
    let url: Option<(String,)> = sqlx::query_as("SELECT value FROM organisation_setting WHERE name = 'public_url'")
        .fetch_optional(ctx.db().read())
        .await?;
    let url = url.map(|(url,)| url).unwrap_or_default();
    Ok(match &kept.route.to {
        To::Mail { addresses } => {
            let mut tx = ctx.db().write().await?;
            let zone = zone(tx.on()).await?;
            let clock = |at: Time| {
                let at = Timestamp::from_microsecond(at.micros()).unwrap_or(Timestamp::UNIX_EPOCH);
                at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string()
            };
            let (subject, text) = words::mail(&kept.route, alarms, &url, &clock);
            for to in addresses {
                let mail = Mail { to: to.clone(), subject: subject.clone(), text: text.clone() };
                yagura_mail::enqueue(ctx, &mut tx, &mail).await?;
            }
            tx.commit().await?;
            Ok(())
        }
        To::Chat { service, url: Some(to) } => post(ctx, to, chat::body(*service, alarms, &url).to_string()).await,
        To::Chat { url: None, .. } => Err("the route has no address".to_owned()),
        To::Syslog { receiver, format } => collect(ctx, receiver, *format, alarms, &url).await,
    })
}

async fn post(ctx: &Context, to: &str, body: String) -> Result<(), String> {
    let (target, path) = webhook(to).ok_or("the address of the webhook cannot be read")?;
    let (host, body) = (target.authority(), Bytes::from(body));
    let request = Request::post(path).header(header::CONTENT_TYPE, "application/json").body(body);
    let request = request.map_err(|error| error.to_string())?;
    let client = HttpClient::new(ctx.part::<AlarmRoads>().dial.clone(), target).with_patience(PATIENCE);
    let answer = client.send(|| request.clone()).await.map_err(|error| error.to_string())?;
    if answer.status.is_success() {
        return Ok(());
    }
    let words: String = String::from_utf8_lossy(&answer.body).chars().take(200).collect();
    Err(format!("{host} answered {}: {words}", answer.status))
}

async fn collect(ctx: &Context, receiver: &Receiver, format: Format, alarms: &[Told], url: &str) -> Result<(), String> {
    let authorities = &ctx.part::<AlarmRoads>().authorities;
    for alarm in alarms {
        let severity = match alarm.severity {
            Severity::Low => Level::Notice,
            Severity::Medium => Level::Warning,
            Severity::High => Level::Error,
            Severity::Critical => Level::Critical,
        };
        let text = match format {
            Format::Cef => cef::line(alarm, url),
            Format::Text => words::sentence(alarm),
        };
        let (facility, at, host) = (Facility::Alert, alarm.at, alarm.hostname.clone().unwrap_or_default());
        let message = Message { facility, severity, at, host, id: "ALARM", text };
        syslog::send(receiver, authorities, &message).await.map_err(|error| error.to_string())?;
    }
    Ok(())
}

async fn settle(ctx: &Context, done: &[Waiting], state: &str, next: Option<Time>) -> Result<(), ApiError> {
    if done.is_empty() {
        return Ok(());
    }
    let mut tx = ctx.db().write().await?;
    for one in done {
        sqlx::query("UPDATE alarms_delivery SET state = $1, next_at = $2, attempts = attempts + 1 WHERE id = $3")
            .bind(state)
            .bind(next.map_or(one.next_at, Time::micros))
            .bind(&one.id)
            .execute(tx.on())
            .await?;
    }
    sqlx::query("DELETE FROM alarms_delivery WHERE state <> 'queued' AND created_at < $1")
        .bind((ctx.now() - REMEMBERED).micros())
        .execute(tx.on())
        .await?;
    Ok(tx.commit().await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_not_written_to_all_the_time_and_programs_are() {
        let mail = To::Mail { addresses: Vec::new() };
        let json = To::Chat { service: Service::Json, url: None };
        let at = Time::from_seconds;
        for (last, now, to, expected) in [
            (None, 100, &mail, true),
            (Some(100), 399, &mail, false),
            (Some(100), 400, &mail, true),
            (Some(100), 50, &mail, true),
            (Some(100), 101, &json, true),
        ] {
            assert_eq!(may_send(last.map(at), at(now), to), expected, "{last:?} {now} {to:?}");
        }
    }
}
