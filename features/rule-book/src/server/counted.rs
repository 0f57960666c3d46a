//! What rules answered to, event by event, for whoever counts it.

use yagura_events::server::{Store, question};
use yagura_server_kit::{ApiError, Caller, Context};
use yagura_vocabulary::{StoredEvent, Time};

/// What is counted, in the language of the log search: whoever looks closer asks the same.
pub(super) const VIOLATIONS: &str = "level:alarm OR level:prohibited";
/// More are not counted: such a time is not looked at day by day.
const MOST: usize = 50_000;
const AT_ONCE: usize = 1000;

/// Shows `count` every event that `q` asks for from `since` on and before `until` that the caller may see, the newest first. Gives whether these were all.
pub(super) async fn each_violation(
    ctx: &Context,
    caller: &Caller,
    q: &str,
    (since, until): (Time, Time),
    mut count: impl FnMut(&StoredEvent),
) -> Result<bool, ApiError> {
    let mut query = question(ctx, caller, q, None).await?;
    (query.since, query.until, query.limit) = (Some(since), Some(until), AT_ONCE);
    let mut seen = 0;
    while seen < MOST {
        let page = ctx.part::<Store>().search(&query).await?;
        seen += page.items.len();
        page.items.iter().for_each(&mut count);
        match page.next {
            Some(next) => query.cursor = Some(next),
            None => return Ok(true),
        }
    }
    Ok(false)
}
