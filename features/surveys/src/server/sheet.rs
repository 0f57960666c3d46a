//! `GET /api/v1/surveys/{id}/answers.csv`: all answers for a spreadsheet. Who fetches them is written down.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::header;
use serde::Deserialize;
use serde_json::json;
use utoipa::IntoParams;
use yagura_events::server::clock;
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Context, Path, Query, error::Problem};
use yagura_vocabulary::Time;

use super::{
    results::{Stored, is_withheld, stored},
    survey::find,
    tell::minute,
};
use crate::table::{Row, csv};

/// For whom.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct SheetQuery {
    /// The language of the headings: `ja` or `en`; Japanese when absent.
    language: Option<String>,
}

/// Fetch the answers to a survey as CSV
#[utoipa::path(get, path = "/api/v1/surveys/{id}/answers.csv", tag = "surveys", params(("id" = String, Path), SheetQuery),
    responses((status = 200, content((String = "text/csv"))), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(super) async fn sheet(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<String>,
    Query(query): Query<SheetQuery>,
) -> ApiResult<Response> {
    let mut connection = ctx.db().read().acquire().await?;
    let survey = find(&mut connection, &caller, &id).await?;
    let stored = stored(&mut connection, &survey).await?;
    drop(connection);
    survey.must_be(&["open", "closed"], "the survey has no answers, or they were erased")?;
    if is_withheld(&survey, stored.len()) {
        return Err(
            ApiError::conflict("an anonymous survey shows its answers from five on").with("/survey", "withheld", None)
        );
    }
    let zone = clock(&ctx).await?.zone;
    let named = !survey.is_anonymous();
    let row = |one: &Stored| {
        let at = one.answered_at.map(|at| minute(Time::from_micros(at), &zone)).unwrap_or_default();
        Row { who: named.then(|| (one.name.clone().unwrap_or_default(), at)), answers: one.answers() }
    };
    let rows: Vec<Row> = stored.iter().map(row).collect();
    let file = csv(&survey.questions(), &rows, named, query.language.as_deref() != Some("en"));
    let change = Change::begin(&ctx, &caller, "survey.export").await?;
    change.commit(Audit::created(survey.object(), &json!({"answers": rows.len()}))).await?;
    let name = format!("attachment; filename=\"yagura-survey-{}.csv\"", &id[..8.min(id.len())]);
    let headers = [(header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, file).into_response())
}
