//! Signed manifests: made when an endpoint's documents have changed, and not before.

use std::collections::BTreeMap;

use async_trait::async_trait;
use yagura_channel::{
    server::{Hub, Signer},
    wire::{
        hello::{Hello, Welcome},
        nudge::{Nudge, Topic},
        policy::{DocumentHash, Manifest},
        sealed::Sealed,
    },
};
use yagura_server_kit::{AgentHook, ApiError, Context};
use yagura_vocabulary::{Id, id::Endpoint};

use super::outlook::{self, Cache, Outlook};
use crate::PolicySpecs;

pub(crate) struct Manifests;

#[async_trait]
impl AgentHook for Manifests {
    async fn hello(
        &self,
        ctx: &Context,
        endpoint: Id<Endpoint>,
        _hello: &Hello,
        welcome: &mut Welcome,
    ) -> Result<(), ApiError> {
        welcome.manifest = current(ctx, endpoint).await?.1;
        Ok(())
    }

    async fn regrouped(&self, ctx: &Context, endpoint: Option<Id<Endpoint>>) -> Result<(), ApiError> {
        nudge(ctx, endpoint);
        Ok(())
    }
}

/// Tells an endpoint, or all, to look for a new manifest.
pub(crate) fn nudge(ctx: &Context, endpoint: Option<Id<Endpoint>>) {
    ctx.part::<Cache>().forget();
    let version = u64::try_from(ctx.now().micros()).unwrap_or(0);
    let nudge = Nudge { topic: Topic::Manifest, version };
    match endpoint {
        Some(endpoint) => drop(ctx.part::<Hub>().nudge(endpoint, nudge)),
        None => ctx.part::<Hub>().nudge_all(nudge),
    }
}

/// The manifest that an endpoint should have now, with its counter.
pub(crate) async fn current(ctx: &Context, endpoint: Id<Endpoint>) -> Result<(Sealed<Manifest>, u64), ApiError> {
    let id = endpoint.to_string();
    let row = outlook::endpoint(ctx, &id).await?;
    let accounts = outlook::accounts(ctx, &id).await?;
    let outlook = Outlook::recent(ctx).await?;
    let documents = outlook.documents(ctx.part::<PolicySpecs>(), &row, &accounts);
    let hashed: Vec<_> = documents
        .iter()
        .map(|document| {
            let bytes = document.bytes();
            (document.feature.clone(), DocumentHash::of(&bytes), String::from_utf8_lossy(&bytes).into_owned())
        })
        .collect();
    let wanted: BTreeMap<_, _> = hashed.iter().map(|(feature, hash, _)| (feature.clone(), hash.clone())).collect();
    let wanted_text = serde_json::to_string(&wanted).unwrap_or_default();
    let held = held(ctx.db().read(), &id).await?;
    if let Some((counter, documents, sealed)) = &held
        && *documents == wanted_text
        && let Ok(sealed) = serde_json::from_str(sealed)
    {
        let sealed = ctx.part::<Signer>().policy_in_force(sealed);
        return Ok((sealed, u64::try_from(*counter).unwrap_or(0)));
    }
    let mut tx = ctx.db().write_relaxed().await?;
    for (_, hash, body) in &hashed {
        sqlx::query("INSERT INTO policy_document (hash, body) VALUES ($1, $2) ON CONFLICT (hash) DO NOTHING")
            .bind(&hash.0)
            .bind(body)
            .execute(tx.on())
            .await?;
    }
    let previous: Option<(i64,)> = sqlx::query_as("SELECT counter FROM policy_manifest WHERE endpoint_id = $1")
        .bind(&id)
        .fetch_optional(tx.on())
        .await?;
    let counter = previous.map_or(0, |(counter,)| counter + 1).max(outlook.now().micros());
    let manifest =
        Manifest { server: ctx.server(), endpoint, counter: u64::try_from(counter).unwrap_or(0), documents: wanted };
    let sealed = ctx.part::<Signer>().policy(&manifest);
    sqlx::query(
        "INSERT INTO policy_manifest (endpoint_id, counter, documents, sealed) VALUES ($1, $2, $3, $4)
         ON CONFLICT (endpoint_id) DO UPDATE SET counter = excluded.counter, documents = excluded.documents,
         sealed = excluded.sealed",
    )
    .bind(&id)
    .bind(counter)
    .bind(wanted_text)
    .bind(serde_json::to_string(&sealed).unwrap_or_default())
    .execute(tx.on())
    .await?;
    tx.commit().await?;
    Ok((sealed, manifest.counter))
}

async fn held(pool: &sqlx::AnyPool, endpoint: &str) -> Result<Option<(i64, String, String)>, ApiError> {
    Ok(sqlx::query_as("SELECT counter, documents, sealed FROM policy_manifest WHERE endpoint_id = $1")
        .bind(endpoint)
        .fetch_optional(pool)
        .await?)
}
