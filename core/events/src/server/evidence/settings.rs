//! Where heads go, and when.

use std::path::Path;

use serde::{Deserialize, Serialize};
use sqlx::AnyConnection;
use utoipa::ToSchema;
use yagura_server_kit::{ApiError, syslog::Receiver};
use yagura_vocabulary::Time;

use super::bucket::BucketPlace;

/// The most places that a head goes to.
const MOST: usize = 10;

/// A place outside of the server's reach.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[schema(as = EvidenceDestination)]
pub(super) enum Destination {
    /// Somebody's mailbox.
    Mail {
        /// The address.
        to: String,
    },
    /// A syslog receiver.
    Syslog(Receiver),
    /// A folder of the server's that lies on another machine, or on a medium that is written once.
    Folder {
        /// Its absolute path.
        path: String,
    },
    /// A bucket of Amazon S3, or of what speaks its language.
    S3(BucketPlace),
}

/// Where heads go, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = EvidenceSettings)]
pub(super) struct Settings {
    /// The hour at which a head is sent each day, by the organisation's clock: 0 to 23.
    #[schema(minimum = 0, maximum = 23)]
    pub(super) hour: i8,
    /// Where it goes; nowhere while this is empty.
    #[schema(max_items = 10)]
    pub(super) destinations: Vec<Destination>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { hour: 6, destinations: Vec::new() }
    }
}

impl Settings {
    /// Refuses what cannot be right.
    pub(super) fn check(&self) -> Result<(), ApiError> {
        if !(0..24).contains(&self.hour) {
            return Err(ApiError::invalid("/hour", "out_of_range", "an hour is 0 to 23"));
        }
        if self.destinations.len() > MOST {
            return Err(ApiError::invalid("/destinations", "too_many", format!("at most {MOST} places")));
        }
        for (n, destination) in self.destinations.iter().enumerate() {
            let at = |field: &str| format!("/destinations/{n}/{field}");
            match destination {
                Destination::Mail { to } => yagura_mail::address(&at("to"), to)?,
                Destination::Syslog(receiver) => receiver.check(&format!("/destinations/{n}"))?,
                Destination::Folder { path } => {
                    if !Path::new(path).is_absolute() || path.contains('\0') {
                        let message = "give the whole path of a folder, from its root on";
                        return Err(ApiError::invalid(&at("path"), "bad_path", message));
                    }
                }
                Destination::S3(bucket) => {
                    if let Some((field, code, message)) = bucket.fault() {
                        return Err(ApiError::invalid(&at(field), code, message));
                    }
                }
            }
            if self.destinations[..n].contains(destination) {
                return Err(ApiError::invalid(&at("kind"), "twice", "this place is named twice"));
            }
        }
        Ok(())
    }
}

/// The settings as they are kept.
#[derive(Debug, Clone, Default)]
pub(super) struct Kept {
    pub(super) settings: Settings,
    /// 0 before anybody has decided.
    pub(super) version: i64,
    pub(super) changed_at: Option<Time>,
}

pub(super) async fn load(connection: &mut AnyConnection) -> Result<Kept, ApiError> {
    let row: Option<(i64, i64, String, i64)> =
        sqlx::query_as("SELECT version, hour, destinations, changed_at FROM events_evidence WHERE one = 1")
            .fetch_optional(connection)
            .await?;
    let Some((version, hour, destinations, changed_at)) = row else { return Ok(Kept::default()) };
    let destinations = serde_json::from_str(&destinations).map_err(|error| ApiError::unavailable(&error))?;
    let settings = Settings { hour: i8::try_from(hour).unwrap_or_default(), destinations };
    Ok(Kept { settings, version, changed_at: Some(Time::from_micros(changed_at)) })
}

pub(super) async fn store(connection: &mut AnyConnection, settings: &Settings, at: Time) -> Result<(), ApiError> {
    let destinations = serde_json::to_string(&settings.destinations).map_err(|error| ApiError::unavailable(&error))?;
    sqlx::query(
        "INSERT INTO events_evidence (one, version, hour, destinations, changed_at) VALUES (1, 1, $1, $2, $3)
         ON CONFLICT (one) DO UPDATE SET version = events_evidence.version + 1, hour = excluded.hour,
         destinations = excluded.destinations, changed_at = excluded.changed_at",
    )
    .bind(i64::from(settings.hour))
    .bind(destinations)
    .bind(at.micros())
    .execute(connection)
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn check(hour: i8, destinations: &Value) -> Result<(), String> {
        let settings: Settings =
            serde_json::from_value(json!({"hour": hour, "destinations": destinations})).map_err(|e| e.to_string())?;
        settings.check().map_err(|error| format!("{error:?}"))
    }

    #[test]
    fn a_mailbox_a_receiver_a_folder_and_a_bucket_are_places() {
        let places = json!([
            {"kind": "mail", "to": "audit@example.jp"},
            {"kind": "syslog", "transport": "tls", "host": "siem.example.jp", "port": 6514},
            {"kind": "folder", "path": "/mnt/worm/yagura"},
            {"kind": "s3", "region": "ap-northeast-1", "bucket": "minato-shoko", "key_id": "AKIA", "secret": "hunter2"},
            {"kind": "s3", "endpoint": "https://s3.example.jp:9000", "region": "jp", "bucket": "shoko", "key_id": "AKIA"},
        ]);
        assert_eq!(check(23, &places), Ok(()));
        assert_eq!(check(0, &json!([])), Ok(()));
    }

    #[test]
    fn what_can_be_no_place_is_named_by_its_field() {
        for (wrong, pointer) in [
            (json!([{"kind": "mail", "to": "audit"}]), "/destinations/0/to"),
            (json!([{"kind": "syslog", "transport": "udp", "host": "a b", "port": 514}]), "/destinations/0/host"),
            (json!([{"kind": "syslog", "transport": "udp", "host": "a", "port": 0}]), "/destinations/0/port"),
            (json!([{"kind": "folder", "path": "worm"}]), "/destinations/0/path"),
            (json!([{"kind": "folder", "path": "/w"}, {"kind": "folder", "path": "/w"}]), "/destinations/1/kind"),
            (
                json!([{"kind": "s3", "endpoint": "http://s3", "region": "jp", "bucket": "shoko", "key_id": "a"}]),
                "/destinations/0/endpoint",
            ),
            (
                json!([{"kind": "s3", "endpoint": "https://s3/path", "region": "jp", "bucket": "shoko", "key_id": "a"}]),
                "/destinations/0/endpoint",
            ),
            (json!([{"kind": "s3", "region": "", "bucket": "shoko", "key_id": "a"}]), "/destinations/0/region"),
            (json!([{"kind": "s3", "region": "jp", "bucket": "Shoko", "key_id": "a"}]), "/destinations/0/bucket"),
            (json!([{"kind": "s3", "region": "jp", "bucket": "shoko", "key_id": " "}]), "/destinations/0/key_id"),
        ] {
            let refused = check(6, &wrong).unwrap_err();
            assert!(refused.contains(pointer), "{refused}");
        }
        assert!(check(24, &json!([])).unwrap_err().contains("/hour"));
    }
}
