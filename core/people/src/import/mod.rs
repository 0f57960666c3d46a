//! `POST /api/v1/people/import`: the organisation's list of people, all of it or nothing.

pub(crate) mod encoding;
mod plan;
mod read;

use std::collections::HashMap;

use axum::{
    body::{Body, to_bytes},
    extract::State,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::AnyConnection;
use utoipa::{IntoParams, ToSchema};
use yagura_server_kit::{
    ApiError, ApiResult, Audit, Caller, Change, Code, Context, Json, Object, Query, error::Problem,
};
use yagura_vocabulary::id::PersonId;

use self::{
    encoding::Encoding,
    plan::{Known, Plan, plan},
    read::{File, RowError, read},
};
use crate::fold::{search_key, sort_key};

/// Largest file, in bytes.
const MAX_FILE: usize = 32 << 20;

/// How.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ImportQuery {
    /// Only say what would change.
    #[serde(default)]
    dry_run: bool,
}

/// What came of it.
#[derive(Serialize, ToSchema)]
pub(crate) struct Imported {
    encoding: Encoding,
    /// Rows after the header.
    rows: u64,
    created: u64,
    updated: u64,
    unchanged: u64,
    /// What is wrong; while there is anything, nothing is applied.
    errors: Vec<RowError>,
    /// Whether the changes were made.
    applied: bool,
}

/// Import people from CSV
///
/// UTF-8 (with or without a byte order mark) or CP932. The header names the columns: `employee_number`/`社員番号`,
/// `name`/`氏名`, `kana`/`カナ`, `email`/`メール`, `department`/`部署`.
#[utoipa::path(post, path = "/api/v1/people/import", tag = "people", params(ImportQuery),
    request_body(content = String, content_type = "text/csv"),
    responses((status = 200, body = Imported), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 413, body = Problem)))]
pub(crate) async fn import(
    State(ctx): State<Context>,
    caller: Caller,
    Query(query): Query<ImportQuery>,
    body: Body,
) -> ApiResult<Json<Imported>> {
    let too_large = || ApiError::new(Code::TooLarge, format!("a list of people has at most {MAX_FILE} bytes"));
    let bytes = to_bytes(body, MAX_FILE).await.map_err(|_| too_large())?;
    // Up to 200,000 rows: too long for a thread that answers others.
    let file = tokio::task::spawn_blocking(move || read(&bytes));
    let File { encoding, rows, entries, errors } = file.await.map_err(|error| ApiError::unavailable(&error))?;
    let said = |plan: &Plan, errors, applied| {
        let (created, updated) = (plan.create.len() as u64, plan.update.len() as u64);
        Json(Imported { encoding, rows, created, updated, unchanged: plan.unchanged, errors, applied })
    };
    if query.dry_run || !errors.is_empty() {
        let mut connection = ctx.db().read().acquire().await?;
        let plan = plan(&known(&mut connection).await?, entries);
        return Ok(said(&plan, errors, false));
    }
    let mut change = Change::begin(&ctx, &caller, "people.import").await?;
    let plan = plan(&known(change.on()).await?, entries);
    for person in &plan.create {
        create(change.on(), person).await?;
    }
    for person in &plan.update {
        update(change.on(), person).await?;
    }
    let after = json!({"rows": rows, "created": plan.create.len(), "updated": plan.update.len(),
        "unchanged": plan.unchanged});
    change.commit(Audit::created(Object::new("people", &"import", "CSV"), &after)).await?;
    Ok(said(&plan, errors, true))
}

async fn known(connection: &mut AnyConnection) -> Result<HashMap<String, Known>, ApiError> {
    let rows: Vec<Known> = sqlx::query_as("SELECT employee_number, name, kana, email, department FROM people_person")
        .fetch_all(connection)
        .await?;
    Ok(rows.into_iter().map(|row| (row.employee_number.clone(), row)).collect())
}

fn keys(person: &Known) -> (String, String) {
    let parts = [
        person.name.as_str(),
        &person.kana,
        &person.employee_number,
        person.email.as_deref().unwrap_or_default(),
        person.department.as_deref().unwrap_or_default(),
    ];
    (sort_key(&person.kana, &person.name), search_key(&parts))
}

async fn create(connection: &mut AnyConnection, person: &Known) -> Result<(), ApiError> {
    let (sort, search) = keys(person);
    sqlx::query(
        "INSERT INTO people_person (id, employee_number, name, kana, email, department, active, sort_key, search_key,
         version) VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $8, 1)",
    )
    .bind(PersonId::new().to_string())
    .bind(&person.employee_number)
    .bind(&person.name)
    .bind(&person.kana)
    .bind(&person.email)
    .bind(&person.department)
    .bind(sort)
    .bind(search)
    .execute(connection)
    .await?;
    Ok(())
}

async fn update(connection: &mut AnyConnection, person: &Known) -> Result<(), ApiError> {
    let (sort, search) = keys(person);
    sqlx::query(
        "UPDATE people_person SET name = $1, kana = $2, email = $3, department = $4, sort_key = $5, search_key = $6,
         version = version + 1 WHERE employee_number = $7",
    )
    .bind(&person.name)
    .bind(&person.kana)
    .bind(&person.email)
    .bind(&person.department)
    .bind(sort)
    .bind(search)
    .bind(&person.employee_number)
    .execute(connection)
    .await?;
    Ok(())
}
