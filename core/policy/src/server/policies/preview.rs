//! `POST /api/v1/policies/{feature}/{group}/preview`: what a draft would change, before it is saved.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use yagura_server_kit::{ApiResult, Caller, Context, Json, Path, error::Problem};

use super::{place, put::check_value};
use crate::{
    Inherit,
    resolve::{Difference, differences},
    server::outlook::{self, EndpointRow, Outlook, has_feature},
};

/// A draft.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Draft {
    inherit: Inherit,
    #[schema(value_type = Object)]
    value: Value,
}

/// An endpoint by name.
#[derive(Serialize, ToSchema)]
pub(crate) struct EndpointRef {
    id: String,
    hostname: String,
}

/// An endpoint that cannot follow.
#[derive(Serialize, ToSchema)]
pub(crate) struct CannotEnforce {
    endpoint: EndpointRef,
    reason: String,
}

/// What would change.
#[derive(Serialize, ToSchema)]
pub(crate) struct Preview {
    /// Endpoints in the group.
    endpoints: usize,
    /// Endpoints for which something would change.
    changed: usize,
    /// What would change, on the first endpoint for which something does (or for an endpoint of the group alone).
    diff: Vec<Difference>,
    cannot_enforce: Vec<CannotEnforce>,
}

/// Preview a policy
#[utoipa::path(post, path = "/api/v1/policies/{feature}/{group}/preview", tag = "policies",
    params(("feature" = String, Path), ("group" = String, Path)), request_body = Draft,
    responses((status = 200, body = Preview), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn preview(
    State(ctx): State<Context>,
    caller: Caller,
    Path((feature, group)): Path<(String, String)>,
    Json(body): Json<Draft>,
) -> ApiResult<Json<Preview>> {
    let now = Outlook::load(&ctx).await?;
    let (spec, group) = place(&ctx, &caller, &now.tree, &feature, &group).await?;
    check_value(&spec, &body.value)?;
    let mut then = Outlook::load(&ctx).await?;
    then.with_draft(&feature, &group.id, body.inherit, &body.value);
    let all = outlook::endpoints(&ctx).await?;
    let members: Vec<_> =
        all.into_iter().filter(|endpoint| now.chain(endpoint).iter().any(|g| g.id == group.id)).collect();
    let changes = |endpoint: &EndpointRow| {
        differences(&now.effective(&spec, endpoint).value, &then.effective(&spec, endpoint).value)
    };
    let mut changed = 0;
    let mut diff = Vec::new();
    for endpoint in &members {
        let found = changes(endpoint);
        changed += usize::from(!found.is_empty());
        if diff.is_empty() {
            diff = found;
        }
    }
    if members.is_empty() {
        // Nobody is in the group yet; show what an endpoint in it would see.
        diff = changes(&EndpointRow {
            id: String::new(),
            hostname: String::new(),
            os: String::new(),
            os_name: String::new(),
            agent_version: String::new(),
            ip: None,
            group_id: group.id.clone(),
            features: "[]".to_owned(),
        });
    }
    let cannot_enforce = members
        .iter()
        .filter(|endpoint| !has_feature(endpoint, &feature))
        .map(|endpoint| CannotEnforce {
            endpoint: EndpointRef { id: endpoint.id.clone(), hostname: endpoint.hostname.clone() },
            reason: format!("agent {} does not have this feature", endpoint.agent_version),
        })
        .collect();
    Ok(Json(Preview { endpoints: members.len(), changed, diff, cannot_enforce }))
}
