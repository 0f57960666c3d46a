//! Views of the ledger: filters, order and columns under a name, one's own and those that others share. What is kept is the address of the
//! page, so a filter that comes later needs nothing here.

mod change;
mod create;
mod list;
mod remove;

use serde::{Deserialize, Serialize};
use sqlx::{AnyConnection, AssertSqlSafe, FromRow};
use utoipa::ToSchema;
use utoipa_axum::routes;
use yagura_server_kit::{ApiError, Caller, Object, Permission as P, Routes};
use yagura_vocabulary::Time;

/// Longest name, in characters.
const LONGEST_NAME: usize = 100;
/// Longest question, in characters.
const LONGEST_QUESTION: usize = 2000;
/// Most columns.
const MOST_COLUMNS: usize = 60;
/// Most views of one person.
const MOST: i64 = 100;

pub(super) fn routes() -> Routes {
    Routes::new()
        .api(P::AssetsRead, routes!(list::list, create::create))
        .api(P::AssetsRead, routes!(change::change, remove::remove))
}

/// A view of the ledger.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct AssetView {
    pub id: String,
    pub name: String,
    /// Filters and order, as the address of the page has them: `kind=printer&sort=-seen_at`.
    pub question: String,
    /// The columns that are shown, in their order; the usual ones when there is none.
    pub columns: Vec<String>,
    /// Whether others see it.
    pub shared: bool,
    /// Whether it is one's own.
    pub own: bool,
    /// Whose it is.
    pub owner: String,
    pub changed_at: Time,
}

/// What is kept.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AssetViewChange {
    /// At most 100 characters.
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    /// Filters and order, as the address of the page has them.
    #[serde(default)]
    question: String,
    /// The columns that are shown, in their order.
    #[serde(default)]
    columns: Vec<String>,
    /// Whether others see it.
    #[serde(default)]
    shared: bool,
}

#[derive(FromRow)]
struct ViewRow {
    id: String,
    owner: String,
    owner_name: String,
    name: String,
    question: String,
    columns: String,
    shared: i64,
    changed_at: i64,
}

const SELECT: &str = "SELECT id, owner, owner_name, name, question, columns, shared, changed_at FROM assets_view";

impl ViewRow {
    fn view(self, caller: &Caller) -> AssetView {
        AssetView {
            own: self.owner == caller.who.id(),
            id: self.id,
            name: self.name,
            question: self.question,
            columns: serde_json::from_str(&self.columns).unwrap_or_default(),
            shared: self.shared != 0,
            owner: self.owner_name,
            changed_at: Time::from_micros(self.changed_at),
        }
    }
}

impl AssetViewChange {
    /// Refuses what cannot be kept, with its place.
    fn check(&self) -> Result<(), ApiError> {
        if self.name.trim().is_empty() {
            return Err(ApiError::invalid("/name", "required", "give the view a name"));
        }
        for (pointer, text, most) in
            [("/name", &self.name, LONGEST_NAME), ("/question", &self.question, LONGEST_QUESTION)]
        {
            if text.chars().count() > most {
                return Err(ApiError::invalid(pointer, "too_long", format!("at most {most} characters")));
            }
        }
        let long = self.columns.iter().any(|column| column.chars().count() > LONGEST_NAME * 3);
        if self.columns.len() > MOST_COLUMNS || long {
            return Err(ApiError::invalid("/columns", "too_many", format!("at most {MOST_COLUMNS} columns")));
        }
        Ok(())
    }
}

/// One's own view with this id; somebody else's cannot be changed, shared or not.
async fn own(connection: &mut AnyConnection, caller: &Caller, id: &str) -> Result<AssetView, ApiError> {
    let sql = AssertSqlSafe(format!("{SELECT} WHERE id = $1 AND owner = $2"));
    let row: Option<ViewRow> = sqlx::query_as(sql).bind(id).bind(caller.who.id()).fetch_optional(connection).await?;
    Ok(row.ok_or_else(|| ApiError::not_found("view of yours"))?.view(caller))
}

/// Refuses a name that another of one's views has.
async fn untaken(connection: &mut AnyConnection, caller: &Caller, id: &str, name: &str) -> Result<(), ApiError> {
    let taken: Option<(i64,)> = sqlx::query_as("SELECT 1 FROM assets_view WHERE owner = $1 AND name = $2 AND id <> $3")
        .bind(caller.who.id())
        .bind(name.trim())
        .bind(id)
        .fetch_optional(connection)
        .await?;
    taken.map_or(Ok(()), |_| {
        Err(ApiError::conflict("you have a view with this name: change that one, or choose another name"))
    })
}

fn object(id: &str, name: &str) -> Object {
    Object::new("assets_view", &id, name)
}
