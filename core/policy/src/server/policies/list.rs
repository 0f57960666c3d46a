//! `GET /api/v1/policies`: the newest version for each feature and group.

use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;
use yagura_server_kit::{ApiResult, Caller, Context, Json, Page, Query, error::Problem};

use super::{PolicyVersion, place};
use crate::{PolicySpecs, server::outlook::Outlook};

/// Which policies.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    feature: Option<String>,
    /// Id of a group.
    group: Option<String>,
}

/// List policies
#[utoipa::path(get, path = "/api/v1/policies", tag = "policies", params(ListQuery),
    responses((status = 200, body = Page<PolicyVersion>), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn list(
    State(ctx): State<Context>,
    caller: Caller,
    Query(query): Query<ListQuery>,
) -> ApiResult<Json<Page<PolicyVersion>>> {
    let outlook = Outlook::load(&ctx).await?;
    let mut items = Vec::new();
    for spec in &ctx.part::<PolicySpecs>().0 {
        if query.feature.as_deref().is_some_and(|wanted| wanted != spec.feature) {
            continue;
        }
        for group in outlook.tree.all() {
            let wanted = query.group.as_deref().is_none_or(|wanted| wanted == group.id);
            let Some(row) = outlook.newest(spec.feature, &group.id).filter(|_| wanted) else { continue };
            if place(&ctx, &caller, &outlook.tree, spec.feature, &group.id).await.is_ok() {
                items.push(PolicyVersion::new(&ctx, &outlook, row, true).await?);
            }
        }
    }
    Ok(Json(Page::whole(items)))
}
