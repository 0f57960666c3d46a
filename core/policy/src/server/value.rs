//! What a policy says, for parts of the server that judge by it themselves.

use std::collections::HashMap;

use serde_json::Value;
use yagura_channel::wire::policy::PolicyDocument;
use yagura_server_kit::{ApiError, Context};
use yagura_vocabulary::id::EndpointId;

use super::outlook::{self, Outlook};
use crate::PolicySpecs;

/// What a feature's policy says on an endpoint now for an account there (uid or SID), grants counted: what its agent goes by once it
/// has heard of it. `None` for a feature without a policy.
///
/// # Errors
/// `not_found` without such an endpoint, or the database is away.
pub async fn value_for(
    ctx: &Context,
    feature: &str,
    endpoint: EndpointId,
    account: Option<&str>,
) -> Result<Option<Value>, ApiError> {
    let Some(spec) = ctx.part::<PolicySpecs>().0.iter().find(|spec| spec.feature == feature) else { return Ok(None) };
    let id = endpoint.to_string();
    let endpoint = outlook::endpoint(ctx, &id).await?;
    let accounts = outlook::accounts(ctx, &id).await?;
    let outlook = Outlook::recent(ctx).await?;
    let document = PolicyDocument {
        feature: spec.feature.to_owned(),
        value: outlook.effective(spec, &endpoint).value,
        grants: outlook.grants(spec.feature, &endpoint, &accounts),
    };
    Ok(Some(document.in_force(ctx.now()).for_account(account).clone()))
}

/// What a feature's policy says on each endpoint in service now, for whoever is there: grants for all accounts are counted, those for some
/// are not. Empty for a feature without a policy.
///
/// # Errors
/// When the database is away.
pub async fn values(ctx: &Context, feature: &str) -> Result<HashMap<String, Value>, ApiError> {
    let Some(spec) = ctx.part::<PolicySpecs>().0.iter().copied().find(|spec| spec.feature == feature) else {
        return Ok(HashMap::new());
    };
    let endpoints = outlook::endpoints(ctx).await?;
    let (outlook, now) = (Outlook::recent(ctx).await?, ctx.now());
    // A hundred thousand endpoints take seconds: not on the threads that answer others.
    let all = tokio::task::spawn_blocking(move || {
        let value = |endpoint: &outlook::EndpointRow| {
            let document = PolicyDocument {
                feature: spec.feature.to_owned(),
                value: outlook.effective(&spec, endpoint).value,
                grants: outlook.grants(spec.feature, endpoint, &[]),
            };
            document.in_force(now).for_account(None).clone()
        };
        endpoints.iter().map(|endpoint| (endpoint.id.clone(), value(endpoint))).collect()
    });
    all.await.map_err(|error| ApiError::unavailable(&error))
}
