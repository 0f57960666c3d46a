//! `POST /agent/v1/enrol`: a machine becomes an endpoint. Whoever is refused learns nothing about why; the log does.

use axum::{Extension, body::Bytes, extract::State};
use http::StatusCode;
use sqlx::FromRow;
use yagura_channel::{
    server::Signer,
    wire::enrol::{Admission, Answer, Application, Enrolment, ProofKey},
};
use yagura_server_kit::{ApiError, ApiResult, Audit, Change, Code, Context, Json, Object, agent::PeerAddress};
use yagura_vocabulary::{EndpointState, Id, id::Endpoint};

use crate::TlsAuthorities;

const MAX_BODY: usize = 64 * 1024;

#[derive(FromRow)]
struct Token {
    label: String,
    group_id: String,
    proof_key: String,
    expires_at: Option<i64>,
    max_uses: Option<i64>,
    uses: i64,
    needs_approval: i64,
    revoked_at: Option<i64>,
}

pub(crate) async fn enrol(
    State(ctx): State<Context>,
    peer: Option<Extension<PeerAddress>>,
    body: Bytes,
) -> ApiResult<(StatusCode, Json<Answer>)> {
    let refused = |why: &'static str| {
        ctx.metrics().refuse("enrolment");
        tracing::warn!(why, "an enrolment was refused");
        ApiError::new(Code::Forbidden, "not accepted")
    };
    if body.len() > MAX_BODY {
        return Err(ApiError::new(Code::TooLarge, "too large"));
    }
    let enrolment: Enrolment = serde_json::from_slice(&body).map_err(|_| refused("unreadable"))?;
    let _turn = ctx.admission().enter().await?;
    let claimed = enrolment.claimed().ok_or_else(|| refused("not signed by its own key"))?;
    let ip = peer.map(|peer| peer.0.0.to_string());
    let mut change = Change::begin_as(&ctx, &claimed.hostname, ip.clone(), "endpoint.enrol").await?;
    let token: Option<Token> = sqlx::query_as(
        "SELECT label, group_id, proof_key, expires_at, max_uses, uses, needs_approval, revoked_at
         FROM endpoints_token WHERE id = $1",
    )
    .bind(claimed.token.to_string())
    .fetch_optional(change.on())
    .await?;
    let token = token.ok_or_else(|| refused("unknown token"))?;
    let application = enrolment.verify(&proof_key(&token)?).map_err(|_| refused("wrong secret"))?;
    let key = application.public_key.to_string();
    let known: Option<(String, String)> =
        sqlx::query_as("SELECT id, standing FROM endpoints_endpoint WHERE public_key = $1")
            .bind(&key)
            .fetch_optional(change.on())
            .await?;
    if let Some((id, standing)) = known {
        // The answer to the first try was lost on the way: the same key gets the same endpoint, whatever became of the token.
        let id: Id<Endpoint> = id.parse().map_err(|error| ApiError::unavailable(&error))?;
        return match standing.as_str() {
            "retired" => Err(refused("retired")),
            standing => Ok((StatusCode::OK, Json(answer(&ctx, &application, id, standing == "pending")))),
        };
    }
    let now = ctx.now().micros();
    if token.revoked_at.is_some() || token.expires_at.is_some_and(|end| end <= now) {
        return Err(refused("token revoked or expired"));
    }
    if token.max_uses.is_some_and(|most| token.uses >= most) {
        return Err(refused("token used up"));
    }
    let id = Id::<Endpoint>::new();
    let pending = token.needs_approval != 0;
    insert(&mut change, &application, id, &token.group_id, pending, ip.as_deref()).await?;
    sqlx::query("UPDATE endpoints_token SET uses = uses + 1 WHERE id = $1")
        .bind(claimed.token.to_string())
        .execute(change.on())
        .await?;
    let after = serde_json::json!({
        "hostname": application.hostname, "hardware_id": application.hardware_id, "token": token.label,
        "pending": pending,
    });
    change.commit(Audit::created(Object::new("endpoint", &id, &application.hostname), &after)).await?;
    tracing::info!(endpoint = %id, hostname = application.hostname, "an endpoint enrolled");
    Ok((StatusCode::CREATED, Json(answer(&ctx, &application, id, pending))))
}

fn proof_key(token: &Token) -> Result<ProofKey, ApiError> {
    let bytes = hex::decode(&token.proof_key).ok().and_then(|bytes| bytes.try_into().ok());
    bytes.map(ProofKey).ok_or_else(|| ApiError::unavailable(&BadProofKey))
}

#[derive(Debug, thiserror::Error)]
#[error("an enrolment token in the database has no readable proof key")]
struct BadProofKey;

async fn insert(
    change: &mut Change,
    application: &Application,
    id: Id<Endpoint>,
    group: &str,
    pending: bool,
    ip: Option<&str>,
) -> Result<(), ApiError> {
    // The same hardware under another key: a copied disk, or an agent installed anew. Shown, never merged.
    let (same,): (i64,) =
        sqlx::query_as("SELECT COUNT(*) FROM endpoints_endpoint WHERE hardware_id = $1 AND standing <> 'retired'")
            .bind(&application.hardware_id)
            .fetch_one(change.on())
            .await?;
    let at = change.at().micros();
    sqlx::query(
        "INSERT INTO endpoints_endpoint (id, public_key, standing, hostname, os, os_name, agent_version, hardware_id,
         group_id, token_id, ip, enrolled_at, last_seen, features, clone_suspected, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, '[]', $14, 1)",
    )
    .bind(id.to_string())
    .bind(application.public_key.to_string())
    .bind(if pending { "pending" } else { "active" })
    .bind(&application.hostname)
    .bind(application.os.as_str())
    .bind(&application.os_name)
    .bind(&application.agent_version)
    .bind(&application.hardware_id)
    .bind(group)
    .bind(application.token.to_string())
    .bind(ip)
    .bind(at)
    .bind(at)
    .bind(i64::from(same > 0))
    .execute(change.on())
    .await?;
    Ok(())
}

fn answer(ctx: &Context, application: &Application, endpoint: Id<Endpoint>, pending: bool) -> Answer {
    let signer = ctx.part::<Signer>();
    let admission = Admission {
        server: ctx.server(),
        endpoint,
        public_key: application.public_key,
        state: if pending { EndpointState::Pending } else { EndpointState::Online },
        tls_authorities: ctx.part::<TlsAuthorities>().0.clone(),
    };
    Answer { keys: signer.keys(), admission: signer.respond(&admission) }
}
