//! `POST /api/v1/assets/snmp-credentials`: a new credential. Its secrets are not shown again.

use axum::extract::State;
use http::StatusCode;
use serde::Deserialize;
use sqlx::AssertSqlSafe;
use utoipa::ToSchema;
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Code, Context, Json, Object, error::Problem};
use yagura_vocabulary::Id;

use super::{CredentialAuth, CredentialPrivacy, Row, SELECT, SnmpCredential};
use crate::server::snmp::for_all;

/// Shortest password of v3 (RFC 3414 section 11.2).
const SHORTEST: usize = 8;
const LONGEST: usize = 200;

/// A new credential for devices.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSnmpCredential {
    /// What people call it.
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// `v2c`, `v3`.
    version: String,
    /// The community, with v2c. It travels in the clear.
    #[serde(default)]
    community: String,
    /// The user, with v3.
    #[serde(default)]
    username: String,
    /// `sha1`, `sha256`, `sha512`; `none` only together with `unprotected`.
    #[serde(default)]
    auth: String,
    /// The password that signs: at least 8 letters.
    #[serde(default)]
    auth_password: String,
    /// `aes128`, `aes256`; `none` for what is only signed.
    #[serde(default)]
    privacy: String,
    /// The password that encrypts: at least 8 letters.
    #[serde(default)]
    privacy_password: String,
    /// Whether v3 without signature and encryption is meant: anybody can answer in the device's place then.
    #[serde(default)]
    unprotected: bool,
}

/// What is stored of it.
struct Checked {
    auth: CredentialAuth,
    privacy: CredentialPrivacy,
}

/// Create a credential for devices
#[utoipa::path(post, path = "/api/v1/assets/snmp-credentials", tag = "assets", request_body = NewSnmpCredential,
    responses((status = 201, body = SnmpCredential), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn create(
    State(ctx): State<Context>,
    caller: Caller,
    Json(body): Json<NewSnmpCredential>,
) -> ApiResult<(StatusCode, Json<SnmpCredential>)> {
    for_all(&caller)?;
    let Checked { auth, privacy } = body.checked()?;
    let is_v3 = body.version == "v3";
    let of_v3 = |text: &str, wanted: bool| if is_v3 && wanted { text.to_owned() } else { String::new() };
    let id = Id::<SnmpCredential>::new().to_string();
    let mut change = Change::begin(&ctx, &caller, "device_credential.create").await?;
    let made = sqlx::query(
        "INSERT INTO assets_snmp_credential (id, name, version, username, auth, privacy, community, auth_password,
         privacy_password, created_at, created_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(&id)
    .bind(body.name.trim())
    .bind(&body.version)
    .bind(of_v3(&body.username, true))
    .bind(auth.as_str())
    .bind(privacy.as_str())
    .bind(if is_v3 { "" } else { body.community.as_str() })
    .bind(of_v3(&body.auth_password, auth != CredentialAuth::None))
    .bind(of_v3(&body.privacy_password, privacy != CredentialPrivacy::None))
    .bind(change.at().micros())
    .bind(&caller.name)
    .execute(change.on())
    .await
    .map_err(ApiError::from);
    if let Err(error) = made {
        return Err(if error.code() == Code::Conflict {
            ApiError::conflict("there is a credential of this name; take another one").with("/name", "taken", None)
        } else {
            error
        });
    }
    let sql = format!("{SELECT} WHERE c.id = $1");
    let row: Row = sqlx::query_as(AssertSqlSafe(sql)).bind(&id).fetch_one(change.on()).await?;
    let credential = SnmpCredential::from(row);
    change.commit(Audit::created(Object::new("device_credential", &id, &credential.name), &credential)).await?;
    Ok((StatusCode::CREATED, Json(credential)))
}

impl NewSnmpCredential {
    fn checked(&self) -> Result<Checked, ApiError> {
        let wrong = |pointer: &str, code, message: &str| Err(ApiError::invalid(pointer, code, message));
        let length = |text: &str, least: usize| (least..=LONGEST).contains(&text.chars().count());
        if !length(self.name.trim(), 1) {
            return wrong("/name", "required", "a name of at most 200 letters");
        }
        let none = Checked { auth: CredentialAuth::None, privacy: CredentialPrivacy::None };
        if self.version == "v2c" {
            return if length(&self.community, 1) {
                Ok(none)
            } else {
                wrong("/community", "required", "give the community")
            };
        }
        if self.version != "v3" {
            return wrong("/version", "unknown", "`v2c` or `v3`");
        }
        if !length(&self.username, 1) {
            return wrong("/username", "required", "give the user");
        }
        let word = |text: &str| if text.is_empty() { "none".to_owned() } else { text.to_owned() };
        let Ok(auth) = word(&self.auth).parse() else {
            return wrong("/auth", "unknown", "`sha1`, `sha256`, `sha512` or `none`");
        };
        let Ok(privacy) = word(&self.privacy).parse() else {
            return wrong("/privacy", "unknown", "`aes128`, `aes256` or `none`");
        };
        match (auth, privacy) {
            (CredentialAuth::None, CredentialPrivacy::None) if self.unprotected => return Ok(none),
            (CredentialAuth::None, CredentialPrivacy::None) => {
                let message = "without signature and encryption anybody can answer in the device's place: choose `auth`, or say `unprotected`";
                return wrong("/auth", "insecure", message);
            }
            (CredentialAuth::None, _) => return wrong("/auth", "required", "what is encrypted is signed too"),
            (CredentialAuth::Sha1, CredentialPrivacy::Aes256) => {
                let message = "with SHA-1 there is no standard for AES with 256 bits: choose `aes128`, or `sha256`";
                return wrong("/privacy", "unsupported", message);
            }
            _ => {}
        }
        if !length(&self.auth_password, SHORTEST) {
            return wrong("/auth_password", "too_short", "at least 8 letters, at most 200");
        }
        if privacy != CredentialPrivacy::None && !length(&self.privacy_password, SHORTEST) {
            return wrong("/privacy_password", "too_short", "at least 8 letters, at most 200");
        }
        Ok(Checked { auth, privacy })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn check(with: &Value, refused: Option<&str>) {
        let mut value = json!({"name": "x", "version": "v3", "username": "yagura", "auth": "sha256", "auth_password": "long enough"});
        for (name, member) in with.as_object().unwrap() {
            value[name] = member.clone();
        }
        let body: NewSnmpCredential = serde_json::from_value(value).unwrap();
        match (body.checked(), refused) {
            (Ok(_), None) => {}
            (Err(error), Some(pointer)) => {
                assert!(format!("{error:?}").contains(&format!("{pointer:?}")), "{with} {error:?}");
            }
            (_, refused) => panic!("{with}: expected {refused:?}"),
        }
    }

    #[test]
    fn v3_without_protection_is_refused_unless_it_is_chosen() {
        check(&json!({"auth": "none"}), Some("/auth"));
        check(&json!({"auth": "none", "unprotected": true}), None);
        check(
            &json!({"auth": "none", "privacy": "aes128", "privacy_password": "long enough", "unprotected": true}),
            Some("/auth"),
        );
    }

    #[test]
    fn passwords_are_as_long_as_the_standard_wants_and_never_missing() {
        check(&json!({}), None);
        check(&json!({"auth_password": "short"}), Some("/auth_password"));
        check(&json!({"privacy": "aes128"}), Some("/privacy_password"));
        check(&json!({"privacy": "aes128", "privacy_password": "long enough"}), None);
        check(&json!({"version": "v2c"}), Some("/community"));
        check(&json!({"version": "v2c", "community": "minato"}), None);
    }

    #[test]
    fn what_no_standard_describes_is_refused() {
        check(&json!({"auth": "sha1", "privacy": "aes256", "privacy_password": "long enough"}), Some("/privacy"));
        check(&json!({"auth": "md5"}), Some("/auth"));
        check(&json!({"version": "v1"}), Some("/version"));
    }
}
