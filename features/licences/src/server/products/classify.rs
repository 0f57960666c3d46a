//! `POST /api/v1/licences/products/classify`: somebody says what products are, one or many at once.

use axum::extract::State;
use http::StatusCode;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Context, Json, Object, error::Problem};

use super::known;
use crate::{
    Class,
    server::{catalogue::ring, for_all},
};

/// Longest note, in characters.
const LONGEST: usize = 1000;

/// What products are.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Classify {
    /// Ids, at most 500.
    products: Vec<String>,
    /// `paid`, `free`, `not_permitted`, `system`, `unclassified`; absent to take back what a person said, so that the dictionary and the
    /// rules count again.
    class: Option<String>,
    /// What people should know; stays as it is when absent.
    note: Option<String>,
}

/// Classify products
#[utoipa::path(post, path = "/api/v1/licences/products/classify", tag = "licences", request_body = Classify,
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn classify(
    State(ctx): State<Context>,
    caller: Caller,
    Json(body): Json<Classify>,
) -> ApiResult<StatusCode> {
    for_all(&caller)?;
    let unknown = |word: &String| ApiError::invalid("/class", "unknown", format!("`{word}` is no class"));
    let class = body.class.as_ref().map(|word| word.parse::<Class>().map_err(|_| unknown(word))).transpose()?;
    if body.note.as_ref().is_some_and(|note| note.chars().count() > LONGEST) {
        return Err(ApiError::invalid("/note", "too_long", format!("at most {LONGEST} characters")));
    }
    let mut change = Change::begin(&ctx, &caller, "software.classify").await?;
    let products = known(change.on(), &body.products).await?;
    let at = change.at().micros();
    let mut audits = Vec::with_capacity(products.len());
    for product in products {
        let rules = product.rules_class.parse().unwrap_or(Class::Unclassified);
        let now = Class::strongest(class, product.dictionary_class.parse().ok(), rules);
        let note = body.note.clone().unwrap_or_else(|| product.note.clone());
        sqlx::query(
            "UPDATE licences_product SET person_class = $1, class = $2, note = $3, decided_by = $4, decided_at = $5,
             stale = stale + 1 WHERE number = $6",
        )
        .bind(class.map_or("", Class::as_str))
        .bind(now.as_str())
        .bind(&note)
        .bind(&caller.name)
        .bind(at)
        .bind(product.number)
        .execute(change.on())
        .await?;
        let object = Object::new("software", &product.number, &product.name);
        let before =
            json!({"class": product.class, "by_person": !product.person_class.is_empty(), "note": product.note});
        let after = json!({"class": now.as_str(), "by_person": class.is_some(), "note": note});
        audits.push(Audit::changed(object, &before, &after));
    }
    change.commit_all(audits).await?;
    ring(&ctx);
    Ok(StatusCode::NO_CONTENT)
}
