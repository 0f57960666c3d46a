//! `GET /api/v1/events/histogram`: how many events match, over time.

use std::time::Duration;

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use yagura_server_kit::{ApiError, ApiResult, Caller, Context, Json, Query as Params, error::Problem};
use yagura_vocabulary::{Level, Time};

use super::{
    asked::clock,
    search::{SearchQuery, wanted},
    store, viewed,
};
use crate::{Bucket, Budget, Covered};

/// How fine.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct HistogramQuery {
    /// About so many stretches; 60 if left out.
    #[param(minimum = 1, maximum = 400)]
    buckets: Option<u32>,
}

/// The events of one stretch of time.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BucketView {
    from: Time,
    recorded: u64,
    alarm: u64,
    prohibited: u64,
}

/// How many events match, over time.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct HistogramView {
    since: Time,
    until: Time,
    /// The length of a stretch.
    step_s: u64,
    /// The oldest first.
    buckets: Vec<BucketView>,
    /// What was counted.
    covered: CoveredView,
}

/// How much of the log an answer is based on.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CoveredView {
    /// Whether all was looked at.
    exact: bool,
    /// Otherwise: only what is newer than this was.
    #[serde(skip_serializing_if = "Option::is_none")]
    down_to: Option<Time>,
}

impl CoveredView {
    pub(super) fn new(covered: Covered, unreadable: &[String]) -> Self {
        Self { exact: covered.down_to.is_none() && unreadable.is_empty(), down_to: covered.down_to }
    }
}

/// What counting may cost.
pub(super) const BUDGET: Budget = Budget { rows: 20_000_000, time: Duration::from_secs(4) };

/// Where no beginning is asked for.
const USUAL: Duration = Duration::from_secs(30 * 86_400);
const MOST_BUCKETS: u32 = 400;
/// Lengths that read well on an axis, in seconds.
const STEPS: &[u64] = &[
    1,
    5,
    15,
    60,
    300,
    900,
    1_800,
    3_600,
    2 * 3_600,
    3 * 3_600,
    6 * 3_600,
    12 * 3_600,
    86_400,
    7 * 86_400,
    28 * 86_400,
];

/// Count events over time
#[utoipa::path(get, path = "/api/v1/events/histogram", tag = "events", params(SearchQuery, HistogramQuery),
    responses((status = 200, body = HistogramView), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn histogram(
    State(ctx): State<Context>,
    caller: Caller,
    Params(params): Params<SearchQuery>,
    Params(how): Params<HistogramQuery>,
) -> ApiResult<Json<HistogramView>> {
    let wanted_buckets = how.buckets.unwrap_or(60);
    if !(1..=MOST_BUCKETS).contains(&wanted_buckets) {
        return Err(ApiError::invalid("?buckets", "out_of_range", "a histogram has 1 to 400 buckets"));
    }
    let question = params.question();
    let query = wanted(&ctx, &caller, params, 1).await?;
    viewed::note(&ctx, &caller, &question).await?;
    let clock = clock(&ctx).await?;
    let until = query.until.unwrap_or(clock.now).min(clock.now + Duration::from_secs(3_600));
    let since = query.since.unwrap_or(until - USUAL).min(until);
    let (step_s, bounds) = bounds(since, until, wanted_buckets, clock.offset_s(since));
    let found = store(&ctx).histogram(&query, &bounds, BUDGET).await?;
    let covered = CoveredView::new(found.covered, &found.unreadable);
    Ok(Json(HistogramView { since, until, step_s, buckets: found.buckets.iter().map(view).collect(), covered }))
}

fn view(bucket: &Bucket) -> BucketView {
    BucketView {
        from: bucket.from,
        recorded: bucket.of_level(Level::Recorded),
        alarm: bucket.of_level(Level::Alarm),
        prohibited: bucket.of_level(Level::Prohibited),
    }
}

/// The length of a stretch, and where stretches meet: at full hours and days of a clock that is `offset_s` ahead of UTC.
fn bounds(since: Time, until: Time, buckets: u32, offset_s: i64) -> (u64, Vec<Time>) {
    let length = until.since(since).as_secs();
    let fits = |step: &&u64| length.div_ceil(**step) <= u64::from(buckets);
    // Where even the longest is too short, as for a search over decades, it is lengthened by whole multiples.
    let longest = STEPS[STEPS.len() - 1];
    let step =
        STEPS.iter().find(fits).copied().unwrap_or(longest * length.div_ceil(longest * u64::from(buckets)).max(1));
    let span = i64::try_from(step).unwrap_or(i64::MAX);
    let first = (since.seconds() + offset_s).div_euclid(span) * span - offset_s;
    let after = (0..).map(|n| Time::from_seconds(first + n * span)).take_while(|at| *at < until);
    let mut bounds: Vec<_> = after.collect();
    let next = bounds.len() as i64;
    bounds.push(Time::from_seconds(first + next * span));
    (step, bounds)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(since: &str, until: &str, buckets: u32, step: u64, first: &str, count: usize) {
        let (found, bounds) = bounds(since.parse().unwrap(), until.parse().unwrap(), buckets, 9 * 3_600);
        assert_eq!((found, bounds[0], bounds.len() - 1), (step, first.parse().unwrap(), count), "{since} to {until}");
        assert!(bounds[bounds.len() - 1] >= until.parse().unwrap());
    }

    #[test]
    fn stretches_meet_at_full_hours_and_days_of_the_clock_on_the_wall() {
        check("2026-11-22T15:00:00Z", "2026-11-23T15:00:00Z", 30, 3_600, "2026-11-22T15:00:00Z", 24);
        check("2026-11-01T03:04:05Z", "2026-11-23T03:04:05Z", 30, 86_400, "2026-10-31T15:00:00Z", 23);
        check("2026-11-23T03:04:05Z", "2026-11-23T03:05:05Z", 60, 1, "2026-11-23T03:04:05Z", 60);
    }

    #[test]
    fn decades_have_no_more_stretches_than_were_asked_for() {
        let (_, bounds) = bounds(Time::from_seconds(0), Time::from_seconds(4_000_000_000), 60, 0);
        assert!(bounds.len() <= 62, "{}", bounds.len());
    }

    #[test]
    fn nothing_between_equal_bounds_is_still_one_question() {
        let now = Time::from_seconds(1_000_000);
        let (_, bounds) = bounds(now, now, 10, 0);
        assert_eq!(bounds.len(), 1);
    }
}
