//! With what devices are asked: a community (v2c), or a user with passwords (v3). They go in and never come out.

pub(crate) mod create;
pub(crate) mod list;
pub(crate) mod remove;

use serde::{Deserialize, Serialize};
use sqlx::{AnyConnection, FromRow};
use utoipa::ToSchema;
use yagura_server_kit::ApiError;
use yagura_vocabulary::{Time, words};

words! {
    /// How what is said is signed.
    CredentialAuth {
        /// Not at all.
        None = "none",
        /// HMAC-SHA-1 (RFC 3414).
        Sha1 = "sha1",
        /// HMAC-SHA-256 (RFC 7860).
        Sha256 = "sha256",
        /// HMAC-SHA-512 (RFC 7860).
        Sha512 = "sha512",
    }
}

words! {
    /// How what is said is encrypted.
    CredentialPrivacy {
        /// Not at all.
        None = "none",
        /// AES with 128 bits (RFC 3826).
        Aes128 = "aes128",
        /// AES with 256 bits.
        Aes256 = "aes256",
    }
}

/// A credential as it is used.
#[derive(Clone)]
pub(super) enum Credential {
    V2c {
        community: String,
    },
    V3 {
        username: String,
        auth: CredentialAuth,
        auth_password: String,
        privacy: CredentialPrivacy,
        privacy_password: String,
    },
}

impl std::fmt::Debug for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // What is secret is in no log.
        f.write_str(if self.is_v3() { "v3" } else { "v2c" })
    }
}

impl Credential {
    pub(super) const fn is_v3(&self) -> bool {
        matches!(self, Self::V3 { .. })
    }

    pub(super) const fn is_private(&self) -> bool {
        matches!(self, Self::V3 { privacy: CredentialPrivacy::Aes128 | CredentialPrivacy::Aes256, .. })
    }
}

/// A credential as it is listed.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct SnmpCredential {
    id: String,
    /// What people call it.
    name: String,
    /// `v2c`, `v3`.
    version: String,
    /// The user, with v3.
    username: String,
    /// `none`, `sha1`, `sha256`, `sha512`.
    auth: String,
    /// `none`, `aes128`, `aes256`.
    privacy: String,
    /// How many devices are asked with it.
    devices: i64,
    created_at: Time,
    created_by: String,
}

#[derive(FromRow)]
struct Row {
    id: String,
    name: String,
    version: String,
    username: String,
    auth: String,
    privacy: String,
    devices: i64,
    created_at: i64,
    created_by: String,
}

const SELECT: &str = "SELECT c.id AS id, c.name AS name, c.version AS version, c.username AS username, c.auth AS auth,
     c.privacy AS privacy, (SELECT COUNT(*) FROM assets_device d WHERE d.credential_id = c.id) AS devices,
     c.created_at AS created_at, c.created_by AS created_by FROM assets_snmp_credential c";

impl From<Row> for SnmpCredential {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            name: row.name,
            version: row.version,
            username: row.username,
            auth: row.auth,
            privacy: row.privacy,
            devices: row.devices,
            created_at: Time::from_micros(row.created_at),
            created_by: row.created_by,
        }
    }
}

/// The secret side of a credential, to ask with.
#[derive(FromRow)]
struct Secret {
    version: String,
    username: String,
    auth: String,
    privacy: String,
    community: String,
    auth_password: String,
    privacy_password: String,
}

/// The credential with this id.
pub(super) async fn load(connection: &mut AnyConnection, id: &str) -> Result<Option<Credential>, ApiError> {
    let row: Option<Secret> = sqlx::query_as(
        "SELECT version, username, auth, privacy, community, auth_password, privacy_password
         FROM assets_snmp_credential WHERE id = $1",
    )
    .bind(id)
    .fetch_optional(connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    if row.version == "v2c" {
        return Ok(Some(Credential::V2c { community: row.community }));
    }
    Ok(Some(Credential::V3 {
        username: row.username,
        auth: row.auth.parse().map_err(|error| ApiError::unavailable(&error))?,
        auth_password: row.auth_password,
        privacy: row.privacy.parse().map_err(|error| ApiError::unavailable(&error))?,
        privacy_password: row.privacy_password,
    }))
}

/// Refuses a credential that is not there.
pub(super) async fn must_exist(connection: &mut AnyConnection, pointer: &str, id: &str) -> Result<(), ApiError> {
    let found: Option<(i64,)> = sqlx::query_as("SELECT 1 FROM assets_snmp_credential WHERE id = $1")
        .bind(id)
        .fetch_optional(connection)
        .await?;
    found.map(drop).ok_or_else(|| ApiError::invalid(pointer, "unknown", "there is no such credential"))
}
