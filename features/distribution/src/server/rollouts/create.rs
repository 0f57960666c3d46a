//! `POST /api/v1/distribution/rollouts`: a rollout begins.
//!
//! Its endpoints are written down in pieces, so that others get at the database in between. Until the last one is, the rollout is
//! `preparing`: nobody sees it and nothing of it is given. One whose making broke off is removed.

use axum::extract::State;
use http::StatusCode;
use serde_json::json;
use sqlx::AssertSqlSafe;
use tokio::fs;
use yagura_blobs::publish;
use yagura_channel::wire::blob::BlobPurpose;
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Context, Json, Object, error::Problem};
use yagura_vocabulary::{Id, Time};

use super::view::{RolloutView, find};
use crate::{
    model::Rollout,
    server::{
        audience::{Member, audience},
        plan::{NewRollout, Plan},
        shelf::Uploads,
        work,
    },
};

/// Endpoints of one statement.
const ROWS: usize = 200;
/// Endpoints of one transaction.
const AT_ONCE: usize = 5_000;

/// Begin a rollout
#[utoipa::path(post, path = "/api/v1/distribution/rollouts", tag = "distribution", request_body = NewRollout,
    responses((status = 201, body = RolloutView), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn create(
    State(ctx): State<Context>,
    caller: Caller,
    Json(body): Json<NewRollout>,
) -> ApiResult<(StatusCode, Json<RolloutView>)> {
    body.check(ctx.now())?;
    let plan = body.plan(&ctx).await?;
    let rings = audience(&ctx, &caller, &body, &plan).await?;
    if rings.iter().flatten().all(|member| member.cannot.is_some()) {
        return Err(nothing(&rings));
    }
    let id = Id::<Rollout>::new();
    prepare(&ctx, &caller, (id, ctx.now()), &body, &plan).await?;
    let numbered: Vec<(usize, &Member)> =
        rings.iter().enumerate().flat_map(|(at, ring)| ring.iter().map(move |member| (at, member))).collect();
    for some in numbered.chunks(AT_ONCE) {
        let mut tx = ctx.db().write().await?;
        for rows in some.chunks(ROWS) {
            insert(tx.on(), id, ctx.now(), rows).await?;
        }
        tx.commit().await?;
    }
    let mut change = Change::begin(&ctx, &caller, "rollout.create").await?;
    bring(&mut change, id, &plan).await?;
    give_list_out(&ctx, &mut change, id, &body.name, &plan).await?;
    let begun = sqlx::query("UPDATE distribution_rollout SET state = 'running' WHERE id = $1 AND state = 'preparing'")
        .bind(id.to_string())
        .execute(change.on())
        .await?;
    if begun.rows_affected() == 0 {
        return Err(ApiError::conflict("making the rollout took too long, and it was removed; try again"));
    }
    let counts: Vec<_> = body
        .rings
        .iter()
        .zip(&rings)
        .map(|(ring, members)| json!({"name": ring.name, "endpoints": members.len()}))
        .collect();
    let after =
        json!({"name": body.name, "work": plan.work, "items": plan.items, "rings": counts, "dry_run": plan.dry_run});
    let reason = Some(body.reason.clone()).filter(|reason| !reason.is_empty());
    change.commit(Audit::created(Object::new("rollout", &id, body.name.trim()), &after).because(reason)).await?;
    work::ring(&ctx);
    Ok((StatusCode::CREATED, Json(find(&ctx, &caller, &id.to_string()).await?)))
}

/// Writes the rollout and its rings down, without an endpoint yet.
async fn prepare(
    ctx: &Context,
    caller: &Caller,
    (id, now): (Id<Rollout>, Time),
    body: &NewRollout,
    plan: &Plan,
) -> Result<(), ApiError> {
    let (starts_at, deadline) = body.times(now);
    let mut tx = ctx.db().write().await?;
    sqlx::query(
        "INSERT INTO distribution_rollout (id, name, plan, state, settled, stopped_by, starts_at, deadline, created_at, created_by, version)
         VALUES ($1, $2, $3, 'preparing', 0, '', $4, $5, $6, $7, 1)",
    )
    .bind(id.to_string())
    .bind(body.name.trim())
    .bind(serde_json::to_string(plan).map_err(|error| ApiError::unavailable(&error))?)
    .bind(starts_at.micros())
    .bind(deadline.micros())
    .bind(now.micros())
    .bind(&caller.name)
    .execute(tx.on())
    .await?;
    for (number, ring) in (0_i64..).zip(&body.rings) {
        sqlx::query(
            "INSERT INTO distribution_ring (rollout_id, number, name, wait_s, most_failures, in_percent, enough_percent, needs_go,
             gone_by, state, forgiven) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '', 'waiting', 0)",
        )
        .bind(id.to_string())
        .bind(number)
        .bind(ring.name.trim())
        .bind(i64::from(ring.wait_s))
        .bind(i64::from(ring.most_failures))
        .bind(i64::from(ring.in_percent))
        .bind(i64::from(ring.enough_percent))
        .bind(i64::from(ring.needs_go))
        .execute(tx.on())
        .await?;
    }
    Ok(tx.commit().await?)
}

/// Writes down that the rollout brings these items, unless one was taken from the shelf meanwhile.
async fn bring(change: &mut Change, id: Id<Rollout>, plan: &Plan) -> Result<(), ApiError> {
    let mut items: Vec<&str> = plan.items.iter().map(|item| item.id.as_str()).collect();
    items.sort_unstable();
    items.dedup();
    for item in items {
        let put = sqlx::query(
            "INSERT INTO distribution_use (rollout_id, item_id) SELECT $1, id FROM distribution_item WHERE id = $2",
        )
        .bind(id.to_string())
        .bind(item)
        .execute(change.on())
        .await?;
        if put.rows_affected() == 0 {
            return Err(ApiError::conflict("a package or script was just taken from the shelf; choose again"));
        }
    }
    Ok(())
}

/// Gives the list of packages out, where they are too many for a command.
async fn give_list_out(
    ctx: &Context,
    change: &mut Change,
    id: Id<Rollout>,
    name: &str,
    plan: &Plan,
) -> Result<(), ApiError> {
    let Some(list) = plan.list() else { return Ok(()) };
    let Uploads(folder) = ctx.part();
    let file = folder.join(id.to_string());
    let written = async {
        fs::create_dir_all(folder).await?;
        fs::write(&file, list).await
    };
    written.await.map_err(|error| ApiError::unavailable(&error))?;
    let published = publish(ctx, change, name, BlobPurpose::Package, &file).await;
    // The next start removes what cannot be removed now.
    let _ = fs::remove_file(&file).await;
    published?;
    Ok(())
}

async fn insert(
    connection: &mut sqlx::AnyConnection,
    id: Id<Rollout>,
    now: Time,
    rows: &[(usize, &Member)],
) -> Result<(), ApiError> {
    // Numbers and words of ours stand in the text; ids are bound.
    let values: Vec<String> = rows
        .iter()
        .enumerate()
        .map(|(n, (ring, member))| {
            let (state, why) = match member.cannot {
                Some(obstacle) => ("refused", obstacle.why().replace('\'', "''")),
                None => ("waiting", String::new()),
            };
            format!("($1, ${}, {ring}, '{state}', 0, 0, 0, $2, '{why}', 0)", n + 3)
        })
        .collect();
    let sql = format!(
        "INSERT INTO distribution_part (rollout_id, endpoint_id, ring, state, attempt, recalled, next_at, changed_at, why, restart)
         VALUES {}",
        values.join(", ")
    );
    let mut query = sqlx::query(AssertSqlSafe(sql)).bind(id.to_string()).bind(now.micros());
    for (_, member) in rows {
        query = query.bind(member.endpoint.to_string());
    }
    query.execute(connection).await?;
    Ok(())
}

/// Why nothing at all would be done.
fn nothing(rings: &[Vec<Member>]) -> ApiError {
    let mut whys = rings.iter().flatten().filter_map(|member| member.cannot);
    match whys.next() {
        Some(first) if whys.all(|why| why == first) => {
            let code = serde_json::to_value(first).ok().and_then(|word| word.as_str().map(str::to_owned));
            ApiError::invalid(
                "/rings",
                &code.unwrap_or_default(),
                format!("none of these endpoints can have it: {}", first.why()),
            )
        }
        _ => {
            ApiError::invalid("/rings", "nobody", "none of these endpoints can have it; the preview says why for each")
        }
    }
}
