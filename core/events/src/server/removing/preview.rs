//! What a removal would take, shown before somebody decides. Who decides says which preview they saw.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use sqlx::AnyConnection;
use utoipa::ToSchema;
use yagura_server_kit::{ApiError, Audit, Caller, Change, Context, Object};
use yagura_vocabulary::{Id, Time};

use super::RemovedView;
use crate::{Budget, Order, Query, Removal, server::store};

/// The kind of ids of previews.
enum PreviewKind {}

/// After this a preview is no longer what somebody decides by.
const FRESH: Duration = Duration::from_secs(3600);

/// What was seen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = RemovalSeen)]
pub(in super::super) struct Preview {
    /// What would go.
    #[serde(flatten)]
    pub(in super::super) removed: RemovedView,
    /// The day of the oldest event that would go, or that would if it were not held; null if there is none.
    pub(in super::super) oldest: Option<Time>,
    /// The day of the newest one.
    pub(in super::super) newest: Option<Time>,
}

/// A preview.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RemovalPreview)]
pub(in super::super) struct PreviewView {
    /// Its number: who decides gives it back.
    pub(in super::super) id: String,
    #[serde(flatten)]
    pub(in super::super) preview: Preview,
    /// When what is decided now takes effect.
    pub(in super::super) takes_effect_at: Time,
    pub(in super::super) made_at: Time,
}

/// Looks what `removal` would take, and writes down who looked. `subject` is what is decided about, byte for byte.
pub(in super::super) async fn preview(
    ctx: &Context,
    caller: &Caller,
    (subject, object): (&str, Object),
    removal: &Removal,
    takes_effect_at: Time,
) -> Result<PreviewView, ApiError> {
    let removed = store(ctx).preview_removal(removal).await?.into();
    let (oldest, newest) = span(ctx, &removal.remove).await?;
    let preview = Preview { removed, oldest, newest };
    let mut change = Change::begin(ctx, caller, "events.preview").await?;
    let (id, made_at) = (Id::<PreviewKind>::new().to_string(), change.at());
    sqlx::query("DELETE FROM events_preview WHERE made_at < $1")
        .bind((made_at - FRESH).micros())
        .execute(change.on())
        .await?;
    sqlx::query("INSERT INTO events_preview (id, subject, result, made_by, made_at) VALUES ($1, $2, $3, $4, $5)")
        .bind(&id)
        .bind(subject)
        .bind(serde_json::to_string(&preview).map_err(|error| ApiError::unavailable(&error))?)
        .bind(caller.who.id())
        .bind(made_at.micros())
        .execute(change.on())
        .await?;
    change.commit(Audit::created(object, &preview)).await?;
    Ok(PreviewView { id, preview, takes_effect_at, made_at })
}

/// The preview of `subject` with this number, if the caller saw it lately.
pub(in super::super) async fn seen(
    connection: &mut AnyConnection,
    caller: &Caller,
    (id, subject): (&str, &str),
    now: Time,
) -> Result<Preview, ApiError> {
    let found: Option<(String,)> = sqlx::query_as(
        "SELECT result FROM events_preview WHERE id = $1 AND subject = $2 AND made_by = $3 AND made_at > $4",
    )
    .bind(id)
    .bind(subject)
    .bind(caller.who.id())
    .bind((now - FRESH).micros())
    .fetch_optional(connection)
    .await?;
    let stale = || ApiError::conflict("look at the preview of exactly this first; one is good for an hour");
    let (result,) = found.ok_or_else(stale)?;
    serde_json::from_str(&result).map_err(|error| ApiError::unavailable(&error))
}

const DAY_S: i64 = 86_400;
/// The first day that is looked at: no event is older than the product.
const FIRST_DAY_S: i64 = 1_767_225_600;

/// The days of the oldest and the newest event that the queries find.
async fn span(ctx: &Context, queries: &[Query]) -> Result<(Option<Time>, Option<Time>), ApiError> {
    let last = ctx.now().seconds() / DAY_S + 1;
    let mut bounds = vec![Time::from_micros(0)];
    bounds.extend((FIRST_DAY_S / DAY_S..=last).map(|day| Time::from_seconds(day * DAY_S)));
    let (mut oldest, mut newest): (Option<Time>, Option<Time>) = (None, None);
    for query in queries {
        let query = Query { order: Order::Received, ..query.clone() };
        let histogram = store(ctx).histogram(&query, &bounds, Budget::UNLIMITED).await?;
        let mut days = histogram.buckets.iter().filter(|bucket| bucket.total() > 0).map(|bucket| bucket.from);
        let first = days.next();
        newest = newest.max(days.next_back().or(first));
        oldest = [oldest, first].into_iter().flatten().min();
    }
    Ok((oldest, newest))
}
