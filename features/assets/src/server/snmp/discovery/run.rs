//! Asking the addresses of a range, a few at a time and not faster than a network bears. Who answers is registered.

use std::{net::Ipv4Addr, time::Duration};

use tokio::{
    task::JoinSet,
    time::{MissedTickBehavior, interval},
};
use yagura_server_kit::{ApiError, Audit, Caller, Change, Context, Object};
use yagura_vocabulary::{Id, Time};

use crate::{
    server::snmp::{
        credentials::Credential,
        devices::{DeviceDetail, NewRow, insert},
        session::{Failure, Patience, Session},
    },
    snmp::FIRST,
};

/// Addresses that are asked at once.
const AT_ONCE: usize = 32;
/// No more than so many in a second are begun: each costs a question or two of some hundred bytes.
const PACE: Duration = Duration::from_millis(10);
/// How often is said how far it is, and looked whether it is cancelled.
const TELL_EVERY: Duration = Duration::from_secs(1);
/// Most addresses have nobody: one question is enough, and what was missed is found the next time.
const PATIENCE: Patience = Patience { each: Duration::from_millis(1500), tries: 1 };
/// Over so many seconds the first questions to what was found are spread.
const SPREAD_S: u64 = 60;

/// What is looked for and how.
pub(super) struct Plan {
    pub job: String,
    pub credentials: Vec<(String, Credential)>,
    pub port: u16,
    pub interval_s: i64,
    pub group: String,
    pub label: String,
}

#[derive(Debug, Default)]
struct Sum {
    done: i64,
    added: i64,
    known: i64,
    refused: i64,
}

/// What is at an address.
enum Found {
    Nobody,
    /// Somebody who accepts this credential.
    Device(String),
    /// Somebody who accepts none of them.
    Stranger,
}

/// Asks all addresses, until the end, until somebody cancels it, or until the server stops.
pub(super) async fn run(ctx: Context, caller: Caller, plan: Plan, addresses: Vec<Ipv4Addr>) {
    let state = match look(&ctx, &caller, &plan, addresses).await {
        Ok(Some(state)) => state,
        // The server stops: it shows as interrupted.
        Ok(None) => return,
        Err(error) => {
            tracing::error!(?error, job = plan.job, "a search for devices failed");
            "failed"
        }
    };
    if let Err(error) = end(&ctx, &plan.job, state).await {
        tracing::error!(?error, job = plan.job, "the end of a search for devices could not be written down");
    }
}

async fn look(
    ctx: &Context,
    caller: &Caller,
    plan: &Plan,
    addresses: Vec<Ipv4Addr>,
) -> Result<Option<&'static str>, ApiError> {
    let stop = ctx.stopping();
    let mut left = addresses.into_iter();
    let mut asked: JoinSet<(Ipv4Addr, Found)> = JoinSet::new();
    let mut sum = Sum::default();
    let (mut pace, mut tell) = (interval(PACE), interval(TELL_EVERY));
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    tell.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut more = true;
    while more || !asked.is_empty() {
        tokio::select! {
            () = stop.cancelled() => return Ok(None),
            _ = tell.tick() => {
                if told(ctx, &plan.job, &sum).await? {
                    return Ok(Some("cancelled"));
                }
            }
            Some(done) = asked.join_next() => {
                sum.done += 1;
                // A device whose answer breaks what reads it is nobody.
                if let Ok((address, found)) = done {
                    count(ctx, caller, plan, address, found, &mut sum).await?;
                }
            }
            _ = pace.tick(), if more && asked.len() < AT_ONCE => {
                match left.next() {
                    Some(address) => {
                        let (credentials, port) = (plan.credentials.clone(), plan.port);
                        asked.spawn(async move { (address, at(address, port, &credentials).await) });
                    }
                    None => more = false,
                }
            }
        }
    }
    told(ctx, &plan.job, &sum).await?;
    Ok(Some("done"))
}

/// Asks one address.
async fn at(address: Ipv4Addr, port: u16, credentials: &[(String, Credential)]) -> Found {
    let mut stranger = false;
    for (id, credential) in credentials {
        let asked = async {
            let mut session = Session::open((address, port).into(), credential, PATIENCE).await?;
            session.values(FIRST).await
        };
        match asked.await {
            Ok(_) => return Found::Device(id.clone()),
            Err(Failure::Refused(_) | Failure::Unreadable(_)) => stranger = true,
            Err(Failure::Closed | Failure::Silent | Failure::NoName) => {}
        }
    }
    if stranger { Found::Stranger } else { Found::Nobody }
}

async fn count(
    ctx: &Context,
    caller: &Caller,
    plan: &Plan,
    address: Ipv4Addr,
    found: Found,
    sum: &mut Sum,
) -> Result<(), ApiError> {
    match found {
        Found::Nobody => {}
        Found::Stranger => sum.refused += 1,
        Found::Device(credential) => {
            if register(ctx, caller, plan, address, &credential, sum.added).await? {
                sum.added += 1;
            } else {
                sum.known += 1;
            }
        }
    }
    Ok(())
}

/// Registers what was found; says whether it is new.
async fn register(
    ctx: &Context,
    caller: &Caller,
    plan: &Plan,
    address: Ipv4Addr,
    credential: &str,
    before: i64,
) -> Result<bool, ApiError> {
    let mut change = Change::begin(ctx, caller, "device.create").await?;
    let (id, host) = (Id::<DeviceDetail>::new().to_string(), address.to_string());
    let now = change.at();
    let wait = before.unsigned_abs() % SPREAD_S;
    let new = NewRow {
        id: &id,
        host: &host,
        port: plan.port,
        credential,
        interval_s: plan.interval_s,
        group: &plan.group,
        next_at: Time::from_micros(now.micros() + i64::try_from(wait).unwrap_or(0) * 1_000_000),
        by: &caller.name,
    };
    if !insert(change.on(), &new, now).await? {
        return Ok(false);
    }
    let after = serde_json::json!({"host": host, "port": plan.port, "found_in": plan.label});
    change.commit(Audit::created(Object::new("device", &id, &host), &after)).await?;
    Ok(true)
}

/// Says how far it is; gives whether somebody cancelled it.
async fn told(ctx: &Context, job: &str, sum: &Sum) -> Result<bool, ApiError> {
    let mut tx = ctx.db().write_relaxed().await?;
    sqlx::query(
        "UPDATE assets_discovery SET done = $1, added = $2, known = $3, refused = $4, touched_at = $5 WHERE id = $6",
    )
    .bind(sum.done)
    .bind(sum.added)
    .bind(sum.known)
    .bind(sum.refused)
    .bind(ctx.now().micros())
    .bind(job)
    .execute(tx.on())
    .await?;
    let (cancelled,): (i64,) =
        sqlx::query_as("SELECT cancel_wanted FROM assets_discovery WHERE id = $1").bind(job).fetch_one(tx.on()).await?;
    tx.commit().await?;
    Ok(cancelled != 0)
}

async fn end(ctx: &Context, job: &str, state: &str) -> Result<(), ApiError> {
    let mut tx = ctx.db().write().await?;
    sqlx::query("UPDATE assets_discovery SET state = $1, touched_at = $2 WHERE id = $3")
        .bind(state)
        .bind(ctx.now().micros())
        .bind(job)
        .execute(tx.on())
        .await?;
    Ok(tx.commit().await?)
}
