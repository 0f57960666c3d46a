//! For how long the disk lasts, by the rules in force.

use yagura_server_kit::{ApiError, Context};

use super::{retention::in_force, store};
use crate::{
    Forecast,
    retention::{Outlook, Policy, outlook},
};

/// Below so many days people are warned on the health page.
pub const WARNED_BEFORE_DAYS: u64 = 30;
/// Below so many days there is an alarm.
pub const ALARMED_BEFORE_DAYS: u64 = 7;

/// How the store grows, and for how long the disk lasts.
///
/// # Errors
/// When the store or the database is away.
pub async fn disk_outlook(ctx: &Context) -> Result<(Forecast, Outlook), ApiError> {
    let forecast = store(ctx).forecast().await?;
    let bytes = store(ctx).health().await.bytes;
    let mut connection = ctx.db().read().acquire().await?;
    let policy = in_force(&mut connection, ctx.now()).await?.map_or_else(Policy::default, |version| version.policy());
    Ok((forecast, outlook(&forecast, bytes, policy.longest())))
}
