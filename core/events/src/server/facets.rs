//! `GET /api/v1/events/facets`: which values are frequent among the events that match.

use std::collections::HashMap;

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use yagura_server_kit::{ApiError, ApiResult, Caller, Context, Json, Query as Params, error::Problem};

use super::{
    histogram::{BUDGET, CoveredView},
    search::{SearchQuery, wanted},
    store, viewed,
};
use crate::{Facet, FacetField};

/// Which fields.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct FacetsQuery {
    /// Fields with commas: `kind,account,endpoint,image,level,class,rule,person,feature,remote_host,remote_ip,
    /// device_serial,hash_sha256`.
    fields: Option<String>,
    /// So many values of each; 8 if left out.
    #[param(minimum = 1, maximum = 100)]
    top: Option<usize>,
}

/// A value and how often it occurs.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ValueView {
    /// The value, or the id of what it stands for.
    value: String,
    /// What people call it, where it is an id.
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    count: u64,
}

/// The frequent values of one field.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FacetView {
    field: &'static str,
    /// The most frequent first.
    values: Vec<ValueView>,
    /// Events with another value.
    others: u64,
    /// Events without a value.
    without: u64,
}

/// The frequent values of some fields.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FacetsView {
    facets: Vec<FacetView>,
    /// What was counted.
    covered: CoveredView,
}

const USUAL: &str = "kind,account,endpoint,image,level";
const MOST: usize = 100;

/// Count the values of fields
#[utoipa::path(get, path = "/api/v1/events/facets", tag = "events", params(SearchQuery, FacetsQuery),
    responses((status = 200, body = FacetsView), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn facets(
    State(ctx): State<Context>,
    caller: Caller,
    Params(params): Params<SearchQuery>,
    Params(which): Params<FacetsQuery>,
) -> ApiResult<Json<FacetsView>> {
    let top = which.top.unwrap_or(8);
    if !(1..=MOST).contains(&top) {
        return Err(ApiError::invalid("?top", "out_of_range", "of each field 1 to 100 values are shown"));
    }
    let words = which.fields.as_deref().unwrap_or(USUAL).split(',').map(str::trim).filter(|word| !word.is_empty());
    let fields = words
        .map(str::parse::<FacetField>)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| ApiError::invalid("?fields", "unknown", error.to_string()))?;
    let question = params.question();
    let query = wanted(&ctx, &caller, params, 1).await?;
    viewed::note(&ctx, &caller, &question).await?;
    let found = store(&ctx).facets(&query, &fields, top, BUDGET).await?;
    let covered = CoveredView::new(found.covered, &found.unreadable);
    let mut facets = Vec::with_capacity(found.facets.len());
    for facet in found.facets {
        facets.push(view(&ctx, facet).await?);
    }
    Ok(Json(FacetsView { facets, covered }))
}

async fn view(ctx: &Context, facet: Facet) -> Result<FacetView, ApiError> {
    let names = names(ctx, &facet).await?;
    let value = |(value, count): (String, u64)| ValueView { label: names.get(&value).cloned(), value, count };
    let Facet { field, values, others, without } = facet;
    Ok(FacetView { field: field.as_str(), values: values.into_iter().map(value).collect(), others, without })
}

/// What people call the things whose ids are counted.
async fn names(ctx: &Context, facet: &Facet) -> Result<HashMap<String, String>, ApiError> {
    let sql = match facet.field {
        FacetField::Endpoint => "SELECT hostname FROM endpoints_endpoint WHERE id = $1",
        FacetField::Person => "SELECT name FROM people_person WHERE id = $1",
        _ => return Ok(HashMap::new()),
    };
    let mut names = HashMap::new();
    for (id, _) in &facet.values {
        let found: Option<(String,)> = sqlx::query_as(sql).bind(id).fetch_optional(ctx.db().read()).await?;
        names.extend(found.map(|(name,)| (id.clone(), name)));
    }
    Ok(names)
}
