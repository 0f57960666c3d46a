//! Asking all devices, each at its own interval: one server does it, a few devices at a time, and stops at once when it is to.

use std::{collections::HashMap, time::Duration};

use sqlx::FromRow;
use tokio::{
    task::{Id, JoinSet},
    time::sleep,
};
use yagura_server_kit::{
    ApiError, Context,
    alone::{Work, alone},
};

use super::{
    ask::{Target, ask},
    credentials, keep,
};

/// Devices that are asked at once.
const AT_ONCE: usize = 16;
/// How often is looked for devices whose time has come.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// After a failure of the database is waited a little.
const AFTER_FAILURE: Duration = Duration::from_secs(10);

/// Asks until the server stops.
pub(super) async fn run(ctx: Context) {
    alone(&ctx, Work::Devices, || rounds(&ctx)).await;
}

#[derive(Debug, Clone, FromRow)]
struct Due {
    id: String,
    host: String,
    port: i64,
    credential_id: String,
    version: i64,
}

async fn rounds(ctx: &Context) {
    let stop = ctx.stopping();
    // Dropped with this future, which ends what is being asked.
    let mut asked = JoinSet::new();
    let mut busy = HashMap::new();
    loop {
        let wait = match begin(ctx, &mut asked, &mut busy).await {
            Ok(()) => LOOK_EVERY,
            Err(error) => {
                tracing::warn!(?error, "which devices are to be asked could not be looked up");
                AFTER_FAILURE
            }
        };
        tokio::select! {
            () = stop.cancelled() => return,
            () = sleep(wait) => {}
            Some(done) = asked.join_next_with_id() => {
                let task = done.map_or_else(|error| error.id(), |(task, ())| task);
                busy.remove(&task);
            }
        }
    }
}

/// Begins to ask those whose time has come, as many as there is room for. The one that has waited longest is first.
async fn begin(ctx: &Context, asked: &mut JoinSet<()>, busy: &mut HashMap<Id, String>) -> Result<(), ApiError> {
    if busy.len() >= AT_ONCE {
        return Ok(());
    }
    let due: Vec<Due> = sqlx::query_as(
        "SELECT id, host, port, credential_id, version FROM assets_device WHERE next_at <= $1 ORDER BY next_at, id LIMIT $2",
    )
    .bind(ctx.now().micros())
    // Those that are being asked are still among them.
    .bind(i64::try_from(AT_ONCE * 2).unwrap_or(i64::MAX))
    .fetch_all(ctx.db().read())
    .await?;
    for one in due {
        if busy.len() >= AT_ONCE {
            break;
        }
        if busy.values().any(|id| *id == one.id) {
            continue;
        }
        let (ctx, id) = (ctx.clone(), one.id.clone());
        let task = asked.spawn(async move {
            let id = one.id.clone();
            if let Err(error) = one_device(&ctx, one).await {
                tracing::warn!(?error, device = id, "what a device answered could not be written down");
                // Its time has still come: the next look must not be at once.
                sleep(AFTER_FAILURE).await;
            }
        });
        busy.insert(task.id(), id);
    }
    Ok(())
}

async fn one_device(ctx: &Context, device: Due) -> Result<(), ApiError> {
    let credential = credentials::load(&mut *ctx.db().read().acquire().await?, &device.credential_id).await?;
    // The table refers to it.
    let Some(credential) = credential else { return Ok(()) };
    let port = u16::try_from(device.port).unwrap_or(super::PORT);
    let asked_at = ctx.now();
    let told = ask(Target { host: device.host, port, credential }, asked_at).await;
    keep::keep(ctx, (&device.id, device.version), asked_at, &told).await.map(drop)
}
