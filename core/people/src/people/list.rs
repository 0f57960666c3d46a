//! `GET /api/v1/people`: everybody, sorted by their reading.

use std::collections::HashMap;

use axum::extract::State;
use serde::{Deserialize, Serialize};
use sqlx::{AssertSqlSafe, FromRow};
use utoipa::{IntoParams, ToSchema};
use yagura_endpoints::visible;
use yagura_server_kit::{ApiError, ApiResult, Caller, Context, Count, Json, Page, PageQuery, Query, error::Problem};

use crate::{accounts::EndpointRef, fold::fold};

/// Which people.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// Part of the name, reading, employee number, mail address or department; width, case and kana make no difference.
    q: Option<String>,
    /// At most so many items.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// An account on an endpoint, as it stands beside its person.
#[derive(Clone, Serialize, ToSchema)]
pub(crate) struct OwnAccount {
    id: String,
    name: String,
    endpoint: EndpointRef,
}

/// Somebody who works here.
#[derive(Clone, Serialize, ToSchema)]
pub(crate) struct Person {
    id: String,
    employee_number: String,
    name: String,
    kana: String,
    email: Option<String>,
    department: Option<String>,
    active: bool,
    /// The accounts mapped to them, on endpoints that the caller may see.
    accounts: Vec<OwnAccount>,
}

#[derive(FromRow)]
struct Row {
    id: String,
    employee_number: String,
    name: String,
    kana: String,
    email: Option<String>,
    department: Option<String>,
    active: i64,
    sort_key: String,
}

/// The place in the list: whoever came last.
#[derive(Serialize, Deserialize)]
struct Place {
    sort_key: String,
    employee_number: String,
}

/// List people
#[utoipa::path(get, path = "/api/v1/people", tag = "people", params(ListQuery),
    responses((status = 200, body = Page<Person>), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn list(
    State(ctx): State<Context>,
    caller: Caller,
    Query(query): Query<ListQuery>,
) -> ApiResult<Json<Page<Person>>> {
    let paging = PageQuery { limit: query.limit, cursor: query.cursor };
    let limit = paging.limit()?;
    let after: Option<Place> = paging.after()?;
    let like = query.q.as_deref().map(pattern).unwrap_or_default();
    let (count,): (i64,) = sqlx::query_as("SELECT COUNT(*) FROM people_person WHERE ($1 = '' OR search_key LIKE $1)")
        .bind(&like)
        .fetch_one(ctx.db().read())
        .await?;
    let began = i64::from(after.is_some());
    let (key, number) = after.map(|place| (place.sort_key, place.employee_number)).unwrap_or_default();
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT id, employee_number, name, kana, email, department, active, sort_key FROM people_person
         WHERE ($1 = '' OR search_key LIKE $1)
         AND ($2 = 0 OR sort_key > $3 OR (sort_key = $3 AND employee_number > $4))
         ORDER BY sort_key, employee_number LIMIT $5",
    )
    .bind(&like)
    .bind(began)
    .bind(key)
    .bind(number)
    .bind(i64::from(limit) + 1)
    .fetch_all(ctx.db().read())
    .await?;
    let count = Count { value: count.unsigned_abs(), exact: true };
    let page = Page::cut(rows, limit, count, |row| Place {
        sort_key: row.sort_key.clone(),
        employee_number: row.employee_number.clone(),
    });
    let mut accounts = accounts_of(&ctx, &caller, page.items.iter().map(|row| row.id.clone()).collect()).await?;
    Ok(Json(page.map(|row| Person {
        accounts: accounts.remove(&row.id).unwrap_or_default(),
        id: row.id,
        employee_number: row.employee_number,
        name: row.name,
        kana: row.kana,
        email: row.email,
        department: row.department,
        active: row.active != 0,
    })))
}

/// A LIKE pattern for "contains"; the signs that LIKE gives a meaning of its own are dropped, because the databases differ in
/// how they are escaped.
pub(crate) fn pattern(text: &str) -> String {
    let folded = fold(text).replace(['%', '_', '\\'], "");
    if folded.is_empty() { String::new() } else { format!("%{folded}%") }
}

async fn accounts_of(
    ctx: &Context,
    caller: &Caller,
    people: Vec<String>,
) -> Result<HashMap<String, Vec<OwnAccount>>, ApiError> {
    let mut accounts: HashMap<String, Vec<OwnAccount>> = HashMap::new();
    if people.is_empty() {
        return Ok(accounts);
    }
    let places = (2..people.len() + 2).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ");
    let sql = format!(
        "SELECT a.person_id AS person_id, a.id AS id, a.name AS name, e.id AS endpoint_id, e.hostname AS hostname
         FROM people_account a JOIN endpoints_endpoint e ON e.id = a.endpoint_id
         WHERE a.person_id IN ({places}) AND {} ORDER BY a.name, e.hostname, a.id",
        visible("e.group_id", 1)
    );
    let mut found =
        sqlx::query_as::<_, (String, String, String, String, String)>(AssertSqlSafe(sql)).bind(caller.limit());
    for person in people {
        found = found.bind(person);
    }
    for (person, id, name, endpoint, hostname) in found.fetch_all(ctx.db().read()).await? {
        let endpoint = EndpointRef { id: endpoint, hostname };
        accounts.entry(person).or_default().push(OwnAccount { id, name, endpoint });
    }
    Ok(accounts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_is_folded_and_holds_no_signs_of_its_own() {
        assert_eq!(pattern("タナ_カ%"), "%たなか%");
        assert_eq!(pattern(" "), "");
    }
}
