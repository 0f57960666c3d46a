//! A bucket that heads go to. Its secret is kept beside the settings and never shown.

use std::{collections::HashMap, time::Duration};

use serde::{Deserialize, Serialize};
use sqlx::AnyConnection;
use utoipa::ToSchema;
use yagura_bucket::{Bucket, Key, Whereabouts};
use yagura_server_kit::{ApiError, Context};

use super::{
    EvidenceAuthorities,
    settings::{Destination, Settings},
};
use crate::embedded::WrittenHead;

/// So long one answer of a bucket is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// A bucket of Amazon S3, or of what speaks its language.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = EvidenceBucket)]
pub(super) struct BucketPlace {
    /// The address of the service, `https://...`; Amazon's in this region if left out.
    #[serde(default)]
    endpoint: Option<String>,
    /// The region, which is part of every signature.
    region: String,
    /// The name of the bucket.
    bucket: String,
    /// The folder in it; may be empty.
    #[serde(default)]
    prefix: String,
    /// The name of the access key.
    key_id: String,
    /// The access key. What is absent stays, as long as it opens the same bucket. It is never shown.
    #[serde(default, skip_serializing_if = "never")]
    #[schema(write_only)]
    secret: Option<String>,
}

/// A secret goes in and never comes out; skipped outright, the description would not know it either.
fn never(_: &Option<String>) -> bool {
    true
}

impl std::fmt::Debug for BucketPlace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "BucketPlace({})", self.place())
    }
}

impl BucketPlace {
    /// Refuses what can be no bucket: the field, the code, and the sentence.
    pub(super) fn fault(&self) -> Option<(&'static str, &'static str, &'static str)> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-');
        let text = |text: &str, most: usize| text.len() <= most && !text.contains(char::is_control);
        if let Some(endpoint) = &self.endpoint {
            let host = endpoint.strip_prefix("https://").unwrap_or_default().trim_end_matches('/');
            if host.is_empty() || host.contains(['/', '?', '#', '@']) || host.contains(char::is_whitespace) {
                return Some(("endpoint", "bad_address", "give the address of the service: https:// and its name"));
            }
        }
        if self.region.is_empty() || self.region.len() > 64 || !self.region.chars().all(plain) {
            return Some(("region", "bad_name", "give the region, such as ap-northeast-1"));
        }
        if !(3..=63).contains(&self.bucket.len()) || !self.bucket.chars().all(plain) {
            return Some(("bucket", "bad_name", "a bucket's name has 3 to 63 small letters, digits, dots and hyphens"));
        }
        if !text(&self.prefix, 200) {
            return Some(("prefix", "bad_path", "the folder has at most 200 characters"));
        }
        if self.key_id.trim().is_empty() || !text(&self.key_id, 128) {
            return Some(("key_id", "required", "give the name of the access key"));
        }
        None
    }

    /// What a secret is kept for. It must open nothing else, so that nobody who may change an address can use it there.
    fn place(&self) -> String {
        let Self { endpoint, region, bucket, key_id, .. } = self;
        format!("{key_id} at {bucket} in {region} of {}", endpoint.as_deref().unwrap_or("amazonaws.com"))
    }
}

/// The secrets that came with new settings, taken out of them, by what they are for.
pub(super) fn take_secrets(settings: &mut Settings) -> HashMap<String, String> {
    let mut taken = HashMap::new();
    for destination in &mut settings.destinations {
        if let Destination::S3(bucket) = destination
            && let Some(secret) = bucket.secret.take().filter(|secret| !secret.is_empty())
        {
            taken.insert(bucket.place(), secret);
        }
    }
    taken
}

/// Keeps the secrets that are new, forgets those that nothing needs any more, and refuses a bucket without one.
pub(super) async fn keep_secrets(
    connection: &mut AnyConnection,
    settings: &Settings,
    mut given: HashMap<String, String>,
) -> Result<(), ApiError> {
    let before: Vec<(String, String)> =
        sqlx::query_as("SELECT place, secret FROM events_evidence_secret").fetch_all(&mut *connection).await?;
    let mut before: HashMap<_, _> = before.into_iter().collect();
    sqlx::query("DELETE FROM events_evidence_secret").execute(&mut *connection).await?;
    let mut kept = HashMap::new();
    for (n, destination) in settings.destinations.iter().enumerate() {
        let Destination::S3(bucket) = destination else { continue };
        let place = bucket.place();
        if kept.contains_key(&place) {
            // The same bucket with another folder.
            continue;
        }
        let secret = given.remove(&place).or_else(|| before.remove(&place)).ok_or_else(|| {
            let message = "give the access key of this bucket";
            ApiError::invalid(&format!("/destinations/{n}/secret"), "required", message)
        })?;
        sqlx::query("INSERT INTO events_evidence_secret (place, secret) VALUES ($1, $2)")
            .bind(&place)
            .bind(&secret)
            .execute(&mut *connection)
            .await?;
        kept.insert(place, ());
    }
    Ok(())
}

/// Puts a head into a bucket. A head that is sent again is the same file under the same name.
pub(super) async fn put(ctx: &Context, place: &BucketPlace, written: &WrittenHead) -> Result<(), String> {
    let secret: Option<(String,)> = sqlx::query_as("SELECT secret FROM events_evidence_secret WHERE place = $1")
        .bind(place.place())
        .fetch_optional(ctx.db().read())
        .await
        .map_err(|error| error.to_string())?;
    let (secret,) = secret.ok_or("the access key of this bucket is not kept any more")?;
    let key = Key { id: place.key_id.clone(), secret, token: None };
    let at = Whereabouts {
        endpoint: place.endpoint.as_deref(),
        region: &place.region,
        name: &place.bucket,
        prefix: &place.prefix,
    };
    let authorities = &ctx.part::<EvidenceAuthorities>().0;
    let bucket = Bucket::open(&at, key, authorities, PATIENCE).map_err(|error| error.to_string())?;
    let text = format!("{}\n", written.to_text());
    bucket.put(&super::places::name(written), text.into()).await.map_err(|error| error.to_string())
}
