//! `GET /api/v1/endpoints/{id}/policies`: what holds on an endpoint, where each value comes from, and whether the agent has it.

use axum::extract::State;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use yagura_channel::wire::policy::{Applied, DocumentHash, ItemError, LeftOut};
use yagura_endpoints::id_by_name_or_id;
use yagura_server_kit::{ApiResult, Caller, Context, Json, Page, Path, error::Problem};
use yagura_vocabulary::Time;

use super::{
    GroupRef,
    outlook::{self, Outlook, has_feature},
};
use crate::{Origin, PolicySpecs};

/// Where a value comes from.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum OriginKind {
    Default,
    Group,
    Grant,
}

/// The origin of one value.
#[derive(Serialize, ToSchema)]
pub(crate) struct OriginView {
    pointer: String,
    from: OriginKind,
    group: Option<GroupRef>,
    policy_version: Option<i64>,
    grant_id: Option<String>,
    expires_at: Option<Time>,
}

/// Whether the endpoint has what it should.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AppliedState {
    Applied,
    Pending,
    Failed,
    /// The agent does not have the feature.
    TooOld,
}

/// One thing that the agent refused.
#[derive(Serialize, ToSchema)]
pub(crate) struct Refusal {
    pointer: String,
    message: String,
}

/// One feature's policy on an endpoint.
#[derive(Serialize, ToSchema)]
pub(crate) struct EffectivePolicy {
    feature: String,
    #[schema(value_type = Object)]
    value: Value,
    origins: Vec<OriginView>,
    wanted_hash: String,
    applied_hash: Option<String>,
    applied_at: Option<Time>,
    state: AppliedState,
    errors: Vec<Refusal>,
}

/// Show the policies in force on an endpoint
#[utoipa::path(get, path = "/api/v1/endpoints/{id}/policies", tag = "policies", params(("id" = String, Path)),
    responses((status = 200, body = Page<EffectivePolicy>), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn list(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<Json<Page<EffectivePolicy>>> {
    let (id, _) = id_by_name_or_id(&ctx, &caller, &id).await?;
    let id = id.to_string();
    let endpoint = outlook::endpoint(&ctx, &id).await?;
    let accounts = outlook::accounts(&ctx, &id).await?;
    let outlook = Outlook::load(&ctx).await?;
    let section: Option<(String,)> =
        sqlx::query_as("SELECT value FROM endpoints_state WHERE endpoint_id = $1 AND section = 'policies'")
            .bind(&id)
            .fetch_optional(ctx.db().read())
            .await?;
    let told: Value = section.and_then(|(text,)| serde_json::from_str(&text).ok()).unwrap_or_default();
    let specs = ctx.part::<PolicySpecs>();
    let documents = outlook.documents(specs, &endpoint, &accounts);
    let mut items = Vec::new();
    for spec in &specs.0 {
        let effective = outlook.effective(spec, &endpoint);
        let document = documents.iter().find(|document| document.feature == spec.feature);
        let wanted = document.map(|document| DocumentHash::of(&document.bytes()));
        let applied: Option<Applied> =
            told.get(spec.feature).and_then(|value| serde_json::from_value(value.clone()).ok());
        let refused = applied.as_ref().and_then(|applied| applied.refused.as_ref());
        let refused = refused.filter(|refused| wanted.as_ref() == Some(&refused.hash));
        let state = match &applied {
            _ if !has_feature(&endpoint, spec.feature) => AppliedState::TooOld,
            _ if refused.is_some() => AppliedState::Failed,
            Some(applied) if wanted.as_ref() == Some(&applied.hash) => AppliedState::Applied,
            _ => AppliedState::Pending,
        };
        let mut origins: Vec<_> =
            effective.origins.into_iter().map(|(pointer, origin)| view(&outlook, pointer, &origin)).collect();
        for grant in document.map(|document| document.grants.as_slice()).unwrap_or_default() {
            origins.push(OriginView {
                pointer: String::new(),
                from: OriginKind::Grant,
                group: None,
                policy_version: None,
                grant_id: Some(grant.id.to_string()),
                expires_at: Some(grant.expires_at),
            });
        }
        let value = document.map_or(effective.value, |document| document.in_force(ctx.now()).endpoint().clone());
        items.push(EffectivePolicy {
            feature: spec.feature.to_owned(),
            value,
            origins,
            wanted_hash: wanted.map(|hash| hash.0).unwrap_or_default(),
            errors: refused
                .into_iter()
                .flat_map(|refused| refused.errors.iter().map(refusal))
                .chain(applied.iter().flat_map(|applied| &applied.left_out).flat_map(left_out))
                .collect(),
            applied_at: applied.as_ref().map(|applied| applied.at),
            applied_hash: applied.map(|applied| applied.hash.0),
            state,
        });
    }
    Ok(Json(Page::whole(items)))
}

/// A grant that grants nothing, because it does not fit on the policy.
fn left_out(grant: &LeftOut) -> impl Iterator<Item = Refusal> {
    let at = |error: &ItemError| Refusal {
        pointer: format!("/grants/{}{}", grant.grant, error.pointer),
        message: error.message.clone(),
    };
    grant.errors.iter().map(at)
}

fn refusal(error: &ItemError) -> Refusal {
    Refusal { pointer: error.pointer.clone(), message: error.message.clone() }
}

fn view(outlook: &Outlook, pointer: String, origin: &Origin<outlook::Source>) -> OriginView {
    let source = match origin {
        Origin::Default => None,
        Origin::From(source) => Some(source),
    };
    OriginView {
        pointer,
        from: if source.is_some() { OriginKind::Group } else { OriginKind::Default },
        group: source.and_then(|source| outlook.tree.find(&source.group)).map(GroupRef::from),
        policy_version: source.map(|source| source.version),
        grant_id: None,
        expires_at: None,
    }
}
