//! Products: what they are, where they are, and what they are to the organisation.

pub(super) mod classify;
pub(super) mod list;
pub(super) mod machines;
pub(super) mod read;
pub(super) mod set_aside;
mod view;

use serde::Deserialize;
use sqlx::AnyConnection;
use utoipa::ToSchema;
use yagura_server_kit::ApiError;

/// Most products of one request.
const MOST: usize = 500;

/// Products, by their ids.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProductIds {
    /// At most 500.
    products: Vec<String>,
}

/// The number that an id stands for.
pub(super) fn number(id: &str) -> Result<i64, ApiError> {
    id.parse().map_err(|_| ApiError::not_found("product"))
}

/// What a product is before it is changed.
#[derive(Debug, sqlx::FromRow)]
struct Known {
    number: i64,
    name: String,
    rules_class: String,
    dictionary_class: String,
    person_class: String,
    class: String,
    note: String,
    machines: i64,
}

/// The products with these ids, each of which there has to be.
async fn known(connection: &mut AnyConnection, ids: &[String]) -> Result<Vec<Known>, ApiError> {
    if ids.is_empty() || ids.len() > MOST {
        return Err(ApiError::invalid("/products", "out_of_range", format!("between 1 and {MOST} products")));
    }
    let mut found = Vec::with_capacity(ids.len());
    for (at, id) in ids.iter().enumerate() {
        let row: Option<Known> = sqlx::query_as(
            "SELECT number, name, rules_class, dictionary_class, person_class, class, note, machines
             FROM licences_product WHERE number = $1",
        )
        .bind(id.parse::<i64>().unwrap_or(-1))
        .fetch_optional(&mut *connection)
        .await?;
        let unknown = || ApiError::invalid(&format!("/products/{at}"), "unknown", "there is no such product");
        found.push(row.ok_or_else(unknown)?);
    }
    Ok(found)
}
