//! Settings of the organisation: one value in one row, with a version, that people read and change by two routes.
//!
//! A feature says which table and what makes no sense ([`Settings`]), and writes its two routes with [`read`] and [`change`].

use serde::{Serialize, de::DeserializeOwned};
use sqlx::{AnyConnection, AssertSqlSafe};
use utoipa::ToSchema;

use crate::{ApiError, ApiResult, Audit, Caller, Change, Context, Etag, IfMatch, Json, Object};

/// A value that the whole organisation decides once. Its [`Default`] holds until somebody does. With `#[serde(default)]` a row that was
/// stored before a field was there has the usual one.
pub trait Settings: Serialize + DeserializeOwned + Default + Send + Sync {
    /// The table that keeps it: `(one BIGINT PRIMARY KEY, value TEXT NOT NULL, version BIGINT NOT NULL)`.
    const TABLE: &'static str;
    /// The change of it as the audit log names it: `<thing>.update`.
    const ACTION: &'static str;

    /// Refuses what makes no sense.
    ///
    /// # Errors
    /// `invalid`, with the place.
    fn check(&self) -> Result<(), ApiError>;

    /// What holds now.
    ///
    /// # Errors
    /// When the database is away, or what it holds cannot be read.
    fn in_force(connection: &mut AnyConnection) -> impl Future<Output = Result<Self, ApiError>> + Send {
        async { Ok(load(connection).await?.0) }
    }
}

/// Settings, and the version that was read.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Versioned<S> {
    /// What holds.
    pub value: S,
    /// The version, for `If-Match`.
    pub etag: String,
}

/// Passes when each number lies between its ends, both among them; otherwise the place of the first that does not.
///
/// # Errors
/// `invalid`, with the place and the ends.
pub fn within(numbers: &[(&str, u64, u64, u64)]) -> Result<(), ApiError> {
    match numbers.iter().find(|(_, value, least, most)| !(least..=most).contains(&value)) {
        Some((place, _, least, most)) => {
            Err(ApiError::invalid(place, "out_of_range", format!("between {least} and {most}")))
        }
        None => Ok(()),
    }
}

/// The answer to `GET`.
///
/// # Errors
/// When the database is away.
pub async fn read<S: Settings>(ctx: &Context) -> ApiResult<Json<Versioned<S>>> {
    Ok(view(load(&mut *ctx.db().read().acquire().await?).await?))
}

/// The answer to `PUT`: checked, stored and written down, if the caller has seen what it replaces.
///
/// # Errors
/// `forbidden` to somebody who sees only some groups, `invalid`, `conflict`, or when the database is away: then nothing has changed.
pub async fn change<S: Settings>(
    ctx: &Context,
    caller: &Caller,
    seen: &IfMatch,
    wanted: &S,
) -> ApiResult<Json<Versioned<S>>> {
    if caller.limited {
        return Err(ApiError::forbidden("these settings are the whole organisation's, and you see only some groups"));
    }
    wanted.check()?;
    let mut change = Change::begin(ctx, caller, S::ACTION).await?;
    let (before, etag): (S, _) = load(change.on()).await?;
    seen.check(etag)?;
    store(change.on(), wanted).await?;
    let now: (S, _) = load(change.on()).await?;
    let thing = S::ACTION.trim_end_matches(".update");
    change.commit(Audit::changed(Object::new(thing, &"all", ""), &before, &now.0)).await?;
    Ok(view(now))
}

fn view<S>((value, etag): (S, Etag)) -> Json<Versioned<S>> {
    Json(Versioned { value, etag: etag.to_string() })
}

async fn load<S: Settings>(connection: &mut AnyConnection) -> Result<(S, Etag), ApiError> {
    // The table is a word of the program's own, never anybody's.
    let sql = AssertSqlSafe(format!("SELECT value, version FROM {} WHERE one = 1", S::TABLE));
    let row: Option<(String, i64)> = sqlx::query_as(sql).fetch_optional(connection).await?;
    let Some((value, version)) = row else { return Ok((S::default(), Etag(0))) };
    let value = serde_json::from_str(&value).map_err(|error| ApiError::unavailable(&error))?;
    Ok((value, Etag(version)))
}

async fn store<S: Settings>(connection: &mut AnyConnection, wanted: &S) -> Result<(), ApiError> {
    let table = S::TABLE;
    let sql = format!(
        "INSERT INTO {table} (one, value, version) VALUES (1, $1, 1)
         ON CONFLICT (one) DO UPDATE SET value = excluded.value, version = {table}.version + 1"
    );
    let value = serde_json::to_string(wanted).map_err(|error| ApiError::unavailable(&error))?;
    sqlx::query(AssertSqlSafe(sql)).bind(value).execute(connection).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_may_be_either_end_and_the_first_beyond_is_named() {
        assert!(within(&[("/a", 1, 1, 9), ("/b", 9, 1, 9)]).is_ok());
        let refused = within(&[("/a", 1, 1, 9), ("/b", 10, 1, 9), ("/c", 0, 1, 9)]).unwrap_err();
        assert!(format!("{refused:?}").contains("/b"), "{refused:?}");
    }
}
