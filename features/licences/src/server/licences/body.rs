//! What somebody writes down about a purchase.

use serde::{Deserialize, Serialize};
use sqlx::AnyConnection;
use utoipa::ToSchema;
use yagura_server_kit::ApiError;
use yagura_vocabulary::Time;

use crate::{allocate::CountedBy, versions::numbers};

/// Longest text of one line, in characters.
const LINE: usize = 200;
/// Longest note, in characters.
const NOTE: usize = 4000;
/// Most licences of one purchase.
const MOST: u64 = 10_000_000;

/// A purchase, as it is written down.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LicenceBody {
    /// The product's id.
    pub(super) product: String,
    /// Only this edition; empty for any.
    #[serde(default)]
    pub(super) edition: String,
    /// From this version on; empty for any.
    #[serde(default)]
    pub(super) version_from: String,
    /// Up to this version, as far as it is written: `10` takes 10.5 in; empty for any.
    #[serde(default)]
    pub(super) version_to: String,
    /// `device`, `user`, `site`.
    pub(super) counted_by: String,
    /// How many were bought; of no meaning for a site.
    #[serde(default)]
    pub(super) amount: u64,
    /// Key, or number of the contract.
    #[serde(default)]
    pub(super) contract: String,
    /// Who sold it.
    #[serde(default)]
    pub(super) seller: String,
    #[serde(default)]
    pub(super) price: String,
    /// Number of the document: the order, the invoice.
    #[serde(default)]
    pub(super) document: String,
    /// What it was upgraded from, or may be downgraded to.
    #[serde(default)]
    pub(super) upgrade: String,
    #[serde(default)]
    pub(super) note: String,
    /// From then on; at once when absent.
    #[serde(default)]
    pub(super) from_at: Option<Time>,
    /// Until then; for good when absent.
    #[serde(default)]
    pub(super) until_at: Option<Time>,
}

impl LicenceBody {
    /// Refuses what makes no sense, with its place; gives the product's number.
    pub(super) async fn check(&self, connection: &mut AnyConnection) -> Result<i64, ApiError> {
        let lines = [
            ("/edition", &self.edition),
            ("/version_from", &self.version_from),
            ("/version_to", &self.version_to),
            ("/contract", &self.contract),
            ("/seller", &self.seller),
            ("/price", &self.price),
            ("/document", &self.document),
        ];
        let texts = lines.map(|(pointer, text)| (pointer, text, LINE)).into_iter();
        for (pointer, text, most) in texts.chain([("/upgrade", &self.upgrade, NOTE), ("/note", &self.note, NOTE)]) {
            if text.chars().count() > most {
                return Err(ApiError::invalid(pointer, "too_long", format!("at most {most} characters")));
            }
        }
        for (pointer, text) in [("/version_from", &self.version_from), ("/version_to", &self.version_to)] {
            if !text.is_empty() && numbers(text).is_empty() {
                return Err(ApiError::invalid(pointer, "invalid", "a version has a number, like 2021 or 10.5"));
            }
        }
        if self.counted_by.parse::<CountedBy>().is_err() {
            return Err(ApiError::invalid("/counted_by", "unknown", "one of device, user, site"));
        }
        if self.amount > MOST {
            return Err(ApiError::invalid("/amount", "out_of_range", format!("at most {MOST}")));
        }
        if self.from_at.zip(self.until_at).is_some_and(|(from, until)| from >= until) {
            return Err(ApiError::invalid("/until_at", "out_of_range", "a licence ends after it begins"));
        }
        let known: Option<(i64,)> = sqlx::query_as("SELECT number FROM licences_product WHERE number = $1")
            .bind(self.product.parse::<i64>().unwrap_or(-1))
            .fetch_optional(connection)
            .await?;
        let (number,) = known.ok_or_else(|| ApiError::invalid("/product", "unknown", "there is no such product"))?;
        Ok(number)
    }

    /// Writes it over the row with this id, which there has to be.
    pub(super) async fn write(&self, connection: &mut AnyConnection, id: &str, product: i64) -> Result<(), ApiError> {
        sqlx::query(
            "UPDATE licences_licence SET product = $1, edition = $2, version_from = $3, version_to = $4, counted_by = $5,
             amount = $6, contract = $7, seller = $8, price = $9, document = $10, upgrade = $11, note = $12, from_at = $13,
             until_at = $14, version = version + 1 WHERE id = $15",
        )
        .bind(product)
        .bind(self.edition.trim())
        .bind(self.version_from.trim())
        .bind(self.version_to.trim())
        .bind(&self.counted_by)
        .bind(i64::try_from(self.amount).unwrap_or(i64::MAX))
        .bind(&self.contract)
        .bind(&self.seller)
        .bind(&self.price)
        .bind(&self.document)
        .bind(&self.upgrade)
        .bind(&self.note)
        .bind(self.from_at.map(Time::micros))
        .bind(self.until_at.map(Time::micros))
        .bind(id)
        .execute(connection)
        .await?;
        Ok(())
    }
}
