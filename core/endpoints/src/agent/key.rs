//! `POST /agent/v1/key`: an endpoint changes its key. Repeated with the key that counts already, it changes nothing.

use axum::extract::State;
use yagura_channel::{
    server::Signer,
    wire::{
        key_change::{KeyChange, KeyChanged},
        sealed::Sealed,
    },
};
use yagura_server_kit::{AgentRequest, ApiError, ApiResult, Audit, Change, Code, Context, Endpoints, Json, Object};

pub(crate) async fn key(State(ctx): State<Context>, request: AgentRequest) -> ApiResult<Json<Sealed<KeyChanged>>> {
    request.approved()?;
    let refused = |why: &'static str| {
        ctx.metrics().refuse("key_change");
        tracing::warn!(endpoint = %request.endpoint, why, "a change of an endpoint's key was refused");
        ApiError::new(Code::Forbidden, "not accepted")
    };
    let sealed: Sealed<KeyChange> = request.read(&ctx)?;
    let wanted = KeyChange::open(&sealed).map_err(|_| refused("not signed by the new key"))?;
    if wanted.server != ctx.server() || wanted.endpoint != request.endpoint {
        return Err(refused("for another endpoint or server"));
    }
    let id = request.endpoint.to_string();
    let mut change = Change::begin_as(&ctx, &id, request.ip.clone(), "endpoint.change_key").await?;
    let (hostname, before): (String, String) =
        sqlx::query_as("SELECT hostname, public_key FROM endpoints_endpoint WHERE id = $1")
            .bind(&id)
            .fetch_one(change.on())
            .await?;
    let after = wanted.public_key.to_string();
    if before != after {
        let (taken,): (i64,) = sqlx::query_as("SELECT COUNT(*) FROM endpoints_endpoint WHERE public_key = $1")
            .bind(&after)
            .fetch_one(change.on())
            .await?;
        if taken > 0 {
            return Err(refused("another endpoint has this key"));
        }
        sqlx::query("UPDATE endpoints_endpoint SET public_key = $1 WHERE id = $2")
            .bind(&after)
            .bind(&id)
            .execute(change.on())
            .await?;
        let shown = |key: &str| serde_json::json!({ "public_key": key });
        let audit = Audit::changed(Object::new("endpoint", &id, &hostname), &shown(&before), &shown(&after));
        change.commit(audit).await?;
        ctx.part::<Box<dyn Endpoints>>().forget(request.endpoint);
        tracing::info!(endpoint = %id, hostname, "an endpoint has a new key");
    }
    let changed = KeyChanged { server: ctx.server(), endpoint: request.endpoint, public_key: wanted.public_key };
    Ok(Json(ctx.part::<Signer>().respond(&changed)))
}
