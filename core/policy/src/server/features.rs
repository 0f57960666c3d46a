//! `GET /api/v1/policy-features`: what can be decided.

use axum::extract::State;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use yagura_server_kit::{ApiResult, Context, Json, Page, error::Problem};

use crate::PolicySpecs;

/// A text in both languages.
#[derive(Serialize, ToSchema)]
pub(crate) struct Both {
    ja: String,
    en: String,
}

impl From<(&str, &str)> for Both {
    fn from((ja, en): (&str, &str)) -> Self {
        Self { ja: ja.to_owned(), en: en.to_owned() }
    }
}

/// One feature that has a policy.
#[derive(Serialize, ToSchema)]
pub(crate) struct PolicyFeature {
    feature: String,
    title: Both,
    /// JSON Schema of the value.
    #[schema(value_type = Object)]
    schema: Value,
    /// The value where nobody decided anything.
    #[schema(value_type = Object)]
    default_value: Value,
}

/// List the features that have a policy
#[utoipa::path(get, path = "/api/v1/policy-features", tag = "policies",
    responses((status = 200, body = Page<PolicyFeature>), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn list(State(ctx): State<Context>) -> ApiResult<Json<Page<PolicyFeature>>> {
    let features = ctx.part::<PolicySpecs>().0.iter().map(|spec| PolicyFeature {
        feature: spec.feature.to_owned(),
        title: Both::from(spec.title),
        schema: serde_json::from_str(spec.schema).unwrap_or_default(),
        default_value: (spec.default)(),
    });
    Ok(Json(Page::whole(features.collect())))
}
