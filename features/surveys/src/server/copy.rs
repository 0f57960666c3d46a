//! `POST /api/v1/surveys/{id}/copy`: the same questions to the same people, once more.

use axum::extract::State;
use http::StatusCode;
use serde_json::json;
use yagura_server_kit::{ApiResult, Audit, Caller, Change, Context, Json, Object, Path, error::Problem};

use super::{
    audience::Chosen,
    create::insert,
    read::{Survey, view},
    survey::{SurveyChange, find},
};

/// Copy a survey
///
/// The copy is a draft; groups and people that are gone are left out.
#[utoipa::path(post, path = "/api/v1/surveys/{id}/copy", tag = "surveys", params(("id" = String, Path)),
    responses((status = 201, body = Survey), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(super) async fn copy(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<(StatusCode, Json<Survey>)> {
    let mut change = Change::begin(&ctx, &caller, "survey.copy").await?;
    let from = find(change.on(), &caller, &id).await?;
    let Chosen { groups, people } = Chosen::of(change.on(), &id).await?;
    let mut body = SurveyChange {
        questions: from.questions(),
        anonymous: from.is_anonymous(),
        title: from.title,
        lead: from.lead,
        days: from.days,
        remind_days: from.remind_days,
        keep_days: from.keep_days,
        groups: Vec::new(),
        people: Vec::new(),
    };
    for group in groups {
        let one = Chosen { groups: vec![group.clone()], people: Vec::new() };
        if one.check(change.on(), &caller).await.is_ok() {
            body.groups.push(group);
        }
    }
    for person in people {
        let one = Chosen { groups: Vec::new(), people: vec![person.clone()] };
        if one.check(change.on(), &caller).await.is_ok() {
            body.people.push(person);
        }
    }
    let copy = insert(&mut change, &caller, &body).await?;
    change.commit(Audit::created(Object::new("survey", &copy, &body.title), &json!({"copy_of": id}))).await?;
    Ok((StatusCode::CREATED, Json(view(&ctx, &caller, &copy).await?)))
}
