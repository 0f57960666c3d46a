//! What people write down about an asset: no source can know it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sqlx::AnyConnection;
use utoipa::ToSchema;
use yagura_server_kit::{ApiError, present};
use yagura_vocabulary::{Id, Time, words};

use super::{Asset, AssetKind, fold};

words! {
    /// Where in its life an asset is.
    AssetStanding {
        /// Somebody uses it.
        InUse = "in_use",
        /// It waits in a cupboard.
        Stock = "stock",
        /// It is lent to somebody for a time.
        Lent = "lent",
        /// It went back to whom it was leased from.
        Returned = "returned",
        /// It is no more.
        Disposed = "disposed",
    }
}

/// What is written down; what is absent stays, null takes away.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Written {
    /// What it is: `computer`, `server`, `printer`, `network`, `phone`, `other`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub kind: Option<AssetKind>,
    /// The organisation's own number for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inventory_number: Option<String>,
    /// Who uses it, where no person is chosen at its endpoint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// Where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// `in_use`, `stock`, `lent`, `returned`, `disposed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub standing: Option<AssetStanding>,
    /// When it was bought.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    #[schema(value_type = Option<Time>)]
    pub bought_at: Option<Option<Time>>,
    /// For how much, as people write it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<String>,
    /// When its lease ends.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    #[schema(value_type = Option<Time>)]
    pub lease_until: Option<Option<Time>>,
    /// When its warranty ends.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    #[schema(value_type = Option<Time>)]
    pub warranty_until: Option<Option<Time>>,
    /// Whatever else there is to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The organisation's own fields, all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom: Option<BTreeMap<String, String>>,
}

/// Longest short text, in letters.
const LONGEST: usize = 200;
/// Longest note, in letters.
const LONGEST_NOTE: usize = 4000;
/// Most fields of the organisation's own.
const MOST_CUSTOM: usize = 50;

impl Written {
    /// Refuses what is too long, with its place.
    pub(crate) fn check(&self) -> Result<(), ApiError> {
        let too_long =
            |pointer: String, most| ApiError::invalid(&pointer, "too_long", format!("at most {most} letters"));
        let short = [
            ("/inventory_number", &self.inventory_number),
            ("/person", &self.person),
            ("/place", &self.place),
            ("/price", &self.price),
        ];
        for (pointer, text) in short {
            if text.as_ref().is_some_and(|text| text.chars().count() > LONGEST) {
                return Err(too_long(pointer.to_owned(), LONGEST));
            }
        }
        if self.note.as_ref().is_some_and(|text| text.chars().count() > LONGEST_NOTE) {
            return Err(too_long("/note".to_owned(), LONGEST_NOTE));
        }
        let Some(custom) = &self.custom else { return Ok(()) };
        if custom.len() > MOST_CUSTOM {
            return Err(ApiError::invalid("/custom", "too_many", format!("at most {MOST_CUSTOM} fields")));
        }
        for (name, value) in custom {
            if name.trim().is_empty() || name.chars().count() > LONGEST || value.chars().count() > LONGEST_NOTE {
                return Err(ApiError::invalid(
                    "/custom",
                    "malformed",
                    format!("the field `{name}` is too long, or has no name"),
                ));
            }
        }
        Ok(())
    }
}

/// Writes it down; the version rises.
pub(crate) async fn write_down(
    connection: &mut AnyConnection,
    asset: Id<Asset>,
    written: &Written,
) -> Result<(), ApiError> {
    let micros = |time: &Option<Option<Time>>| time.flatten().map(Time::micros);
    let sets = |present: bool| i64::from(present);
    let custom = written.custom.as_ref().map(serde_json::to_string).transpose();
    sqlx::query(
        "UPDATE assets_asset SET kind = COALESCE($1, kind), inventory_number = COALESCE($2, inventory_number),
         person = COALESCE($3, person), place = COALESCE($4, place), standing = COALESCE($5, standing),
         price = COALESCE($6, price), note = COALESCE($7, note), custom = COALESCE($8, custom),
         bought_at = CASE WHEN $9 = 1 THEN $10 ELSE bought_at END,
         lease_until = CASE WHEN $11 = 1 THEN $12 ELSE lease_until END,
         warranty_until = CASE WHEN $13 = 1 THEN $14 ELSE warranty_until END,
         version = version + 1 WHERE id = $15",
    )
    .bind(written.kind.map(AssetKind::as_str))
    .bind(&written.inventory_number)
    .bind(&written.person)
    .bind(&written.place)
    .bind(written.standing.map(AssetStanding::as_str))
    .bind(&written.price)
    .bind(&written.note)
    .bind(custom.map_err(|error| ApiError::unavailable(&error))?)
    .bind(sets(written.bought_at.is_some()))
    .bind(micros(&written.bought_at))
    .bind(sets(written.lease_until.is_some()))
    .bind(micros(&written.lease_until))
    .bind(sets(written.warranty_until.is_some()))
    .bind(micros(&written.warranty_until))
    .bind(asset.to_string())
    .execute(&mut *connection)
    .await?;
    let (number, place, person): (String, String, String) =
        sqlx::query_as("SELECT inventory_number, place, person FROM assets_asset WHERE id = $1")
            .bind(asset.to_string())
            .fetch_one(&mut *connection)
            .await?;
    sqlx::query("UPDATE assets_asset SET written_words = $1 WHERE id = $2")
        .bind(fold(&[number, place, person].join(" ")))
        .bind(asset.to_string())
        .execute(connection)
        .await?;
    Ok(())
}
