//! `GET /api/v1/events/completion`: what may follow in a question, with names that are known here.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use sqlx::AssertSqlSafe;
use utoipa::{IntoParams, ToSchema};
use yagura_endpoints::visible;
use yagura_search_language::{Completion, Field, Offer, complete};
use yagura_server_kit::{ApiError, ApiResult, Caller, Context, Json, Query as Params, error::Problem};

/// A question that is being written.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct CompletionQuery {
    /// The text.
    q: String,
    /// The character before which the caret stands; left out, the end.
    caret: Option<usize>,
    /// `ja` for Japanese field names and values.
    language: Option<String>,
}

/// One thing that may stand there.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OfferView {
    /// What is put in.
    text: String,
    /// What it is: `field`, `value` or `name`.
    sort: &'static str,
    /// The field, kind, level or word that it stands for, for a translation.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
}

/// What may follow.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CompletionView {
    /// The first character that an offer replaces.
    from: usize,
    /// The character after the last one.
    to: usize,
    /// The field whose value is being written.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'static str>,
    offers: Vec<OfferView>,
}

/// How many names are offered.
const MOST: i64 = 12;

/// Complete a question
#[utoipa::path(get, path = "/api/v1/events/completion", tag = "events", params(CompletionQuery),
    responses((status = 200, body = CompletionView), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub(super) async fn completion(
    State(ctx): State<Context>,
    caller: Caller,
    Params(params): Params<CompletionQuery>,
) -> ApiResult<Json<CompletionView>> {
    let text = params.q;
    let caret = params.caret.and_then(|caret| text.char_indices().nth(caret)).map_or(text.len(), |(at, _)| at);
    let japanese = params.language.as_deref() == Some("ja");
    let found = complete(&text, caret);
    let characters = |byte: usize| text[..byte].chars().count();
    let mut offers: Vec<_> = found.offers.iter().map(|offer| view(offer, japanese)).collect();
    offers.extend(names(&ctx, &caller, &found).await?);
    let (from, to) = (characters(found.at.start), characters(found.at.end));
    Ok(Json(CompletionView { from, to, field: found.field.map(Field::name), offers }))
}

fn view(offer: &Offer, japanese: bool) -> OfferView {
    match offer {
        Offer::Field(field) => {
            let name = if japanese { field.japanese() } else { field.name() };
            OfferView { text: format!("{name}:"), sort: "field", code: Some(field.name().to_owned()) }
        }
        Offer::Value(value, other) => {
            let text = other.filter(|_| japanese).unwrap_or(value);
            OfferView { text: text.to_owned(), sort: "value", code: Some((*value).to_owned()) }
        }
    }
}

/// Names of what is here that begin or go on like what is written.
async fn names(ctx: &Context, caller: &Caller, found: &Completion) -> Result<Vec<OfferView>, ApiError> {
    let sql = match found.field {
        Some(Field::Endpoint) => format!(
            "SELECT DISTINCT e.hostname FROM endpoints_endpoint e
             WHERE lower(e.hostname) LIKE $2 ESCAPE '!' AND {} ORDER BY e.hostname LIMIT $3",
            visible("e.group_id", 1)
        ),
        Some(Field::User) => format!(
            "SELECT DISTINCT a.name FROM people_account a JOIN endpoints_endpoint e ON e.id = a.endpoint_id
             WHERE lower(a.name) LIKE $2 ESCAPE '!' AND {} ORDER BY a.name LIMIT $3",
            visible("e.group_id", 1)
        ),
        Some(Field::Group) => format!(
            "SELECT DISTINCT g.name FROM endpoints_group g
             WHERE lower(g.name) LIKE $2 ESCAPE '!' AND {} ORDER BY g.name LIMIT $3",
            visible("g.id", 1)
        ),
        Some(Field::Person) if !caller.limited => "SELECT DISTINCT p.name FROM people_person p
             WHERE $1 = $1 AND lower(p.name || ' ' || p.kana) LIKE $2 ESCAPE '!' ORDER BY p.name LIMIT $3"
            .to_owned(),
        _ => return Ok(Vec::new()),
    };
    let escaped = crate::fold(&found.begun).replace('!', "!!").replace('%', "!%").replace('_', "!_");
    let rows: Vec<(String,)> = sqlx::query_as(AssertSqlSafe(sql))
        .bind(caller.limit())
        .bind(format!("%{escaped}%"))
        .bind(MOST)
        .fetch_all(ctx.db().read())
        .await?;
    Ok(rows.into_iter().map(|(name,)| OfferView { text: written(&name), sort: "name", code: None }).collect())
}

/// A name as a value: in quotation marks where it would otherwise be more than one word or have a special meaning.
fn written(name: &str) -> String {
    let special = |c: char| c.is_whitespace() || "\"“”＂*?＊？()（）,、，".contains(c);
    if name.contains(special) { format!("\"{}\"", name.replace('"', "\"\"")) } else { name.to_owned() }
}
