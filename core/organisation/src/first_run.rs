//! `/api/v1/first-run`: what a new organisation still has to do. What can be seen to be done needs no tick.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use yagura_server_kit::{ApiResult, Audit, Caller, Change, Context, Json, Object, Path, error::Problem};

/// One of the first steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum StepId {
    Organisation,
    TimeZone,
    PublicAddress,
    Certificate,
    Mail,
    People,
    Backup,
    PilotGroup,
    StarterPolicy,
}

/// How one of the first steps stands.
#[derive(Serialize, ToSchema)]
pub(crate) struct Step {
    id: StepId,
    done: bool,
    skipped: bool,
    /// What is there now.
    value: Option<String>,
}

/// The first steps.
#[derive(Serialize, ToSchema)]
pub(crate) struct FirstRun {
    steps: Vec<Step>,
}

async fn load(ctx: &Context) -> ApiResult<FirstRun> {
    let settings: Vec<(String, String)> =
        sqlx::query_as("SELECT name, value FROM organisation_setting").fetch_all(ctx.db().read()).await?;
    let setting = |name: &str| settings.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone());
    let skipped = setting("first_run_skipped").unwrap_or_default();
    let people = count(ctx, "SELECT COUNT(*) FROM people_person").await?;
    let groups = count(ctx, "SELECT COUNT(*) FROM endpoints_group WHERE parent_id IS NOT NULL").await?;
    let policies = count(ctx, "SELECT COUNT(*) FROM policy_version WHERE removed = 0").await?;
    let mail = yagura_mail::load(&mut *ctx.db().read().acquire().await?).await?;
    let number = |n: i64| (n > 0).then(|| n.to_string());
    let step = |id, value: Option<String>| Step {
        id,
        done: value.is_some(),
        skipped: skipped.split(',').any(|word| word == word_of(id)),
        value,
    };
    let steps = vec![
        step(StepId::Organisation, setting("organisation_name").filter(|name| !name.is_empty())),
        step(StepId::TimeZone, setting("time_zone")),
        step(StepId::PublicAddress, setting("public_url").filter(|url| !url.contains("127.0.0.1"))),
        step(StepId::Certificate, setting("certificate").filter(|kind| kind != "private")),
        step(StepId::Mail, mail.map(|mail| format!("{}:{}", mail.host, mail.port))),
        step(StepId::People, number(people)),
        step(StepId::Backup, setting("backup_directory")),
        step(StepId::PilotGroup, number(groups)),
        step(StepId::StarterPolicy, number(policies)),
    ];
    Ok(FirstRun { steps })
}

async fn count(ctx: &Context, sql: &'static str) -> ApiResult<i64> {
    let (count,): (i64,) = sqlx::query_as(sql).fetch_one(ctx.db().read()).await?;
    Ok(count)
}

fn word_of(id: StepId) -> String {
    serde_json::to_value(id).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// Show the first steps
#[utoipa::path(get, path = "/api/v1/first-run", tag = "settings",
    responses((status = 200, body = FirstRun), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn read(State(ctx): State<Context>) -> ApiResult<Json<FirstRun>> {
    Ok(Json(load(&ctx).await?))
}

/// Leave one of the first steps out
#[utoipa::path(post, path = "/api/v1/first-run/{id}/skip", tag = "settings", params(("id" = String, Path)),
    responses((status = 200, body = FirstRun), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn skip(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<StepId>,
) -> ApiResult<Json<FirstRun>> {
    let word = word_of(id);
    let mut change = Change::begin(&ctx, &caller, "first_run.skip").await?;
    let before: Option<(String,)> =
        sqlx::query_as("SELECT value FROM organisation_setting WHERE name = 'first_run_skipped'")
            .fetch_optional(change.on())
            .await?;
    let before = before.map(|(text,)| text).unwrap_or_default();
    if !before.split(',').any(|known| known == word) {
        let after = format!("{before},{word}");
        sqlx::query(
            "INSERT INTO organisation_setting (name, value) VALUES ('first_run_skipped', $1)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        )
        .bind(after.trim_start_matches(','))
        .execute(change.on())
        .await?;
    }
    change.commit(Audit::created(Object::new("first_run", &word, &word), &())).await?;
    Ok(Json(load(&ctx).await?))
}
