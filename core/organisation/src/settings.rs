//! `/api/v1/settings`: what holds for the whole organisation.

use std::collections::BTreeMap;

use axum::extract::State;
use serde::{Deserialize, Serialize};
use sqlx::AnyConnection;
use utoipa::ToSchema;
use yagura_mail::{MailChange, MailSettings};
use yagura_server_kit::{
    ApiError, ApiResult, Audit, Caller, Change, Context, DbError, Etag, IfMatch, Json, Object, error::Problem, present,
};

/// More recipients of alarms than a person could have meant.
const MOST_RECIPIENTS: usize = 50;

/// The settings.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Settings {
    organisation_name: String,
    /// IANA name: `Asia/Tokyo`.
    time_zone: String,
    /// Where people and agents reach the server.
    public_url: String,
    /// After so many days without contact an endpoint counts as silent.
    silent_after_days: u32,
    backup_directory: Option<String>,
    /// How the mail server is reached; null while there is none.
    mail: Option<MailSettings>,
    /// Who gets mails about alarms.
    alarm_recipients: Vec<String>,
    /// Whether other people's logs are shown only to whoever has said why, by a case. Otherwise views are written down
    /// without a purpose where none was said.
    log_purpose_required: bool,
    /// For how many hours a case holds, at most.
    log_case_hours: u32,
    etag: String,
}

/// What changes; what is absent stays.
#[derive(Deserialize, ToSchema)]
pub(crate) struct SettingsChange {
    organisation_name: Option<String>,
    time_zone: Option<String>,
    public_url: Option<String>,
    silent_after_days: Option<u32>,
    /// The whole path of a folder on the server; null for none.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    backup_directory: Option<Option<String>>,
    /// New mail settings; null for none.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<MailChange>)]
    mail: Option<Option<MailChange>>,
    /// Mail addresses of those who get mails about alarms.
    alarm_recipients: Option<Vec<String>>,
    /// Whether a purpose must be said before other people's logs are shown.
    log_purpose_required: Option<bool>,
    /// For how many hours it holds, at most: 1 to 24.
    #[schema(minimum = 1, maximum = 24)]
    log_case_hours: Option<u32>,
}

async fn load(connection: &mut AnyConnection) -> Result<(Settings, i64), ApiError> {
    let rows: Vec<(String, String)> =
        sqlx::query_as("SELECT name, value FROM organisation_setting").fetch_all(&mut *connection).await?;
    let map: BTreeMap<_, _> = rows.into_iter().collect();
    let text = |name: &str| map.get(name).cloned().unwrap_or_default();
    let version = text("version").parse().unwrap_or(1);
    let settings = Settings {
        organisation_name: text("organisation_name"),
        time_zone: map.get("time_zone").cloned().unwrap_or_else(|| "Asia/Tokyo".to_owned()),
        public_url: text("public_url"),
        silent_after_days: text("silent_after_days").parse().unwrap_or(7),
        backup_directory: map.get("backup_directory").cloned(),
        mail: yagura_mail::load(connection).await?,
        alarm_recipients: addresses(&text("alarm_recipients")),
        log_purpose_required: text("log_purpose_required") == "1",
        log_case_hours: text("log_case_hours").parse().unwrap_or(24),
        etag: Etag(version).to_string(),
    };
    Ok((settings, version))
}

async fn set(connection: &mut AnyConnection, name: &str, value: &str) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO organisation_setting (name, value) VALUES ($1, $2)
         ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    )
    .bind(name)
    .bind(value)
    .execute(connection)
    .await
    .map(|_| ())
}

async fn unset(connection: &mut AnyConnection, name: &str) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM organisation_setting WHERE name = $1").bind(name).execute(connection).await.map(|_| ())
}

/// Addresses as they are stored: one a line.
fn addresses(text: &str) -> Vec<String> {
    text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// Sets `name` where it is not set yet: what the server knows of itself when it starts for the first time.
///
/// # Errors
/// When the database is away.
pub async fn ensure(ctx: &Context, name: &str, value: &str) -> Result<(), DbError> {
    let failed = |error| DbError::Transaction("write a setting in", error);
    let mut tx = ctx.db().write().await?;
    sqlx::query("INSERT INTO organisation_setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING")
        .bind(name)
        .bind(value)
        .execute(tx.on())
        .await
        .map_err(failed)?;
    tx.commit().await
}

/// Show the settings
#[utoipa::path(get, path = "/api/v1/settings", tag = "settings",
    responses((status = 200, body = Settings), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn read(State(ctx): State<Context>) -> ApiResult<Json<Settings>> {
    let mut connection = ctx.db().read().acquire().await?;
    Ok(Json(load(&mut connection).await?.0))
}

/// Change the settings
#[utoipa::path(patch, path = "/api/v1/settings", tag = "settings", params(("If-Match" = Option<String>, Header, description = "The `etag` of the version that was seen, or `*`")), request_body = SettingsChange,
    responses((status = 200, body = Settings), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn change(
    State(ctx): State<Context>,
    caller: Caller,
    seen: IfMatch,
    Json(body): Json<SettingsChange>,
) -> ApiResult<Json<Settings>> {
    let mut change = Change::begin(&ctx, &caller, "settings.update").await?;
    let (before, version) = load(change.on()).await?;
    seen.check(Etag(version))?;
    if let Some(name) = &body.organisation_name {
        if name.trim().is_empty() || name.chars().count() > 200 {
            return Err(ApiError::invalid("/organisation_name", "required", "the name has 1 to 200 characters"));
        }
        set(change.on(), "organisation_name", name).await?;
    }
    if let Some(zone) = &body.time_zone {
        jiff::tz::TimeZone::get(zone).map_err(|_| {
            ApiError::invalid(
                "/time_zone",
                "unknown",
                format!("`{zone}` is not a time zone (expected one like Asia/Tokyo)"),
            )
        })?;
        set(change.on(), "time_zone", zone).await?;
    }
    if let Some(url) = &body.public_url {
        if !url.starts_with("https://") || url.parse::<http::Uri>().is_err() {
            return Err(ApiError::invalid("/public_url", "bad_url", "the address begins with https://"));
        }
        set(change.on(), "public_url", url.trim_end_matches('/')).await?;
    }
    if let Some(days) = body.silent_after_days {
        if !(1..=365).contains(&days) {
            return Err(ApiError::invalid("/silent_after_days", "out_of_range", "1 to 365 days"));
        }
        set(change.on(), "silent_after_days", &days.to_string()).await?;
    }
    match &body.backup_directory {
        None => {}
        Some(None) => unset(change.on(), "backup_directory").await?,
        Some(Some(directory)) if directory.starts_with('/') => {
            set(change.on(), "backup_directory", directory).await?;
        }
        Some(Some(_)) => {
            let message = "give the whole path of a folder on the server";
            return Err(ApiError::invalid("/backup_directory", "bad_path", message));
        }
    }
    if let Some(mail) = &body.mail {
        yagura_mail::store(&ctx, change.tx(), mail.as_ref()).await?;
    }
    if let Some(recipients) = &body.alarm_recipients {
        if recipients.len() > MOST_RECIPIENTS {
            let message = format!("at most {MOST_RECIPIENTS} addresses; a mailing list reaches more people");
            return Err(ApiError::invalid("/alarm_recipients", "too_many", message));
        }
        for (index, recipient) in recipients.iter().enumerate() {
            yagura_mail::address(&format!("/alarm_recipients/{index}"), recipient)?;
        }
        set(change.on(), "alarm_recipients", &recipients.join("\n")).await?;
    }
    if let Some(required) = body.log_purpose_required {
        set(change.on(), "log_purpose_required", if required { "1" } else { "0" }).await?;
    }
    if let Some(hours) = body.log_case_hours {
        if !(1..=24).contains(&hours) {
            return Err(ApiError::invalid("/log_case_hours", "out_of_range", "1 to 24 hours"));
        }
        set(change.on(), "log_case_hours", &hours.to_string()).await?;
    }
    set(change.on(), "version", &(version + 1).to_string()).await?;
    let (after, _) = load(change.on()).await?;
    change.commit(Audit::changed(Object::new("settings", &"", "settings"), &before, &after)).await?;
    Ok(Json(after))
}
