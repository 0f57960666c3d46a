//! `POST /agent/v1/state`: how the endpoint is now, section by section.

use std::collections::BTreeMap;

use axum::extract::State;
use serde_json::Value;
use sqlx::AnyConnection;
use yagura_channel::wire::{
    delta::apply,
    policy::merge,
    state::{Report, Section, Taken, hash},
};
use yagura_server_kit::{AgentHooks, AgentRequest, ApiError, ApiResult, Context, Json};

use crate::presence::Presence;

/// More sections than any agent has.
const MOST_SECTIONS: usize = 64;

pub(crate) async fn state(State(ctx): State<Context>, request: AgentRequest) -> ApiResult<Json<Taken>> {
    request.approved()?;
    let report: Report = request.read(&ctx)?;
    if report.sections.len() > MOST_SECTIONS {
        return Err(ApiError::invalid("/sections", "too_many", "too many sections"));
    }
    ctx.part::<Presence>().note(request.endpoint, ctx.now(), request.ip.clone());
    let id = request.endpoint.to_string();
    let mut taken = BTreeMap::new();
    let mut news = Vec::new();
    let mut tx = ctx.db().write_relaxed().await?;
    for (name, section) in report.sections {
        let Some(value) = resolve(tx.on(), &id, &name, section).await? else { continue };
        let hash = hash(&value);
        sqlx::query(
            "INSERT INTO endpoints_state (endpoint_id, section, hash, value, updated_at) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (endpoint_id, section) DO UPDATE SET hash = excluded.hash, value = excluded.value,
             updated_at = excluded.updated_at",
        )
        .bind(&id)
        .bind(&name)
        .bind(&hash)
        .bind(value.to_string())
        .bind(ctx.now().micros())
        .execute(tx.on())
        .await?;
        taken.insert(name.clone(), hash);
        news.push((name, value));
    }
    tx.commit().await?;
    for (name, value) in &news {
        for hook in &ctx.part::<AgentHooks>().0 {
            hook.state(&ctx, request.endpoint, name, value).await?;
        }
    }
    Ok(Json(Taken { hashes: taken, deltas: true }))
}

/// The new value of a section, or `None` when a difference does not fit what we hold: then the agent sends it whole.
async fn resolve(
    connection: &mut AnyConnection,
    endpoint: &str,
    name: &str,
    section: Section,
) -> Result<Option<Value>, ApiError> {
    let (base, wanted) = match &section {
        Section::Full(_) => (None, None),
        Section::Patch { base, hash, .. } | Section::Delta { base, hash, .. } => (Some(base), Some(hash.clone())),
    };
    let held = match base {
        Some(base) => held(connection, endpoint, name, base).await?,
        None => None,
    };
    let value = match (section, held) {
        (Section::Full(value), _) => value,
        (_, None) => return Ok(None),
        (Section::Patch { patch, .. }, Some(mut value)) => {
            merge(&mut value, &patch);
            value
        }
        (Section::Delta { delta, .. }, Some(mut value)) => {
            if apply(&delta, &mut value).is_err() {
                return Ok(None);
            }
            value
        }
    };
    Ok(wanted.is_none_or(|wanted| hash(&value) == wanted).then_some(value))
}

/// The value of a section, if we hold the one with this hash.
async fn held(
    connection: &mut AnyConnection,
    endpoint: &str,
    name: &str,
    base: &str,
) -> Result<Option<Value>, ApiError> {
    let held: Option<(String, String)> =
        sqlx::query_as("SELECT hash, value FROM endpoints_state WHERE endpoint_id = $1 AND section = $2")
            .bind(endpoint)
            .bind(name)
            .fetch_optional(connection)
            .await?;
    Ok(held.filter(|(hash, _)| hash == base).and_then(|(_, text)| serde_json::from_str(&text).ok()))
}
