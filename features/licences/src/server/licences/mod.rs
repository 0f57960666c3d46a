//! Licences: what was bought, and how much of it is used.

mod body;
pub(super) mod create;
pub(super) mod list;
pub(super) mod read;
pub(super) mod remove;
pub(super) mod update;
mod view;

use sqlx::AnyConnection;
use yagura_server_kit::ApiError;

/// The kind of ids of licences.
#[derive(Debug)]
pub(crate) enum Bought {}

/// Has a product counted again, after something about its licences changed.
async fn count_again(connection: &mut AnyConnection, product: i64) -> Result<(), ApiError> {
    sqlx::query("UPDATE licences_product SET stale = stale + 1 WHERE number = $1")
        .bind(product)
        .execute(connection)
        .await?;
    Ok(())
}
